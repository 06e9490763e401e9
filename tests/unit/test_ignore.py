from __future__ import annotations

import pytest

from codeframe_tui.core.code.ignore import is_cache, is_environment, is_kept_out, is_secret


@pytest.mark.parametrize(
    "path",
    [".venv", "venv/bin/python", "web/node_modules/x.js", ".tox/py", "lib/x-1.0.dist-info/RECORD"],
)
def test_environments_are_known_by_any_part_of_their_path(path: str) -> None:
    assert is_environment(path)
    assert is_kept_out(path)


@pytest.mark.parametrize("path", ["a/__pycache__/x.pyc", "x.pyc", ".coverage.host.1", ".DS_Store"])
def test_caches_are_kept_out(path: str) -> None:
    assert is_cache(path)
    assert is_kept_out(path)


@pytest.mark.parametrize("path", [".git", "sub/.GIT/config", ".codeframe-tui-journal-ab12/new.1"])
def test_data_of_version_control_and_of_our_journal_is_kept_out(path: str) -> None:
    assert is_kept_out(path)


@pytest.mark.parametrize(
    "path",
    ["src/venv.py", "env.py", "build/x.py", ".gitignore", ".github/x", ".codeframe/agents/a.md"],
)
def test_content_is_not_kept_out(path: str) -> None:
    assert not is_kept_out(path)


@pytest.mark.parametrize(
    "path",
    [".env", ".env.local", "deploy/Key.PEM", "id_rsa", "id_ed25519.pub", ".aws/config",
     "gcp/service-account-7.json", "my_credentials.json", ".ssh/known_hosts"],
)  # fmt: skip
def test_secrets_are_known_in_any_case(path: str) -> None:
    assert is_secret(path)


@pytest.mark.parametrize(
    "path",
    ["_version.py", "fast.so", "id_generator.py", "environment.py", "secrets.py", ".env.example",
     "api/credentials.go", "ui/SecretForm.tsx", "deploy/secret.yml.j2", ".env.sample", ".envoy"],
)  # fmt: skip
def test_generated_modules_code_and_examples_are_no_secrets(path: str) -> None:
    assert not is_secret(path)

"""Rules of paths, modes and settings files."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Collection, Iterator
from fnmatch import translate

from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.change import Change, flag
from codeframe_tui.core.flags.environment import is_inert_conftest
from codeframe_tui.core.flags.shadows import first_name

__all__ = ["path_flags", "pattern_of"]

_PATHS: tuple[tuple[str, str], ...] = (
    # rule, lower-case names below any folder
    (
        "test_config",
        ("pytest.ini .pytest.ini pytest.toml .pytest.toml tox.ini setup.cfg .coveragerc"),
    ),
    (
        "startup_code",
        (
            "sitecustomize.py sitecustomize/* usercustomize.py usercustomize/* *.pth"
            " *.dist-info/* *.egg-info/*"
        ),
    ),
    ("compiled_code", "__pycache__/* *.pyc *.pyo *.pyd *.so *.dylib *.dll"),
    (
        "ci",
        (
            ".github/workflows/* .github/actions/* .gitlab-ci.yml .circleci/* .travis.yml .ci/*"
            " azure-pipelines*.yml jenkinsfile"
        ),
    ),
    (
        "hooks",
        (
            ".pre-commit-config.yaml .pre-commit-hooks.yaml lefthook.y*ml .husky/* .githooks/*"
            " .hooks/* hooks/pre-* hooks/post-* hooks/*-msg hooks/update"
        ),
    ),
    ("git_attributes", ".gitattributes"),
    (
        "tool_settings",
        (
            ".vscode/* .idea/* .zed/* .devcontainer/* .envrc mise.toml .mise.toml"
            " .nvim.lua .nvimrc .vimrc .exrc .lvimrc .dir-locals.el"
        ),
    ),
    (
        "agent_rules",
        (
            ".claude/* .codeframe/* .cursor/* .cursorrules .mcp.json agents.md agents.*.md"
            " claude.md claude.local.md codeframe.md gemini.md .gemini/* .aider.conf.y*ml"
            " .windsurfrules .windsurf/* .clinerules .clinerules/* .roo/* opencode.json"
            " .opencode/* .github/copilot-instructions.md .github/instructions/*"
        ),
    ),
    (
        "own_report",
        (
            "junit*.xml report.xml test-results.xml test_results.xml .coverage .coverage.*"
            " coverage.xml .pytest_cache/* .report.json"
        ),
    ),
    ("secrets", ".env .env.* .netrc .pypirc .npmrc"),
    (
        "build",
        (
            "makefile gnumakefile *.mk justfile setup.py noxfile.py hatch_build.py"
            " cmakelists.txt dockerfile dockerfile.* *.dockerfile compose*.y*ml"
            " docker-compose*.y*ml"
        ),
    ),
    (
        "dependencies",
        (
            "requirements*.txt requirements*.in constraints*.txt *-requirements.txt"
            " requirements/* *.lock pipfile package.json package-lock.json pnpm-lock.yaml"
            " environment.y*ml pylock*.toml"
        ),
    ),
    ("migration", "migrations/*.py migrations/*.sql alembic/versions/*"),
)
_AT_ANY_DEPTH = r"(?:.*/)?"


def pattern_of(names: str) -> re.Pattern[str]:
    """Globs in lower case, below any folder."""
    return re.compile(f"{_AT_ANY_DEPTH}(?:{'|'.join(map(translate, names.split()))})")


_COMPILED = tuple((rule, pattern_of(names)) for rule, names in _PATHS)
_SECTION = re.compile(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?")
_TEST_SECTION = re.compile(
    r"tool\.(?:pytest|coverage|tox)\b.*|project\.entry-points\.\W*pytest11.*"
)
_TEST_WORD = re.compile(r"tool\.pytest|\baddopts\b|pytest11|\bpytest_plugins\b|\bfail_under\b")
_KEY = re.compile(r"\s*([\w.-]+)\s*=.*")
_REAL = (
    frozenset({"pytest", "_pytest", "pluggy", "py", "hypothesis", "mock"}) | sys.stdlib_module_names
)


def path_flags(
    change: Change,
    base_paths: Collection[str] | None,
    taken: Collection[str] = (),
    own: Collection[str] = (),
) -> Iterator[Flag]:
    """Flags of what a file is by its name and mode.

    Args:
        base_paths: the files of the base; None = not known.
        taken: names of fixtures that other conftests have.
        own: first names by which the base's own code can be imported.
    """
    path = change.path.lower()
    for rule, pattern in _COMPILED:
        if pattern.fullmatch(path):
            yield flag(rule, change.path)
    if change.name == "conftest.py":
        yield _conftest_flag(change, base_paths, taken)
    if change.name == "pyproject.toml":
        yield _pyproject_flag(change)
    if any(_mixes_scripts(part) for part in change.path.split("/")):
        yield flag("look_alike", change.path)
    if _shadows(change, base_paths or (), own):
        yield flag("shadow_module", change.path)
    yield from _mode_flags(change)


def _conftest_flag(
    change: Change, base_paths: Collection[str] | None, taken: Collection[str]
) -> Flag:
    folder = change.path.rpartition("/")[0] + "/"
    own = (
        change.diff.action is Action.CREATE
        and base_paths is not None
        and folder != "/"
        and not any(path.startswith(folder) for path in base_paths)
    )
    if own:
        return flag("conftest_fixture", change.path, None, "runs with the new tests beside it")
    if is_inert_conftest(change, taken):
        return flag("conftest_fixture", change.path, None, "new fixtures for tests that name them")
    return flag("conftest", change.path)


def _pyproject_flag(change: Change) -> Flag:
    marks: Flag | None = None
    for hunk in change.diff.hunks:
        section, key = hunk.heading, ""
        number = hunk.new_start
        for sign, text in hunk.lines:
            if found := _SECTION.fullmatch(text):
                section = found.group(1)
            if found := _KEY.fullmatch(text):
                key = found.group(1)
            if sign in "+-" and (_TEST_SECTION.fullmatch(section) or _TEST_WORD.search(text)):
                if key != "markers":
                    return flag("test_config", change.path, number, after=text.strip())
                marks = flag("test_marks", change.path, number, after=text.strip())
            number += sign in "+ "
    return marks or flag("dependencies", change.path, None, "changes how the project is built")


def _mode_flags(change: Change) -> Iterator[Flag]:
    diff = change.diff
    if diff.new_mode == "100755" and diff.old_mode != "100755":
        yield flag("executable", diff.path)
    elif diff.new_mode not in {None, "100644", "100755"}:
        yield flag("special_file", diff.path, None, f"has mode {diff.new_mode}")
    if diff.binary and not change.is_deleted:
        yield flag("binary", diff.path)


def _mixes_scripts(name: str) -> bool:
    latin = any(char.isascii() and char.isalpha() for char in name.partition(".")[0])
    return latin and any(
        unicodedata.name(char, "").startswith(("CYRILLIC", "GREEK")) for char in name
    )


def _shadows(change: Change, base_paths: Collection[str], own: Collection[str]) -> bool:
    """Whether a new module stands in a folder that imports begin from, named like a real one."""
    stem, (parent, _, name) = first_name(change), change.path.rpartition("/")
    if name == "__init__.py":
        parent = parent.rpartition("/")[0]
    package = f"{parent}/__init__.py" if parent else "__init__.py"
    is_taken = stem in _REAL or (parent != "" and stem in own)
    return bool(stem) and is_taken and package not in base_paths

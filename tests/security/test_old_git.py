"""A git that does not know how settings are emptied runs what a repository names: not used."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from codeframe_tui.adapters.facts import read_facts
from codeframe_tui.adapters.harmless import fault_of_git
from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.sandbox import NoSandbox
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.bootstrap.doctor import check_everything
from codeframe_tui.core.errors import Lacking
from codeframe_tui.settings import Settings
from tests.worker.repositories import arm, commit, put
from tests.worker.room import settings_in


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git 2.30 on PATH, which passes over ``GIT_CONFIG_COUNT``; gives a project that is armed."""
    root = tmp_path / "project"
    commit(put(root, {"a.py": b"A = 1\n"}))
    arm(root, tmp_path / "mark")
    os.utime(root / "a.py", (1, 1))  # git compares it with its index, through the filter
    shim = tmp_path / "bin/git"
    shim.parent.mkdir()
    shim.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo git version 2.30.9 && exit\n'
        f'unset GIT_CONFIG_COUNT\nexec {shutil.which("git")} "$@"\n'
    )
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}{os.pathsep}{os.environ['PATH']}")
    return root


@pytest.mark.fault(
    "repository",
    "git is older than 2.31, which runs filters that a repository names whatever it is told",
    sees="which git is needed; no engine starts",
    kept="nothing of the repository runs",
)
async def test_no_engine_starts_with_a_git_that_would_run_filters(
    old: Path, tmp_path: Path
) -> None:
    with pytest.raises(Lacking) as caught:
        async with open_engine(old, settings_in(tmp_path)):
            pass
    assert caught.value.code == "no_git"
    assert caught.value.message == "git 2.30.9 is too old"
    assert "2.31" in caught.value.hint
    assert not (tmp_path / "mark").exists()
    await read_facts(old)
    assert (tmp_path / "mark").exists(), "this git runs no filters, so it shows nothing"


async def test_doctor_tells_that_git_is_too_old(old: Path, tmp_path: Path) -> None:
    place = Project(old, tmp_path / "state")
    found = await check_everything(place, Settings(), sandbox=NoSandbox("not asked"))
    (told,) = (check for check in found["checks"] if check["name"] == "git")
    assert (told["state"], told["detail"]) == ("missing", "git 2.30.9 is too old")
    assert "2.31" in told["hint"]
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("git version 2.31.0\n", ""),
        ("git version 2.39.3 (Apple Git-146)\n", ""),
        ("git version 2.45.1.windows.1\n", ""),
        ("git version 2.31.GIT\n", ""),
        ("git version 3.0\n", ""),
        ("git version 2.30.9\n", "git 2.30.9 is too old"),
        ("git version 2.4\n", "git 2.4 is too old"),
        ("git version 1.99.99\n", "git 1.99.99 is too old"),
        ("", "git does not tell its version"),
        ("version unknown\n", "git does not tell its version"),
        ("git version 2\n", "git does not tell its version"),
    ],
)
def test_the_version_is_compared_as_numbers(said: str, fault: str) -> None:
    assert fault_of_git(said) == fault

"""Pipes and devices where git or we look for a file: nothing waits for ever or fills up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from codeframe_tui.adapters import commit, facts
from codeframe_tui.adapters.bounded import read_regular
from codeframe_tui.adapters.commit import GitRepository
from codeframe_tui.adapters.facts import read_facts
from codeframe_tui.adapters.sandbox.closure import _named_by
from codeframe_tui.adapters.sandbox.interpreter import environment_settings
from codeframe_tui.adapters.workspace import GitWorkspaces, listing
from codeframe_tui.core.errors import Refused
from codeframe_tui.ports.repository import CommitPlan
from codeframe_tui.settings import Limits
from tests.worker.repositories import git
from tests.worker.room import make_project

PATIENCE = 1.0
Trap = Callable[[Path, Path], None]


def _excludes(root: Path, pipe: Path) -> None:
    git(root, "config", "core.excludesFile", str(pipe))


def _exclude(root: Path, pipe: Path) -> None:
    place = root / ".git/info/exclude"
    place.unlink(missing_ok=True)
    pipe.rename(place)


def _ignore(root: Path, pipe: Path) -> None:
    pipe.rename(root / ".gitignore")


def _index(root: Path, pipe: Path) -> None:
    pipe.rename(root / ".git/index")


def _include(root: Path, pipe: Path) -> None:
    git(root, "config", "include.path", str(pipe))


TRAPS = {
    "excludes elsewhere": _excludes,
    "excludes": _exclude,
    "ignored": _ignore,
    "the index": _index,
    "more settings": _include,
}


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
@pytest.mark.fault(
    "repository",
    "a pipe that nobody fills, where git looks for a file",
    sees="what git could not say, each question after a minute; the snapshot is made without it",
    kept="the engine goes on",
)
async def test_no_pipe_holds_us(
    tmp_path: Path, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (facts, listing, commit):
        monkeypatch.setattr(room, "PATIENCE", PATIENCE)
    project = make_project(tmp_path / "project", {"a.py": (0o644, b"A = 1\n")})
    os.mkfifo(tmp_path / "pipe")
    trap(project, tmp_path / "pipe")
    async with asyncio.timeout(60):
        assert (await read_facts(project))["project"] == "project"
        space = GitWorkspaces(project, tmp_path / "state", Limits())
        await space.prepare()
        snapshot = await space.snapshot()
        assert "a.py" in await space.entries(snapshot.tree)
        assert any("did not end within 1 seconds" in note for note in snapshot.notes)
        await space.close()
        plan = CommitPlan({"a.py": (None, ("100644", b"x"))}, "m", "n")
        with pytest.raises(
            Refused, match=r"did not end|failed|changes of yours|git ignores"
        ) as caught:
            await GitRepository(project).commit(plan)
        assert "no git repository" not in caught.value.message


@pytest.mark.parametrize("below", [False, True], ids=["its repository", "a folder of one"])
async def test_a_project_whose_git_takes_too_long_is_not_taken_for_one_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: bool
) -> None:
    monkeypatch.setattr(listing, "PATIENCE", PATIENCE)
    project = make_project(tmp_path / "project", {"sub/a.py": (0o644, b"A = 1\n")})
    os.mkfifo(tmp_path / "pipe")
    _index(project, tmp_path / "pipe")
    found = listing.list_project(project / "sub" if below else project)
    assert found is not None
    assert "did not end" in found.problem


async def test_filters_that_git_cannot_tell_are_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(tmp_path / "project", {"a.py": (0o644, b"A = 1\n")})
    for room in (facts, commit):
        monkeypatch.setattr(room, "FILTERS", ("config", "--no-such-option"))
    assert (await read_facts(project))["dirty"] is None
    with pytest.raises(Refused, match="git config"):
        await GitRepository(project).commit(
            CommitPlan({"a.py": (None, ("100644", b"x"))}, "m", "n")
        )


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "nothing"])
def test_only_regular_files_are_read_where_others_name_them(tmp_path: Path, kind: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for name in ("x.pth", "pyvenv.cfg"):
        match kind:
            case "pipe":
                os.mkfifo(site / name)
            case "device":
                (site / name).symlink_to("/dev/zero")
            case "folder":
                (site / name).mkdir()
        open_ = len(list(Path("/dev/fd").iterdir()))
        with pytest.raises(OSError, match=r"regular|directory|No such"):
            read_regular(site / name, 10)
        assert len(list(Path("/dev/fd").iterdir())) == open_
    assert environment_settings(site) == {}
    assert list(_named_by(site)) == []


def test_a_file_is_read_as_far_as_its_limit(tmp_path: Path) -> None:
    with (tmp_path / "pyvenv.cfg").open("wb") as file:
        file.write(b"home = /usr/bin\n")
        file.truncate(2**40)
    assert environment_settings(tmp_path)["home"] == "/usr/bin"
    assert read_regular(tmp_path / "pyvenv.cfg", 4) == b"home"

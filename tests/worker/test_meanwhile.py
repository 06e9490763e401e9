"""What people do with their repository while a worker is at work on a snapshot of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.commands import Approve, Undo
from tests.worker.repositories import git, universe
from tests.worker.room import Room, answer, call, make_project, room

FILES = {"a.py": (0o644, b"A = 1\n"), "b.py": (0o644, b"B = 1\n"), "c.py": (0o644, b"C = 1\n")}
CHANGE = answer({"path": "a.py", "action": "modify", "content": "A = 2\n"})
LOOK = call("Read", path="a.py")


def pruned(root: Path) -> None:
    """All that no branch reaches goes, and what is there is packed anew."""
    git(root, "commit", "-q", "--amend", "-m", "again")
    git(root, "reflog", "expire", "--expire=now", "--all")
    git(root, "gc", "-q", "--prune=now")


def rebased(root: Path) -> None:
    git(root, "checkout", "-q", "--orphan", "fresh")
    git(root, "commit", "-q", "-m", "another past")
    git(root, "branch", "-q", "-D", "main")


def moved(root: Path) -> None:
    git(root, "mv", "b.py", "d.py")
    (root / "c.py").unlink()
    git(root, "stash", "-q")
    git(root, "checkout", "-q", "-b", "other")
    git(root, "stash", "pop", "-q", check=False)


def switched(root: Path) -> None:
    """Another branch holds another version of the file that is about to change."""
    git(root, "checkout", "-q", "-b", "another")
    (root / "a.py").write_bytes(b"A = 3\n")
    git(root, "commit", "-q", "-a", "-m", "theirs")


def deleted(root: Path) -> None:
    (root / "a.py").unlink()


@pytest.mark.fault(
    "repository",
    "you gc, prune, rebase, move files or switch branches while a worker works",
    sees="the change, or a conflict that names the file",
    kept="what you did, byte for byte; the worker has a copy and objects of its own",
)
async def test_what_people_do_with_git_meanwhile_is_theirs(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", FILES)
    git(project, "branch", "-M", "main")
    async with room(tmp_path, Line(LOOK, CHANGE), files=None, sandbox="none") as at:
        await at.start()
        for deed in (pruned, rebased, moved):
            await a_change(at, deed, applied=True)
        for deed in (switched, deleted):
            await a_change(at, deed, applied=False)


async def a_change(at: Room, deed: Callable[[Path], None], *, applied: bool) -> None:
    """Let somebody do something while a task is worked on, then approve it."""
    task = await at.add(deed.__name__, evidence="none")
    await at.until("tool.ended", task)
    deed(at.project)
    before = universe(at.project)
    await at.becomes(task, "in_review")
    assert universe(at.project) == before
    ended = await at.deed(Approve(task))
    if applied:
        assert ended.type == "change.applied"
        assert (at.project / "a.py").read_bytes() == b"A = 2\n"
        assert (await at.deed(Undo(task))).type == "change.undone"
    else:
        assert ended.type == "change.refused"
        assert "a.py" in ended.data["message"]
    assert universe(at.project) == before

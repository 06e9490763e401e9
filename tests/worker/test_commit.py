"""What is applied is committed when the settings say so; undo rewrites no history."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import Approve, Undo
from codeframe_tui.core.commit import message_of
from codeframe_tui.core.queries import ShowUndo
from codeframe_tui.core.task import Task
from codeframe_tui.settings import Commit, Settings
from tests.worker.room import answer, git_digest, room, three

COMMIT: dict[str, Any] = {"on_apply": True, "message": "{title} ({number})\n\n{explanation}"}


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "P")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "p@example.invalid")


def git(root: Path, *argv: str) -> str:
    done = subprocess.run(("git", *argv), cwd=root, check=True, capture_output=True)
    return done.stdout.decode()


async def test_a_part_is_applied_committed_and_undone_without_rewriting_history(
    tmp_path: Path,
) -> None:
    other = {"path": "notes.txt", "action": "create", "content": "no\n"}
    async with room(tmp_path, Line(answer(*three(3), other)), commit=COMMIT) as desk:
        task = await desk.add("Count to three")
        await desk.start()
        await desk.becomes(task, "in_review")
        parts = Parts(files=("pkg/three.py", "tests/test_three.py"))
        applied = await desk.deed(Approve(task, parts=parts))
        made = applied.data["commit"]["commit"]
        shown = git(desk.project, "show", "--name-only", "--format=%B", "HEAD").split("\n")
        assert shown[:3] == [f"Count to three ({task})", "", "as asked"]
        assert [line for line in shown if "." in line] == ["pkg/three.py", "tests/test_three.py"]
        assert git(desk.project, "status", "--porcelain") == ""
        assert (await desk.service.query(ShowUndo(task)))["commits"] == [made]
        undone = await desk.deed(Undo(task))
        assert (undone.type, undone.data["commits"]) == ("change.undone", [made])
        assert git(desk.project, "rev-parse", "HEAD").strip() == made
        assert not (desk.project / "pkg/three.py").exists()


async def test_what_cannot_be_committed_is_applied_all_the_same_and_says_why(
    tmp_path: Path,
) -> None:
    async with room(tmp_path, Line(answer(*three(3))), commit=COMMIT) as desk:
        git(desk.project, "checkout", "-q", "--detach")
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        before = git_digest(desk.project)
        applied = await desk.deed(Approve(task))
        assert applied.type == "change.applied"
        assert "detached HEAD" in applied.data["commit"]["refused"]
        assert (desk.project / "pkg/three.py").exists()
        assert git_digest(desk.project) == before


def test_a_message_is_filled_in_once_and_is_harmless() -> None:
    task = Task("1.2.3", "Say {number}\x1b[2J\nnow", description="why", issue="1.2")
    assert message_of("{title}\n\n{description}\n\nTask {number} of {issue}", task, "") == (
        "Say {number} now\n\nwhy\n\nTask 1.2.3 of 1.2\n"
    )
    assert message_of("{title}\n\n{explanation}\n\nTask {number}", Task("7", "t"), "") == (
        "t\n\nTask 7\n"
    )


def test_a_template_that_names_what_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"nothing is called \{titel\}"):
        Settings(commit=Commit(message="{titel}"))

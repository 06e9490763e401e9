"""Questions about a proposal: the worker answers in words, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.adapters.scripted.script import Conversation, Line, Turn
from codeframe_tui.core.commands import (
    AddComment,
    Answer,
    Approve,
    Explain,
    Hold,
    Reject,
    Release,
    SetPolicy,
)
from codeframe_tui.core.queries import ShowActivity
from tests.worker.room import Room, answer, call, room, say, three, tree_of

RIGHT = answer(*three())
BETTER = answer({**three(3)[0], "action": "modify", "content": "def three():\n    return 1 + 2\n"})


async def reviewed(desk: Room) -> str:
    task = await desk.add()
    await desk.start()
    await desk.becomes(task, "in_review")
    return task


async def asks(desk: Room, task: str, text: str = "why 3?") -> None:
    wish = AddComment(task, text, "pkg/three.py", 2, type="question")
    await desk.service.submit(wish)
    await desk.service.submit(Explain(task))


async def test_a_question_is_answered_and_the_same_proposal_can_be_approved(
    tmp_path: Path,
) -> None:
    read = call("Read", path="pkg/three.py")
    async with room(tmp_path, Line(RIGHT, read, say("Because it says three."))) as desk:
        task = await reviewed(desk)
        before, files = await desk.show(task), tree_of(desk.project)
        await asks(desk, task)
        after = await desk.becomes(task, "in_review")
        asked = desk.script.newest(2)
        assert "1. pkg/three.py:2 (question): why 3?\n   >     return 3" in asked
        assert "Change nothing" in asked
        for name in ("proposal", "attempt", "corrections", "verdict", "evidence"):
            assert after[name] == before[name]
        had, has = before["attempts"][0], after["attempts"][0]
        assert (has["verification"], has["flags"]) == (had["verification"], had["flags"])
        (comment,) = after["comments"]
        assert (comment["state"], comment["answer"]) == ("addressed", "Because it says three.")
        items = (await desk.service.query(ShowActivity(task)))["items"]
        assert "Because it says three." in [item["detail"] for item in items]
        assert tree_of(desk.project) == files
        end = await desk.deed(Approve(task, before["proposal"]))
        assert end.type == "change.applied"


class ToolsSeen:
    """A script that keeps the names of the tools of each request."""

    def __init__(self, *turns: Turn) -> None:
        self._line = Line(*turns)
        self.tools: list[list[str]] = []

    def turn(self, conversation: Conversation) -> Turn:
        self.tools.append(sorted(tool["name"] for tool in conversation.tools))
        return self._line.turn(conversation)


async def test_the_tools_only_read_while_a_question_is_answered(tmp_path: Path) -> None:
    write = call("Write", path="pkg/three.py", content="evil = 1\n")
    script = ToolsSeen(RIGHT, write, call("Bash", command="echo evil > x"), say("so"), BETTER)
    async with room(tmp_path, script) as desk:
        task = await reviewed(desk)
        await asks(desk, task)
        await desk.becomes(task, "in_review")
        assert "there is no tool 'Write' here" in desk.script.newest(2)
        assert "there is no tool 'Bash' here" in desk.script.newest()
        assert script.tools[0] == ["AskHuman", "Bash", "Glob", "Grep", "Read", "Write"]
        assert script.tools[1:] == [["Glob", "Grep", "Read"]] * 3
        await desk.service.submit(Reject(task, "shorter"))
        shown = await desk.becomes(task, "in_review")
        assert script.tools[-1] == script.tools[0]
        assert [file["path"] for file in shown["attempts"][1]["files"]] == [
            "pkg/three.py",
            "tests/test_three.py",
        ]


async def test_a_change_set_sent_as_an_explanation_is_only_read(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT, BETTER)) as desk:
        task = await reviewed(desk)
        await asks(desk, task)
        shown = await desk.becomes(task, "in_review")
        assert len(shown["attempts"]) == 1
        assert shown["comments"][0]["answer"].startswith('{"files"')


async def test_a_policy_applies_nothing_when_an_explanation_comes_back(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT, say("so"))) as desk:
        task = await reviewed(desk)
        await desk.service.submit(SetPolicy("auto"))
        await asks(desk, task)
        assert (await desk.becomes(task, "in_review"))["verdict"] == "proven"


async def test_a_blocked_task_is_blocked_by_the_same_question_after_an_explanation(
    tmp_path: Path,
) -> None:
    wrong = answer(*three(4))
    script = Line(wrong, wrong, wrong, wrong, say("I guessed."), RIGHT)
    async with room(tmp_path, script) as desk:
        task = await desk.add()
        await desk.start()
        blocker = await desk.until("blocker.opened", task)
        await desk.becomes(task, "blocked")
        await asks(desk, task)
        shown = await desk.becomes(task, "blocked")
        assert shown["comments"][0]["answer"] == "I guessed."
        assert shown["corrections"] == 3
        await desk.service.submit(Answer(blocker.data["id"], "use 3"))
        shown = await desk.becomes(task, "in_review")
        assert "use 3" in desk.script.newest()
        assert len(shown["attempts"]) == 5


@pytest.mark.parametrize("text", ["", " \n"])
async def test_no_answer_is_told_as_none(tmp_path: Path, text: str) -> None:
    async with room(tmp_path, Line(RIGHT, say(text))) as desk:
        task = await reviewed(desk)
        await asks(desk, task)
        shown = await desk.becomes(task, "in_review")
        assert shown["comments"][0]["answer"] == "The worker gave no answer."


async def test_a_question_outlives_a_pause_of_its_task(tmp_path: Path) -> None:
    async with room(tmp_path, Line(RIGHT, say("so"))) as desk:
        task = await reviewed(desk)
        await desk.service.submit(Hold(task))
        await asks(desk, task)
        await desk.service.submit(Release(task))
        shown = await desk.becomes(task, "in_review")
        assert shown["comments"][0]["answer"] == "so"

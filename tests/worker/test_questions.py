"""Which answer belongs to which question of the model."""

from __future__ import annotations

from pathlib import Path

from codeframe_tui.adapters.scripted.script import Line, ToolCall, Turn
from codeframe_tui.core.commands import Answer
from tests.worker.room import answer, call, room, three

RIGHT = answer(*three())


async def test_the_same_question_asked_again_is_a_new_question(tmp_path: Path) -> None:
    ask = call("AskHuman", question="Go on?")
    async with room(tmp_path, Line(ask, ask, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        for reply in ("yes", "no, stop there"):
            asked = await desk.until("blocker.opened", task)
            await desk.becomes(task, "blocked")
            await desk.service.submit(Answer(asked.data["id"], reply))
        await desk.becomes(task, "in_review")
        assert "no, stop there" in desk.script.newest()


async def test_an_answer_is_not_that_of_another_question_whose_call_has_the_same_id(
    tmp_path: Path,
) -> None:
    """Some servers number the calls of each reply from 0."""
    asks = [
        Turn((ToolCall("AskHuman", {"question": question}, ident="call_0"),))
        for question in ("Go on?", "Delete all of it?")
    ]
    async with room(tmp_path, Line(*asks, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        for question, reply in (("Go on?", "yes"), ("Delete all of it?", "no, keep it")):
            asked = await desk.until("blocker.opened", task)
            assert asked.data["question"] == question
            await desk.becomes(task, "blocked")
            await desk.service.submit(Answer(asked.data["id"], reply))
        await desk.becomes(task, "in_review")
        assert "no, keep it" in desk.script.newest()

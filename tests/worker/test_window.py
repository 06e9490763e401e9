"""A conversation that outgrows the model's window goes on, and a person sees what was left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.scripted import frames
from codeframe_tui.adapters.scripted.frames import tokens
from codeframe_tui.adapters.scripted.script import Conversation, Fault, Line, Script, Turn
from codeframe_tui.core.queries import ShowActivity
from codeframe_tui.core.talk.conversation import WINDOW_FULL
from tests.worker.room import PLAIN, answer, call, room, say

BIG = {**PLAIN, "big.txt": (0o644, b"a line of some length that says little\n" * 300)}
DONE = answer({"path": "a.txt", "action": "create", "content": "x\n"})
TOO_LONG = Fault("status", status=400, message="prompt is too long: 9 > 8", times=None)


class Window:
    """A model that refuses what is longer than its window, as the API does."""

    def __init__(self, script: Script, tokens: int) -> None:
        self._script, self._tokens = script, tokens
        self.taken: list[int] = []
        self.refused = 0

    def turn(self, conversation: Conversation) -> Turn:
        size = tokens(conversation._messages)
        if size > self._tokens:
            self.refused += 1
            return Turn(DONE.blocks, fault=TOO_LONG)
        self.taken.append(size)
        return self._script.turn(conversation)


def limits(window: int) -> dict[str, Any]:
    return {"window_tokens": window, "reply_tokens": 256, "context_tokens": 1_000}


@pytest.mark.fault(
    "model",
    "the conversation outgrows the model's window",
    sees="what was left out, in the activity",
    kept="every stored turn; each place says how the model gets it back",
)
async def test_a_long_task_stays_within_its_window_and_says_what_it_leaves_out(
    tmp_path: Path,
) -> None:
    script = Line(*[call("Read", path="big.txt")] * 12, DONE)
    async with room(tmp_path, script, files=BIG, limits=limits(24_000)) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        told = await desk.until("context.shortened", task)
        await desk.becomes(task, "in_review")
        items = (await desk.service.query(ShowActivity(task)))["items"]
        assert f"left {told.data['left_out']} older parts out" in str(items)
        steps = [event for event in desk.heard if event.type == "context.shortened"]
        assert 1 <= len(steps) <= 4  # in steps, so that the cached prefix holds between them
        assert all(tokens(messages) <= 24_000 for messages in desk.script.asked)
        assert "call it again to see it" in str(desk.script.asked[-1])


@pytest.mark.fault(
    "model",
    "the conversation is too long for the model",
    sees="what was left out, in the activity",
    kept="all stored turns",
)
async def test_a_window_that_is_smaller_than_said_is_found_out(tmp_path: Path) -> None:
    model = Window(Line(*[call("Read", path="big.txt")] * 8, DONE), 20_000)
    async with room(tmp_path, model, files=BIG, limits=limits(60_000)) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        await desk.until("context.shortened", task)
        await desk.becomes(task, "in_review")
    assert max(model.taken) <= 20_000
    assert 1 <= model.refused <= 2  # once found out, it is not asked for again


@pytest.mark.fault(
    "model",
    "the task alone is too long for the model",
    sees="a question that says what to do",
    kept="the task and all stored turns",
)
async def test_a_task_that_fits_no_window_is_a_question_that_says_what_to_do(
    tmp_path: Path,
) -> None:
    async with room(tmp_path, Window(Line(DONE), 10)) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert "limits.context_tokens" in asked.data["question"]
        assert "prompt is too long" in asked.data["question"]


async def test_a_reply_cut_by_a_full_window_is_asked_again_with_room(tmp_path: Path) -> None:
    reads = [call("Read", path="big.txt")] * 4
    script = Line(*reads, say('{"files": [', stop=WINDOW_FULL), DONE)
    async with room(tmp_path, script, files=BIG, limits=limits(200_000)) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        refused = await desk.until("answer.refused", task)
        assert "cut at its length limit" in refused.data["message"]
        await desk.until("context.shortened", task)
        await desk.becomes(task, "in_review")
        cut, again = desk.script.asked[-2:]
        assert tokens(again) < tokens(cut) * 0.6


@pytest.mark.parametrize("bytes_each", [2.5, 5.0])
async def test_the_window_is_filled_by_what_the_model_counts_not_by_what_is_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bytes_each: float
) -> None:
    def counted(value: object) -> int:
        return int(len(json.dumps(value)) / bytes_each)

    monkeypatch.setattr(frames, "tokens", counted)
    script = Line(*[call("Read", path="big.txt")] * 14, DONE)
    async with room(tmp_path, script, files=BIG, limits=limits(24_000)) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        await desk.until("context.shortened", task)
        await desk.becomes(task, "in_review")
        most = max(counted(messages) for messages in desk.script.asked)
        assert 0.6 * 24_000 < most <= 24_000

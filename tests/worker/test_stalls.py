"""Silence: it is counted down, it ends in another try, and then in a question."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from codeframe_tui.adapters.scripted.script import Conversation, Fault, Line, Turn
from codeframe_tui.core.commands import Answer
from codeframe_tui.core.events import Signal
from tests.worker.room import Room, answer, call, room, three

DONE = answer({"path": "a.txt", "action": "create", "content": "x\n"})


@asynccontextmanager
async def countdowns(desk: Room) -> AsyncIterator[list[dict[str, Any]]]:
    """What was told about waiting; an empty one = over."""
    heard: list[dict[str, Any]] = []

    async def listen() -> None:
        async with aclosing(cast(AsyncGenerator[Signal], desk.service.signals())) as signals:
            async for signal in signals:
                if signal.kind == "waiting":
                    heard.append(signal.data)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    try:
        yield heard
    finally:
        listening.cancel()


def length(data: dict[str, Any]) -> float:
    """Seconds of a countdown."""
    began, until = (datetime.fromisoformat(data[name]) for name in ("since", "until"))
    return (until - began).total_seconds()


def about(heard: list[dict[str, Any]], why: str) -> list[float]:
    return [length(data) for data in heard if str(data.get("why", "")).startswith(why)]


@pytest.mark.fault(
    "model",
    "the model is silent",
    sees="a countdown, another try, then a question",
    kept="the conversation",
)
@pytest.mark.parametrize(
    ("after", "limits", "why", "said"),
    [
        (0, {"first_token": 0.3, "stream_gap": 9.0}, "the model's first word", "waits.first_token"),
        (4, {"first_token": 9.0, "stream_gap": 0.3}, "more from the model", "waits.stream_gap"),
    ],
)
async def test_a_silent_model_is_counted_down_asked_again_and_becomes_a_question(
    tmp_path: Path, after: int, limits: dict[str, float], why: str, said: str
) -> None:
    class Back:
        """Silent until it is told to speak up."""

        def turn(self, conversation: Conversation) -> Turn:
            told = "speak up" in str(conversation._messages)
            silent = Turn(DONE.blocks, fault=Fault("stall", after=after, times=None))
            return DONE if told else silent

    async with (
        room(tmp_path, Back(), waits=limits, limits={"model_retries": 1}) as desk,
        countdowns(desk) as heard,
    ):
        task = await desk.add(evidence="none")
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert asked.data["cause"] == "stall"
        assert said in asked.data["question"]
        assert len(desk.script.asked) == 2
        assert about(heard, why) == [pytest.approx(0.3, abs=0.05)] * 2
        assert about(heard, "another try") == [pytest.approx(0.02, abs=0.005)]
        assert heard[-1] == {}
        await desk.becomes(task, "blocked")
        await desk.service.submit(Answer(asked.data["id"], "speak up"))
        await desk.becomes(task, "in_review")


@pytest.mark.fault(
    "tests",
    "a command hangs",
    sees="a countdown; the model is told",
    kept="the workspace",
)
async def test_a_command_that_hangs_is_counted_down_and_ended_and_the_model_is_told(
    tmp_path: Path,
) -> None:
    script = Line(call("Bash", command="echo begun; sleep 4712"), DONE)
    async with room(tmp_path, script, waits={"tool": 0.7}) as desk, countdowns(desk) as heard:
        task = await desk.add(evidence="none")
        await desk.start()
        await desk.becomes(task, "in_review")
        assert "begun" in desk.script.newest()
        assert "[stopped after" in desk.script.newest()
        assert about(heard, "Bash") == [pytest.approx(0.7, abs=0.01)]
        assert heard[-1] == {}


async def test_another_tool_that_hangs_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def for_ever(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("codeframe_tui.worker.tools.search.glob_files", for_ever)
    async with room(tmp_path, Line(call("Glob", pattern="*"), DONE), waits={"tool": 0.3}) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        await desk.becomes(task, "in_review")
        assert "error: Glob was given up after 0.3 s" in desk.script.newest()


@pytest.mark.fault(
    "tests",
    "a test hangs",
    sees="a countdown, then *not verified* with the reason",
    kept="the proposal",
)
async def test_tests_that_hang_are_counted_down_and_not_verified(tmp_path: Path) -> None:
    hang = "import time\n\n\ndef test_hang():\n    time.sleep(4713)\n"
    file = {"path": "tests/test_hang.py", "action": "create", "content": hang}
    script = Line(answer(*three(), file))
    async with room(tmp_path, script, waits={"tests": 2.0}) as desk, countdowns(desk) as heard:
        task = await desk.add()
        await desk.start()
        shown = await desk.becomes(task, "in_review")
        verification = shown["attempts"][-1]["verification"]
        assert (verification["verdict"], verification["reason"]) == ("not_verified", "timeout")
        assert about(heard, "tests (red)") == [pytest.approx(2.0)]
        assert heard[-1] == {}

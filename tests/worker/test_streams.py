"""A whole conversation in which every reply is hit by a fault first: what the worker then does."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import cast

import pytest

from codeframe_tui.adapters.scripted.script import Conversation, Fault, Line, ToolCall, Turn
from codeframe_tui.core.events import Signal
from codeframe_tui.core.queries import ShowActivity
from tests.worker.room import answer, below, room, text_of

DONE = answer({"path": "a.txt", "action": "create", "content": "x\n"})
HALF, WHOLE, STOPPED = 5, 7, 8
"""Frames sent: half of a tool call, all of it, and with the reason of its stop, but no end."""
FAULTS = (
    *(Fault("cut", after=n) for n in (HALF, WHOLE, STOPPED)),
    *(Fault("cut_inside", after=n) for n in (HALF, WHOLE, STOPPED)),
    *(Fault("reset", after=n) for n in (HALF, WHOLE, STOPPED)),
    *(Fault("error", after=n) for n in (0, HALF, WHOLE, STOPPED)),
    *(Fault("stall", after=n) for n in (0, HALF, STOPPED)),
    Fault("malformed", after=HALF),
    Fault("skip", after=0),
    Fault("empty"),
    Fault("status", status=529),
    Fault("status", status=429, retry_after=3600.0),
)


def logged(word: object, fault: Fault | None = None, raw: str | None = None) -> Turn:
    """A reply that has a command write one line."""
    given = {"command": f"echo {word} >> log"}
    return Turn((ToolCall("Bash", given, raw=raw),), fault=fault)


async def test_no_tool_runs_before_the_end_of_its_reply_has_come_and_then_each_runs_once(
    tmp_path: Path,
) -> None:
    turns = [logged(number, fault) for number, fault in enumerate(FAULTS)]
    short = {"first_token": 0.5, "stream_gap": 0.5}
    async with room(tmp_path, Line(*turns, DONE), waits=short) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        await desk.becomes(task, "in_review")
        written = [path for path in below(desk.state, "log") if path.is_file()]
        assert [path.read_text().split() for path in written] == [
            [str(number) for number in range(len(FAULTS))]
        ]
        asked = Counter(len(messages) for messages in desk.script.asked)
        assert asked == {1 + 2 * n: 2 for n in range(len(FAULTS))} | {1 + 2 * len(FAULTS): 1}
        items = (await desk.service.query(ShowActivity(task)))["items"]
        waits = [item["title"] for item in items if item["kind"] == "waiting"]
        assert len(waits) == len(FAULTS)  # every repeat is told


@pytest.mark.fault(
    "model",
    "a tool call arrives with half its input",
    sees="the model is told why it did not run",
    kept="the workspace: half a call never runs",
)
async def test_a_tool_with_half_an_input_does_not_run_and_the_model_is_told_why(
    tmp_path: Path,
) -> None:
    half = '{"command": "echo half >> log'
    cut = logged("cut", raw=half)
    steps = Line(
        logged("broken", raw=half),
        Turn(cut.blocks, stop_reason="max_tokens"),
        Turn((ToolCall("Unheard", {"of": 1}), ToolCall("Bash", {"command": "echo 1", "x": 2}))),
        DONE,
    )
    async with room(tmp_path, steps) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        await desk.becomes(task, "in_review")
        assert not [path for path in below(desk.state, "log") if path.is_file()]
    told = [text_of(messages[-1]) for messages in desk.script.asked[1:]]
    assert "error: Unterminated string" in told[0]
    assert "cut at its length limit" in told[1]
    assert "there is no tool 'Unheard' here; use " in told[2]
    assert "Bash does not know 'x'" in told[2]


class Locking:
    """A script whose reply finds the database locked by another program."""

    disk: sqlite3.Connection

    def turn(self, conversation: Conversation) -> Turn:
        """See `Script`."""
        del conversation
        self.disk.execute("BEGIN IMMEDIATE")
        return DONE


@pytest.mark.fault(
    "disk",
    "the disk takes nothing more when a reply has come",
    sees="a countdown that says so, and the log",
    kept="the reply, until it can be stored; it is not paid for twice",
)
async def test_a_reply_that_the_disk_does_not_take_is_kept_and_not_asked_for_again(
    tmp_path: Path,
) -> None:
    script = Locking()
    waits = {"retry_first": 0.05, "retry_cap": 0.05}
    async with room(tmp_path, script, waits=waits) as desk:
        (path,) = below(desk.state, "state.db")
        script.disk = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        signals = cast(AsyncGenerator[Signal], desk.service.signals())
        task = await desk.add(evidence="none")
        await desk.start()
        async with asyncio.timeout(30), aclosing(signals):
            async for signal in signals:
                if "room to record" in str(signal.data.get("why")):
                    break
        script.disk.close()
        await desk.becomes(task, "in_review")
        assert len(desk.script.asked) == 1

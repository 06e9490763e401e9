"""A flag that a person acknowledged is known again on the next attempt, on the whole road."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core.commands import Acknowledge, Reject
from tests.worker.room import Room, answer, room, three

CALL = "def run(text):\n    return eval(text)\n"


def proposal(pkg: str, conftest: str) -> Any:
    files = [("pkg/run.py", pkg), ("conftest.py", conftest)]
    changed = [{"path": path, "action": "create", "content": text} for path, text in files]
    return answer(*three(3), *changed)


async def acknowledged(desk: Room, task: str) -> dict[str, Any]:
    newest = (await desk.show(task))["attempts"][-1]
    return {flag["rule"]: flag["acknowledged"] for flag in newest["flags"]}


async def test_what_reads_the_same_keeps_its_reason_and_what_changed_asks_again(
    tmp_path: Path,
) -> None:
    first, second = proposal(CALL, "X = 1\n"), proposal(CALL, "X = 2\n")
    async with room(tmp_path, Line(first, second), policy="auto") as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        assert {"conftest", "dangerous_call"} <= set(await acknowledged(desk, task))
        await desk.service.submit(Acknowledge(task, "input is ours"))
        await desk.service.submit(Reject(task, "two, please"))
        await desk.becomes(task, "in_review")
        said = await acknowledged(desk, task)
        assert said["dangerous_call"]["reason"] == "input is ours"
        assert said["conftest"] is None
        assert "pkg/run.py:2 (dangerous_call): input is ours" in desk.script.newest()

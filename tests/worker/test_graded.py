"""The whole worker against a server that is not ours and grades its client: llmock (Python)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from llmock.testing import LLMockServer
from llmock.verdict import Verdict, judge

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.bootstrap import open_engine
from tests.worker.room import Recorder, Room, answer, make_project, settings_in

ANSWER = {
    "files": [{"path": "a.txt", "action": "create", "content": "x\n"}],
    "explanation": "as asked",
}
DONE = {"type": "reply", "text": json.dumps(ANSWER), "times": None}
MARK = {"name": "Bash", "arguments": {"command": "echo done >> mark"}}


@pytest.fixture(scope="module")
def server() -> Iterator[LLMockServer]:
    with LLMockServer() as running:
        yield running


def tool(text: str = "marking") -> dict[str, Any]:
    return {"type": "reply", "text": text, "tool_calls": [MARK]}


LONG = tool("marking " * 20_000)
"""Not sent to its end before we hang up; else the grader takes a fault in it for overlooked."""


async def work(
    folder: Path, server: LLMockServer, *behaviors: Mapping[str, Any]
) -> tuple[Verdict, list[str], list[Any]]:
    """One task to its review: the grade, what the commands wrote, and the bodies asked with."""
    from llmock.scenarios import behavior_from_dict

    server.state.scenarios.clear()
    server.state.journal.clear()
    server.state.scenarios.add(*(behavior_from_dict(dict(each)) for each in behaviors))
    # the grader must have seen the end of a call before the next one comes, on a busy machine too
    waits = {"retry_first": 0.5, "retry_cap": 60.0, "first_token": 2.0, "stream_gap": 1.2}
    settings = settings_in(folder, waits=waits, limits={"model_retries": 4})
    project = make_project(folder / "project")
    url = server.base_url("anthropic")
    async with open_engine(project, settings, scripted=url) as engine:
        unused = Recorder(Line(answer()))
        desk = Room(project, folder / "state", engine.service, unused)
        task = await desk.add(evidence="none")
        await desk.start()
        await desk.becomes(task, "in_review")
        marks = [  # `walk` passes over a folder that is being removed
            Path(folder_, "mark").read_text()
            for folder_, _, names in os.walk(desk.state)
            if "mark" in names and ".trash" not in folder_
        ]
    records = server.state.journal.records()
    return judge(records), marks, [record.body for record in records]


FAULTS: dict[str, tuple[dict[str, Any], int]] = {
    "truncate": ({"type": "stream_fault", "kind": "truncate", "after_chunks": 3}, 3),
    "disconnect": ({"type": "stream_fault", "kind": "disconnect", "after_chunks": 3}, 3),
    "malformed chunk": ({"type": "stream_fault", "kind": "malformed", "after_chunks": 3}, 3),
    "stall": (
        {"type": "stream_fault", "kind": "stall", "after_chunks": 3, "stall_seconds": 30.0},
        3,
    ),
    "429 with retry_after": ({"type": "fail", "status": 429, "retry_after": 0.7}, 3),
    "529 three times": ({"type": "fail", "status": 529, "times": 3}, 5),
    "500 twice": ({"type": "fail", "status": 500, "times": 2}, 4),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_the_grader_finds_nothing_and_the_tool_runs_once(
    tmp_path: Path, server: LLMockServer, name: str
) -> None:
    fault, calls = FAULTS[name]
    streamed = fault["type"] == "stream_fault"  # such a fault uses a reply up
    used_up = [LONG] if streamed else []
    verdict, marks, asked = await work(tmp_path, server, fault, *used_up, tool(), DONE)
    verdict.assert_ok(strict=True)
    assert verdict.faults == fault.get("times", 1)
    assert len(asked) == calls
    assert marks == ["done\n"]


@pytest.mark.parametrize(
    ("kind", "said"),
    [("malformed_arguments", "error: "), ("unknown_tool", "there is no tool")],
)
async def test_a_broken_tool_call_does_not_run_and_the_model_is_told(
    tmp_path: Path, server: LLMockServer, kind: str, said: str
) -> None:
    verdict, marks, asked = await work(
        tmp_path, server, {"type": "tool_fault", "kind": kind}, tool(), DONE
    )
    verdict.assert_ok(strict=True)
    assert marks == []
    results = [block for block in asked[-1]["messages"][-1]["content"] if "tool_use_id" in block]
    assert [result["is_error"] for result in results] == [True]
    assert said in results[0]["content"]

"""The whole worker against servers that are not ours: aimock (Node) and the broken stubllm."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.core.errors import ModelFailed
from codeframe_tui.core.queries import ShowActivity
from tests.contract.independent import aimock
from tests.contract.model_kit import model_at, request_of
from tests.worker.room import Recorder, Room, answer, below, make_project, settings_in

ANSWER = {
    "files": [{"path": "a.txt", "action": "create", "content": "ä x\n"}],
    "explanation": "as asked",
}
MARK = {"name": "Bash", "arguments": {"command": "echo done >> mark"}}
USAGE = {"input_tokens": 300, "output_tokens": 40}
FIXTURES = [
    {
        "match": {"userMessage": "overloaded"},
        "response": {"error": {"message": "busy", "type": "overloaded_error"}, "status": 529},
    },
    {"match": {"hasToolResult": True}, "response": {"content": json.dumps(ANSWER), "usage": USAGE}},
    {
        "match": {"userMessage": "Task"},
        "response": {
            "reasoning": "first I mark it, then I answer",
            "content": "marking",
            "toolCalls": [MARK],
            "usage": USAGE,
        },
    },
]


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with aimock(tmp_path_factory.mktemp("aimock"), FIXTURES) as url:
        yield url


@asynccontextmanager
async def desk_at(folder: Path, url: str) -> AsyncIterator[Room]:
    project = make_project(folder / "project")
    async with open_engine(project, settings_in(folder), scripted=url) as engine:
        yield Room(project, folder / "state", engine.service, Recorder(Line(answer())))


def marks(desk: Room) -> list[str]:
    return [path.read_text() for path in below(desk.state, "mark")]


async def test_a_second_servers_thinking_tool_and_structured_turns_make_a_proposal(
    tmp_path: Path, second: str
) -> None:
    async with desk_at(tmp_path, second) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        shown = await desk.becomes(task, "in_review")
        assert shown["attempts"][0]["files"][0]["path"] == "a.txt"
        assert marks(desk) == ["done\n"]
        items = (await desk.service.query(ShowActivity(task)))["items"]
        assert [item["tokens"] for item in items if item["kind"] == "model"] == [340, 340]
    with urllib.request.urlopen(f"{second}/__aimock/journal", timeout=10) as answered:
        journal = json.load(answered)
    sent = json.dumps(journal)
    assert "first I mark it, then I answer" in sent  # its thinking went back as it came


async def test_a_second_servers_error_has_a_name(second: str) -> None:
    busy: Any = ({"role": "user", "content": "overloaded"},)
    async with model_at(second) as model:
        with pytest.raises(ModelFailed) as caught:
            await model.turn(request_of(busy), lambda _: None)
    assert (caught.value.kind, caught.value.retryable) == ("overloaded", True)


# -- a server whose streams are broken ------------------------------------------------------------


@pytest.fixture(scope="module")
def broken() -> Iterator[str]:
    """stubllm sends neither message_start nor whole blocks."""
    from stubllm.fixtures.models import Fixture
    from stubllm.server import MockLLMServer

    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "Bash", "arguments": json.dumps(MARK["arguments"])},
    }
    fixture = Fixture.model_validate(
        {"name": "tool", "match": {}, "response": {"tool_calls": [call], "content": ""}}
    )
    server = MockLLMServer(host="127.0.0.1", port=0, fixtures=[fixture])
    server.start()
    yield server.url
    server.stop()


@pytest.mark.fault(
    "model",
    "a server that does not speak the protocol",
    sees="other tries, then a question with the reason",
    kept="the task; no tool runs",
)
async def test_a_hostile_server_runs_no_tool_and_ends_in_a_question(
    tmp_path: Path, broken: str
) -> None:
    async with desk_at(tmp_path, broken) as desk:
        task = await desk.add(evidence="none")
        await desk.start()
        asked = await desk.until("blocker.opened", task)
        assert asked.data["cause"] == "model"
        assert "instead of message_start" in asked.data["question"]
        shown = await desk.becomes(task, "blocked")
        assert (shown["attempts"], marks(desk)) == ([], [])
        waits = [event for event in desk.heard if event.type == "model.waiting"]
        assert [event.data["kind"] for event in waits] == ["protocol", "protocol"]

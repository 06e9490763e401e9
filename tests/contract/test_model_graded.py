"""The Model port against a server that is not ours and grades its client: llmock (Python)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from codeframe_tui.core.errors import ModelFailed
from codeframe_tui.ports.model import Reply
from tests.contract.model_kit import model_at, request_of


@pytest.fixture(scope="module")
def independent() -> Iterator[Any]:
    from llmock.testing import LLMockServer

    with LLMockServer() as server:
        yield server


async def told(
    server: Any, *behaviors: dict[str, Any], times: int = 1
) -> list[Reply | ModelFailed]:
    """Set a scenario and ask; a retryable failure is asked again, as the worker does."""
    import httpx2

    async with httpx2.AsyncClient(base_url=server.url, trust_env=False) as admin:
        await admin.post("/_llmock/reset")
        answer = await admin.post("/_llmock/scenario", json={"behaviors": list(behaviors)})
        assert answer.is_success, answer.text
    found: list[Reply | ModelFailed] = []
    async with model_at(server.base_url("anthropic")) as model:
        for _ in range(times):
            try:
                found.append(await model.turn(request_of(), lambda _: None))
                break
            except ModelFailed as failure:
                found.append(failure)
                if not failure.retryable:
                    break
    return found


def grade(server: Any) -> Any:
    from llmock.verdict import judge

    return judge(server.state.journal.records())


async def test_the_independent_server_gives_text_and_tools(independent: Any) -> None:
    calls = [{"name": "Read", "arguments": {"path": "a.py"}}]
    (reply,) = await told(independent, {"type": "reply", "text": "reading", "tool_calls": calls})
    assert isinstance(reply, Reply)
    assert reply.stop_reason == "tool_use"
    assert [block["type"] for block in reply.content] == ["text", "tool_use"]
    assert reply.content[1]["input"] == {"path": "a.py"}
    assert reply.usage is not None
    assert reply.usage.output_tokens > 0


@pytest.mark.parametrize(
    ("kind", "name"),
    [("truncate", "truncated"), ("disconnect", "dropped"), ("malformed", "protocol")],
)
async def test_stream_faults_of_the_independent_server_are_noticed_and_passed(
    independent: Any, kind: str, name: str
) -> None:
    fault = {"type": "stream_fault", "kind": kind, "after_chunks": 3}
    failure, reply = await told(independent, fault, times=2)
    assert isinstance(failure, ModelFailed)
    assert isinstance(reply, Reply)
    assert failure.kind == name
    verdict = grade(independent)
    assert verdict.passed, verdict.render()


@pytest.mark.parametrize(
    ("status", "name"), [(429, "rate_limited"), (529, "overloaded"), (500, "server")]
)
async def test_errors_of_the_independent_server_have_names(
    independent: Any, status: int, name: str
) -> None:
    fail = {"type": "fail", "status": status, "times": 1}
    failure, reply = await told(independent, fail, times=2)
    assert isinstance(failure, ModelFailed)
    assert isinstance(reply, Reply)
    assert failure.kind == name


async def test_a_wrong_key_is_asked_once(independent: Any) -> None:
    (failure,) = await told(independent, {"type": "fail", "status": 401, "times": 3}, times=3)
    assert isinstance(failure, ModelFailed)
    assert failure.kind == "wrong_key"
    assert grade(independent).passed


async def test_malformed_tool_arguments_of_the_independent_server_are_told_as_broken(
    independent: Any,
) -> None:
    calls = [{"name": "Read", "arguments": {"path": "a.py"}}]
    (reply,) = await told(
        independent,
        {"type": "reply", "tool_calls": calls},
        {"type": "tool_fault", "kind": "malformed_arguments"},
    )
    assert isinstance(reply, Reply)
    (use,) = [block for block in reply.content if block["type"] == "tool_use"]
    assert use["input"] == {}
    assert use["id"] in reply.broken_tools

"""What our client makes of every bad stream, byte by byte, with the real SDK in the path."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from codeframe_tui.adapters.model.assembly import Assembly
from codeframe_tui.core.errors import ModelFailed
from tests.contract.model_kit import (
    GOOD,
    Answer,
    RawServer,
    block,
    end,
    model_at,
    request_of,
    said,
    settings_of,
    sse,
    start,
    turn_at,
    used,
)

CALL = '{"path": "a.py"}'
TOOL = sse(start(), *used("", CALL[:7], CALL[7:]), *end("tool_use"))
"""A reply that calls a tool."""
CUT = len(TOOL) // 2


def error(type_: str, message: str = "as it is") -> dict[str, Any]:
    return {"type": "error", "error": {"type": type_, "message": message}}


def document(type_: str) -> Answer:
    return Answer([json.dumps(error(type_)).encode()], kind="application/json")


BAD = {
    "an overloaded error first": (Answer([sse(error("overloaded_error"))]), "overloaded", True),
    "an error inside a tool call": (
        Answer([sse(start(), *used(CALL)[:-1], error("api_error"))]),
        "server",
        True,
    ),
    "a rate limit inside": (
        Answer([sse(start(), *said("a"), error("rate_limit_error"))]),
        "rate_limited",
        True,
    ),
    "an error after a whole tool call": (
        Answer([sse(start(), *used(CALL), error("overloaded_error"))]),
        "overloaded",
        True,
    ),
    "an error without a body": (Answer([sse(start(), {"type": "error"})]), "server", True),
    "a clean end without message_stop": (
        Answer([sse(start(), *used(CALL), end("tool_use")[0])]),
        "truncated",
        True,
    ),
    "a clean end without a stop reason": (
        Answer([sse(start(), *said("a"), {"type": "message_stop"})]),
        "truncated",
        True,
    ),
    "a clean end inside an event": (Answer([TOOL[:CUT]]), "truncated", True),
    "message_stop inside a block": (
        Answer([sse(start(), *used(CALL)[:-1], *end("tool_use"))]),
        "truncated",
        True,
    ),
    "a body that lacks its end": (Answer([TOOL[:CUT]], "cut"), "dropped", True),
    "a reset": (Answer([TOOL[:CUT]], "reset"), "dropped", True),
    "a reset before the answer": (Answer([], "reset", head=False), "dropped", True),
    "a hang-up before the answer": (Answer([], "cut", head=False), "dropped", True),
    "silence inside": (Answer([TOOL[:CUT]], "stall"), "stalled", True),
    "silence before the first event": (Answer([], "stall"), "stalled", True),
    "silence before the answer": (Answer([], "stall", head=False), "stalled", True),
    "an empty stream": (Answer([]), "truncated", True),
    "a page of HTML": (Answer([b"<html>log in</html>"], kind="text/html"), "protocol", False),
    "an overloaded error as a document": (document("overloaded_error"), "overloaded", True),
    "a wrong key as a document": (document("authentication_error"), "wrong_key", False),
    "a document that is no error": (
        Answer([b'{"ok": true}'], kind="application/json"),
        "protocol",
        False,
    ),
    "a broken document": (Answer([b"{"], kind="application/json"), "protocol", False),
    "no message_start": (Answer([sse(*said("a"), *end())]), "protocol", True),
    "two message_starts": (Answer([sse(start(), start(), *said("a"), *end())]), "protocol", True),
    "bad JSON in data": (
        Answer([sse(start(), *said("a"), b"event: content_block_start\ndata: {,\n\n")]),
        "protocol",
        True,
    ),
    "data that is no object": (
        Answer([sse(start(), b"event: ping\ndata: 7\n\n")]),
        "protocol",
        True,
    ),
    "data that is no UTF-8": (
        Answer([sse(start(), b'event: ping\ndata: {"type": "\xff\xfe"}\n\n', *said("a"), *end())]),
        "protocol",
        True,
    ),
    "a delta for an unknown index": (
        Answer([sse(start(), *said("a", index=0)[:1], *said("b", index=3)[1:2])]),
        "protocol",
        True,
    ),
    "a block out of order": (Answer([sse(start(), *said("a", index=2))]), "protocol", True),
    "a delta after its block": (
        Answer([sse(start(), *said("a"), said("b")[1])]),
        "protocol",
        True,
    ),
    "the same call twice": (
        Answer([sse(start(), *used(CALL), *used(CALL, index=1), *end("tool_use"))]),
        "protocol",
        True,
    ),
    "a stop for a tool without one": (
        Answer([sse(start(), *said("a"), *end("tool_use"))]),
        "protocol",
        True,
    ),
    "a call without a name": (
        Answer([sse(start(), *used(CALL, name=""), *end("tool_use"))]),
        "protocol",
        True,
    ),
    "a message without a model": (
        Answer([sse({"type": "message_start", "message": {}}, *said("a"), *end())]),
        "protocol",
        True,
    ),
}


@pytest.mark.fault(
    "model",
    "a stream that breaks its protocol",
    sees="another try, with the name of the fault",
    kept="nothing of it is taken for a reply",
)
@pytest.mark.parametrize("name", BAD)
async def test_a_bad_stream_is_a_failure_with_a_name_and_asking_again_gives_the_reply(
    name: str,
) -> None:
    answer, kind, again = BAD[name]
    short = settings_of(first_token=0.3, stream_gap=0.3)
    async with RawServer(answer, Answer([GOOD])) as server, model_at(server.url, short) as model:
        with pytest.raises(ModelFailed) as caught:
            await model.turn(request_of(), lambda _: None)
        failure = caught.value
        assert (failure.kind, failure.retryable) == (kind, again), failure.message
        assert failure.message
        assert (await model.turn(request_of(), lambda _: None)).stop_reason == "end_turn"
    assert len(server.asked) == 2  # neither the SDK nor our client repeats by itself


ODD = {
    "CRLF": GOOD.replace(b"\n", b"\r\n"),
    "comments": b": hello\n\n" + GOOD.replace(b"\n\n", b"\n\n: still here\n\n"),
    "ids and retry lines": GOOD.replace(b"event:", b"id: 7\nretry: 10\nevent:"),
    "data without event names": sse(start(), *said("all ", "is well"), *end(), name=False),
    "data over several lines": GOOD.replace(b'", "', b'",\ndata:  "'),
    "unknown events, blocks and deltas": sse(
        start(),
        {"type": "moon_phase", "phase": 3},
        *said("all ", "is well"),
        {"type": "content_block_start", "index": 1, "content_block": {"type": "song"}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "note", "note": "c"}},
        {"type": "content_block_stop", "index": 1},
        *end(),
    ),
    "a byte order mark": "\ufeff".encode() + GOOD,
    "a second stop": sse(start(), *said("all is well"), *end(), *end()),
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_but_whole_stream_is_a_reply(name: str) -> None:
    reply, signals, _ = await turn_at(Answer([ODD[name]]))
    assert reply.content[0] == {"type": "text", "text": "all is well"}
    assert "".join(s.data["text"] for s in signals if s.kind == "model.text") == "all is well"
    assert reply.stop_reason == "end_turn"


async def test_chunks_of_three_bytes_may_split_a_character() -> None:
    body = sse(start(), *said("Grüße 👋 ", "日本"), *end())
    pieces = [body[at : at + 3] for at in range(0, len(body), 3)]
    reply, _, _ = await turn_at(Answer(pieces))
    assert reply.content[0]["text"] == "Grüße 👋 日本"


PARTIAL = {
    "an open string at the length limit": (["", '{"path": "src/a'], "max_tokens"),
    "an open object before a tool stop": (["", '{"path": "a.py"'], "tool_use"),
    "an open list": (['{"options": ["a", '], "tool_use"),
    "a syntax error": (['{"path": a.py}'], "tool_use"),
    "two objects": (["{}{}"], "tool_use"),
}


@pytest.mark.parametrize("name", PARTIAL)
async def test_a_partial_input_is_no_input_and_is_told_as_broken(name: str) -> None:
    pieces, reason = PARTIAL[name]
    reply, _, _ = await turn_at(Answer([sse(start(), *used(*pieces), *end(reason))]))
    assert reply.stop_reason == reason
    assert reply.content[0]["input"] == {}
    assert list(reply.broken_tools) == ["toolu_1"]


HALF = "half \ud800"
WHOLE = {
    "half of a surrogate pair": ({"path": HALF}, "half of a surrogate pair"),
    "a name with half of a pair": ({HALF: 1}, "half of a surrogate pair"),
    "a number that is none": ({"path": float("nan")}, "NaN is not JSON"),
    "an infinite number": ({"path": [float("inf")]}, "Infinity is not JSON"),
}


def begun(content: dict[str, Any], reason: str = "tool_use") -> Answer:
    """A reply of one block that is there whole from its start; all in ASCII, as servers do."""
    events = [start(), *block(0, content), *end(reason)]
    return Answer([b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in events)])


def tool(**fields: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {}} | fields


async def test_an_input_that_was_sent_whole_is_an_input() -> None:
    reply, _, _ = await turn_at(begun(tool(input={"path": "ä"})))
    assert (reply.content[0]["input"], reply.broken_tools) == ({"path": "ä"}, {})


@pytest.mark.parametrize("name", WHOLE)
async def test_an_input_that_was_sent_whole_is_checked_like_one_in_pieces(name: str) -> None:
    given, why = WHOLE[name]
    reply, _, _ = await turn_at(begun(tool(input=given)))
    assert reply.content[0]["input"] == {}
    assert why in reply.broken_tools["toolu_1"]


async def test_a_number_beyond_every_float_is_no_input() -> None:
    """It is read as infinity, which cannot be sent back."""
    reply, _, _ = await turn_at(Answer([sse(start(), *used('{"a": 1e999}'), *end("tool_use"))]))
    assert reply.content[0]["input"] == {}
    assert list(reply.broken_tools) == ["toolu_1"]


@pytest.mark.parametrize(
    "content",
    [
        tool(id=HALF),
        tool(name=HALF),
        tool(id="toolu\n1"),
        tool(name="Re\x1bad"),
        tool(caller=HALF),
        {"type": "redacted_thinking", "data": HALF},
        {"type": "thinking", "thinking": HALF, "signature": ""},
    ],
)
async def test_a_block_that_could_not_be_sent_back_is_never_a_reply(
    content: dict[str, Any],
) -> None:
    """A stored reply goes into every later call: one that cannot be sent would end its task."""
    with pytest.raises(ModelFailed) as caught:
        await turn_at(begun(content))
    assert (caught.value.kind, caught.value.retryable) == ("protocol", True)


async def test_text_at_the_length_limit_keeps_its_stop_reason() -> None:
    reply, _, _ = await turn_at(Answer([sse(start(), *said('{"files": ['), *end("max_tokens"))]))
    assert (reply.stop_reason, reply.content[0]["text"]) == ("max_tokens", '{"files": [')


async def test_a_reply_without_counts_costs_an_unknown_amount_and_not_nothing() -> None:
    bare = start()
    del bare["message"]["usage"]
    reply, _, _ = await turn_at(Answer([sse(bare, *said("a"), *end(tokens=None))]))
    assert reply.usage is None


async def test_counts_are_cumulative_and_the_newest_hold() -> None:
    first = start({"input_tokens": 11, "output_tokens": 1, "cache_read_input_tokens": 5})
    ends = [end(tokens=4)[0], end(tokens=9)[0], end()[1]]
    reply, _, _ = await turn_at(Answer([sse(first, *said("a"), *ends)]))
    assert reply.usage is not None
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (11, 9)
    assert reply.usage.cache_read_tokens == 5


# -- what has been paid for -----------------------------------------------------------------------

AFTER = {
    "a reset": Answer([GOOD], "reset"),
    "a body that lacks its end": Answer([GOOD], "cut"),
    "silence": Answer([GOOD], "stall"),
    "an error event": Answer([GOOD, sse(error("overloaded_error"))]),
    "rubbish": Answer([GOOD, b"data: {,\n\n"]),
    "another message": Answer([GOOD, GOOD]),
}


@pytest.mark.fault(
    "model",
    "the connection breaks after the end of a reply",
    sees="nothing",
    kept="the reply: it is paid for",
)
@pytest.mark.parametrize("name", AFTER)
async def test_whatever_follows_the_end_of_a_reply_it_is_a_reply(name: str) -> None:
    reply, _, server = await turn_at(AFTER[name])
    assert reply.content[0]["text"] == "all is well"
    assert len(server.asked) == 1


async def test_a_reply_is_there_as_soon_as_its_end_is_and_not_when_the_server_hangs_up() -> None:
    async with RawServer(Answer([GOOD], "stall")) as server, model_at(server.url) as model:
        reply = await model.turn(request_of(), lambda _: None)
        assert reply.stop_reason == "end_turn"
        assert not server.gone.is_set()
        await server.gone.wait()  # we hang up, or a stalled line would be kept for ever


async def test_a_turn_that_is_cancelled_at_the_end_of_a_reply_still_gives_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the moment the end was read nothing may be awaited that a cancellation could hit."""
    fed = asyncio.Event()

    class Watched(Assembly):
        def feed(self, event: Any) -> None:
            super().feed(event)
            if self.stopped:
                fed.set()

    monkeypatch.setattr("codeframe_tui.adapters.model.sdk.Assembly", Watched)
    async with RawServer(Answer([GOOD], "stall")) as server, model_at(server.url) as model:
        turn = asyncio.create_task(model.turn(request_of(), lambda _: None))
        await fed.wait()
        turn.cancel()
        assert (await turn).stop_reason == "end_turn"


async def test_a_connection_is_used_again_after_a_whole_reply() -> None:
    ports: set[Any] = set()
    async with RawServer(Answer([GOOD])) as server, model_at(server.url) as model:
        for _ in range(4):
            await model.turn(request_of(), lambda _: None)
            ports |= server.peers
    assert len(ports) < 4


async def test_a_named_error_with_its_own_status_tells_what_the_server_asks_for() -> None:
    body = json.dumps(error("rate_limit_error")).encode()
    limited = Answer([body], status=429, kind="application/json", headers={"retry-after-ms": "250"})
    with pytest.raises(ModelFailed) as caught:
        await turn_at(limited)
    assert (caught.value.kind, caught.value.retry_after) == ("rate_limited", 0.25)
    with pytest.raises(ModelFailed) as caught:
        await turn_at(replace(limited, headers={"retry-after": "4294967295"}))
    assert caught.value.retry_after == 4294967295.0  # the worker caps it


@pytest.mark.parametrize(
    "message",
    [
        "prompt is too long: 210412 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit: 190000 + 16000 > 200000",
    ],
)
async def test_a_conversation_beyond_the_window_has_a_kind_of_its_own(message: str) -> None:
    body = json.dumps(error("invalid_request_error", message)).encode()
    with pytest.raises(ModelFailed) as caught:
        await turn_at(Answer([body], status=400, kind="application/json"))
    assert (caught.value.kind, caught.value.retryable) == ("too_long", False)

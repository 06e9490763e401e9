"""What a model server that means harm, or is badly broken, can use up or give away."""

from __future__ import annotations

import json
import traceback
from typing import Any

import pytest

from codeframe_tui.adapters.model import assembly
from codeframe_tui.adapters.model.sdk import Connection
from codeframe_tui.core.errors import ModelFailed
from tests.contract.model_kit import (
    KEY,
    Answer,
    Event,
    RawServer,
    block,
    end,
    request_of,
    said,
    settings_of,
    sse,
    start,
    turn_at,
)

BIG = "x" * 1_000


@pytest.mark.parametrize(
    "content",
    [
        {"type": "redacted_thinking", "data": BIG},
        {"type": "song", "notes": [{"a": BIG}]},
        {"type": "tool_use", "id": "t", "name": "Read", "input": {"path": BIG}},
        {"type": "thinking", "thinking": BIG, "signature": BIG},
        {"type": "text", "text": "", "citations": [BIG]},
    ],
    ids=lambda content: content["type"],
)
async def test_whatever_is_kept_of_a_reply_counts_against_its_length(
    content: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly, "_LONGEST", 10 * len(BIG))
    blocks: list[Event] = []
    for index in range(20):
        named = {"id": f"t{index}"} if "id" in content else {}
        blocks += block(index, content | named)
    with pytest.raises(ModelFailed) as caught:
        await turn_at(Answer([sse(start(), *blocks, *end())]))
    assert (caught.value.message, caught.value.retryable) == ("the reply does not end", False)


@pytest.mark.fault(
    "model",
    "the server sends events without end that say nothing",
    sees="another try: the model fell silent",
    kept="nothing of it is taken for a reply",
)
@pytest.mark.parametrize(
    "event",
    [
        {"type": "moon"},
        {"type": ["moon"]},
        {},
        {"type": "ping"},
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 7}},
    ],
)
async def test_only_what_belongs_to_a_reply_renews_the_patience(event: dict[str, Any]) -> None:
    many = sse(*[event] * 3, name=False)
    slow = Answer([sse(start(), *said("a")), *[many] * 60, sse(*end())], pause=0.05)
    with pytest.raises(ModelFailed) as caught:
        await turn_at(slow, settings_of(first_token=0.6, stream_gap=0.3))
    assert caught.value.kind == "stalled"


@pytest.mark.fault(
    "model",
    "a reply that goes on without an end",
    sees="the limit it passed (`waits.reply`), and a question",
    kept="nothing of it is taken for a reply",
)
async def test_a_reply_that_does_not_end_is_given_up_for_good() -> None:
    delta = {"type": "content_block_delta", "index": 0}
    more = sse({**delta, "delta": {"type": "text_delta", "text": "and "}})
    begun = sse(start(), {"type": "content_block_start", "index": 0,
                          "content_block": {"type": "text", "text": ""}})  # fmt: skip
    with pytest.raises(ModelFailed) as caught:
        await turn_at(Answer([begun, *[more] * 200], pause=0.05), settings_of(reply=0.5))
    assert (caught.value.kind, caught.value.retryable) == ("stalled", False)
    assert "waits.reply" in caught.value.message


TOKEN = "tok-another-secret-987654321"


async def told(message: str, *, inside: bool, token: str = TOKEN) -> str:
    """What a person reads of a server's error, of a client that has a key and a token."""
    error = {"type": "error", "error": {"type": "authentication_error", "message": message}}
    answer = Answer([sse(error)])
    if not inside:
        answer = Answer([json.dumps(error).encode()], status=401, kind="application/json")
    async with RawServer(answer) as server:
        connection = Connection(settings_of().waits, base_url=server.url, api_key=KEY)
        connection._client.auth_token = token  # the SDK itself takes only one of them
        with pytest.raises(ModelFailed) as caught:
            await connection.turn(request_of(), lambda _: None)
        await connection.close()
    shown = "".join(traceback.format_exception(caught.value))
    assert KEY not in shown
    assert token not in shown
    assert caught.value.args == (caught.value.message,)
    return caught.value.message


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("secret", [KEY, TOKEN])
async def test_no_part_of_a_secret_is_told_wherever_the_message_is_cut(
    secret: str, inside: bool
) -> None:
    both = await told(f"both {KEY} and {TOKEN} are wrong", inside=inside)
    assert both.endswith("both [redacted] and [redacted] are wrong")
    for length in range(400, 500, 7):
        message = await told("." * length + secret + "." * 600, inside=inside)
        assert message.partition("....")[2].strip(".…") in {"", "[redacted]"}
        assert len(message) <= 500


async def test_a_secret_that_begins_with_another_is_hidden_whole() -> None:
    message = await told(f"bad {KEY}-and-more", inside=True, token=f"{KEY}-and-more")
    assert message.endswith("bad [redacted]")

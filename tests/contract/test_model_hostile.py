"""What a model server that means harm, or is badly broken, can use up or give away."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.adapters.model import assembly
from codeframe_tui.core.errors import ModelFailed
from tests.contract.model_kit import Answer, Event, block, end, said, settings_of, sse, start
from tests.contract.model_kit import turn_at as turn

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
        await turn(Answer([sse(start(), *blocks, *end())]))
    assert (caught.value.message, caught.value.retryable) == ("the reply does not end", False)


@pytest.mark.fault(
    "model",
    "the server sends events without end that say nothing",
    sees="another try: the model fell silent",
    kept="nothing of it is taken for a reply",
)
@pytest.mark.parametrize("event", [{"type": "moon"}, {"type": ["moon"]}, {}, {"type": "ping"}])
async def test_only_what_belongs_to_a_reply_renews_the_patience(event: dict[str, Any]) -> None:
    many = sse(*[event] * 3, name=False)
    slow = Answer([sse(start(), *said("a")), *[many] * 60, sse(*end())], pause=0.05)
    with pytest.raises(ModelFailed) as caught:
        await turn(slow, settings_of(first_token=0.6, stream_gap=0.3))
    assert caught.value.kind == "stalled"

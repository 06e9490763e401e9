"""A turn as the Messages API would tell it: the events of its stream, or one document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from codeframe_tui.adapters.scripted.script import Text, Thinking, ToolCall, Turn

__all__ = ["MODEL", "Ask", "document", "events", "frame", "tokens"]

MODEL = "scripted-demo"
"""The name under which every reply is given; its price is 0."""
_PIECE = 24
"""Characters of a delta."""


def tokens(value: object) -> int:
    """A plausible count."""
    return len(json.dumps(value)) // 4 + 1


@dataclass(frozen=True, slots=True)
class Ask:
    """A request's conversation.

    Attributes:
        key: hash of the messages without their cache marks.
    """

    body: Mapping[str, Any]
    key: str

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Ask:
        """From the JSON body of a request."""
        plain = json.dumps(_unmarked(body["messages"]), sort_keys=True)
        return cls(body, hashlib.sha256(plain.encode()).hexdigest())

    @property
    def usage(self) -> dict[str, int]:
        """Input tokens as a cache of all but the newest two messages would leave them."""
        messages = self.body["messages"]
        prefix = tokens([self.body.get("system"), self.body.get("tools"), messages[:-2]])
        rest = tokens(messages[-2:])
        seen = len(messages) > 2
        return {
            "input_tokens": 4,
            "cache_read_input_tokens": prefix if seen else 0,
            "cache_creation_input_tokens": rest if seen else prefix + rest,
        }


def events(turn: Turn, ask: Ask) -> Iterator[dict[str, Any]]:
    """The events in order: split deltas, a ping, cumulative usage."""
    usage = ask.usage
    message = _message(ask, content=[], stop_reason=None, usage={**usage, "output_tokens": 1})
    yield {"type": "message_start", "message": message}
    yield {"type": "ping"}
    for index, block in enumerate(turn.blocks):
        began = _began(block, index, ask)
        yield {"type": "content_block_start", "index": index, "content_block": began}
        for delta in _deltas(block):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    written = {"output_tokens": _written(turn)}
    stop = {"stop_reason": turn.stop, "stop_sequence": None}
    yield {"type": "message_delta", "delta": stop, "usage": written}
    yield {"type": "message_stop"}


def frame(event: Mapping[str, Any]) -> bytes:
    """An event as it goes over the wire."""
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def document(turn: Turn, ask: Ask) -> dict[str, Any]:
    """The whole reply, for a call without streaming."""
    content = [_whole(block, index, ask) for index, block in enumerate(turn.blocks)]
    usage = {**ask.usage, "output_tokens": _written(turn)}
    return _message(ask, content=content, stop_reason=turn.stop, usage=usage)


def _message(ask: Ask, **fields: object) -> dict[str, Any]:
    fixed = {"id": f"msg_{ask.key[:20]}", "type": "message", "role": "assistant", "model": MODEL}
    return {**fixed, **fields, "stop_sequence": None}


def _began(block: Text | Thinking | ToolCall, index: int, ask: Ask) -> dict[str, Any]:
    match block:
        case Text():
            return {"type": "text", "text": ""}
        case Thinking():
            return {"type": "thinking", "thinking": "", "signature": ""}
        case ToolCall():
            ident = block.ident or f"toolu_{ask.key[:16]}{index:02d}"
            return {"type": "tool_use", "id": ident, "name": block.name, "input": {}}


def _whole(block: Text | Thinking | ToolCall, index: int, ask: Ask) -> dict[str, Any]:
    began = _began(block, index, ask)
    match block:
        case Text():
            return {**began, "text": block.text}
        case Thinking():
            return {**began, "thinking": block.text, "signature": "scripted"}
        case ToolCall():
            return {**began, "input": dict(block.input)}


def _deltas(block: Text | Thinking | ToolCall) -> Iterator[dict[str, Any]]:
    match block:
        case Text():
            for piece in _pieces(block.text):
                yield {"type": "text_delta", "text": piece}
        case Thinking():
            for piece in _pieces(block.text):
                yield {"type": "thinking_delta", "thinking": piece}
            yield {"type": "signature_delta", "signature": "scripted"}
        case ToolCall():
            yield {"type": "input_json_delta", "partial_json": ""}
            for piece in _pieces(block.json):
                yield {"type": "input_json_delta", "partial_json": piece}


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]


def _written(turn: Turn) -> int:
    return sum(
        tokens(block.json if isinstance(block, ToolCall) else block.text) for block in turn.blocks
    )


def _unmarked(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {name: _unmarked(inner) for name, inner in value.items() if name != "cache_control"}
    return [_unmarked(inner) for inner in value] if isinstance(value, list) else value

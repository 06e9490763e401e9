"""From the events of one stream to one reply; nothing is guessed and nothing half is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from codeframe_tui.adapters.model.faults import api_kind, failed
from codeframe_tui.core.events import Signal
from codeframe_tui.core.talk.partial import PartialFiles
from codeframe_tui.core.usage import Usage
from codeframe_tui.ports.model import Reply

__all__ = ["Assembly", "is_progress", "parse_input"]

_LONGEST = 64 * 2**20
"""Characters of one reply; a server that sends more is broken or hostile."""
_PROGRESS = frozenset(
    {
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_stop",
    }
)
_DELTAS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
    "signature_delta": "signature",
}
_USAGE = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_creation_input_tokens": "cache_write_tokens",
}


@dataclass(slots=True)
class _Block:
    """A content block in the making: how it began, and the pieces since by field."""

    start: dict[str, Any]
    pieces: dict[str, list[str]] = field(default_factory=dict)
    files: PartialFiles = field(default_factory=PartialFiles)
    closed: bool = False

    def joined(self, name: str) -> str:
        """All pieces; halves of a surrogate pair that came apart are one again, lone ones go."""
        text = "".join(self.pieces.get(name, ()))
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Assembly:
    """One reply in the making.

    Args:
        on_delta: gets ``model.text``, ``model.thinking``, ``model.tool`` and ``file`` signals
            (task unset: the caller knows it).
    """

    def __init__(self, on_delta: Callable[[Signal], None]) -> None:
        self._on_delta = on_delta
        self._model: str | None = None
        self._stop_reason: str | None = None
        self._usage: dict[str, int] = {}
        self._blocks: list[_Block] = []
        self._length = 0
        self.stopped = False

    @property
    def begun(self) -> bool:
        """Whether the reply's beginning has come."""
        return self._model is not None

    def feed(self, event: Mapping[str, Any]) -> None:
        """Take one event in order. Raises: ModelFailed (an error event, or a broken protocol)."""
        kind = event.get("type")
        if kind == "error":
            _raise_error(event)
        handle = {
            "message_start": self._message_start,
            "content_block_start": self._block_start,
            "content_block_delta": self._block_delta,
            "content_block_stop": self._block_stop,
            "message_delta": self._message_delta,
            "message_stop": self._message_stop,
        }.get(str(kind))
        if handle is None:
            return
        if self._model is None and kind != "message_start":
            raise failed("protocol", f"the stream began with {kind} instead of message_start")
        try:
            handle(event)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise failed("protocol", f"a {kind} event is malformed: {error!r}") from error

    def reply(self) -> Reply:
        """The whole reply. Raises: ModelFailed ``truncated`` or ``protocol``."""
        if self._model is None or not self.stopped or self._stop_reason is None:
            raise failed("truncated", "the stream ended before the reply's end had arrived")
        if not all(block.closed for block in self._blocks):
            raise failed("truncated", "the reply ended inside a content block")
        broken: dict[str, str] = {}
        content = [_finished(block, broken) for block in self._blocks]
        self._check_tools(content)
        return Reply(
            content=tuple(block for block in content if not _is_empty_text(block)),
            stop_reason=self._stop_reason,
            model=self._model,
            usage=self._counted(),
            broken_tools=broken,
        )

    def _counted(self) -> Usage | None:
        """What the server counted; None when it told nothing: no count is not a count of 0."""
        if not self._usage:
            return None
        return Usage(**{_USAGE[name]: count for name, count in self._usage.items()})

    def _check_tools(self, content: list[dict[str, Any]]) -> None:
        ids = [block["id"] for block in content if block["type"] == "tool_use"]
        if len(set(ids)) != len(ids):
            raise failed("protocol", "two tool calls of the reply have the same id")
        if self._stop_reason == "tool_use" and not ids:
            raise failed("protocol", "the reply stopped for a tool call but has none")

    def _message_start(self, event: Mapping[str, Any]) -> None:
        if self._model is not None:
            raise failed("protocol", "the stream has two message_start events")
        message = event["message"]
        self._model = str(message["model"])
        self._count(message.get("usage"))

    def _block_start(self, event: Mapping[str, Any]) -> None:
        if event["index"] != len(self._blocks):
            raise failed("protocol", f"content block {event['index']} begins out of order")
        block = _Block(dict(event["content_block"]))
        self._grow(len(json.dumps(block.start)))  # kept whole, known or not
        self._blocks.append(block)
        if block.start["type"] == "tool_use":
            named = [block.start[name] for name in ("id", "name")]
            if not all(isinstance(name, str) and name and name.isprintable() for name in named):
                raise TypeError("a tool call needs id and name, both printable")
            self._signal_tool(block, "")
        elif block.start.get("text"):
            self._take(block, "text", block.start["text"])

    def _block_delta(self, event: Mapping[str, Any]) -> None:
        block = self._open_block(event["index"])
        delta = event["delta"]
        name = _DELTAS.get(delta["type"])
        if name is not None:
            self._take(block, name, delta[name])

    def _grow(self, length: int) -> None:
        self._length += length
        if self._length > _LONGEST:
            raise failed("protocol", "the reply does not end", again=False)

    def _take(self, block: _Block, name: str, piece: str) -> None:
        self._grow(len(piece))
        block.pieces.setdefault(name, []).append(piece)
        if name == "partial_json" and block.start["type"] == "tool_use":
            self._signal_tool(block, piece)
        elif name in {"text", "thinking"}:
            self._on_delta(Signal(f"model.{name}", None, {"text": piece}, append=True))
        if name in {"text", "partial_json"}:
            for file in block.files.feed(piece):
                data = {"path": file.path, "content": file.content}
                self._on_delta(Signal("file", None, data, key=file.path))

    def _signal_tool(self, block: _Block, piece: str) -> None:
        data = {"name": block.start["name"], "partial_json": piece}
        self._on_delta(Signal("model.tool", None, data, key=block.start["id"], append=True))

    def _block_stop(self, event: Mapping[str, Any]) -> None:
        self._open_block(event["index"]).closed = True

    def _open_block(self, index: object) -> _Block:
        if index != len(self._blocks) - 1 or self._blocks[-1].closed:
            raise failed("protocol", f"content block {index!r} is not the one being written")
        return self._blocks[-1]

    def _message_delta(self, event: Mapping[str, Any]) -> None:
        reason = event["delta"].get("stop_reason")
        if reason is not None:
            self._stop_reason = str(reason)
        self._count(event.get("usage"))

    def _message_stop(self, event: Mapping[str, Any]) -> None:
        del event
        self.stopped = True

    def _count(self, usage: Mapping[str, Any] | None) -> None:
        """Counts are cumulative: the newest of each kind holds."""
        for name in _USAGE:
            count = (usage or {}).get(name)
            if isinstance(count, int) and count >= 0:
                self._usage[name] = count


def is_progress(event: Mapping[str, Any]) -> bool:
    """Whether a reply gets on; pings, counts and unknown ones only say that the line stands."""
    return str(event.get("type")) in _PROGRESS


def parse_input(raw: str) -> dict[str, Any]:
    """A tool's input from its raw JSON; nothing at all means no arguments.

    Raises:
        ValueError: not exactly one JSON object, a key twice, or NaN and the like; says which.
    """
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw, object_pairs_hook=_unique, parse_constant=_no_constant)
        if isinstance(value, dict):
            _encodable(value)
            return value
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    raise ValueError(f"a JSON object is needed, not {type(value).__name__}")


def _encodable(value: dict[str, Any]) -> None:
    """A lone surrogate can be neither written to a file nor sent back to the API, nor infinity."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("it holds half of a surrogate pair, which is no character") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finished(block: _Block, broken: dict[str, str]) -> dict[str, Any]:
    made = {name: value for name, value in block.start.items() if value is not None}
    match block.start["type"]:
        case "text":
            made["text"] = block.joined("text")
        case "thinking":
            made["thinking"] = str(made.get("thinking", "")) + block.joined("thinking")
            made["signature"] = str(made.get("signature", "")) + block.joined("signature")
        case "tool_use":
            made["input"] = _tool_input(block, broken)
    try:
        _encodable(made)
    except (ValueError, RecursionError) as error:
        raise failed("protocol", f"a content block cannot be sent back: {error}") from error
    return made


def _tool_input(block: _Block, broken: dict[str, str]) -> dict[str, Any]:
    given = block.start.get("input")
    raw = block.joined("partial_json")
    try:
        if isinstance(given, dict) and given and not raw:
            raw = json.dumps(given)  # some servers send small inputs whole
        return parse_input(raw)
    except (ValueError, RecursionError) as error:
        broken[block.start["id"]] = str(error)
        return {}


def _is_empty_text(block: Mapping[str, Any]) -> bool:
    """The API refuses empty text when it is sent back."""
    return block["type"] == "text" and not str(block["text"]).strip()


def _raise_error(event: Mapping[str, Any]) -> NoReturn:
    inner = event.get("error")
    inner = inner if isinstance(inner, Mapping) else {}
    type_ = str(inner["type"]) if "type" in inner else None
    said = str(inner.get("message", ""))
    text = f"the model server broke off ({type_ or 'error'}): {said}"
    raise failed(api_kind(200, type_, said), text)

"""Messages as plain JSON values and as bytes, whatever frames them. Stdlib only.

request   {"id", "submit": {"type", "args"}} | {"id", "query": {"type", "args"}}
          {"id", "events": after or null}    | {"id", "signals": true} | {"id", "stop": id}
reply     {"id", "ok": document}             | {"id", "error": {"code", "message", "hint", "kind"}}
push      {"id", "event": document}          | {"id", "signal": document}   id of the request
          {"id", "gap": {"after": seq}}      the last one: events after seq were not sent to a
                                             reader that is too slow; they can be asked for again
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from codeframe_tui.core import queries
from codeframe_tui.core.errors import CodeframeError, error_document
from codeframe_tui.core.events import Event, Signal

if TYPE_CHECKING:  # wishes are loaded when the first one is made
    from codeframe_tui.core.commands import Command
    from codeframe_tui.core.queries import Query

__all__ = [
    "Malformed",
    "decode",
    "decode_event",
    "decode_signal",
    "encode",
    "encode_error",
    "encode_signal",
    "encode_wish",
]

_encoder = json.JSONEncoder(separators=(",", ":"))


class Malformed(CodeframeError):
    """What arrived is no message; the connection is of no use any more."""

    default_code = "malformed"


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as ASCII JSON on one line, without its end."""
    return _encoder.encode(message).encode("ascii")


def decode(data: bytes) -> dict[str, Any]:
    """The message of one frame.

    Raises:
        Malformed: it is no JSON, or no JSON object.
    """
    try:
        message = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"a message is not JSON: {error}") from error
    if not isinstance(message, dict):
        raise Malformed("a message is not a JSON object")
    return message


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def encode_wish(wish: Command | Query) -> dict[str, Any]:
    """A command or query as the body of a request."""
    name = type(wish).__name__
    door = "query" if type(wish).__module__.startswith(queries.__name__) else "submit"
    return {door: {"type": name, "args": asdict(wish)}}


def encode_error(error: CodeframeError) -> dict[str, Any]:
    """The outward form, plus the kind, so that class and exit code survive the journey."""
    return {"error": {**error_document(error)["error"], "kind": type(error).default_code}}


def decode_event(document: Mapping[str, Any]) -> Event:
    """The event of a push."""
    return Event(
        document["seq"], document["at"], document["type"], document["task"], document["data"]
    )


def encode_signal(signal: Signal) -> dict[str, Any]:
    """A signal as the body of a push."""
    return {
        "kind": signal.kind,
        "task": signal.task,
        "data": signal.data,
        "key": signal.key,
        "append": signal.append,
    }


def decode_signal(document: Mapping[str, Any]) -> Signal:
    """The signal of a push."""
    return Signal(
        document["kind"], document["task"], document["data"], document["key"], document["append"]
    )

"""Messages as plain JSON values, for the side that trusts what it reads. Stdlib only.

request   {"id", "submit": {"type", "args"}} | {"id", "query": {"type", "args"}}
          {"id", "events": after or null}    | {"id", "signals": true} | {"id", "stop": id}
reply     {"id", "ok": document}             | {"id", "error": {"code", "message", "hint", "kind"}}
push      {"id", "event": document}          | {"id", "signal": document}   id of the request
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from codeframe_tui.core.commands import COMMANDS, Command, Query
from codeframe_tui.core.errors import CodeframeError, error_document
from codeframe_tui.core.events import Event, Signal

__all__ = [
    "decode_event",
    "decode_signal",
    "encode_error",
    "encode_signal",
    "encode_wish",
]


def encode_wish(wish: Command | Query) -> dict[str, Any]:
    """A command or query as the body of a request."""
    name = type(wish).__name__
    door = "submit" if name in COMMANDS else "query"
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

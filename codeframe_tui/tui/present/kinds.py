"""How a test was RED on the base, or why it was not, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from codeframe_tui.tui.present.rows import safe

__all__ = ["Told", "told_kind"]

_RED = {"assertion": "assertion", "missing_name": "missing name", "raised": "raised"}
_NEITHER = frozenset({"characterisation", "skipped"})
_TEXTS = {
    "syntax": "bad syntax",
    "unrelated_import": "unrelated import",
    "fixture": "fixture fails",
    "collection": "not collected",
    "sandbox_denied": "sandbox denied",
    "timeout": "out of time",
    "crash": "crashed",
    "own_error": "its own error",
}


class Told(NamedTuple):
    """What a row says of the base.

    Attributes:
        words: a few, for a column.
        style: amber where it is no proof.
        message: how it failed, where there is room.
    """

    words: str
    style: str
    message: str


def told_kind(test: Mapping[str, Any]) -> Told | None:
    """Of a test of the RED run; None where there is nothing to say."""
    kind = safe(test.get("kind"))
    if not kind or kind in _NEITHER:
        return None
    error, message = safe(test.get("error")), safe(test.get("message"))
    if kind == "assertion":  # the message says it
        error = ""
    how = ": ".join(part for part in (error, message) if part)
    if words := _RED.get(kind):
        return Told(words, "dim", how)
    return Told(_TEXTS.get(kind, kind.replace("_", " ")), "amber", f"not verified: {how}")

"""How a test was RED on the base, or why it was not, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.rows import Span, safe

__all__ = ["kind_span"]

_RED = {"assertion": "assertion", "missing_name": "missing name", "raised": "raised"}
_NEITHER = frozenset({"characterisation", "skipped"})
_TEXTS = {
    "syntax": "bad syntax",
    "unrelated_import": "unrelated import",
    "fixture": "fixture failed",
    "collection": "not collected",
    "sandbox_denied": "sandbox denied",
    "timeout": "out of time",
    "crash": "crashed",
    "own_error": "error of its own",
}


def kind_span(test: Mapping[str, Any]) -> Span | None:
    """``assertion: assert 0 == 3``, or ``not verified: fixture failed: ...``; None: nothing to say.

    Args:
        test: of the RED run.
    """
    kind = safe(test.get("kind"))
    if not kind or kind in _NEITHER:
        return None
    words = _RED.get(kind)
    style = "faint" if words else "amber"
    words = words or f"not verified: {_TEXTS.get(kind, kind.replace('_', ' '))}"
    error = safe(test.get("error")) if kind in {"raised", "own_error", "fixture"} else ""
    told = [part for part in (words, error, safe(test.get("message"))) if part]
    return ": ".join(told), style

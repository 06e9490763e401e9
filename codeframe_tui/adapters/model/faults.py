"""What an error of the Messages API means for us, by name."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from codeframe_tui.core.errors import ModelFailed
from codeframe_tui.core.text import clean_line

__all__ = ["api_kind", "failed", "retry_after"]

_BY_TYPE = {
    "authentication_error": "wrong_key",
    "permission_error": "wrong_key",
    "rate_limit_error": "rate_limited",
    "overloaded_error": "overloaded",
    "api_error": "server",
    "timeout_error": "server",
}
_BY_STATUS = {401: "wrong_key", 403: "wrong_key", 429: "rate_limited", 529: "overloaded"}
_TOO_LONG = re.compile(r"prompt is too long|context (?:window|limit|length)", re.IGNORECASE)
_PASSING = frozenset(
    {"rate_limited", "overloaded", "truncated", "dropped", "stalled", "server", "protocol"}
)
_HINTS = {
    "no_key": "set ANTHROPIC_API_KEY (or ANTHROPIC_AUTH_TOKEN), or try `codeframe-tui demo`",
    "wrong_key": "check ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN and ANTHROPIC_BASE_URL",
    "rate_limited": "wait, use fewer workers, or raise the limit of the account",
    "overloaded": "wait and retry, or choose another model",
    "too_long": "lower limits.window_tokens, or choose a model with a larger context window",
    "bad_request": "check the model's name and the settings; the log has the details",
    "dropped": "check the network and ANTHROPIC_BASE_URL",
}


def failed(
    kind: str, message: str, *, wait: float | None = None, again: bool | None = None
) -> ModelFailed:
    """A failure of a kind with its hint; ``again`` overrides whether a retry can help."""
    retryable = kind in _PASSING if again is None else again
    return ModelFailed(
        clean_line(message, limit=500),
        kind=kind,
        retry_after=wait,
        retryable=retryable,
        hint=_HINTS.get(kind, ""),
    )


def api_kind(status: int, type_: str | None, message: str = "") -> str:
    """The kind of an error that the server named.

    Args:
        status: HTTP status; 200 for an error inside a stream, where only ``type_`` counts.
        type_: ``error.type`` of the body, if it has one.
        message: ``error.message``; the only place where a conversation beyond the model's window
            is told apart from other bad requests.
    """
    kind = _named(status, type_)
    return "too_long" if kind == "bad_request" and _TOO_LONG.search(message) else kind


def _named(status: int, type_: str | None) -> str:
    by_type = _BY_TYPE.get(type_ or "")
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status == 200 or by_type == "overloaded":
        return by_type or ("server" if type_ is None else "bad_request")
    return "server" if status in {408, 409} or status >= 500 else "bad_request"


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds the server asks to wait; None when it does not say, or not plausibly.

    Args:
        headers: of the answer, with case-insensitive names.
        now: seconds since 1970, for a date as value.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        seconds = _seconds(headers.get(name, ""), unit, now)
        if seconds is not None:
            return seconds
    return None


def _seconds(value: str, unit: float, now: float) -> float | None:
    try:
        seconds = float(value) * unit
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
        seconds = max(seconds, 0.0)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None

"""What a worker waits for and how long it still will; calm: only a number moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from codeframe_tui.tui.present.rows import Span, safe
from codeframe_tui.tui.present.times import seconds_since, seconds_until

__all__ = ["countdown_spans", "time_left"]

_QUIET = 3.0
"""Seconds that must have passed before a countdown is shown: a stream that flows has none."""
_LATE = 5.0
"""Seconds after its end at which a countdown is forgotten, should nobody have said it is over."""


def time_left(waiting: Mapping[str, Any] | None, now: datetime) -> str:
    """``1:43``; empty while there is nothing worth a look.

    Args:
        waiting: data of the newest ``waiting`` signal.
        now: aware.
    """
    if not waiting:
        return ""
    since, left = seconds_since(waiting.get("since"), now), seconds_until(waiting.get("until"), now)
    if since is None or left is None or since < _QUIET or left < -_LATE:
        return ""
    minutes, seconds = divmod(int(max(left, 0.0)), 60)
    return f"{minutes}:{seconds:02}"


def countdown_spans(waiting: Mapping[str, Any] | None, now: datetime) -> tuple[Span, ...]:
    """``waits for the model's first word · 1:43 left``; empty as `time_left`."""
    left = time_left(waiting, now)
    if waiting is None or not left:
        return ()
    return (("waits for ", "dim"), (safe(waiting.get("why")), "text"), (f" · {left} left", "blue"))

"""A countdown: how long something that is waited for may still take."""

from __future__ import annotations

from datetime import datetime, timedelta

from codeframe_tui.core.events import Signal

__all__ = ["over", "waiting"]


def waiting(why: str, now: str, seconds: float, task: str | None = None) -> Signal:
    """Tell that something is waited for; the next one of a task replaces it.

    Args:
        why: what is waited for, e.g. ``the model's first word``.
        now: ISO 8601 in UTC.
        seconds: how long at most.
        task: None where the caller does not know it.
    """
    until = datetime.fromisoformat(now) + timedelta(seconds=min(seconds, 1e9))
    shown = until.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Signal("waiting", task, {"why": why, "since": now, "until": shown})


def over(task: str | None = None) -> Signal:
    """Tell that nothing is waited for any more."""
    return Signal("waiting", task)

"""Moments of what is recorded: in the order of what happened, whatever the clock says."""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["after"]


def after(last: str, now: str) -> str:
    """The moment of something that happens after another, both ISO 8601 in UTC with ``Z``.

    Args:
        last: the moment before; empty for the first.
        now: what the clock says; where it was set back, a millisecond after ``last`` counts.
    """
    if now > last:
        return now
    moved = datetime.fromisoformat(last) + timedelta(milliseconds=1)
    return moved.isoformat(timespec="milliseconds").replace("+00:00", "Z")

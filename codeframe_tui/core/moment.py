"""Moments of what is recorded: in the order of what happened, whatever the clock says."""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["after", "believable"]

_AHEAD = timedelta(days=1)
"""A moment that is further ahead of the clock than this was made while the clock was wrong."""


def believable(now: str) -> str:
    """The last moment that a clock which says ``now`` can have given before."""
    return _written(datetime.fromisoformat(now) + _AHEAD)


def after(last: str, now: str) -> str:
    """The moment of something that happens after another, both ISO 8601 in UTC with ``Z``.

    Args:
        last: the moment before; empty for the first.
        now: what the clock says; where it was set back, a millisecond after ``last`` counts, but
            not where ``last`` is not `believable`.
    """
    if now > last or last > believable(now):
        return now
    return _written(datetime.fromisoformat(last) + timedelta(milliseconds=1))


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Moments and money as a person reads them."""

from __future__ import annotations

from datetime import datetime

__all__ = [
    "ago",
    "clock",
    "day",
    "elapsed",
    "milliseconds",
    "money",
    "seconds_since",
    "seconds_until",
    "time_of_day",
]


def seconds_since(at: object, now: datetime) -> float | None:
    """Seconds from an ISO 8601 moment to now, never negative; None when it is none."""
    moment = _moment(at)
    return None if moment is None else max((now - moment).total_seconds(), 0.0)


def seconds_until(at: object, now: datetime) -> float | None:
    """Seconds from now to an ISO 8601 moment, negative when it is over; None when it is none."""
    moment = _moment(at)
    return None if moment is None else (moment - now).total_seconds()


def elapsed(at: object, now: datetime) -> str:
    """Time that runs: ``0:12``, ``14:02``, ``3:05 h``; empty without a moment."""
    seconds = seconds_since(at, now)
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02}"
    return f"{minutes // 60}:{minutes % 60:02} h"


def ago(at: object, now: datetime) -> str:
    """Age in one unit: ``40 s``, ``18 min``, ``5 h``, ``3 d``; empty without a moment."""
    seconds = seconds_since(at, now)
    if seconds is None:
        return ""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def clock(at: object, now: datetime) -> str:
    """The time of day, or the date when it was another day, in now's time zone."""
    moment = _moment(at)
    if moment is None:
        return ""
    local = moment.astimezone(now.tzinfo)
    return local.strftime("%H:%M" if local.date() == now.date() else "%d %b")


def day(at: object, now: datetime) -> str:
    """The date in now's time zone: ``today``, or ``Mon 02 Mar``; empty without a moment."""
    moment = _moment(at)
    if moment is None:
        return ""
    local = moment.astimezone(now.tzinfo)
    return "today" if local.date() == now.date() else local.strftime("%a %d %b %Y")


def time_of_day(at: object, now: datetime) -> str:
    """``14:02`` in now's time zone; empty without a moment."""
    moment = _moment(at)
    return "" if moment is None else moment.astimezone(now.tzinfo).strftime("%H:%M")


def milliseconds(seconds: object) -> str:
    """How long a test took: ``8 ms``, ``4.1 s``, ``2:05``."""
    if not isinstance(seconds, int | float):
        return ""
    if seconds < 0.9995:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def money(usd: object) -> str:
    """Dollars; ``$?`` when a price is unknown."""
    return f"${usd:.2f}" if isinstance(usd, int | float) else "$?"


def _moment(at: object) -> datetime | None:
    if not isinstance(at, str) or not at:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return moment if moment.tzinfo else None

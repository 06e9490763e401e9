"""The day a parcel is collected."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

CUT_OFF = time(15, 0)
"""What is ordered later is collected a working day later."""
SATURDAY = 5


def is_working_day(day: date, holidays: Collection[date] = ()) -> bool:
    """Whether vans are on the road."""
    return day.weekday() < SATURDAY and day not in holidays


def next_working_day(day: date, holidays: Collection[date] = ()) -> date:
    """The first working day after a day."""
    following = day + timedelta(days=1)
    while not is_working_day(following, holidays):
        following += timedelta(days=1)
    return following


def pickup_day(ordered: datetime, holidays: Collection[date] = ()) -> date:
    """When an order is collected: the next working day, one more after the cut-off."""
    first = next_working_day(ordered.date(), holidays)
    late = ordered.time() > CUT_OFF and is_working_day(ordered.date(), holidays)
    return next_working_day(first, holidays) if late else first

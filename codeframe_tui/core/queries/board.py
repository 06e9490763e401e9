"""Questions that the first picture of a cockpit asks: they load before anything else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["MOST_PLACES", "MOST_ROWS", "ShowBlockers", "ShowOverview", "ShowQueue", "Sort"]

MOST_ROWS = 1_000
"""Of a group of the queue in one answer, however many are asked for."""


MOST_PLACES = 8
"""Tasks whose place one question about the queue may ask for."""


class Sort(StrEnum):
    """How each group of the queue is ordered."""

    TURN = "turn"
    AGE = "age"
    COST = "cost"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ShowQueue:
    """The queue: needs_you, working, queued, done, with totals and the rows of a window of each.

    ``{"groups": [{"key", "total", "first", "rows": [row of "list"]}], "all": tasks there are,
    "places": {number: [group, place] or None}, "filter", "sort", "last_event"}``.

    Attributes:
        limit: rows from the start of each group that has no window.
        windows: (group, first place, rows) of other parts; places count from 0.
        at: numbers of tasks whose place is wanted too; None when the filter leaves one out.
        filter: see `core.filters`; totals and places count what it leaves.
        sort: the order within each group.
    """

    limit: int = 200
    windows: tuple[tuple[str, int, int], ...] = ()
    at: tuple[str, ...] = ()
    filter: str = ""
    sort: Sort = Sort.TURN


@dataclass(frozen=True, slots=True)
class ShowBlockers:
    """``blockers`` of CONTRACT §9; only open ones unless ``all``."""

    all: bool = False


@dataclass(frozen=True, slots=True)
class ShowOverview:
    """The header: see `service.documents.overview`.

    ``ready`` says whether a queued task could be taken now, if the workers are not paused.
    """

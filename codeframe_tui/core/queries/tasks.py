"""Questions about tasks and what was done for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "MOST_ISSUES",
    "MOST_PLACES",
    "MOST_ROWS",
    "CheckDependencies",
    "ShowActivity",
    "ShowBlockers",
    "ShowDependencies",
    "ShowEntry",
    "ShowHistory",
    "ShowIssues",
    "ShowQueue",
    "ShowTask",
    "ShowTasks",
    "ShowTestOutput",
    "Sort",
]

MOST_ROWS = 1_000
"""Of a group of the queue in one answer, however many are asked for."""

MOST_ISSUES = 50
"""In one answer."""

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
class ShowDependencies:
    """What a task waits for and what waits for it, as two trees in the order of their lines.

    ``{"task", "needs": [node], "holds": [node], "cut": {"needs", "holds"}}``; a node is
    ``{"number", "title", "status", "phase", "held", "reason", "depth", "again"}``; ``again`` where
    the rest stands below an earlier line; ``cut`` where a tree is longer than is told.
    """

    number: str


@dataclass(frozen=True, slots=True)
class CheckDependencies:
    """What of a list a task could wait for: ``{"needs": [{"number", "problem", ...}]}``.

    A number that exists comes with ``title`` and ``status``; ``problem`` is None when it will do.

    Attributes:
        number: the task; None for one that is still to be added.
    """

    number: str | None
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """What happened to a task, oldest first, in words; its attempts stand where they were made.

    ``{"number", "title", "status", "items": [{"at", "kind", "title", "detail", "attempt"}],
    "cut"}``. An attempt also has ``cause, verdict, message, files, added, removed, cost_usd``;
    of other items ``attempt`` is None. ``cut`` when older ones are left out.
    """

    number: str


@dataclass(frozen=True, slots=True)
class ShowIssues:
    """The first issues whose number begins with a text or whose title has it, in natural order.

    ``{"issues": [{"number", "title"}]}``, at most `MOST_ISSUES`.
    """

    text: str = ""


@dataclass(frozen=True, slots=True)
class ShowTasks:
    """``list`` of CONTRACT §9."""


@dataclass(frozen=True, slots=True)
class ShowTask:
    """``show`` of CONTRACT §9."""

    number: str


@dataclass(frozen=True, slots=True)
class ShowBlockers:
    """``blockers`` of CONTRACT §9; only open ones unless ``all``."""

    all: bool = False


@dataclass(frozen=True, slots=True)
class ShowActivity:
    """What the worker read, ran, wrote and said for a task, oldest first."""

    number: str


@dataclass(frozen=True, slots=True)
class ShowEntry:
    """All of one line of the activity, by the number of its event: ``{"title", "at", "text"}``."""

    number: str
    event: int


@dataclass(frozen=True, slots=True)
class ShowTestOutput:
    """Output and traceback of one test of an attempt's run."""

    number: str
    attempt: int
    run: str
    test: str

"""The questions a front end can ask; a query changes nothing.

Plain values that the codec writes as ``{"type": class name, "args": {field: value}}``. Results are
JSON documents (CONTRACT §9). A room loads when something of it is named first: each question is a
class, which takes a third of a millisecond to make, and the first picture needs three of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codeframe_tui.core.queries.board import (
        MOST_PLACES,
        MOST_ROWS,
        ShowBlockers,
        ShowOverview,
        ShowQueue,
        Sort,
    )
    from codeframe_tui.core.queries.changes import (
        MOST_LINES,
        ShowBase,
        ShowDiff,
        ShowFile,
        ShowHand,
        ShowHits,
        ShowHunkLines,
        ShowLetter,
        ShowMerge,
        ShowOrigins,
        ShowReview,
        ShowSide,
        ShowUndo,
    )
    from codeframe_tui.core.queries.engine import (
        RELATIONS,
        ShowContext,
        ShowDoctor,
        ShowEvents,
        ShowIndex,
        ShowMatches,
        ShowPlaces,
        ShowRelations,
        ShowSymbols,
        ShowTrust,
        ShowUsage,
    )
    from codeframe_tui.core.queries.table import (
        QUERIES,
        Query,
    )
    from codeframe_tui.core.queries.tasks import (
        MOST_ISSUES,
        CheckDependencies,
        ShowActivity,
        ShowDependencies,
        ShowEntry,
        ShowHistory,
        ShowIssues,
        ShowTask,
        ShowTaskContext,
        ShowTasks,
        ShowTestOutput,
    )

__all__ = [
    "MOST_ISSUES",
    "MOST_LINES",
    "MOST_PLACES",
    "MOST_ROWS",
    "QUERIES",
    "RELATIONS",
    "CheckDependencies",
    "Query",
    "ShowActivity",
    "ShowBase",
    "ShowBlockers",
    "ShowContext",
    "ShowDependencies",
    "ShowDiff",
    "ShowDoctor",
    "ShowEntry",
    "ShowEvents",
    "ShowFile",
    "ShowHand",
    "ShowHistory",
    "ShowHits",
    "ShowHunkLines",
    "ShowIndex",
    "ShowIssues",
    "ShowLetter",
    "ShowMatches",
    "ShowMerge",
    "ShowOrigins",
    "ShowOverview",
    "ShowPlaces",
    "ShowQueue",
    "ShowRelations",
    "ShowReview",
    "ShowSide",
    "ShowSymbols",
    "ShowTask",
    "ShowTaskContext",
    "ShowTasks",
    "ShowTestOutput",
    "ShowTrust",
    "ShowUndo",
    "ShowUsage",
    "Sort",
]

_ROOMS = {
    "board": ("MOST_ROWS", "MOST_PLACES", "Sort", "ShowQueue", "ShowBlockers", "ShowOverview"),
    "tasks": (
        "MOST_ISSUES",
        "ShowDependencies",
        "CheckDependencies",
        "ShowHistory",
        "ShowIssues",
        "ShowTasks",
        "ShowTask",
        "ShowTaskContext",
        "ShowActivity",
        "ShowEntry",
        "ShowTestOutput",
    ),
    "changes": (
        "MOST_LINES",
        "ShowDiff",
        "ShowHunkLines",
        "ShowHits",
        "ShowReview",
        "ShowLetter",
        "ShowMerge",
        "ShowOrigins",
        "ShowUndo",
        "ShowBase",
        "ShowFile",
        "ShowHand",
        "ShowSide",
    ),
    "engine": (
        "RELATIONS",
        "ShowUsage",
        "ShowEvents",
        "ShowContext",
        "ShowSymbols",
        "ShowRelations",
        "ShowPlaces",
        "ShowIndex",
        "ShowMatches",
        "ShowDoctor",
        "ShowTrust",
    ),
    "table": ("QUERIES", "Query"),
}


def __getattr__(name: str) -> object:
    """Load the room of a name (PEP 562)."""
    room = next((room for room, names in _ROOMS.items() if name in names), None)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{room}"), name)
    return found

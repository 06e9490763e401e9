"""The questions a front end can ask; a query changes nothing.

Plain values that the codec writes as ``{"type": class name, "args": {field: value}}``. Results are
JSON documents (CONTRACT §9). Apart from `commands`, which the cockpit need not load to open.
"""

from __future__ import annotations

from typing import Any

from codeframe_tui.core.queries.changes import (
    MOST_LINES,
    ShowBase,
    ShowDiff,
    ShowFile,
    ShowHand,
    ShowHits,
    ShowHunkLines,
    ShowLetter,
    ShowReview,
    ShowSide,
    ShowUndo,
)
from codeframe_tui.core.queries.engine import (
    ShowContext,
    ShowDoctor,
    ShowEvents,
    ShowOverview,
    ShowSymbols,
    ShowUsage,
)
from codeframe_tui.core.queries.tasks import (
    MOST_ISSUES,
    MOST_PLACES,
    MOST_ROWS,
    CheckDependencies,
    ShowActivity,
    ShowBlockers,
    ShowDependencies,
    ShowEntry,
    ShowHistory,
    ShowIssues,
    ShowQueue,
    ShowTask,
    ShowTasks,
    ShowTestOutput,
    Sort,
)

__all__ = [
    "MOST_ISSUES",
    "MOST_LINES",
    "MOST_PLACES",
    "MOST_ROWS",
    "QUERIES",
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
    "ShowIssues",
    "ShowLetter",
    "ShowOverview",
    "ShowQueue",
    "ShowReview",
    "ShowSide",
    "ShowSymbols",
    "ShowTask",
    "ShowTasks",
    "ShowTestOutput",
    "ShowUndo",
    "ShowUsage",
    "Sort",
]

Query = (
    ShowOverview
    | ShowQueue
    | ShowDependencies
    | CheckDependencies
    | ShowIssues
    | ShowHistory
    | ShowTasks
    | ShowTask
    | ShowDiff
    | ShowHits
    | ShowHunkLines
    | ShowReview
    | ShowLetter
    | ShowUndo
    | ShowBase
    | ShowFile
    | ShowHand
    | ShowSide
    | ShowBlockers
    | ShowActivity
    | ShowEntry
    | ShowTestOutput
    | ShowUsage
    | ShowEvents
    | ShowContext
    | ShowSymbols
    | ShowDoctor
)
QUERIES: dict[str, type[Any]] = {kind.__name__: kind for kind in Query.__args__}

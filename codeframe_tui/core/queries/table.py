"""All questions: what the codec knows by name."""

from __future__ import annotations

from typing import Any

from codeframe_tui.core.queries.board import (
    ShowBlockers,
    ShowOverview,
    ShowQueue,
)
from codeframe_tui.core.queries.changes import (
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
from codeframe_tui.core.queries.tasks import (
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

__all__ = ["QUERIES", "Query"]

Query = (
    ShowOverview
    | ShowQueue
    | ShowDependencies
    | CheckDependencies
    | ShowIssues
    | ShowHistory
    | ShowTasks
    | ShowTask
    | ShowTaskContext
    | ShowDiff
    | ShowHits
    | ShowHunkLines
    | ShowReview
    | ShowLetter
    | ShowMerge
    | ShowOrigins
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
    | ShowRelations
    | ShowPlaces
    | ShowIndex
    | ShowMatches
    | ShowDoctor
    | ShowTrust
)
QUERIES: dict[str, type[Any]] = {kind.__name__: kind for kind in Query.__args__}

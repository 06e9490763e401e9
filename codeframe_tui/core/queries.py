"""The questions a front end can ask; a query changes nothing.

Plain values that the codec writes as ``{"type": class name, "args": {field: value}}``. Results are
JSON documents (CONTRACT §9). Apart from `commands`, which the cockpit need not load to open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codeframe_tui.core.parts import ALL, Parts

__all__ = [
    "MOST_ROWS",
    "QUERIES",
    "Query",
    "ShowActivity",
    "ShowBase",
    "ShowBlockers",
    "ShowContext",
    "ShowDiff",
    "ShowDoctor",
    "ShowEvents",
    "ShowLetter",
    "ShowOverview",
    "ShowQueue",
    "ShowReview",
    "ShowSymbols",
    "ShowTask",
    "ShowTasks",
    "ShowTestOutput",
    "ShowUndo",
    "ShowUsage",
]

MOST_ROWS = 20_000
"""Of a group of the queue, however many are asked for."""


@dataclass(frozen=True, slots=True)
class ShowOverview:
    """The header: see `service.documents.overview`."""


@dataclass(frozen=True, slots=True)
class ShowQueue:
    """Tasks grouped needs_you, working, queued, done, each at most ``limit`` rows, with totals."""

    limit: int = 200


@dataclass(frozen=True, slots=True)
class ShowTasks:
    """``list`` of CONTRACT §9."""


@dataclass(frozen=True, slots=True)
class ShowTask:
    """``show`` of CONTRACT §9."""

    number: str


@dataclass(frozen=True, slots=True)
class ShowDiff:
    """``diff`` of CONTRACT §9; attempt None = the newest.

    With ``since``, an earlier attempt: how the proposed trees of the two differ.
    """

    number: str
    attempt: int | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class ShowReview:
    """Comments and the unsent verdicts of an attempt; None = the newest.

    ``{"task", "attempt", "proposal", "comments": […], "draft": {"accepted", "rejected", "seen",
    "since"}, "since": attempt or None}``: comments as in ``show``, where they stand on that
    attempt; ``draft`` as `core.draft.Draft.document`; ``since`` names the last attempt that a
    person reviewed, else the one before.
    """

    number: str
    attempt: int | None = None


@dataclass(frozen=True, slots=True)
class ShowLetter:
    """What the worker would be told: ``{"task", "text", "comments": [id]}``.

    Attributes:
        number: the task.
        kind: ``changes`` as `commands.Reject` tells, ``explain`` as `commands.Explain` does.
        overall: the reason.
        parts: what is rejected.
    """

    number: str
    kind: str = "changes"
    overall: str = ""
    parts: Parts = ALL


@dataclass(frozen=True, slots=True)
class ShowUndo:
    """What an undo, or a redo of what is undone, would write.

    ``{"task", "kind": "undo"|"redo", "files": [{"path","action","added","removed"}]}``.
    """

    number: str


@dataclass(frozen=True, slots=True)
class ShowBase:
    """A file as it was when work on a task began: ``{"task", "path", "text"}``.

    ``text`` is None where there was none, and empty where it is no text of a sane size.
    """

    number: str
    path: str


@dataclass(frozen=True, slots=True)
class ShowBlockers:
    """``blockers`` of CONTRACT §9; only open ones unless ``all``."""

    all: bool = False


@dataclass(frozen=True, slots=True)
class ShowActivity:
    """What the worker read, ran, wrote and said for a task, oldest first."""

    number: str


@dataclass(frozen=True, slots=True)
class ShowTestOutput:
    """Output and traceback of one test of an attempt's run."""

    number: str
    attempt: int
    run: str
    test: str


@dataclass(frozen=True, slots=True)
class ShowUsage:
    """``usage`` of CONTRACT §9."""


@dataclass(frozen=True, slots=True)
class ShowEvents:
    """Events after a number, at most ``limit`` and 1000: ``{"events": [...], "last": seq}``."""

    after: int = 0
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class ShowContext:
    """``index context`` of CONTRACT §9."""

    text: str


@dataclass(frozen=True, slots=True)
class ShowSymbols:
    """``index find`` of CONTRACT §9."""

    name: str


@dataclass(frozen=True, slots=True)
class ShowDoctor:
    """What the product needs and found: ``{"checks": [{"name", "state", "detail", "hint"}]}``."""


Query = (
    ShowOverview
    | ShowQueue
    | ShowTasks
    | ShowTask
    | ShowDiff
    | ShowReview
    | ShowLetter
    | ShowUndo
    | ShowBase
    | ShowBlockers
    | ShowActivity
    | ShowTestOutput
    | ShowUsage
    | ShowEvents
    | ShowContext
    | ShowSymbols
    | ShowDoctor
)
QUERIES: dict[str, type[Any]] = {kind.__name__: kind for kind in Query.__args__}

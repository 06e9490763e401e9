"""The questions a front end can ask; a query changes nothing.

Plain values that the codec writes as ``{"type": class name, "args": {field: value}}``. Results are
JSON documents (CONTRACT §9). Apart from `commands`, which the cockpit need not load to open.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from codeframe_tui.core.parts import ALL, Parts

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

MOST_LINES = 2_000
"""Of a file or a hunk at once, however many are asked for."""
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
class ShowOverview:
    """The header: see `service.documents.overview`."""


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
class ShowDiff:
    """``diff`` of CONTRACT §9; attempt None = the newest.

    With ``since``, an earlier attempt: how the proposed trees of the two differ.

    Attributes:
        room: lines that come at most, the bars of hunks counted; of the hunks after them only an
            outline comes, see `core.diff.file_document`. None = everything.
        space: False leaves out what differs in white space only, as git's ``-w`` does. Its hunks
            are not those that verdicts name, and the document says so: ``"space": false``.
    """

    number: str
    attempt: int | None = None
    since: int | None = None
    room: int | None = None
    space: bool = True


@dataclass(frozen=True, slots=True)
class ShowHunkLines:
    """Lines of a hunk that `ShowDiff` only outlined, at most `MOST_LINES`.

    ``{"task", "attempt", "proposal", "since", "path", "k", "first", "heading",
    "lines": [[sign, text]]}``.

    Attributes:
        attempt: None = the newest.
        since: as in `ShowDiff`, like ``space``.
        k: number of the hunk, from 1.
        first: position of a line in the hunk, from 0.
    """

    number: str
    attempt: int | None
    since: int | None
    path: str
    k: int
    first: int
    count: int
    space: bool = True


@dataclass(frozen=True, slots=True)
class ShowHits:
    """Lines of a diff that hold a text, at most `search.MOST_HITS`; see `ShowHunkLines`.

    ``{"task", "attempt", "proposal", "since", "text", "hits": [[path, k, line]], "all"}``.
    """

    number: str
    attempt: int | None
    since: int | None
    text: str
    space: bool = True


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
class ShowFile:
    """A whole file as an attempt proposes it: ``{"task", "attempt", "proposal", "path", "text"}``.

    ``text`` is None where the attempt has no such file. Refused (``not_editable``) where it is no
    text, or larger than 1 MiB.

    Attributes:
        attempt: None = the newest.
    """

    number: str
    path: str
    attempt: int | None = None


@dataclass(frozen=True, slots=True)
class ShowHand:
    """What a person did so far in the copy of a task.

    ``{"task", "path", "attempt", "moved", "files": [{"path","action","added","removed"}]}``: the
    folder; the attempt it began with, 0 = none; whether the task has another one by now; how its
    files differ from what it began with.
    """

    number: str


@dataclass(frozen=True, slots=True)
class ShowSide:
    """Lines of a file on one side of a diff, and how they are coloured.

    ``{"task", "attempt", "path", "side", "first", "total", "lines": [text],
    "tokens": [[[start, end, kind]]]}``; ``total`` is 0 where there is no text, and fewer lines come
    than were asked for where they are very many or very long. ``tokens``, one list for each line in
    characters of it, is what lexing the whole file gives (see `ports.Tokens`); it is None where
    that cannot be known.

    Attributes:
        attempt: None = the newest.
        side: with ``since``, an earlier attempt, the base is what that one proposed.
        first: line, from 1.
        last: line, from 1, that comes too.
        syntax: False leaves the tokens out: for a large file they take their time.
    """

    number: str
    attempt: int | None
    path: str
    side: Literal["base", "proposal"]
    first: int
    last: int
    since: int | None = None
    syntax: bool = True


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

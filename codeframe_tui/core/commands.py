"""The wishes a person can submit and the questions a front end can ask.

A command changes something, a query does not. Both are plain values: the codec writes them as
``{"type": class name, "args": {field: value}}``. Results are JSON documents (CONTRACT §9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codeframe_tui.core.parts import ALL, Parts

__all__ = [
    "COMMANDS",
    "QUERIES",
    "AddIssue",
    "AddTask",
    "Answer",
    "Approve",
    "Cancel",
    "Command",
    "EditTask",
    "Hold",
    "ImportTasks",
    "KeepWorking",
    "Note",
    "Parts",
    "Query",
    "Redo",
    "Reject",
    "Release",
    "Retry",
    "SetPolicy",
    "SetWorkers",
    "ShowActivity",
    "ShowBase",
    "ShowBlockers",
    "ShowContext",
    "ShowDiff",
    "ShowDoctor",
    "ShowEvents",
    "ShowOverview",
    "ShowQueue",
    "ShowSymbols",
    "ShowTask",
    "ShowTasks",
    "ShowTestOutput",
    "ShowUndo",
    "ShowUsage",
    "Undo",
]


# -- commands -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddTask:
    """Add a task. Result: ``{"number": str}``."""

    title: str
    description: str = ""
    priority: int = 2
    workflow_step: int = 0
    depends_on: tuple[str, ...] = ()
    issue: str | None = None
    agent: str | None = None
    evidence: str = "tdd"
    number: str | None = None


@dataclass(frozen=True, slots=True)
class AddIssue:
    """Add an issue ``X.Y``. Result: ``{"number": str}``."""

    number: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class ImportTasks:
    """Import a parsed document, all or nothing. Result: ``{"issues": […], "tasks": […]}``."""

    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EditTask:
    """Change fields of a task nobody works on; None leaves a field as it is. Result: ``{}``."""

    number: str
    title: str | None = None
    description: str | None = None
    priority: int | None = None
    workflow_step: int | None = None
    depends_on: tuple[str, ...] | None = None
    agent: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep a task from being taken. Result: ``{}``."""

    number: str


@dataclass(frozen=True, slots=True)
class Release:
    """Take a hold back. Result: ``{}``."""

    number: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """End a task without its change; running work for it stops. Result: ``{}``."""

    number: str
    reason: str = "cancelled by a person"


@dataclass(frozen=True, slots=True)
class Retry:
    """Send a blocked, failed, cancelled or reviewed task back to work. Result: ``{}``."""

    number: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A line from a person that joins the next model turn. Result: ``{"note": id}``."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Approve:
    """Decide to apply a proposal or a part of it.

    The decision is durable at once; applying follows. Result: ``{"decision": id}``; its end is the
    event ``change.applied`` or ``change.refused`` with that id.

    Attributes:
        number: the task.
        expect: refuse unless this is the hash of the newest proposal; empty = do not check.
        parts: what is accepted; empty = all of it.
        rest_to_worker: send what was not accepted back as a new attempt instead of declining it.
        by: ``person`` or ``policy:<name>``.
    """

    number: str
    expect: str = ""
    parts: Parts = ALL
    rest_to_worker: bool = False
    by: str = "person"


@dataclass(frozen=True, slots=True)
class Reject:
    """Send a proposal, or named parts of it, back with a reason. Result: ``{}``."""

    number: str
    reason: str
    parts: Parts = ALL
    expect: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer a blocker; its task resumes. Result: ``{"task": number}``."""

    blocker: str
    text: str


@dataclass(frozen=True, slots=True)
class Undo:
    """Take an applied change out of the real tree. Result: ``{"decision": id}`` as `Approve`."""

    number: str


@dataclass(frozen=True, slots=True)
class Redo:
    """Bring the change back that the last undo took out. Result: as `Undo`."""

    number: str


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Choose ``manual``, ``green`` or ``auto``; None = settings and level say. Result: ``{}``."""

    policy: str | None


@dataclass(frozen=True, slots=True)
class SetWorkers:
    """Start or pause workers, set their number or the model; None leaves as is. Result: ``{}``.

    Attributes:
        max_tasks: fresh tasks that may be taken until workers are started or paused again.
    """

    paused: bool | None = None
    workers: int | None = None
    model: str | None = None
    max_tasks: int | None = None


@dataclass(frozen=True, slots=True)
class KeepWorking:
    """Whether the engine outlives its last client. Result: ``{}``."""

    on: bool


# -- queries ------------------------------------------------------------------------------------


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
    """Events after a number, at most ``limit``: ``{"events": [...], "last": seq}``."""

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


Command = (
    AddTask
    | AddIssue
    | ImportTasks
    | EditTask
    | Hold
    | Release
    | Cancel
    | Retry
    | Note
    | Approve
    | Reject
    | Answer
    | Undo
    | Redo
    | SetPolicy
    | SetWorkers
    | KeepWorking
)
Query = (
    ShowOverview
    | ShowQueue
    | ShowTasks
    | ShowTask
    | ShowDiff
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
COMMANDS: dict[str, type[Any]] = {kind.__name__: kind for kind in Command.__args__}
QUERIES: dict[str, type[Any]] = {kind.__name__: kind for kind in Query.__args__}

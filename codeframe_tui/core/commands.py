"""The wishes a person can submit; a command changes something.

Plain values that the codec writes as ``{"type": class name, "args": {field: value}}``. Results are
JSON documents (CONTRACT §9).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from codeframe_tui.core.parts import ALL, Parts

__all__ = [
    "COMMANDS",
    "AddComment",
    "AddIssue",
    "AddTask",
    "Answer",
    "Approve",
    "Cancel",
    "Command",
    "DeleteComment",
    "EditComment",
    "EditTask",
    "Explain",
    "FinishByHand",
    "Hold",
    "ImportTasks",
    "KeepWorking",
    "LeaveHand",
    "Note",
    "RaiseLimit",
    "Redo",
    "Reject",
    "Release",
    "Retry",
    "Revise",
    "RunTests",
    "SaveDraft",
    "SetPolicy",
    "SetWorkers",
    "Skip",
    "Split",
    "StopTests",
    "TakeInHand",
    "Undo",
]


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
    """Send a proposal back: the reason, named parts of it, and comments not told yet.

    Result: ``{"text": what the worker is told, word for word}``; `ShowLetter` shows it before.

    Attributes:
        number: the task.
        reason: may be empty when parts are named or there are comments to tell.
        parts: what is rejected; empty = all of it.
        expect: as in `Approve`.
    """

    number: str
    reason: str
    parts: Parts = ALL
    expect: str = ""


@dataclass(frozen=True, slots=True)
class Explain:
    """Let the worker answer the open questions in words; the same proposal is reviewed again.

    Result: ``{"text": what the worker is told}``. The end is the event ``review.answered``.
    """

    number: str
    expect: str = ""


@dataclass(frozen=True, slots=True)
class AddComment:
    """Say something about a proposal; the worker is told with the next `Reject` or `Explain`.

    Result: ``{"comment": id}``.

    Attributes:
        number: the task.
        text: what is said.
        path: a file of the proposal; empty = the whole proposal.
        first: a line from 1; 0 = the whole file.
        last: the last line; 0 = ``first``.
        side: ``new``, or ``old`` for the file before the change; empty = new, old where the
            file is deleted.
        type: ``issue``, ``question`` or ``nit``.
        attempt: 0 = the newest.
    """

    number: str
    text: str
    path: str = ""
    first: int = 0
    last: int = 0
    side: str = ""
    type: str = "issue"
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class EditComment:
    """Say it differently; None leaves a field as it is. The worker is told anew. Result: ``{}``."""

    number: str
    comment: int
    text: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteComment:
    """Take a comment back. Result: ``{}``."""

    number: str
    comment: int


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Keep verdicts that are not sent yet; replaces what was kept of that attempt. Result: ``{}``.

    Attributes:
        number: the task.
        proposal: hash of the attempt that they are about.
        accepted: what is accepted so far.
        rejected: what is rejected so far.
        seen: paths of the files a person has been in.
        since: path -> the earlier attempt from which its marks come.
    """

    number: str
    proposal: str
    accepted: Parts = ALL
    rejected: Parts = ALL
    seen: tuple[str, ...] = ()
    since: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer a blocker; its task resumes. Result: ``{"task": number}``."""

    blocker: str
    text: str


@dataclass(frozen=True, slots=True)
class RaiseLimit:
    """Answer a question about a limit with more room; its task resumes. Result: as `Answer`.

    Attributes:
        blocker: one about a cap of money or about attempts that all failed.
        to: the new cap in US dollars, or how many more attempts the worker may make.
    """

    blocker: str
    to: float


@dataclass(frozen=True, slots=True)
class Skip:
    """Close a question without an answer; its task is put on hold. Result: ``{"task": number}``."""

    blocker: str


@dataclass(frozen=True, slots=True)
class Split:
    """Replace a task nobody works on by two or more new ones. Result: ``{"tasks": [number]}``.

    The new ones take its place: issue, priority, agent, evidence, what it waited for and what
    waited for it. It is cancelled itself.

    Attributes:
        tasks: (title, description) of each new one.
        in_order: each waits for the one before it.
    """

    number: str
    tasks: tuple[tuple[str, str], ...]
    in_order: bool = True


@dataclass(frozen=True, slots=True)
class Revise:
    """Make a new attempt of a proposal with files replaced by what a person wrote.

    It is tested like any other and spends no correction. Result: ``{"attempt": n, "proposal"}``.

    Attributes:
        number: a task in review, or a blocked one that has a proposal.
        expect: refuse unless this is the hash of the newest proposal.
        files: path -> the whole text, or None to delete the file.
    """

    number: str
    expect: str
    files: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class TakeInHand:
    """Open a private copy in which a person goes on with a task. Result: ``{"task", "path"}``.

    It holds the newest proposal. Taken again it is as the person left it; it ends with
    `FinishByHand` or `LeaveHand` only.
    """

    number: str


@dataclass(frozen=True, slots=True)
class FinishByHand:
    """Make what a person did in the copy a new attempt. Result: as `Revise`."""

    number: str


@dataclass(frozen=True, slots=True)
class LeaveHand:
    """Throw the copy away; the task stays as it is. Result: ``{}``."""

    number: str


@dataclass(frozen=True, slots=True)
class Undo:
    """Take an applied change out of the real tree. Result: ``{"decision": id}`` as `Approve`."""

    number: str


@dataclass(frozen=True, slots=True)
class Redo:
    """Bring the change back that the last undo took out. Result: as `Undo`."""

    number: str


@dataclass(frozen=True, slots=True)
class RunTests:
    """Let tests of the newest proposal run again, in the sandbox; no verdict changes by it.

    Result: ``{"attempt": int}``; its end is the event ``tests.ended``, its outcomes stand in
    ``show`` and, as run ``again``, in `ShowTestOutput`.

    Attributes:
        tests: node ids or files; empty = the whole suite.
        expect: as in `Approve`.
    """

    number: str
    tests: tuple[str, ...] = ()
    expect: str = ""


@dataclass(frozen=True, slots=True)
class StopTests:
    """Stop what `RunTests` began. Result: ``{}``."""

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
    | Explain
    | AddComment
    | EditComment
    | DeleteComment
    | SaveDraft
    | Answer
    | RaiseLimit
    | Skip
    | Split
    | Revise
    | TakeInHand
    | FinishByHand
    | LeaveHand
    | Undo
    | Redo
    | RunTests
    | StopTests
    | SetPolicy
    | SetWorkers
    | KeepWorking
)
COMMANDS: dict[str, type[Any]] = {kind.__name__: kind for kind in Command.__args__}

"""Everything that is stored about a task in hand; the road goes on from it after any restart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.change.proposal import FileSummary
from codeframe_tui.core.evidence.verification import Flag, Run, Verification
from codeframe_tui.core.task import Task
from codeframe_tui.core.usage import Usage

__all__ = [
    "COMMAND",
    "MOVED_AFTER",
    "Attempt",
    "Decision",
    "Effects",
    "Message",
    "Progress",
    "Standing",
    "ToolResult",
    "Turn",
]

COMMAND = "command"
"""Kind of a decision whose change a command made that a person let run without walls."""
MOVED_AFTER = "moved_after"
"""Name under which the store keeps the id of the newest decision that was taken while the project
was in another folder, or before its state was repaired: what was not written then may have been
meant for other files, or taken back since, and must not be written now."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation with the model, in the form of the Messages API.

    Attributes:
        index: position in the task's conversation, from 0.
        role: ``user`` or ``assistant``.
        content: content blocks as JSON objects.
        purpose: user: ``task``, ``tools``, ``correction``, ``format``, ``resume`` or ``explain``;
            assistant: ``reply``.
        attempt: the attempt it belongs to, from 1.
        stop_reason: assistant only.
        model: assistant only.
        usage: assistant only.
        cost_usd: assistant only; None when the price is unknown.
        held_usd: assistant only; what was reserved for the call, which counts towards the caps
            where the cost is unknown.
    """

    index: int
    role: str
    content: tuple[dict[str, Any], ...]
    purpose: str
    attempt: int
    stop_reason: str | None = None
    model: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = 0.0
    held_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What is known of one tool call: begun, and ended with a text when it has ended.

    Attributes:
        tool_use: id that the model gave the call; unique in the task.
        content: the text the model gets; None while it has not ended.
        ok: whether it did what was asked.
    """

    tool_use: str
    name: str
    content: str | None = None
    ok: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """A proposal and its evidence.

    Attributes:
        number: from 1 in the task.
        cause: why it was made: ``first``, ``correction``, ``review`` (a person spoke), or ``hand``:
            a person made it.
        again: the newest run that a person asked for beside the verification.
    """

    number: int
    base: str
    tree: str
    proposal: str
    explanation: str
    files: tuple[FileSummary, ...]
    cause: str = "first"
    verification: Verification | None = None
    flags: tuple[Flag, ...] = ()
    usage: Usage = field(default_factory=Usage)
    again: Run | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a person said to the worker and it has not been told yet.

    Attributes:
        id: row id.
        kind: ``note``, ``answer``, ``hint``, ``rejection``, ``question``, ``edit``, ``hand`` or
            ``rebase``.
        text: sanitised when shown, verbatim for the model.
        blocker: the question it answers, if any.
    """

    id: int
    kind: str
    text: str
    blocker: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """An approval, an undo or a redo: a durable row that names what was decided.

    Attributes:
        id: row id, increasing.
        kind: ``apply``, ``undo``, ``redo``, or ``command``: it ran without walls.
        proposal: hash of what was on screen.
        by: ``person`` or ``policy:<name>``.
        state: ``pending``, ``done`` or ``refused``.
        applied_base: tree id without the change; None until done.
        applied_tree: applied_base with exactly the change; None until done.
    """

    id: int
    task: str
    kind: str
    proposal: str
    parts: Parts
    rest_to_worker: bool
    by: str
    state: str = "pending"
    applied_base: str | None = None
    applied_tree: str | None = None


@dataclass(frozen=True, slots=True)
class Effects:
    """What changed in the real tree while a command ran without walls, perhaps nothing.

    Attributes:
        command: as it was allowed.
        files: that an undo of the task takes back.
        beyond: what it cannot take back, a link for example.
        trees: the real tree without and with the change of ``files``.
        since: whether the end of the command was not seen, so that others may have changed it.
    """

    command: str
    files: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    trees: tuple[str, str] = ("", "")
    since: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What was written for a task and was not taken out again.

    Attributes:
        decision: an apply, a command or a redo, carried out.
        files: paths that it wrote.
    """

    decision: Decision
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """All stored facts the road needs.

    Attributes:
        base: tree id of the snapshot in force; None before the first, or when a rebase is due.
        turns: the whole conversation, oldest first.
        tools: by tool_use id, for the newest assistant turn.
        attempts: oldest first.
        inbox: messages from people not yet told, oldest first.
        strikes: invalid answers in a row since the newest proposal or word of a person.
        questions: comments of a person that wait for an answer in words.
        granted: corrections that a person allowed beyond those of the agent.
    """

    task: Task
    base: str | None = None
    turns: tuple[Turn, ...] = ()
    tools: tuple[ToolResult, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    inbox: tuple[Message, ...] = ()
    strikes: int = 0
    questions: int = 0
    granted: int = 0

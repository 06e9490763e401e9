"""What a worker records. Each function is one unit; see `ports.Ledger` for what it promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from codeframe_tui.core.blocker import BlockerStatus
from codeframe_tui.core.errors import NotFound, Refused
from codeframe_tui.core.evidence.verification import Flag, Verification
from codeframe_tui.core.limits import granted
from codeframe_tui.core.progress import Attempt, Progress, ToolResult, Turn
from codeframe_tui.core.task import Group, Phase, Status, Task
from codeframe_tui.core.tokens import Asked
from codeframe_tui.core.usage import total_cost
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.comments import being_answered
from codeframe_tui.service.switches import in_force
from codeframe_tui.service.tokens import learn
from codeframe_tui.service.unit import Unit, find_task
from codeframe_tui.settings import Settings

__all__ = [
    "claim",
    "claim_revised",
    "give_up",
    "progress",
    "record_attempt",
    "record_context",
    "record_tool",
    "record_turn",
    "record_verification",
    "recover",
    "refuse_answer",
    "release",
    "set_base",
    "set_phase",
    "spend_correction",
    "store_attempt",
]

ALL = 1_000_000
"""More rows than there can be."""


def claim(unit: Unit, worker: str, settings: Settings) -> Task | None:
    """Take the first task that can start; tasks that were started before come first."""
    now = in_force(unit.tables, settings)
    if now.paused:
        return None
    number = unit.tables.tasks.next_ready(fresh=now.tasks_left != 0)
    if number is None:
        return None
    if unit.tables.tasks.start(number, worker) and now.tasks_left is not None:
        unit.tables.settings.set("max_tasks", now.tasks_left - 1)
    return unit.move(unit.task(number), Status.IN_PROGRESS, phase=Phase.GATHERING)


def claim_revised(unit: Unit, worker: str) -> Task | None:
    """Take a task whose newest attempt a person made; it is tested also while workers pause."""
    number = unit.tables.tasks.next_revised()
    if number is None:
        return None
    unit.tables.tasks.start(number, worker)
    return unit.move(unit.task(number), Status.IN_PROGRESS, phase=Phase.VERIFYING)


def recover(unit: Unit, paused: bool | None) -> list[str]:
    """Put tasks that an earlier process left in progress back; returns their numbers."""
    unit.tables.settings.set("max_tasks", None)
    if paused is not None:
        unit.tables.settings.set("paused", paused)
    deciding = {decision.task for decision in unit.tables.decisions.pending()}
    working = unit.tables.queue.window(Group.WORKING, 0, ALL)
    left = [task for task in working if task.number not in deciding]
    for task in left:
        unit.move(task, Status.PENDING)
    return [task.number for task in left]


def progress(tables: Tables, number: str) -> Progress:
    """All stored facts of a task."""
    task = find_task(tables, number)
    answers = (
        each.answer or ""
        for each in tables.blockers.of(number)
        if each.cause == "corrections" and each.status is BlockerStatus.ANSWERED
    )
    return Progress(
        task=task,
        base=tables.tasks.base(number),
        turns=tuple(tables.turns.all(number)),
        tools=tuple(tables.tools.of_newest_turn(number)),
        attempts=tuple(tables.attempts.all(number)),
        inbox=tuple(tables.messages.untold(number)),
        strikes=tables.tasks.strikes(number),
        questions=len(being_answered(tables, task)),
        granted=granted(answers),
    )


def set_base(unit: Unit, number: str, tree: str) -> None:
    """Remember the snapshot in force."""
    unit.working(number)
    unit.tables.tasks.set_base(number, tree)


def set_phase(unit: Unit, number: str, phase: Phase) -> None:
    """Say what is being done."""
    unit.enter(unit.working(number), phase)


def record_context(unit: Unit, number: str, document: Document) -> None:
    """Store what the model is given, without bodies."""
    unit.working(number)
    names = ("path", "form", "reasons", "tokens", "score")
    listed = [
        {name: file[name] for name in names if name in file} for file in document.get("files", [])
    ]
    rest = {name: value for name, value in document.items() if name not in {"files", "symbols"}}
    unit.emit("context.gathered", number, {"cut": [], **rest, "files": listed})


def record_turn(
    unit: Unit, number: str, turn: Turn, told: Sequence[int], asked: Asked | None = None
) -> None:
    """Store a message. A reply is paid for and stored even when the task was taken away."""
    task = unit.task(number) if turn.role == "assistant" else unit.working(number)
    _add_turn(unit, task, turn)
    if asked:
        learn(unit, asked, turn.usage)
    waiting = unit.tables.messages.untold(number) if told else ()
    notes = [message.id for message in waiting if message.kind == "note" and message.id in told]
    unit.tables.messages.tell(told)
    if notes:
        unit.emit("note.told", number, {"notes": notes, "turn": turn.index})


def record_tool(unit: Unit, number: str, result: ToolResult, summary: str) -> None:
    """Store that a tool began or ended."""
    unit.working(number)
    unit.tables.tools.save(number, result)
    data = {"tool_use": result.tool_use, "name": result.name, "summary": summary}
    if result.content is None:
        unit.emit("tool.started", number, data)
    else:
        unit.emit("tool.ended", number, {**data, "ok": result.ok})


def refuse_answer(unit: Unit, number: str, message: str, turn: Turn) -> int:
    """Count an invalid answer and store the message that sends it back."""
    task = unit.working(number)
    strikes = unit.tables.tasks.strikes(number) + 1
    unit.tables.tasks.set_strikes(number, strikes)
    unit.emit("answer.refused", number, {"message": message, "strike": strikes})
    _add_turn(unit, task, turn)
    return strikes


def record_attempt(unit: Unit, number: str, attempt: Attempt) -> None:
    """Store a proposal of the worker."""
    store_attempt(unit, unit.working(number), attempt)


def store_attempt(unit: Unit, task: Task, attempt: Attempt) -> None:
    """Store a proposal, whoever made it."""
    number = task.number
    if not unit.tables.attempts.add(number, attempt, unit.at):
        raise Refused(f"attempt {attempt.number} of task {number} is stored", code="exists")
    unit.tables.tasks.set_strikes(number, 0)
    unit.tables.tasks.set_base(number, attempt.base)
    changed = replace(task, attempt=attempt.number, proposal=attempt.proposal, verdict=None)
    unit.tables.tasks.save(changed)
    data = {
        "attempt": attempt.number,
        "proposal": attempt.proposal,
        "files": [asdict(file) for file in attempt.files],
    }
    unit.emit("proposal.recorded", number, data)


def record_verification(
    unit: Unit, number: str, attempt: int, verification: Verification, flags: Sequence[Flag]
) -> None:
    """Store the evidence of an attempt."""
    task = unit.working(number)
    if unit.tables.attempts.find(number, attempt) is None:
        raise NotFound(f"task {number} has no attempt {attempt}")
    unit.tables.attempts.verify(number, attempt, verification, flags)
    if attempt == task.attempt:
        unit.tables.tasks.save(replace(task, verdict=verification.verdict.value))
    data = {
        "attempt": attempt,
        "verdict": verification.verdict.value,
        "reason": verification.reason,
        "message": verification.message,
    }
    unit.emit("verification.recorded", number, data)


def spend_correction(unit: Unit, number: str, turn: Turn) -> None:
    """Count a correction and store the message that asks for it."""
    task = unit.working(number)
    task = replace(task, corrections=task.corrections + 1)
    unit.tables.tasks.save(task)
    _add_turn(unit, task, turn)
    unit.enter(task, Phase.CORRECTING)


def give_up(unit: Unit, number: str, reason: str) -> None:
    """End a task as failed."""
    unit.move(unit.working(number), Status.FAILED, reason=" ".join(reason.split()))
    unit.resolve_blockers(number, "failed")


def release(unit: Unit, number: str) -> None:
    """Put a task that is stopped half-way back, unless it was taken away or decided."""
    task = unit.task(number)
    if task.status is Status.IN_PROGRESS and not unit.pending_decision(number):
        unit.move(task, Status.PENDING)


def _add_turn(unit: Unit, task: Task, turn: Turn) -> None:
    if not unit.tables.turns.add(task.number, turn, unit.at):
        raise Refused(f"turn {turn.index} of task {task.number} is stored", code="exists")
    if turn.role != "assistant":
        return
    unit.tables.reservations.free(task.number)
    cost = total_cost([task.cost_usd, turn.cost_usd])
    if cost != task.cost_usd:
        unit.tables.tasks.save(replace(task, cost_usd=cost))
    data = {
        "turn": turn.index,
        "stop_reason": turn.stop_reason,
        "usage": asdict(turn.usage) if turn.usage else None,
        "cost_usd": turn.cost_usd,
        "tools": list(_tool_names(turn)),
    }
    unit.emit("turn.recorded", task.number, data)


def _tool_names(turn: Turn) -> Iterable[str]:
    return (str(block["name"]) for block in turn.content if block.get("type") == "tool_use")

"""Questions: asked by the worker, answered by a person."""

from __future__ import annotations

from dataclasses import replace

from codeframe_tui.core.blocker import Blocker, BlockerKind, BlockerStatus
from codeframe_tui.core.commands import Answer, Skip
from codeframe_tui.core.errors import NotFound, Refused
from codeframe_tui.core.task import Status
from codeframe_tui.ports import Document
from codeframe_tui.service.unit import Unit, spoken

__all__ = ["answer", "open_blocker", "open_question", "skip"]


def open_blocker(unit: Unit, blocker: Blocker) -> str:
    """Store a question of a task in progress; the same open question is not asked twice."""
    task = unit.working(blocker.task)
    number = _same_open(unit, blocker) or _add(unit, blocker)
    if blocker.kind is BlockerKind.SYNC:
        lines = blocker.question.strip().splitlines() or ["a question"]
        unit.move(task, Status.BLOCKED, reason=lines[0])
    return number


def _same_open(unit: Unit, blocker: Blocker) -> str | None:
    for each in unit.tables.blockers.of(blocker.task):
        same = (each.key, each.question) == (blocker.key, blocker.question)
        if same and each.status is BlockerStatus.OPEN:
            return each.id
    return None


def _add(unit: Unit, blocker: Blocker) -> str:
    number = unit.tables.blockers.add(replace(blocker, created_at=blocker.created_at or unit.at))
    data = {
        "id": number,
        "kind": blocker.kind.value,
        "question": blocker.question,
        "options": list(blocker.options),
        "assumption": blocker.assumption,
        "cause": blocker.cause,
    }
    unit.emit("blocker.opened", blocker.task, data)
    return number


def open_question(unit: Unit, blocker_id: str) -> Blocker:
    """A question that waits. Raises: NotFound, or Refused when it does not wait any more."""
    blocker = unit.tables.blockers.find(blocker_id)
    if blocker is None:
        raise NotFound(f"there is no blocker {blocker_id}", hint="`blockers` lists them")
    if blocker.status is not BlockerStatus.OPEN:
        raise Refused(
            f"blocker {blocker.id} is {blocker.status} already",
            hint=f"write a note to task {blocker.task} to add something",
            code="already_answered",
        )
    return blocker


def skip(unit: Unit, command: Skip) -> Document:
    """See `core.commands.Skip`."""
    blocker = open_question(unit, command.blocker)
    task = unit.task(blocker.task)
    unit.tables.blockers.save(replace(blocker, status=BlockerStatus.RESOLVED))
    unit.emit("blocker.resolved", task.number, {"id": blocker.id, "how": "skipped"})
    if task.status is Status.BLOCKED and not unit.is_held_by_question(task.number):
        if not task.held:
            unit.emit("task.held", task.number, {})
        unit.tables.tasks.set_strikes(task.number, 0)
        unit.move(replace(task, held=True), Status.PENDING)
    return {"task": task.number}


def answer(unit: Unit, command: Answer) -> Document:
    """See `core.commands.Answer`."""
    blocker = open_question(unit, command.blocker)
    text = spoken(command.text, "the answer")
    unit.tables.blockers.save(replace(blocker, status=BlockerStatus.ANSWERED, answer=text))
    unit.tables.messages.add(blocker.task, "answer", text, blocker.id)
    unit.emit("blocker.answered", blocker.task, {"id": blocker.id, "answer": text})
    task = unit.task(blocker.task)
    if task.status is Status.BLOCKED and not unit.is_held_by_question(task.number):
        unit.tables.tasks.set_strikes(task.number, 0)
        unit.move(task, Status.PENDING)
    return {"task": task.number}

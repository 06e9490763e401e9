"""Verdicts that are not sent yet, kept so that nothing of a review is lost."""

from __future__ import annotations

from dataclasses import replace

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import SaveDraft
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.review.draft import Draft
from codeframe_tui.core.task import Task
from codeframe_tui.ports import Document
from codeframe_tui.service.unit import Unit

__all__ = ["mark_sent", "save"]


def save(unit: Unit, command: SaveDraft) -> Document:
    """See `core.commands.SaveDraft`. No event: it is nobody else's business until it is sent."""
    task = unit.task(command.number)
    numbers = range(task.attempt, 0, -1)
    found = (unit.tables.attempts.find(task.number, number) for number in numbers)
    attempt = next((each for each in found if each and each.proposal == command.proposal), None)
    if attempt is None:
        raise Refused(
            f"task {task.number} has no such proposal", hint="look at it again", code="no_proposal"
        )
    draft = Draft(command.accepted, command.rejected, command.seen, command.since)
    kept = unit.tables.drafts.of(task.number).get(attempt.number, Draft())
    unit.tables.drafts.save(task.number, attempt.number, replace(draft, sent=kept.sent))
    return {}


def mark_sent(unit: Unit, task: Task, rejected: Parts) -> None:
    """Note that the newest attempt was reviewed; what is rejected counts, whoever said it."""
    kept = unit.tables.drafts.of(task.number).get(task.attempt)
    draft = Draft(rejected=rejected) if kept is None else kept
    unit.tables.drafts.save(task.number, task.attempt, replace(draft, sent=True))

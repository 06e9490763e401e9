"""One unit of work: rows and events that change together."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from codeframe_tui.core.blocker import BlockerKind, BlockerStatus
from codeframe_tui.core.errors import NotFound, Refused
from codeframe_tui.core.fields import check_unicode
from codeframe_tui.core.lifecycle import transition
from codeframe_tui.core.progress import Decision
from codeframe_tui.core.task import Phase, Status, Task
from codeframe_tui.ports.tables import Tables

__all__ = ["TEXT_LIMIT", "Unit", "find_task", "spoken"]

logger = logging.getLogger(__name__)

TEXT_LIMIT = 20_000
"""Most characters a person can say at once."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What a handler works with.

    Attributes:
        tables: the rows, inside one transaction.
        at: the time of everything that happens in it.
    """

    tables: Tables
    at: str

    def emit(self, type_: str, task: str | None, data: Mapping[str, Any]) -> None:
        """Add an event."""
        self.tables.events.add(self.at, type_, task, data)

    def task(self, number: str) -> Task:
        """A task by number. Raises: NotFound."""
        return find_task(self.tables, number)

    def working(self, number: str) -> Task:
        """A task that a worker has in hand. Raises: Refused when it was taken away."""
        task = self.task(number)
        if task.status is not Status.IN_PROGRESS:
            raise Refused(f"task {number} is {task.status}", code="not_in_progress")
        return task

    def move(
        self, task: Task, to: Status, *, phase: Phase | None = None, reason: str | None = None
    ) -> Task:
        """Change the state through the one table, and tell."""
        moved = transition(task, to, at=self.at, phase=phase, reason=reason)
        self.tables.tasks.save(moved)
        data = {"from": task.status.value, "to": to.value, "reason": reason, "phase": phase}
        self.emit("task.status", task.number, data)
        return moved

    def move_written(self, task: Task, to: Status, *, reason: str | None = None) -> bool:
        """Move a task whose change is in the real files; tells whether it is where it should be.

        What is written cannot be refused any more, so an illegal move is told and leaves the task
        where it is: raising would keep the decision pending, and the task with it, for good.
        """
        if task.status is to:
            return True
        try:
            self.move(task, to, reason=reason)
        except Refused as refused:
            logger.warning("a change is written, but %s", refused.message)
            data = {
                "code": refused.code,
                "message": f"the change is written, but {refused.message}",
                "hint": "the task stays where it is; `undo` takes the change out again",
            }
            self.emit("problem", task.number, data)
            return False
        return True

    def enter(self, task: Task, phase: Phase) -> Task:
        """Change the phase of a task in progress, and tell."""
        if task.phase is phase:
            return task
        moved = replace(task, phase=phase, since=self.at)
        self.tables.tasks.save(moved)
        self.emit("task.phase", task.number, {"phase": phase.value})
        return moved

    def resolve_blockers(self, number: str, how: str, *, sync_only: bool = False) -> None:
        """End the open questions of a task."""
        for blocker in self.tables.blockers.of(number):
            ends = not sync_only or blocker.kind is BlockerKind.SYNC
            if ends and blocker.status is BlockerStatus.OPEN:
                self.tables.blockers.save(replace(blocker, status=BlockerStatus.RESOLVED))
                self.emit("blocker.resolved", number, {"id": blocker.id, "how": how})

    def is_held_by_question(self, number: str) -> bool:
        """Whether an open SYNC blocker holds the task."""
        return any(
            blocker.kind is BlockerKind.SYNC and blocker.status is BlockerStatus.OPEN
            for blocker in self.tables.blockers.of(number)
        )

    def pending_decision(self, number: str) -> Decision | None:
        """What was decided about the task and is not carried out yet."""
        decisions = self.tables.decisions.of(number)
        return next((each for each in decisions if each.state == "pending"), None)

    def require_undecided(self, number: str) -> None:
        """Raises: Refused while a decision about the task is being carried out."""
        if self.pending_decision(number):
            raise Refused(
                f"task {number} is decided already; the decision is being carried out",
                hint="its end is told in a moment",
                code="already_decided",
            )


def find_task(tables: Tables, number: str) -> Task:
    """A task by number. Raises: NotFound."""
    task = tables.tasks.find(number)
    if task is None:
        raise NotFound(f"there is no task {number}", hint="`list` shows all tasks")
    return task


def spoken(text: str, what: str) -> str:
    """What a person said, checked. Raises: Refused when it is blank or too long."""
    if not text.strip():
        raise Refused(f"{what} is empty", hint="say it in a few words", code="empty")
    if len(text) > TEXT_LIMIT:
        raise Refused(
            f"{what} has {len(text)} characters, more than {TEXT_LIMIT}",
            hint="shorten it, or put the rest into a file of the project",
            code="too_long",
        )
    return check_unicode(text, what)

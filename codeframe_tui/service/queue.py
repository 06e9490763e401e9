"""Commands that fill and order the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from codeframe_tui.core import fields
from codeframe_tui.core.commands import (
    AddIssue,
    AddTask,
    Cancel,
    EditTask,
    Hold,
    Note,
    Release,
    Retry,
)
from codeframe_tui.core.errors import NotFound, Refused
from codeframe_tui.core.lifecycle import ENDED
from codeframe_tui.core.talk.prompt import edited
from codeframe_tui.core.task import Evidence, Issue, Status, Task
from codeframe_tui.ports import Document
from codeframe_tui.service.dependencies import leads_back
from codeframe_tui.service.review import rebase_after_refusal
from codeframe_tui.service.unit import Unit, spoken

__all__ = [
    "add_issue",
    "add_task",
    "cancel",
    "edit",
    "hold",
    "insert_issues",
    "insert_tasks",
    "note",
    "release",
    "retry",
]


COPY_RENEWED = (
    "Try again. Your copy of the project was removed meanwhile and is made anew: your newest "
    "proposal is in it, if there is one, but nothing that your tools wrote after it."
)


def add_issue(unit: Unit, command: AddIssue) -> Document:
    """See `core.commands.AddIssue`."""
    number = fields.check_issue_number(command.number)
    if unit.tables.issues.find(number):
        raise Refused(f"issue {number} exists already", hint="choose another number", code="exists")
    title = fields.check_title(command.title)
    insert_issues(unit, [Issue(number, title, fields.check_description(command.description))])
    return {"number": number}


def add_task(unit: Unit, command: AddTask) -> Document:
    """See `core.commands.AddTask`."""
    number, issue = _number(unit, command)
    needs = _needs(unit, number, command.depends_on)
    task = Task(
        number=number,
        title=fields.check_title(command.title),
        description=fields.check_description(command.description),
        priority=fields.check_priority(command.priority),
        workflow_step=fields.check_step(command.workflow_step),
        issue=issue,
        depends_on=needs,
        agent=None if command.agent is None else fields.check_agent(command.agent),
        evidence=Evidence(fields.check_evidence(command.evidence)),
        since=unit.at,
    )
    insert_tasks(unit, [task])
    return {"number": number}


def insert_issues(unit: Unit, issues: Sequence[Issue]) -> None:
    """Store checked issues, and tell."""
    unit.tables.issues.add(issues)
    for issue in issues:
        unit.emit("issue.added", None, {"number": issue.number, "title": issue.title})


def insert_tasks(unit: Unit, tasks: Sequence[Task]) -> None:
    """Store checked tasks, and tell."""
    unit.tables.tasks.add(tasks)
    for task in tasks:
        unit.emit("task.added", task.number, {"title": task.title})


def edit(unit: Unit, command: EditTask) -> Document:
    """See `core.commands.EditTask`."""
    task = unit.task(command.number)
    if task.status in {Status.IN_PROGRESS, Status.COMPLETED}:
        raise Refused(
            f"task {task.number} is {task.status} and cannot be edited",
            hint="hold it first, or write a note to the worker"
            if task.status is Status.IN_PROGRESS
            else "add a new task",
            code="not_editable",
        )
    changes = _changes(unit, task, command)
    changed = [name for name, value in changes.items() if getattr(task, name) != value]
    if changed:
        unit.tables.tasks.save(replace(task, **changes))
        if "depends_on" in changed:
            unit.tables.tasks.depend(task.number, changes["depends_on"])
        unit.emit("task.edited", task.number, {"fields": changed})
        text = edited(replace(task, **changes), changed)
        if text and unit.tables.turns.all(task.number):  # else the first message says it
            unit.tables.messages.add(task.number, "edit", text)
    return {}


def _changes(unit: Unit, task: Task, command: EditTask) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if command.title is not None:
        changes["title"] = fields.check_title(command.title)
    if command.description is not None:
        changes["description"] = fields.check_description(command.description)
    if command.priority is not None:
        changes["priority"] = fields.check_priority(command.priority)
    if command.workflow_step is not None:
        changes["workflow_step"] = fields.check_step(command.workflow_step)
    if command.depends_on is not None:
        changes["depends_on"] = _needs(unit, task.number, command.depends_on)
    if command.agent is not None:
        changes["agent"] = fields.check_agent(command.agent)
    if command.evidence is not None:
        changes["evidence"] = Evidence(fields.check_evidence(command.evidence))
    return changes


def hold(unit: Unit, command: Hold) -> Document:
    """See `core.commands.Hold`."""
    task = _unfinished(unit, command.number)
    _not_applying(unit, task)
    if task.held:
        return {}
    held = replace(task, held=True)
    unit.tables.tasks.save(held)
    unit.emit("task.held", task.number, {})
    if task.status is Status.IN_PROGRESS:
        unit.move(held, Status.PENDING)
    return {}


def release(unit: Unit, command: Release) -> Document:
    """See `core.commands.Release`."""
    task = unit.task(command.number)
    if task.held:
        unit.tables.tasks.save(replace(task, held=False))
        unit.emit("task.released", task.number, {})
    return {}


def cancel(unit: Unit, command: Cancel) -> Document:
    """See `core.commands.Cancel`."""
    task = _unfinished(unit, command.number)
    _not_applying(unit, task)
    reason = " ".join(spoken(command.reason, "the reason").split())
    unit.move(replace(task, held=False), Status.CANCELLED, reason=reason)
    unit.resolve_blockers(task.number, "cancelled")
    return {}


def retry(unit: Unit, command: Retry) -> Document:
    """See `core.commands.Retry`."""
    task = unit.task(command.number)
    hints = {
        Status.PENDING: "it is queued already; write a note to add something",
        Status.IN_PROGRESS: "it is being worked on; write a note, or hold it",
        Status.COMPLETED: "undo it, or add a new task",
    }
    waits = task.status is Status.PENDING and task.held
    if task.status in hints and not waits:
        raise Refused(
            f"task {task.number} is {task.status}", hint=hints[task.status], code="not_retryable"
        )
    unit.require_undecided(task.number)
    if command.hint:
        unit.tables.messages.add(task.number, "hint", spoken(command.hint, "the hint"))
    begun = unit.tables.tasks.base(task.number) is not None
    if not rebase_after_refusal(unit, task) and begun:
        if task.status in ENDED:
            unit.tables.messages.add(task.number, "rebase", COPY_RENEWED)
        elif not command.hint:
            unit.tables.messages.add(task.number, "hint", "Try again.")
    unit.tables.tasks.set_strikes(task.number, 0)
    unit.resolve_blockers(task.number, "retry")
    if waits:
        return release(unit, Release(task.number))
    unit.move(task, Status.PENDING)
    return {}


def note(unit: Unit, command: Note) -> Document:
    """See `core.commands.Note`."""
    task = _unfinished(unit, command.number)
    text = spoken(command.text, "the note")
    number = unit.tables.messages.add(task.number, "note", text)
    unit.emit("note.added", task.number, {"note": number, "text": text})
    return {"note": number}


def _number(unit: Unit, command: AddTask) -> tuple[str, str | None]:
    issue = command.issue
    if issue is not None and unit.tables.issues.find(fields.check_issue_number(issue)) is None:
        raise NotFound(
            f"there is no issue {issue}",
            hint=f"add it: codeframe-tui issue add {issue} TITLE",
            code="unknown_issue",
        )
    if command.number is None:
        following = unit.tables.tasks.last_in(issue) + 1
        return (f"{issue}.{following}" if issue else str(following)), issue
    number = fields.check_number(command.number)
    fields.check_family(number, issue)
    if unit.tables.tasks.find(number):
        raise Refused(f"task {number} exists already", hint="choose another", code="exists")
    family = fields.family_of(number)
    return number, family if family and unit.tables.issues.find(family) else None


def _needs(unit: Unit, number: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """Dependencies without repetition, all known and none of them leading back."""
    needs = tuple(dict.fromkeys(wanted))
    unknown = [need for need in needs if need not in {number, *unit.tables.tasks.known(needs)}]
    if unknown:
        raise NotFound(
            f"unknown dependency: {', '.join(unknown)}",
            hint="`list` shows all tasks",
            code="unknown_dependency",
        )
    for need in needs:
        if leads_back(unit.tables, number, need):
            raise Refused(
                f"task {number} would wait for itself through {need}",
                hint=f"take {need} out, or its own dependencies first",
                code="cycle",
            )
    return needs


def _unfinished(unit: Unit, number: str) -> Task:
    task = unit.task(number)
    if task.status in ENDED:
        raise Refused(
            f"task {number} is {task.status}", hint="retry it, or add a new task", code="ended"
        )
    return task


def _not_applying(unit: Unit, task: Task) -> None:
    if unit.pending_decision(task.number):
        raise Refused(
            f"the change of task {task.number} is being written",
            hint="wait a moment; then it can be undone",
            code="applying",
        )

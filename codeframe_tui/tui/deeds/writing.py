"""Deeds that write tasks and issues in forms."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

from codeframe_tui.core.commands import AddIssue, AddTask, Command, EditTask, ImportTasks
from codeframe_tui.core.queries import ShowQueue
from codeframe_tui.core.queries import ShowTask as Task
from codeframe_tui.core.text import clean_line
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.deeds.tasks import can
from codeframe_tui.tui.modals.issue_form import IssueFields, IssueForm
from codeframe_tui.tui.modals.task_form import TaskForm
from codeframe_tui.tui.present.rows import Span, safe
from codeframe_tui.tui.present.task_fields import TaskFields

__all__ = ["edit", "issue", "new"]

_NEW = "new"
_GROUPS = {"needs_you": "needs you", "working": "working", "queued": "queued", "done": "done"}
T = TypeVar("T")


async def new(desk: Desk) -> None:
    """Write a task; what was begun and left stands there again."""
    if not desk.is_free:  # what was begun is not taken out for a form that does not open
        return
    begun = desk.state.unsent.get(_NEW, [])
    kept = begun.pop() if begun else None
    answer = await desk.ask_until_taken(
        lambda given, wrong: TaskForm(
            "New task",
            given or kept,
            ask=desk.feed.query,
            wrong=wrong,
            kept=kept is not None and given is None,
            keep=partial(_keep, desk, _NEW, "o"),
        ),
        _added,
    )
    if answer is not None:
        await _show(desk, safe(answer.get("number") or answer["tasks"][0]))


def _added(fields: TaskFields) -> Command:
    """What adds a task; together with its issue when that is new."""
    if not fields.issue_title:
        return AddTask(
            fields.title.strip(),
            fields.description.strip(),
            priority=int(fields.priority),
            workflow_step=int(fields.step or 0),
            depends_on=fields.needs,
            issue=fields.issue.strip() or None,
            agent=fields.agent.strip() or None,
            evidence=fields.evidence,
        )
    task = {
        "title": fields.title.strip(),
        "description": fields.description.strip(),
        "priority": int(fields.priority),
        "workflow_step": int(fields.step or 0),
        "depends_on": list(fields.needs),
        "issue": fields.issue.strip(),
        "evidence": fields.evidence,
    }
    if fields.agent.strip():
        task["agent"] = fields.agent.strip()
    issue = {"number": fields.issue.strip(), "title": fields.issue_title.strip()}
    return ImportTasks({"issues": [issue], "tasks": [task]})


async def _show(desk: Desk, number: str) -> None:
    """Say where a new task stands; bring the cursor there when the queue has the keys."""
    asked = ShowQueue(0, at=(number,), filter=str((desk.state.queue or {}).get("filter") or ""))
    place = (await desk.feed.query(asked)).get("places", {}).get(number)
    said: list[Span] = [("✔ ", "green"), (f"{number} is in the queue", "text")]
    if place is None and asked.filter:
        said.append((" · the filter hides it", "dim"))
    elif place is not None:
        said.append((f" · {_GROUPS.get(place[0], '')}, place {place[1] + 1:,}", "dim"))
        if desk.cockpit.pane == "queue":
            desk.focus_task(number)
    desk.tell(*said)


def _keep(desk: Desk, key: str, again: str, fields: TaskFields) -> None:
    """Keep what was written until the cockpit ends, or until it is sent."""
    desk.state.unsent.setdefault(key, []).append(fields)
    desk.tell(("kept: ", "dim"), (again, "bold"), (" goes on writing it", "dim"))


async def edit(desk: Desk) -> None:
    """Change what a task says."""
    if not can(desk, "queue.edit"):
        return
    number = desk.number
    held = _held(await desk.feed.query(Task(number)))
    if not desk.is_free:
        return
    begun = desk.state.unsent.get(number, [])
    kept = begun.pop() if begun else None
    await desk.ask_until_taken(
        lambda given, wrong: TaskForm(
            f"Edit {safe(number)}",
            given or kept or held,
            ask=desk.feed.query,
            number=number,
            save="save",
            wrong=wrong,
            was=held,
            kept=kept is not None and given is None,
            keep=partial(_keep, desk, number, "e"),
        ),
        lambda fields: _edited(number, fields, held),
    )


def _held(task: dict[str, object]) -> TaskFields:
    needs = task.get("depends_on")
    return TaskFields(
        title=clean_line(str(task.get("title") or "")),
        description=str(task.get("description") or ""),
        priority=str(task.get("priority", 2)),
        step=str(task.get("workflow_step") or ""),
        after=", ".join(map(str, needs)) if isinstance(needs, list) else "",
        issue=str(task.get("issue") or ""),
        agent=str(task.get("agent") or ""),
        evidence=str(task.get("evidence") or "tdd"),
    )


def _edited(number: str, fields: TaskFields, held: TaskFields) -> EditTask | None:
    wish = EditTask(
        number,
        title=_changed(fields.title.strip(), held.title),
        description=_changed(fields.description.strip(), held.description),
        priority=_changed(int(fields.priority), int(held.priority)),
        workflow_step=_changed(int(fields.step or 0), int(held.step or 0)),
        depends_on=_changed(fields.needs, held.needs),
        agent=_changed(fields.agent.strip(), held.agent),
        evidence=_changed(fields.evidence, held.evidence),
    )
    return None if wish == EditTask(number) else wish


def _changed(new_value: T, old_value: T) -> T | None:
    return None if new_value == old_value else new_value


async def issue(desk: Desk) -> None:
    """Write an issue, which tasks can belong to."""
    answer = await desk.ask_until_taken(
        lambda given, wrong: IssueForm(given or IssueFields(), wrong=wrong),
        lambda fields: AddIssue(fields.number, fields.title, fields.description),
    )
    if answer is not None:
        number = safe(answer.get("number"))
        desk.tell(("✔ ", "green"), (f"issue {number} is there", "text"),
                  (" · new tasks can belong to it", "dim"))  # fmt: skip

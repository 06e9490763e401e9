"""One task becomes several."""

from __future__ import annotations

from dataclasses import replace

from codeframe_tui.core.commands import AddTask, Cancel, Split
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.lifecycle import ENDED
from codeframe_tui.core.task import Status, Task
from codeframe_tui.ports import Document
from codeframe_tui.service import queue
from codeframe_tui.service.unit import Unit

__all__ = ["split"]

MOST_PARTS = 50


def split(unit: Unit, command: Split) -> Document:
    """See `core.commands.Split`."""
    task = _splittable(unit, command)
    numbers: list[str] = []
    for title, description in command.tasks:
        needs = (numbers[-1],) if command.in_order and numbers else task.depends_on
        part = AddTask(
            title,
            description,
            priority=task.priority,
            workflow_step=task.workflow_step,
            depends_on=needs,
            issue=task.issue,
            agent=task.agent,
            evidence=task.evidence.value,
        )
        numbers.append(queue.add_task(unit, part)["number"])
    _hand_over(unit, task, numbers[-1:] if command.in_order else numbers)
    queue.cancel(unit, Cancel(task.number, f"split into {', '.join(numbers)}"))
    return {"tasks": numbers}


def _splittable(unit: Unit, command: Split) -> Task:
    task = unit.task(command.number)
    if task.status in ENDED or task.status is Status.IN_PROGRESS:
        raise Refused(
            f"task {task.number} is {task.status} and cannot be split",
            hint="hold it first" if task.status is Status.IN_PROGRESS else "add new tasks",
            code="not_splittable",
        )
    if not 2 <= len(command.tasks) <= MOST_PARTS:
        raise Refused(
            f"{len(command.tasks)} tasks are no split",
            hint=f"write 2 to {MOST_PARTS} tasks, one a line",
            code="bad_split",
        )
    return task


def _hand_over(unit: Unit, task: Task, numbers: list[str]) -> None:
    """What waited for the task waits for its parts."""
    for number in unit.tables.tasks.dependants(task.number):
        waiting = unit.task(number)
        if waiting.status in ENDED:
            continue
        kept = [need for need in waiting.depends_on if need != task.number]
        needs = (*kept, *numbers)
        unit.tables.tasks.save(replace(waiting, depends_on=needs))
        unit.tables.tasks.depend(number, needs)
        unit.emit("task.edited", number, {"fields": ["depends_on"]})

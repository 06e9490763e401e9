"""Files that people pin to what tasks are shown, or exclude; kept among the settings."""

from __future__ import annotations

from dataclasses import replace

from codeframe_tui.core.code.chosen import CHOICES, MOST, Chosen
from codeframe_tui.core.commands import ChooseContext, Note
from codeframe_tui.core.errors import Refused, WrongUse
from codeframe_tui.core.fields import check_unicode
from codeframe_tui.core.lifecycle import ENDED
from codeframe_tui.core.paths import check_path
from codeframe_tui.core.task import Task
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.queue import note
from codeframe_tui.service.unit import Unit

__all__ = ["checked", "choices", "choose", "chosen_for"]


def checked(command: ChooseContext) -> ChooseContext:
    """With its path as the gate takes it. Raises: WrongUse, PathRefused."""
    if command.choice is not None and command.choice not in CHOICES:
        known = ", ".join(CHOICES)
        raise WrongUse(f"{command.choice!r} is no choice about a file", hint=f"one of {known}")
    path = check_unicode(command.path, "the path").removeprefix("./")
    return replace(command, path=check_path(path.rstrip("/") or path))


def choose(unit: Unit, command: ChooseContext) -> Document:
    """See `core.commands.ChooseContext`; the path is `checked`."""
    task = None if command.number is None else unit.task(command.number)
    number = task.number if task else None
    held = _of(unit.tables, number)
    chosen = held.choose(command.path, next((c for c in CHOICES if c == command.choice), None))
    if max(len(chosen.pinned), len(chosen.excluded)) > MOST:
        raise Refused(
            f"{MOST} paths are chosen already", hint="take one back first", code="too_many"
        )
    told = False
    if chosen != held:
        unit.tables.settings.set(_name(number), chosen.stored())
        unit.emit("context.chosen", number, {"path": command.path, "choice": command.choice})
        told = command.choice == "pinned" and task is not None and _tell(unit, task, command.path)
    found: Document = {"task": number, "told": told}
    return found | {"pinned": list(chosen.pinned), "excluded": list(chosen.excluded)}


def chosen_for(tables: Tables, number: str | None) -> Chosen:
    """What holds for a task: what was chosen for it, over what was chosen for the project."""
    project = _of(tables, None)
    return project if number is None else _of(tables, number).over(project)


def choices(tables: Tables, number: str) -> Document:
    """``{"pinned": [{"path", "whose"}], "excluded": […]}``: what holds for a task, and whose it is.

    ``whose`` is ``task`` or ``project``. Where both chose about a path each is told, the task's
    first: it counts, and the other comes into force when it is taken back.
    """
    both = {"task": _of(tables, number), "project": _of(tables, None)}
    holds = both["task"].over(both["project"])
    told = {*holds.pinned, *holds.excluded}
    return {
        name: [
            {"path": path, "whose": whose}
            for whose, held in both.items()
            for path in getattr(held, name)
            if path in told
        ]
        for name in CHOICES
    }


def _tell(unit: Unit, task: Task, path: str) -> bool:
    """A worker that has its context already reads of the file in its next turn."""
    begun = unit.tables.tasks.base(task.number) is not None
    if not begun or task.status in ENDED:
        return False
    note(unit, Note(task.number, f"Read {path} before you go on: a person pinned it to this task."))
    return True


def _of(tables: Tables, number: str | None) -> Chosen:
    return Chosen.of(tables.settings.get(_name(number)))


def _name(number: str | None) -> str:
    return "context" if number is None else f"context:{number}"

"""What is stored that decides what a task is shown."""

from __future__ import annotations

from codeframe_tui.core.code.ground import Ground
from codeframe_tui.core.talk.prompt import subject
from codeframe_tui.core.task import Task
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.chosen import chosen_for
from codeframe_tui.service.tokens import gauge
from codeframe_tui.settings import Settings

__all__ = ["ground_of_task", "ground_of_text"]

_NEWEST = 1_000
"""Of each kind of what was said, so many are looked at."""


def ground_of_text(tables: Tables, settings: Settings, text: str) -> Ground:
    """For a text that no task is about."""
    return _ground(tables, settings, text, None)


def ground_of_task(tables: Tables, settings: Settings, task: Task) -> Ground:
    """For a task; its own words, which it is told anyway, are no earlier ones."""
    issue = tables.issues.find(task.issue) if task.issue else None
    answers = [each.answer for each in tables.blockers.of(task.number) if each.answer]
    return _ground(tables, settings, subject(task, issue, answers), task.number)


def _ground(tables: Tables, settings: Settings, text: str, number: str | None) -> Ground:
    pieces = tables.earlier.newest(_NEWEST)
    return Ground(
        text,
        chosen_for(tables, number),
        gauge(tables, settings),
        [each for each in pieces if each.task != number],
    )

"""The queue as a front end shows it: totals, and the rows of a window of each group."""

from __future__ import annotations

from collections.abc import Mapping

from codeframe_tui.core.filters import Filter, parse_filter
from codeframe_tui.core.queries import MOST_PLACES, MOST_ROWS, ShowQueue, Sort
from codeframe_tui.core.task import Group, Status, Task
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.documents import questions, row
from codeframe_tui.service.switches import halt

__all__ = ["queue"]

URGENT_LIMIT = 500
"""Tasks that need a person, oldest first, which are ordered by how much waits for them."""


def queue(tables: Tables, query: ShowQueue) -> Document:
    """See `core.queries.ShowQueue`."""
    reading = _Reading(tables, query)
    windows = {group: (first, rows) for group, first, rows in query.windows}
    groups = [reading.group(group, *windows.get(group.value, (0, query.limit))) for group in Group]
    return {
        "groups": groups,
        "all": sum(tables.queue.counts().values()),
        "places": reading.places(query.at[:MOST_PLACES]),
        "filter": query.filter,
        "sort": query.sort.value,
        "last_event": tables.events.last(),
    }


class _Reading:
    """One look at the queue."""

    def __init__(self, tables: Tables, query: ShowQueue) -> None:
        self._tables = tables
        self._only: Filter = parse_filter(query.filter)
        self._sort = query.sort
        self._counts = tables.queue.counts(self._only)
        self._halted = halt(tables)
        self._urgent = self._most_urgent() if query.sort is Sort.TURN else []

    def group(self, group: Group, first: int, rows: int) -> Document:
        """Total and rows of a group."""
        first, rows = max(first, 0), min(max(rows, 0), MOST_ROWS)
        shown = self._tasks(group, first, rows)
        numbers = [task.number for task in shown]
        unmet = self._tables.tasks.unmet(numbers)
        asked = questions(self._tables.blockers.open_of(numbers))
        return {
            "key": group.value,
            "total": self._counts[group],
            "first": first,
            "rows": [
                self._row(task, unmet.get(task.number, {}), asked.get(task.number))
                for task in shown
            ],
        }

    def places(self, numbers: tuple[str, ...]) -> Document:
        """Group and place by number; None for those that are left out."""
        found: Document = {}
        urgent = {task.number: place for place, task in enumerate(self._urgent)}
        for number in numbers:
            if number in urgent:
                found[number] = [Group.NEEDS_YOU.value, urgent[number]]
                continue
            place = self._tables.queue.place(number, sort=self._sort, only=self._only)
            found[number] = [place[0].value, place[1]] if place else None
        return found

    def _tasks(self, group: Group, first: int, rows: int) -> list[Task]:
        if first >= self._counts[group] or not rows:
            return []
        urgent = self._urgent[first : first + rows] if group is Group.NEEDS_YOU else []
        rest = rows - len(urgent)
        if not rest or (urgent and len(self._urgent) < URGENT_LIMIT):
            return urgent
        after = first + len(urgent)
        window = self._tables.queue.window
        return [*urgent, *window(group, after, rest, sort=self._sort, only=self._only)]

    def _most_urgent(self) -> list[Task]:
        oldest = self._tables.queue.window(Group.NEEDS_YOU, 0, URGENT_LIMIT, only=self._only)
        held_up = self._tables.tasks.held_up([task.number for task in oldest])
        return sorted(oldest, key=lambda task: -held_up.get(task.number, 0))

    def _row(self, task: Task, unmet: Mapping[str, Status], blocker: str | None) -> Document:
        return {**row(task, unmet, blocker, self._halted), "blocker": blocker}

"""The queue as a person reads it: windows of its groups, and where a task stands in one.

Each order is one index of the schema, so that a window far down costs a walk of that index and
nothing else. See `ports.tables` for what each method promises.
"""

# ruff: noqa: D102 - each method is told in the port
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)

from codeframe_tui.adapters.store import schema
from codeframe_tui.adapters.store.tasks import place_of, read_tasks
from codeframe_tui.core.filters import EVERY, Filter
from codeframe_tui.core.queries import Sort
from codeframe_tui.core.task import Group, Task, group_of

__all__ = ["SqlQueue"]

TASKS = schema.tasks
WALK = 30_000
"""Rows that an index may be walked for a window of a filter; for more the table is read once."""


class _Order(NamedTuple):
    """Columns that order a group; all of them the same way."""

    columns: tuple[ColumnElement[Any], ...]
    falling: bool = False

    @property
    def by(self) -> list[ColumnElement[Any]]:
        return [column.desc() if self.falling else column.asc() for column in self.columns]

    def before(self, values: Sequence[object]) -> ColumnElement[bool]:
        """What comes before a row with these values."""
        columns, here = tuple_(*self.columns), tuple_(*(literal(value) for value in values))
        return columns > here if self.falling else columns < here


_ENTRY: ColumnElement[Any] = literal_column("tasks.rowid")
_COST: ColumnElement[Any] = literal_column(schema.KNOWN_COST)
_CHANGED = _Order((TASKS.c.since, TASKS.c.place), falling=True)
_WAITING = _Order((TASKS.c.since, TASKS.c.place))
_TURNS: Mapping[Group, _Order] = {
    Group.NEEDS_YOU: _WAITING,
    Group.WORKING: _WAITING,
    Group.QUEUED: _Order((TASKS.c.priority, TASKS.c.fresh, TASKS.c.workflow_step, TASKS.c.place)),
    Group.DONE: _CHANGED,
}
_SORTS: Mapping[Sort, _Order] = {
    Sort.AGE: _Order((_ENTRY,)),
    Sort.COST: _Order((_COST, TASKS.c.place), falling=True),
    Sort.CHANGED: _CHANGED,
}


class SqlQueue:
    """Fulfils `ports.tables.QueueRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._counted: dict[Filter, dict[Group, int]] = {}  # only a guess, once a unit wrote

    def counts(self, only: Filter = EVERY) -> dict[Group, int]:
        if only:
            # one reading of the table; by the index of groups every row would be sought
            statement = select(TASKS.c.grp, func.count().label("n")).where(*_conditions(only))
            statement = statement.group_by(text("+grp"))
        else:
            statement = select(schema.tallies.c.grp, schema.tallies.c.n)
        found = {row.grp: int(row.n) for row in self._connection.execute(statement)}
        counted = {group: found.get(group.value, 0) for group in Group}
        self._counted[only] = counted
        return counted

    def window(
        self, group: Group, first: int, rows: int, *, sort: Sort = Sort.TURN, only: Filter = EVERY
    ) -> list[Task]:
        order = _SORTS.get(sort, _TURNS[group])
        inside: ColumnElement[bool] = TASKS.c.grp == group.value
        if only and self._rare(group, first + rows, only):
            inside = literal_column("+tasks.grp") == group.value
        statement = select(TASKS.c.number).where(inside, *_conditions(only))
        statement = statement.order_by(*order.by).limit(rows).offset(first)
        return read_tasks(self._connection, self._connection.execute(statement).scalars().all())

    def place(
        self, number: str, *, sort: Sort = Sort.TURN, only: Filter = EVERY
    ) -> tuple[Group, int] | None:
        here = and_(TASKS.c.number == number, *_conditions(only))
        grp = self._connection.execute(select(TASKS.c.grp).where(here)).scalar_one_or_none()
        if grp is None:
            return None
        group = Group(grp)
        order = _SORTS.get(sort, _TURNS[group])
        values = self._connection.execute(select(*order.columns).where(here)).one()
        before = select(func.count()).select_from(TASKS)
        before = before.where(TASKS.c.grp == grp, order.before(values), *_conditions(only))
        return group, int(self._connection.execute(before).scalar_one())

    def _rare(self, group: Group, wanted: int, only: Filter) -> bool:
        """Whether the index of an order would be walked for long until so many fit."""
        fitting, everything = (
            self._counted.get(each) or self.counts(each) for each in (only, EVERY)
        )
        return wanted * everything[group] > WALK * max(fitting[group], 1)


def _conditions(only: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_says(word) for word in only.words]
    if only.states:
        found.append(TASKS.c.status.in_([state.value for state in only.states]))
        found.append(TASKS.c.grp.in_({group_of(state).value for state in only.states}))
    if only.held:
        found.append(TASKS.c.held)
    if only.priorities:
        found.append(TASKS.c.priority.in_(only.priorities))
    if only.issues:
        found.append(or_(*(_below(issue) for issue in sorted(only.issues))))
    return found


def _says(word: str) -> ColumnElement[bool]:
    """SQLite's LIKE knows upper and lower case of ASCII only; of other letters the usual forms."""
    forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    said = [TASKS.c.title.contains(form, autoescape=True) for form in sorted(forms)]
    if word.replace(".", "").isdecimal() and word.isascii():
        said.append(TASKS.c.number.startswith(word))
    return or_(*said)


def _below(issue: str) -> ColumnElement[bool]:
    if "." in issue:
        return TASKS.c.family == place_of(issue)
    return TASKS.c.number.startswith(f"{issue}.")

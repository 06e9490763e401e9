"""Rows of the event log and of settings."""

# ruff: noqa: D102 - each method is told in the port
from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from codeframe_tui.adapters.store import schema
from codeframe_tui.core.events import Event
from codeframe_tui.ports.tables import Setting

__all__ = ["SqlEvents", "SqlSettings"]

EVENTS = schema.events
SETTINGS = schema.settings


class SqlEvents:
    """Fulfils `ports.tables.EventRows`; appended events are written together by `flush`."""

    def __init__(self, connection: Connection, last: int) -> None:
        self._connection = connection
        self._last = last
        self._added: list[Event] = []

    def add(self, at: str, type_: str, task: str | None, data: Mapping[str, Any]) -> Event:
        event = Event(self._last + len(self._added) + 1, at, type_, task, dict(data))
        self._added.append(event)
        return event

    def flush(self) -> list[Event]:
        """Write what was added, in the transaction of the unit; returns it."""
        rows = [
            {"seq": e.seq, "at": e.at, "type": e.type, "task": e.task, "data": e.data}
            for e in self._added
        ]
        if rows:
            self._connection.execute(insert(EVENTS), rows)
        return self._added

    def last(self) -> int:
        statement = select(func.max(EVENTS.c.seq))
        return int(self._connection.execute(statement).scalar_one() or 0)

    def after(self, seq: int, limit: int, room: int | None = None) -> list[Event]:
        statement = select(EVENTS).where(EVENTS.c.seq > seq).order_by(EVENTS.c.seq).limit(limit)
        if room is not None:
            sizes = select(EVENTS.c.seq, func.length(EVENTS.c.data)).where(EVENTS.c.seq > seq)
            sizes = sizes.order_by(EVENTS.c.seq).limit(limit)
            last = _fitting(self._connection.execute(sizes), room)
            statement = statement.where(EVENTS.c.seq <= last)
        return self._events(statement)

    def of(
        self,
        number: str,
        limit: int,
        *,
        but: Collection[str] = (),
        after: int = 0,
        before: int | None = None,
    ) -> list[Event]:
        statement = select(EVENTS).where(EVENTS.c.task == number, EVENTS.c.type.not_in(but))
        return self._newest(statement.where(EVENTS.c.seq > after), limit, before)

    def typed(
        self, number: str, types: Collection[str], limit: int, *, before: int | None = None
    ) -> list[Event]:
        statement = select(EVENTS).where(EVENTS.c.task == number, EVENTS.c.type.in_(types))
        return self._newest(statement, limit, before)

    def several(self, numbers: Collection[str], types: Collection[str]) -> list[Event]:
        # one parameter, of which a statement may have only so many
        named = select(func.json_each(json.dumps(sorted(numbers))).table_valued("value").c.value)
        statement = select(EVENTS).where(EVENTS.c.task.in_(named), EVENTS.c.type.in_(types))
        return self._events(statement.order_by(EVENTS.c.seq))

    def _newest(self, statement: Select[Any], limit: int, before: int | None) -> list[Event]:
        if before is not None:
            statement = statement.where(EVENTS.c.seq < before)
        return self._events(statement.order_by(EVENTS.c.seq.desc()).limit(limit))[::-1]

    def _events(self, statement: Select[Any]) -> list[Event]:
        rows = self._connection.execute(statement)
        return [Event(row.seq, row.at, row.type, row.task, row.data) for row in rows]


def _fitting(sizes: Iterable[Row[int, int]], room: int) -> int:
    """Number of the last event that has room; the first one has in any case."""
    last = 0
    for seq, size in sizes:
        room -= size
        if last and room < 0:
            break
        last = seq
    return last


class SqlSettings:
    """Fulfils `ports.tables.SettingRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> Setting:
        statement = select(SETTINGS.c.value).where(SETTINGS.c.name == name)
        found: Setting = self._connection.execute(statement).scalar_one_or_none()
        return found

    def set(self, name: str, value: Setting) -> None:
        statement = upsert(SETTINGS).on_conflict_do_update(
            index_elements=["name"], set_={"value": value}
        )
        self._connection.execute(statement, {"name": name, "value": value})

"""The one writer: a thread that commits units in groups.

Each unit runs in its own savepoint, so that a failing one fails alone; nobody is told before the
commit of the whole group is on the disk. A unit is not withdrawn when its waiter is cancelled.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from codeframe_tui.adapters.store.backup import is_damage
from codeframe_tui.adapters.store.tables import SqlTables
from codeframe_tui.core.errors import Lacking, Refused
from codeframe_tui.core.events import Event
from codeframe_tui.ports.points import passing
from codeframe_tui.ports.tables import Tables

__all__ = ["Writer"]

_log = logging.getLogger(__name__)

T = TypeVar("T")
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DISK = _LOCKED | {
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}
"""What the machine did to a write, and may do no more after a while."""
GROUP = 256
"""Most units in one commit."""


@dataclass(slots=True)
class _Unit:
    work: Callable[[Tables], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class _Caught(AbstractContextManager[None]):
    """Carries what a block raised to whoever waits for it, in another thread."""

    def __init__(self, units: Sequence[_Unit]) -> None:
        self._units = units

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        told = _told(error)
        for unit in self._units:
            unit.error = unit.error or told
        return True


class Writer:
    """Owns the writing connection in its own thread.

    Args:
        engine: makes the writing connection.
        last: number of the newest event in the database.
        heard: called in the loop with the events of each commit, before any waiter goes on.
        durable: called in the thread with the number of the newest event, before anybody is told.
    """

    def __init__(
        self,
        engine: Engine,
        last: int,
        heard: Callable[[Sequence[Event]], None],
        durable: Callable[[int], None],
    ) -> None:
        self._engine = engine
        self._last = last
        self._heard = heard
        self._durable = durable
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Unit | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    async def submit(self, work: Callable[[Tables], T]) -> T:
        """Run a unit and wait until it is durable."""
        if self._closed:
            raise Refused("the engine is ending", hint="try again when it runs", code="closing")
        unit = _Unit(work, self._loop.create_future())
        unit.future.add_done_callback(_read_error)
        self._queue.put(unit)
        return cast("T", await asyncio.shield(unit.future))

    async def close(self) -> None:
        """Write what is queued, then end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        with self._engine.connect() as connection:
            open_ = True
            while open_:
                group, open_ = self._take()
                if group:
                    events = self._commit(connection, group)
                    self._loop.call_soon_threadsafe(self._settle, group, events)
        self._engine.dispose()

    def _take(self) -> tuple[list[_Unit], bool]:
        """The next group, and whether the queue goes on after it."""
        group: list[_Unit] = []
        unit = self._queue.get()
        while unit is not None:
            group.append(unit)
            if len(group) == GROUP:
                return group, True
            try:
                unit = self._queue.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _commit(self, connection: Connection, group: Sequence[_Unit]) -> list[Event]:
        events: list[Event] = []
        with _Caught(group):
            with connection.begin():
                for unit in group:
                    events += self._attempt(connection, unit, self._last + len(events))
                _pass("commit", events)
            _pass("committed", events)
            self._last += len(events)
            self._durable(self._last)
            return events
        raw = connection.connection.driver_connection
        if raw is not None and raw.in_transaction:
            raw.rollback()  # SQLite keeps the transaction of a COMMIT that failed
        return []

    @staticmethod
    def _attempt(connection: Connection, unit: _Unit, last: int) -> list[Event]:
        with _Caught([unit]), connection.begin_nested():
            tables = SqlTables(connection, last)
            unit.result = unit.work(tables)
            return tables.events.flush()
        return []

    def _settle(self, group: Sequence[_Unit], events: Sequence[Event]) -> None:
        if events:
            self._heard(events)
        for unit in group:
            if unit.error is not None:
                unit.future.set_exception(unit.error)
            else:
                unit.future.set_result(unit.result)


def _pass(step: str, events: Sequence[Event]) -> None:
    """Every event gives a point before its commit, and one before anybody is told."""
    for event in events:
        passing(f"{step}.{event.type}")


def _told(error: Exception) -> Exception:
    """The error as a person may see it; a fault of ours stays as it is, for no waiting mends it."""
    if not isinstance(error, DatabaseError):
        return error
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the rest says which kind of it
    if code in _DISK:
        hint = "free disk space or check the state folder; nothing was changed"
        if code in _LOCKED:
            hint = "another program has it open: end that and try again; nothing was changed"
        told = Lacking(f"the state database could not be written: {error.orig}", hint=hint)
    elif is_damage(error.orig):
        hint = "your project is untouched; end the engine, then `codeframe-tui doctor --repair`"
        told = Lacking(
            f"the state database is damaged: {error.orig}", hint=hint, code="state_damaged"
        )
    else:
        return error
    _log.error("the state database refused a write", exc_info=error)
    told.__cause__ = error
    return told


def _read_error(future: asyncio.Future[Any]) -> None:
    """Mark the error as seen; the waiter may have gone."""
    if not future.cancelled():
        future.exception()

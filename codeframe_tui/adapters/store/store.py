"""The Store port on SQLite."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from codeframe_tui.adapters.store.acknowledged import Acknowledged
from codeframe_tui.adapters.store.database import READERS, open_readers, open_writer
from codeframe_tui.adapters.store.tables import SqlTables
from codeframe_tui.adapters.store.writer import Writer
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.events import Event
from codeframe_tui.ports.tables import Tables

T = TypeVar("T")


class SqlStore:
    """One SQLite file: one writing thread, a few reading ones. Made by `open`."""

    def __init__(
        self, writer: Engine, readers: Engine, last: int, acknowledged: Acknowledged
    ) -> None:
        self._readers = readers
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._listeners: list[Callable[[Sequence[Event]], None]] = []
        self._last = last
        self._acknowledged = acknowledged
        self._writer = Writer(writer, last, self._heard, acknowledged.note)

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open or create a database; the caller holds the project's lock.

        Raises:
            Lacking: it is damaged, of a newer version, or cannot be written.
        """
        writer = await asyncio.to_thread(open_writer, path)
        readers = open_readers(path)
        last = await asyncio.to_thread(_last_event, readers)
        return cls(writer, readers, last, Acknowledged(path))

    @property
    def last_event(self) -> int:
        """Number of the newest event that listeners were told."""
        return self._last

    def listen(self, listener: Callable[[Sequence[Event]], None]) -> None:
        """See `ports.Store`."""
        self._listeners.append(listener)

    async def write(self, unit: Callable[[Tables], T]) -> T:
        """See `ports.Store`."""
        return await self._writer.submit(unit)

    async def read(self, unit: Callable[[Tables], T]) -> T:
        """See `ports.Store`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._read, unit)

    async def close(self) -> None:
        """Readers end first: the writer alone may checkpoint."""
        await asyncio.to_thread(self._threads.shutdown)
        self._readers.dispose()
        await self._writer.close()
        self._acknowledged.close()

    def _read(self, unit: Callable[[Tables], T]) -> T:
        try:
            with self._readers.connect() as connection:
                return unit(SqlTables(connection, 0))
        except DatabaseError as error:
            raise Lacking(
                f"the state database could not be read: {error.orig}",
                hint="check the disk and the state folder",
            ) from error

    def _heard(self, events: Sequence[Event]) -> None:
        self._last = events[-1].seq
        for listener in self._listeners:
            listener(events)


def _last_event(readers: Engine) -> int:
    with readers.connect() as connection:
        return SqlTables(connection, 0).events.last()

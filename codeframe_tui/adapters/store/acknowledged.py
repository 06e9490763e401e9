"""The number of the last event that anybody was told, beside the database: ``state.last``.

A log (``-wal``) that is removed or cut after a kill leaves a database that is whole, and older:
SQLite cannot know. The number is written after each commit and never synced, which costs
microseconds; after a power cut it may be older than the database, but never newer.

With it stands of which database it was told. That is known by its first event, which is never
changed nor removed: so a copy, a backup and what a repair made are the same database, and one that
somebody put in its place is another.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from codeframe_tui.adapters.store.backup import connect

__all__ = ["FIRST", "Acknowledged", "Told", "acknowledged", "begin_anew", "birth_of"]

FIRST = "SELECT seq, at, type, task, data FROM events ORDER BY seq LIMIT 1"
"""Gives the row of `birth_of`."""
_BIRTH = 32
_TEXT = re.compile(rb"(0000[0-9]{16})\n(?:([0-9a-f]{%d})\n)?" % _BIRTH)
_LONGEST = 20 + 1 + _BIRTH + 1


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a database.

    Attributes:
        number: of the last event; 0 where none is known.
        birth: of the database; empty where only the number was written.
    """

    number: int = 0
    birth: str = ""

    def is_of(self, birth: str) -> bool:
        """Whether a database can be the one that this was told of: any without events can."""
        return not (self.birth and birth) or self.birth == birth


def birth_of(first: Sequence[object] | None) -> str:
    """What tells a database from others; empty while it has no event."""
    return "" if first is None else hashlib.sha256(repr(tuple(first)).encode()).hexdigest()[:_BIRTH]


class Acknowledged:
    """Keeps the number; whoever writes to the database writes it."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._birth = ""
        self._fd = -1
        with suppress(OSError):  # it is a help, no more
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._fd = os.open(_file(database), flags, 0o600)

    def note(self, last: int) -> None:
        """Everything up to this number is durable, and about to be told."""
        if self._fd >= 0:
            with suppress(OSError, sqlite3.Error):
                self._birth = self._birth or self._born()
                words = filter(None, (f"{last:020}", self._birth))
                os.pwrite(self._fd, "".join(f"{word}\n" for word in words).encode(), 0)

    def _born(self) -> str:
        with closing(connect(self._database, "mode=ro")) as connection:
            return birth_of(connection.execute(FIRST).fetchone())

    def close(self) -> None:
        """Note no more."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def acknowledged(database: Path) -> Told:
    """What is known. Asked before the database: an engine may go on."""
    try:
        with _file(database).open("rb") as file:
            found = _TEXT.fullmatch(file.read(_LONGEST + 1))
    except OSError:
        return Told()
    return Told() if found is None else Told(int(found[1]), (found[2] or b"").decode())


def begin_anew(database: Path) -> None:
    """There is no database: the next one begins with the first event."""
    with suppress(OSError):  # it is a help, no more
        _file(database).unlink(missing_ok=True)


def _file(database: Path) -> Path:
    return database.with_name("state.last")

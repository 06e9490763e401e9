"""The number of the last event that anybody was told, beside the database: ``state.last``.

A log (``-wal``) that is removed or cut after a kill leaves a database that is whole, and older:
SQLite cannot know. The number is written after each commit and never synced, which costs
microseconds; after a power cut it may be older than the database, but never newer.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["Acknowledged", "acknowledged", "begin_anew"]

_DIGITS = 20


class Acknowledged:
    """Keeps the number; whoever writes to the database writes it."""

    def __init__(self, database: Path) -> None:
        self._fd = -1
        with suppress(OSError):  # it is a help, no more
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._fd = os.open(_file(database), flags, 0o600)

    def note(self, last: int) -> None:
        """Everything up to this number is durable, and about to be told."""
        if self._fd >= 0:
            with suppress(OSError):
                os.pwrite(self._fd, b"%0*d\n" % (_DIGITS, last), 0)

    def close(self) -> None:
        """Note no more."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def acknowledged(database: Path) -> int:
    """The number; 0 where none is known. Asked before the database: an engine may go on."""
    try:
        with _file(database).open("rb") as file:
            text = file.read(_DIGITS + 2)
    except OSError:
        return 0
    digits = text[:_DIGITS]
    return int(digits) if text == digits + b"\n" and digits.isdigit() else 0


def begin_anew(database: Path) -> None:
    """There is no database: the next one begins with the first event."""
    with suppress(OSError):  # it is a help, no more
        _file(database).unlink(missing_ok=True)


def _file(database: Path) -> Path:
    return database.with_name("state.last")

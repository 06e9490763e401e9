"""Backups: one copy of the database a day, verified before it counts, the newest three.

They are made from one consistent state by a connection that cannot write: the writer goes on, and
it alone checkpoints, for before SQLite 3.51.3 two that do can damage the file. They are numbered,
because a clock may be set back. ``<state>/backups/state-<number>.db`` is a plain file without a
log of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from codeframe_tui.adapters.durable import sync
from codeframe_tui.core.errors import Lacking
from codeframe_tui.ports.points import passing

__all__ = [
    "Backup",
    "backups",
    "connect",
    "copy_whole",
    "fault_of",
    "is_damage",
    "make_backup",
    "moment",
]

FOLDER = "backups"
KEPT = 3
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
PAGES = 256
"""Copied between two looks at whether it is still wanted."""
STEPS = 100_000
"""Instructions of SQLite between two such looks while a backup is verified."""

_NAME = re.compile(r"state-([0-9]{6,})\.db")


class _UnwantedError(Exception):
    """The engine ends."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was whole when it was made.

    Attributes:
        number: the higher, the newer.
        made: seconds since the epoch, by the clock of then.
    """

    path: Path
    number: int
    made: float


def backups(database: Path) -> list[Backup]:
    """Those there are of a database, the newest first."""
    found: list[Backup] = []
    with suppress(OSError):  # a folder that cannot be read holds nothing that helps
        found.extend(
            Backup(path, int(name[1]), path.stat().st_mtime)
            for path in database.with_name(FOLDER).iterdir()
            if (name := _NAME.fullmatch(path.name))
        )
    return sorted(found, key=lambda backup: backup.number, reverse=True)


def make_backup(database: Path, wanted: Callable[[], bool] = lambda: True) -> Backup | None:
    """Copy a database that may be in use, verify the copy, and let go of the oldest.

    Args:
        wanted: asked again and again from this thread; False ends it without a backup.

    Returns:
        The backup; None when it was not wanted any more, or there is no task to keep.

    Raises:
        Lacking: the disk took no backup, or what it took is damaged (code ``state_damaged``);
            earlier ones are as they were.
    """
    folder = database.with_name(FOLDER)
    new = folder / "new"
    found = backups(database)
    number = found[0].number + 1 if found else 1
    path = folder / f"state-{number:06}.db"
    try:
        if not folder.exists():
            folder.mkdir(mode=0o700)
            sync(folder.parent)
        if not found and not _holds_anything(database):
            return None
        _require_room(database)
        copy_whole(database, new, wanted)
        if fault := fault_of(new, wanted):
            raise _damaged(fault)
        passing("backup.verified")
        sync(new)
        new.replace(path)
        sync(folder)
        passing("backup.kept")
        for old in found[KEPT - 1 :]:
            old.path.unlink(missing_ok=True)
        return Backup(path, number, path.stat().st_mtime)
    except _UnwantedError:
        return None
    except (OSError, sqlite3.Error) as error:
        if is_damage(error):
            raise _damaged(str(error)) from error
        raise Lacking(
            f"no backup of the state database was made: {error}",
            hint=f"see whether the disk of {folder} is full or read-only",
            code="no_backup",
        ) from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def fault_of(path: Path, wanted: Callable[[], bool] = lambda: True) -> str:
    """What is wrong in a database that nobody writes; empty when it is whole."""
    try:
        with closing(connect(path, "immutable=1")) as connection:
            connection.set_progress_handler(lambda: not wanted(), STEPS)
            found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
            if found == "ok" and connection.execute("PRAGMA user_version").fetchone() == (0,):
                found = "it holds no state"
    except sqlite3.DatabaseError as error:
        if not wanted():
            raise _UnwantedError from error
        return str(error)
    return "" if found == "ok" else found.splitlines()[-1]


def moment(made: float) -> str:
    """When a backup was made, for a person."""
    return f"{datetime.fromtimestamp(made, UTC):%Y-%m-%d %H:%M} UTC"


def is_damage(error: BaseException | None) -> bool:
    """Whether an error of SQLite's is what it calls damage; no waiting mends it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def connect(path: Path, how: str) -> sqlite3.Connection:
    """Open a database file: ``how`` is ``mode=ro``, ``mode=rw`` or ``immutable=1``."""
    uri = f"file:{quote(str(path))}?{how}"
    return sqlite3.connect(uri, uri=True, timeout=5.0, isolation_level=None)


def _damaged(why: str) -> Lacking:
    return Lacking(
        f"the state database is damaged, so no backup of it was made: {why}",
        hint="end the engine, then `codeframe-tui doctor --repair` takes the last backup",
        code="state_damaged",
    )


def copy_whole(database: Path, new: Path, wanted: Callable[[], bool] = lambda: True) -> None:
    """One state of the database and its log, whatever is written meanwhile."""

    def look(*_: int) -> None:
        passing("backup.copied")
        if not wanted():
            raise _UnwantedError

    new.unlink(missing_ok=True)
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with closing(connect(database, "mode=ro")) as source:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # holds this state
        with closing(connect(new, "mode=rw")) as target:
            target.execute("PRAGMA synchronous=OFF")  # all of it is made durable at the end
            source.backup(target, pages=PAGES, progress=look)
            target.execute("PRAGMA journal_mode=DELETE")


def _holds_anything(database: Path) -> bool:
    with closing(connect(database, "mode=ro")) as connection:
        return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM tasks)").fetchone()[0])


def _require_room(database: Path) -> None:
    """A backup must not take the room that the engine needs. Raises: Lacking."""
    log = database.with_name(f"{database.name}-wal")
    size = sum(path.stat().st_size for path in (database, log) if path.exists())
    free = shutil.disk_usage(database.parent).free
    if free < 2 * size:
        raise Lacking(
            f"no backup of the state database was made: it needs {size >> 20} MiB, and only "
            f"{free >> 20} MiB are free",
            hint="free some space",
            code="no_backup",
        )

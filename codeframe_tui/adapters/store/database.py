"""Connections: how they are made, checked and brought to the schema of this version."""

from __future__ import annotations

import logging
import os
import sqlite3
from functools import partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event, text
from sqlalchemy.exc import DatabaseError

from codeframe_tui.adapters.store import schema
from codeframe_tui.adapters.store.acknowledged import (
    FIRST,
    Told,
    acknowledged,
    begin_anew,
    birth_of,
)
from codeframe_tui.adapters.store.backup import backups, is_damage, moment
from codeframe_tui.core.errors import Lacking

__all__ = [
    "READERS",
    "check_database",
    "damaged",
    "holds_tasks",
    "open_readers",
    "open_writer",
    "repairing",
]

_log = logging.getLogger(__name__)

READERS = 4
"""Reading connections, each used by one thread at a time."""


def open_writer(path: Path) -> Engine:
    """The one connection that writes, on a checked database of this version's schema.

    Raises:
        Lacking: the file is damaged or gone (code ``state_damaged``), of a newer version, or
            cannot be written.
    """
    require_there(path)
    engine = _engine(path, "rw", NullPool, "BEGIN IMMEDIATE")
    told = acknowledged(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            begin_anew(path)
            told = Told()
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        with engine.connect() as connection:
            if _check(connection, path, told):
                _log.warning("%s is another database than the one that was here", path)
            _bring_up(connection, path)
    except OSError as error:
        raise Lacking(
            f"the state database {path} cannot be opened: {error.strerror}",
            hint="make the state folder writable, or name another with --state-dir",
        ) from error
    except DatabaseError as error:
        raise _told(path, error) from error
    return engine


def check_database(path: Path) -> bool:
    """See that a database, if there is one, can be read; changes nothing.

    Returns:
        Whether it is another than the one that was here before.

    Raises:
        Lacking: it is damaged or gone, or cannot be read.
    """
    require_there(path)
    if not path.exists():
        return False
    told = acknowledged(path)
    engine = open_readers(path)
    try:
        with engine.connect() as connection:
            return _check(connection, path, told)
    except DatabaseError as error:
        raise _told(path, error) from error
    finally:
        engine.dispose()


def require_there(path: Path) -> None:
    """No empty queue in the place of one that was lost, nor of one that is half repaired.

    Raises:
        Lacking: the file is gone or empty though there are backups of it, or a repair has not
            ended (code ``state_damaged``).
    """
    if repairing(path).exists():
        raise damaged(path, "its repair has not ended")
    if backups(path) and (not path.exists() or path.stat().st_size == 0):
        raise damaged(path, "it is gone, and backups of it are there")


def repairing(path: Path) -> Path:
    """The file that is there while a repair has begun and not ended."""
    return path.with_name("repair.json")


def holds_tasks(path: Path) -> bool:
    """Whether an existing database has any task or issue. Raises: Lacking."""
    engine = open_readers(path)
    try:
        with engine.connect() as connection, connection.begin():
            counted = text("SELECT (SELECT count(*) FROM tasks) + (SELECT count(*) FROM issues)")
            return bool(connection.execute(counted).scalar_one())
    except DatabaseError as error:
        raise _told(path, error) from error
    finally:
        engine.dispose()


def open_readers(path: Path) -> Engine:
    """Connections that cannot write, made when needed and kept."""
    return _engine(path, "ro", QueuePool, "BEGIN")


def _engine(path: Path, mode: str, pool: type[NullPool | QueuePool], begin: str) -> Engine:
    connect = partial(_connect, f"file:{quote(str(path))}?mode={mode}", writes=mode == "rw")
    bounds = {"pool_size": READERS, "max_overflow": 0} if pool is QueuePool else {}
    engine = create_engine("sqlite://", creator=connect, poolclass=pool, **bounds)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _connect(uri: str, *, writes: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, timeout=5.0, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA foreign_keys=ON")
    if writes:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    return connection


def _check(connection: Connection, path: Path, told: Told) -> bool:
    """See that it is whole, up to the last event that anybody was told.

    Returns:
        Whether that was told of another database, and so says nothing of this one.
    """
    with connection.begin():
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        if found != "ok":
            raise damaged(path, str(found))
        version = connection.execute(text("PRAGMA user_version")).scalar_one()
        newest = text("SELECT ifnull(max(seq), 0) FROM events")
        last = connection.execute(newest).scalar_one() if version else 0
        first = connection.exec_driver_sql(FIRST).first() if version else None
    if not told.is_of(birth_of(first)):
        return True
    if last < told.number:
        raise _cut_short(path, last, told.number)
    return False


def _bring_up(connection: Connection, path: Path) -> None:
    with connection.begin():
        version = connection.execute(text("PRAGMA user_version")).scalar_one()
        if version == 0:
            schema.create(connection)
    if version > schema.VERSION:
        raise Lacking(
            f"the state database {path} was written by a newer codeframe-tui"
            f" (schema {version}, this one knows {schema.VERSION})",
            hint="install that version again, or name another folder with --state-dir",
        )
    if 0 < version < schema.VERSION:
        from codeframe_tui.adapters.store.migrations import migrate  # noqa: PLC0415 - Alembic

        migrate(connection, path)


def damaged(path: Path, why: str) -> Lacking:
    """What a person is told of a database that cannot be used as it is."""
    hint = f"your project is untouched; move {path.name} away to start with an empty queue"
    if found := backups(path):
        hint = (
            f"`codeframe-tui doctor --repair` sets it aside and brings back its last backup, "
            f"of {moment(found[0].made)}; your project is untouched"
        )
    said = why.splitlines()[-1] if why else "unreadable"
    what = f"the state database {path} is damaged: {said}"
    return Lacking(what, hint=hint, code="state_damaged")


def _cut_short(path: Path, last: int, told: int) -> Lacking:
    """Its log was removed or cut: what is left is whole, and can be gone on from."""
    log = "if its log (-wal) is somewhere else, put it back"
    if not last:
        whole = damaged(path, f"all of it is gone (events 1 to {told})")
        return Lacking(whole.message, hint=f"{log}; else {whole.hint}", code="state_damaged")
    hint = (
        f"{log}, or what an older copy took the place of; else `codeframe-tui doctor --repair` "
        "goes on with what is left; your project is untouched"
    )
    what = f"the state database {path} is damaged: its end is gone (events {last + 1} to {told})"
    return Lacking(what, hint=hint, code="state_damaged")


def _told(path: Path, error: DatabaseError) -> Lacking:
    """The error as a person may see it: only what SQLite calls damage is called so."""
    if is_damage(error.orig):
        return damaged(path, str(error.orig))
    return Lacking(
        f"the state database {path} cannot be read: {error.orig}",
        hint="see whether another program has it open, its disk is full or its folder unreadable",
    )

"""The index's own database: a cache by content, which may be thrown away at any time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["is_damaged", "open_database", "passes", "remove_database", "transaction"]

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PASSING = {
    sqlite3.SQLITE_ABORT,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
VERSION = 7
"""Of what is stored, which depends on how files are read; another one starts from nothing."""
_SCHEMA = """
CREATE TABLE document(
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
    words INTEGER NOT NULL, names INTEGER NOT NULL, docs INTEGER NOT NULL, imports TEXT NOT NULL);
CREATE TABLE posting(
    word TEXT NOT NULL, first INTEGER NOT NULL, counts BLOB NOT NULL,
    PRIMARY KEY(word, first)) WITHOUT ROWID;
CREATE TABLE symbol(
    document INTEGER NOT NULL, place INTEGER NOT NULL,
    name TEXT NOT NULL, qualified TEXT NOT NULL, kind TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, signature TEXT NOT NULL, doc TEXT NOT NULL,
    PRIMARY KEY(document, place)) WITHOUT ROWID;
CREATE INDEX symbol_by_name ON symbol(name COLLATE NOCASE);
CREATE TABLE past(
    place INTEGER PRIMARY KEY, id TEXT NOT NULL, subject TEXT NOT NULL,
    words TEXT NOT NULL, files TEXT NOT NULL);
CREATE TABLE followed(head TEXT NOT NULL);
"""


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether the file is no database: a full disk and a lock pass, and leave it as it is."""
    short = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHORT_READ
    return short or _code(error) in _DAMAGED  # what was cut off does not come back


def passes(error: sqlite3.Error) -> bool:
    """Whether the disk or another process is in the way, and not what the file holds."""
    return _code(error) in _PASSING


def _code(error: sqlite3.Error) -> int:
    """The primary code; 0 where the library said none, as of a text that cannot be decoded."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All that its block writes, or nothing of it."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:  # some errors have ended it already
            database.execute("ROLLBACK")
        raise


def open_database(path: Path) -> sqlite3.Connection:
    """The database, made where there is none of this version. Raises: sqlite3.Error."""
    database = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("PRAGMA cache_size=-16384")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version == VERSION:
            return database
        if version:
            database.close()
            remove_database(path)
            return open_database(path)
        database.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version={VERSION}; COMMIT")
    except BaseException:
        database.close()
        raise
    return database


def remove_database(path: Path) -> None:
    """Throw it away."""
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()

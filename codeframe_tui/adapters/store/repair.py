"""Repair: a damaged database is set aside, and the last backup that is whole takes its place.

Nothing is written over and nothing deleted. The steps, of which each may be the last one::

    state.db.new    the backup, brought up to date with what follows, durable
    repair.json     from here on no engine starts, and the repair goes on where it was
    damaged/<n>/    gets the damaged file with its log
    state.db        is the new one; repair.json goes

Numbers of events that anybody may have seen are not given twice: what is written after a repair
begins with the next full `BLOCK`, and ``backups/numbered`` keeps that number apart from all
databases, so that a second repair from the same backup begins higher. Decisions of the backup that
were not carried out may have been carried out and taken back since: they are asked for again.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.durable import sync, write_durably
from codeframe_tui.adapters.store import schema
from codeframe_tui.adapters.store.acknowledged import acknowledged
from codeframe_tui.adapters.store.backup import Backup, backups, connect, copy_whole, fault_of
from codeframe_tui.adapters.store.database import check_database, repairing
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.progress import MOVED_AFTER
from codeframe_tui.ports.points import passing

__all__ = ["BLOCK", "Repair", "begin_repair", "end_repair", "find_damage"]

BLOCK = 10**9
"""More events than an engine can write between two backups; 2**53 / BLOCK repairs have room."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair that has begun.

    Attributes:
        aside: folder that gets what is damaged, in that of the database.
        number: of the backup; 0 = what is left of the database itself. `made` when, in seconds
            since the epoch.
        skipped: what was wrong with newer backups.
        first: number of the event that tells of the repair.
        done: decisions that the backup knows as carried out.
        hands: names of the copies that the backup knows as open.
        newer: what could still be read in the damaged database and is not in the backup.
    """

    aside: str
    number: int
    made: float
    skipped: tuple[str, ...]
    first: int
    done: tuple[int, ...]
    hands: tuple[str, ...]
    newer: dict[str, Any]


def find_damage(database: Path) -> Lacking | None:
    """What is wrong with a database that a repair can mend."""
    try:
        check_database(database)
    except Lacking as error:
        if error.code == "state_damaged":
            return error
        raise
    return None


def begin_repair(database: Path, now: str) -> Repair:
    """Make the new database beside the damaged one; the caller holds the project's lock.

    A repair that was cut short is taken up again.

    Raises:
        Lacking: no backup is whole, or the disk takes nothing; nothing has changed.
    """
    marker = repairing(database)
    with suppress(FileNotFoundError, ValueError, TypeError):
        return _read(marker)
    try:
        backup, skipped = _only_shorter(database) or _last_whole(database)
        new = _new(database)
        for left in (new, new.with_name(f"{new.name}-journal")):
            left.unlink(missing_ok=True)  # an old journal would be rolled back into the new file
        if backup.number:
            shutil.copyfile(backup.path, new)
        else:
            copy_whole(database, new)  # with what its log still holds
        new.chmod(0o600)
        repair = _brought_up(database, new, backup, skipped, now)
        if fault := fault_of(new):
            raise OSError(f"the disk spoils what it is given: {fault}")  # noqa: TRY301 - as such
        sync(new)
        passing("repair.staged")
        write_durably(marker, json.dumps(asdict(repair)))
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            _new(database).unlink(missing_ok=True)
        raise Lacking(
            f"nothing was repaired: {error}",
            hint=f"see whether the disk of {database.parent} is full or read-only",
        ) from error
    passing("repair.begun")
    return repair


def end_repair(database: Path, repair: Repair) -> None:
    """Set the damaged files aside and put the new one in their place. Raises: Lacking."""
    new, aside = _new(database), database.parent / repair.aside
    try:
        if new.exists():
            _set_aside(database, aside)
            new.replace(database)
            sync(database.parent)
            passing("repair.placed")
        repairing(database).unlink(missing_ok=True)
        sync(database.parent)
    except OSError as error:
        raise Lacking(
            f"the repair is half done: {error.strerror}",
            hint="nothing is lost; make room, then `codeframe-tui doctor --repair` again",
        ) from error


def _set_aside(database: Path, aside: Path) -> None:
    """The log first: left behind, it would be taken for that of the new database."""
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    for ending in ("-shm", "-wal", "-journal", ""):
        with suppress(FileNotFoundError):
            database.with_name(database.name + ending).rename(aside / (database.name + ending))
            passing(f"repair.aside{ending}")
    for folder in (aside, aside.parent, database.parent):
        sync(folder)


def _only_shorter(database: Path) -> tuple[Backup, list[str]] | None:
    """The database itself, number 0, where nothing is wrong with it but that its end is gone.

    It is newer than any backup of it.
    """
    told = acknowledged(database).number
    with suppress(sqlite3.Error), closing(connect(database, "mode=ro")) as connection:
        whole = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        (last,) = connection.execute("SELECT ifnull(max(seq), 0) FROM events").fetchone()
        if whole and 0 < last < told:
            return Backup(database, 0, database.stat().st_mtime), []
    return None


def _last_whole(database: Path) -> tuple[Backup, list[str]]:
    """The newest backup that can be used, and why newer ones cannot."""
    skipped: list[str] = []
    for backup in backups(database):
        fault = fault_of(backup.path) or _of_newer(backup.path)
        if not fault:
            return backup, skipped
        skipped.append(f"{backup.path.name}: {fault}")
    said = f" ({'; '.join(skipped)})" if skipped else ""
    raise Lacking(
        f"there is no backup to repair the state database with{said}",
        hint=f"your project is untouched; move {database} and {database.parent / 'backups'} away "
        "to start with an empty queue",
        code="no_backup",
    )


def _of_newer(path: Path) -> str:
    with closing(connect(path, "immutable=1")) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return f"of a newer codeframe-tui (schema {version})" if version > schema.VERSION else ""


def _brought_up(database: Path, new: Path, backup: Backup, skipped: list[str], now: str) -> Repair:
    """Make the new database fit what has happened since it was copied."""
    with closing(connect(new, "mode=rw")) as connection:
        last, at = connection.execute("SELECT ifnull(max(seq), 0), max(at) FROM events").fetchone()
        newer = _newer(database, last, max(last, _numbered(database)) + BLOCK)
        first = _next_number(database, max(last, newer.get("last", 0)))
        repair = Repair(
            aside=f"damaged/{_free(database.with_name('damaged'))}",
            number=backup.number,
            made=backup.made,
            skipped=tuple(skipped),
            first=first,
            done=tuple(_column(connection, "SELECT id FROM decisions WHERE state = 'done'")),
            hands=tuple(_column(connection, "SELECT name FROM settings WHERE name LIKE 'hand-%'"
                                " AND value IS NOT NULL AND value <> 'null'")),
            newer=newer,
        )  # fmt: skip
        told = {"backup": backup.number, "made": backup.made, "aside": repair.aside}
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO events (seq, at, type, data) VALUES (?, ?, 'state.repaired', ?)",
            (first, max(now, at or ""), json.dumps(told)),
        )
        (pending,) = connection.execute(
            "SELECT max(id) FROM decisions WHERE state = 'pending'"
        ).fetchone()
        if pending is not None:
            connection.execute(
                "INSERT INTO settings (name, value) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (MOVED_AFTER, json.dumps(pending)),
            )
        connection.execute("COMMIT")
    return repair


def _next_number(database: Path, seen: int) -> int:
    """The first number that no event had, also not after an earlier repair; it is kept."""
    number = (max(seen, _numbered(database), acknowledged(database).number) // BLOCK + 1) * BLOCK
    kept = _kept(database)
    kept.parent.mkdir(mode=0o700, exist_ok=True)  # what is left of a database needs no backup
    write_durably(kept, str(number))
    return number


def _numbered(database: Path) -> int:
    """Where the last repair began, if there was one."""
    with suppress(FileNotFoundError, ValueError):
        return int(_kept(database).read_text("ascii"))
    return 0


def _kept(database: Path) -> Path:
    return database.with_name("backups") / "numbered"


def _newer(database: Path, last: int, most: int) -> dict[str, Any]:
    """What a damaged database still tells of events after a number, as far as it can be read.

    Args:
        most: no event can have a higher number; one that has is damage, not to be gone on from.
    """
    found: dict[str, Any] = {"last": 0, "events": 0, "tasks": [], "changes": [], "whole": False}
    try:
        for seq, kind, task, data in _events(database, last):
            if not max(last, found["last"]) < seq <= most:
                return found
            found["last"] = seq
            found["events"] += 1
            if kind == "task.added":
                found["tasks"].append([task, str(data.get("title", ""))])
            elif kind in {"change.applied", "change.undone", "change.redone"}:
                files = [str(path) for path in data.get("files", [])]
                found["changes"].append([data.get("decision"), kind, task, files])
        found["whole"] = True
    except (sqlite3.Error, ValueError, TypeError, AttributeError, OverflowError):
        pass  # it is damaged: what was read so far is what there is
    return found


def _events(database: Path, last: int) -> Iterator[tuple[int, str, str | None, Mapping[str, Any]]]:
    with closing(connect(database, "mode=ro")) as connection:
        for seq, kind, task, data in connection.execute(
            "SELECT seq, type, task, data FROM events WHERE seq > ? ORDER BY seq", (last,)
        ):
            yield int(seq), str(kind), task, json.loads(data)


def _column(connection: sqlite3.Connection, statement: str) -> list[Any]:
    return [value for (value,) in connection.execute(statement)]


def _free(folder: Path) -> int:
    """A number that names nothing in a folder yet."""
    number = 1
    while (folder / str(number)).exists():
        number += 1
    return number


def _new(database: Path) -> Path:
    return database.with_name(f"{database.name}.new")


def _read(marker: Path) -> Repair:
    """The repair that was cut short."""
    stored = json.loads(marker.read_text("utf-8"))
    for name in ("skipped", "done", "hands"):
        stored[name] = tuple(stored[name])
    return Repair(**stored)

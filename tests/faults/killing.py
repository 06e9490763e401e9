"""Kills a writer of a database again and again: ``python -m tests.faults.killing KILLS SEED HOW``.

This process has imported everything and forks the writers, so that a kill costs milliseconds. With
``durable`` a writer says what is durable; every commit of it is followed by a checkpoint, so most
kills meet one. Every fifth kill meets a migration from the first schema. With ``hasty`` it says so
before it is: what looks for losses must find some, and one is enough.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.store import SqlStore, database
from codeframe_tui.adapters.store import migrations as _once_for_all  # noqa: F401
from tests.contract.store_suite import adds
from tests.contract.test_migrations import SCHEMAS, fill, rows_of
from tests.faults.pairs import LATE, forked, was_killed

Rows = dict[str, list[dict[str, Any]]]

TIMED = 3
"""Migrations; one is killed within what they take in the middle."""


@dataclass
class Found:
    """What was seen after the kills.

    Attributes:
        late: migrations that were over when they were to be killed; they are no kills.
    """

    kills: int = 0
    late: int = 0
    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    corrupt: int = 0
    migrations: int = 0
    unmigrated: int = 0


def told_by(work: Callable[[int], Coroutine[Any, Any, None]]) -> tuple[int, int]:
    """A child that does it; returns its pid and where it says what it did."""
    told, says = os.pipe()

    def child() -> None:
        os.close(told)
        asyncio.run(work(says))

    pid = forked(child)
    os.close(says)
    return pid, told


def end(pid: int) -> bool:
    """Whether it had not ended before."""
    os.kill(pid, signal.SIGKILL)
    return was_killed(pid)


async def write(path: Path, first: int, says: int, *, hasty: bool) -> None:
    """Four tasks at a time, without end."""
    connect = database._connect

    def checkpointing(uri: str, *, writes: bool) -> sqlite3.Connection:
        connection = connect(uri, writes=writes)
        if writes:
            connection.execute("PRAGMA wal_autocheckpoint=1")
        return connection

    database._connect = checkpointing
    store = await SqlStore.open(path)

    async def chain(start: int) -> None:
        for number in range(start, sys.maxsize, 4):
            if hasty:
                os.write(says, b"%d\n" % number)
            await store.write(adds(str(number)))
            if not hasty:
                os.write(says, b"%d\n" % number)

    await asyncio.gather(*(chain(first + each) for each in range(4)))


def kill_a_writer(
    path: Path, first: int, chance: random.Random, *, hasty: bool, found: Found
) -> int:
    """Returns the first number that the next writer may take."""
    pid, told = told_by(lambda says: write(path, first, says, hasty=hasty))
    with os.fdopen(told) as lines:
        said = [int(lines.readline()) for _ in range(chance.randint(1, 12))]
        time.sleep(chance.uniform(0, 0.003))
        found.kills += end(pid)
        said += [int(line) for line in lines.read().split("\n")[:-1]]
    found.acknowledged += len(said)
    with closing(sqlite3.connect(path)) as connection:
        if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            found.corrupt += 1
        since = "AND CAST(task AS INTEGER) >= ?"
        tasks = numbers(connection, f"SELECT number AS task FROM tasks WHERE 1 {since}", first)
        events = numbers(connection, f"SELECT task FROM events WHERE 1 {since}", first)
    found.lost += len(set(said) - tasks)
    found.torn += len(tasks ^ events)
    return max([first, *tasks, *said]) + 1


def numbers(connection: sqlite3.Connection, statement: str, first: int) -> set[int]:
    return {int(number) for (number,) in connection.execute(statement, (first,))}


async def migrate(path: Path) -> None:
    await (await SqlStore.open(path)).close()


@contextmanager
def old(folder: Path) -> Iterator[tuple[Path, Rows]]:
    """A database of the first schema, and what is in it."""
    path = folder / "migrating" / "state.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as first:
        first.executescript((SCHEMAS / "v1.sql").read_text())
        rows = fill(first)
    yield path, rows
    shutil.rmtree(path.parent)


def span(folder: Path) -> float:
    """Seconds that a migration takes in a child."""
    found = []
    for _ in range(TIMED):
        with old(folder) as (path, _rows):
            began = time.monotonic()
            assert not was_killed(forked(lambda: asyncio.run(migrate(path))))
            found.append(time.monotonic() - began)
    return statistics.median(found)


def kill_a_migration(folder: Path, longest: float, chance: random.Random, *, found: Found) -> bool:
    """Whether it was not over when it was killed; a new one ends it."""
    with old(folder) as (path, before):
        pid = forked(lambda: asyncio.run(migrate(path)))
        time.sleep(chance.uniform(0, longest))
        met = end(pid)
        asyncio.run(migrate(path))
        with closing(sqlite3.connect(path)) as connection:
            after = rows_of(connection)
            whole = connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
            kept = all(
                [{name: row[name] for name in rows[0]} for row in after[table]] == rows
                for table, rows in before.items()
            )
            found.unmigrated += not (whole and kept)
    return met


def main(kills: int, seed: int, how: str) -> Found:
    """Kill so many, look after each."""
    chance, found, first = random.Random(seed), Found(), 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        migrations = kills // 5 if how == "durable" else 0
        longest = span(folder) if migrations else 0.0
        while found.migrations < migrations and found.late <= LATE * migrations:
            if kill_a_migration(folder, longest, chance, found=found):
                found.migrations += 1
            else:
                found.late += 1
        found.kills = found.migrations
        hasty, path = how == "hasty", folder / "state.db"
        while found.kills < kills and not (hasty and found.lost):
            first = kill_a_writer(path, first, chance, hasty=hasty, found=found)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))))

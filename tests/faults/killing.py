"""Kills a writer of a database again and again: ``python -m tests.faults.killing KILLS SEED HOW``.

This process has imported everything and forks the writers, so that a kill costs milliseconds. With
``durable`` a writer says what is durable; every commit of it is followed by a checkpoint, so most
kills meet one. Every fifth kill meets a migration from the first schema. With ``hasty`` it says so
before it is: what looks for losses must find some.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.store import SqlStore, database
from codeframe_tui.adapters.store import migrations as _once_for_all  # noqa: F401
from tests.contract.store_suite import adds
from tests.contract.test_migrations import SCHEMAS, fill, rows_of

LONGEST_MIGRATION = 0.15
"""Seconds; where no kill met it, it is over, which is right too."""


@dataclass
class Found:
    """What was seen after the kills."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    corrupt: int = 0
    migrations: int = 0
    unmigrated: int = 0


def forked(work: Callable[[int], Coroutine[Any, Any, None]]) -> tuple[int, int]:
    """A child that does it; returns its pid and where it says what it did."""
    told, says = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(told)
        asyncio.run(work(says))
        os._exit(0)
    os.close(says)
    return pid, told


def end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


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
    pid, told = forked(lambda says: write(path, first, says, hasty=hasty))
    with os.fdopen(told) as lines:
        said = [int(lines.readline()) for _ in range(chance.randint(1, 12))]
        time.sleep(chance.uniform(0, 0.003))
        end(pid)
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


def kill_a_migration(folder: Path, chance: random.Random, *, found: Found) -> None:
    path = folder / "state.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript((SCHEMAS / "v1.sql").read_text())
        before = fill(old)

    async def migrate(_: int) -> None:
        await (await SqlStore.open(path)).close()

    pid, told = forked(migrate)
    os.close(told)
    time.sleep(chance.uniform(0, LONGEST_MIGRATION))
    end(pid)
    asyncio.run(migrate(0))
    found.migrations += 1
    with closing(sqlite3.connect(path)) as connection:
        after = rows_of(connection)
        whole = connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
        kept = all(
            [{name: row[name] for name in rows[0]} for row in after[table]] == rows
            for table, rows in before.items()
        )
        found.unmigrated += not (whole and kept)


def main(kills: int, seed: int, how: str) -> Found:
    """Kill so many, look after each."""
    chance, found, first = random.Random(seed), Found(), 1
    with tempfile.TemporaryDirectory() as folder:
        for each in range(kills):
            found.kills += 1
            if how == "durable" and each % 5 == 4:
                place = Path(folder) / "migrating"
                place.mkdir()
                kill_a_migration(place, chance, found=found)
                shutil.rmtree(place)
                continue
            hasty = how == "hasty"
            path = Path(folder) / "state.db"
            first = kill_a_writer(path, first, chance, hasty=hasty, found=found)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))))

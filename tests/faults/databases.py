"""Databases with rows, the harm that is done to them, and processes that die at them."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.adapters.store.backup import make_backup
from tests.contract.store_suite import adds, stored
from tests.e2e.points import ROOT, kill_at


async def written(database: Path, first: int, last: int) -> None:
    """Tasks and events of these numbers, in a database that is closed afterwards."""
    store = await SqlStore.open(database)
    await asyncio.gather(*(store.write(adds(str(i))) for i in range(first, last + 1)))
    await store.close()


async def held(database: Path) -> tuple[list[str], list[str | None]]:
    """Tasks, and the tasks of events, of a database that opens."""
    store = await SqlStore.open(database)
    try:
        return await store.read(stored)
    finally:
        await store.close()


def numbers(first: int, last: int) -> list[str]:
    """What `held` says of tasks."""
    return [str(number) for number in range(first, last + 1)]


def header(database: Path) -> None:
    """The first page is overwritten."""
    _overwrite(database, 0, b"\xa5" * 200)


def middle(database: Path) -> None:
    """Whole pages are overwritten."""
    size = database.stat().st_size
    _overwrite(database, 8192, b"\xff" * (size // 2))


def index(database: Path) -> None:
    """A page is overwritten that only some queries read."""
    with closing(sqlite3.connect(database)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'tasks_by_entry'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    _overwrite(database, (page - 1) * size, b"\xff" * size)


def short(database: Path) -> None:
    """The second half is gone."""
    os.truncate(database, database.stat().st_size // 2)


def empty(database: Path) -> None:
    """Nothing is in it any more."""
    os.truncate(database, 0)


def gone(database: Path) -> None:
    """It was removed."""
    database.unlink()


HARMS: list[Callable[[Path], None]] = [header, middle, index, short, empty, gone]


def _overwrite(database: Path, at: int, content: bytes) -> None:
    with database.open("r+b") as file:
        file.seek(at)
        file.write(content)


@contextmanager
def full(size: int) -> Iterator[None]:
    """No file of this process grows beyond a size, as on a disk that is nearly full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def dying(deeds: list[tuple[str, str, Path]]) -> list[int]:
    """Do each (deed, point, folder) in a process that is killed at the point.

    Returns:
        How each ended, below zero the signal.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.databases"],
        input=json.dumps([(deed, point, str(place)) for deed, point, place in deeds]),
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    found: list[int] = json.loads(done.stdout)
    return found


async def _restore(place: Path) -> None:
    from codeframe_tui.adapters.project import Project
    from codeframe_tui.adapters.restore import restore

    await restore(Project(place / "project", place / "state"))


async def _backup(place: Path) -> None:
    make_backup(place / "state.db")


async def _open(place: Path) -> None:
    await (await SqlStore.open(place / "state.db")).close()


DEEDS: dict[str, Callable[[Path], Any]] = {"restore": _restore, "backup": _backup, "open": _open}


def _main() -> None:
    from codeframe_tui.adapters import restore  # noqa: F401 - once for all
    from codeframe_tui.adapters.store import migrations  # noqa: F401

    ends = []
    for deed, point, place in json.load(sys.stdin):
        pid = os.fork()
        if pid == 0:
            kill_at(point)
            asyncio.run(DEEDS[deed](Path(place)))
            os._exit(0)
        ends.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    sys.stdout.write(json.dumps(ends))


KILLED = -signal.SIGKILL

if __name__ == "__main__":
    _main()

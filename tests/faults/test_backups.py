"""Backups of the database: made beside the work, verified, few, and never at the cost of it."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.store import SqlStore, backups, daily
from codeframe_tui.adapters.store import backup as backup_
from codeframe_tui.adapters.store.backup import Backup, fault_of, make_backup
from codeframe_tui.adapters.store.daily import DailyBackups
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.core.commands import AddTask
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.queries import ShowDoctor, ShowTasks
from tests.contract.store_suite import adds, stored
from tests.faults.databases import (
    KILLED,
    dying,
    full,
    header,
    held,
    index,
    middle,
    numbers,
    written,
)
from tests.worker.room import Room, make_project, settings_in


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def tasks_in(backup: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{backup}?immutable=1", uri=True)) as connection:
        return sorted((n for (n,) in connection.execute("SELECT number FROM tasks")), key=int)


async def test_a_backup_is_one_state_while_the_writer_goes_on(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_, "PAGES", 8)
    await written(database, 1, 600)
    store = await SqlStore.open(database)
    loop = asyncio.get_running_loop()
    during: list[int] = []

    def write_on() -> bool:
        if len(during) == 20:  # a copy that begins anew after each write must end too
            return True
        number = 1001 + len(during)
        asyncio.run_coroutine_threadsafe(store.write(adds(str(number))), loop).result()
        during.append(number)
        return True

    made = await asyncio.to_thread(make_backup, database, write_on)
    tasks, events = await store.read(stored)
    await store.close()
    assert made is not None
    assert len(during) >= 2
    assert tasks == events == [*numbers(1, 600), *map(str, during)]
    assert (tasks_in(made.path), fault_of(made.path)) == (numbers(1, 600), "")
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in made.path.parent.iterdir()] == ["state-000001.db"]


async def test_the_newest_three_stay_whatever_the_clock_said(database: Path) -> None:
    for number in range(1, 6):
        await written(database, number, number)
        made = make_backup(database)
        assert made is not None
        os.utime(made.path, (2e9 - number, 2e9 - number))  # each of an earlier day
    found = backups(database)
    assert [backup.number for backup in found] == [5, 4, 3]
    assert [len(tasks_in(backup.path)) for backup in found] == [5, 4, 3]


async def test_a_queue_without_tasks_needs_no_backup(database: Path) -> None:
    await written(database, 1, 0)
    assert make_backup(database) is None
    assert backups(database) == []


async def test_one_is_made_a_day(database: Path) -> None:
    told: list[Lacking] = []

    async def tell(error: Lacking) -> None:
        told.append(error)

    await written(database, 1, 1)
    daily_ = DailyBackups(database, tell)
    for _ in range(2):
        await daily_.look()
    assert [backup.number for backup in backups(database)] == [1]
    newest = backups(database)[0]
    for wrong in (-daily.DAY_SECONDS - 1, 3600.0):  # a day old, or of a time that is to come
        os.utime(newest.path, (newest.made + wrong, newest.made + wrong))
        await daily_.look()
        newest = backups(database)[0]
    assert [backup.number for backup in backups(database)] == [3, 2, 1]
    assert told == []


async def test_who_closes_gives_the_backup_up_that_is_being_made(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_, "PAGES", 8)
    await written(database, 1, 600)
    looks = iter([True, True, False])
    assert make_backup(database, lambda: next(looks, False)) is None
    assert list((database.parent / "backups").iterdir()) == []


@pytest.mark.fault(
    "disk",
    "the database rots while it is in use, and a backup is due",
    sees="that it is damaged, and the command that repairs it",
    kept="the backups of before: a damaged one never takes the place of a whole one",
)
@pytest.mark.parametrize("harm", [header, middle, index])
async def test_a_damaged_database_costs_no_backup(
    database: Path, harm: Callable[[Path], None]
) -> None:
    await written(database, 1, 300)
    for _ in range(3):
        make_backup(database)
    before = [(backup.number, backup.path.read_bytes()) for backup in backups(database)]
    harm(database)
    with pytest.raises(Lacking) as caught:
        make_backup(database)
    assert caught.value.code == "state_damaged"
    assert [(b.number, b.path.read_bytes()) for b in backups(database)] == before
    assert not (database.parent / "backups" / "new").exists()


@pytest.mark.fault(
    "kill",
    "kill -9 while a backup of the database is made",
    sees="the next start makes it",
    kept="the database, and the backups of before",
)
async def test_a_killed_backup_is_none(tmp_path: Path) -> None:
    points = ["backup.copied", "backup.verified", "backup.kept"]
    for point in points:
        (tmp_path / point).mkdir()
        await written(tmp_path / point / "state.db", 1, 30)
    assert dying([("backup", point, tmp_path / point) for point in points]) == [KILLED] * 3
    for point in points:
        database = tmp_path / point / "state.db"
        for _ in range(2):
            make_backup(database)
        found = backups(database)
        assert len(found) == (3 if point == "backup.kept" else 2)
        assert [fault_of(backup.path) for backup in found] == [""] * len(found)
        assert (await held(database))[0] == numbers(1, 30)


@pytest.mark.fault(
    "disk",
    "the disk is full, or nearly, while a backup is made",
    sees="why there is none, once",
    kept="the work goes on; the backups of before",
)
async def test_a_full_disk_costs_the_backup_only(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written(database, 1, 300)
    store = await SqlStore.open(database)
    told: list[Lacking] = []

    async def tell(error: Lacking) -> None:
        told.append(error)

    daily_ = DailyBackups(database, tell)
    with full(database.stat().st_size // 2):
        for _ in range(2):
            await daily_.look()
        assert backups(database) == []
        await store.write(adds("301"))
    assert [error.code for error in told] == ["no_backup"]
    with monkeypatch.context() as patch:
        for free in (1, database.stat().st_size):  # the same reason, in other numbers
            room = type("Room", (), {"free": free})
            patch.setattr("shutil.disk_usage", lambda _, room=room: room)
            await daily_.look()
    assert "MiB are free" in told[1].message
    await daily_.look()
    await store.close()
    assert [tasks_in(backup.path) for backup in backups(database)] == [numbers(1, 301)]
    assert len(told) == 2


async def test_what_could_not_be_told_is_told_at_the_next_look(database: Path) -> None:
    await written(database, 1, 1)
    (database.parent / "backups").write_text("in the way")
    told: list[str] = []

    async def tell(error: Lacking) -> None:
        told.append(error.code)
        if len(told) == 1:
            raise Lacking("the disk takes no event either")

    daily_ = DailyBackups(database, tell)
    for _ in range(3):
        await daily_.look()
    assert told == ["no_backup"] * 2


async def test_what_nobody_foresaw_does_not_end_the_backups(
    database: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await written(database, 1, 1)
    loop, made, looks = asyncio.get_running_loop(), asyncio.Event(), []

    def make(*arguments: Any) -> Backup | None:
        looks.append(arguments)
        if len(looks) == 1:
            raise OSError("not foreseen")
        found = make_backup(*arguments)
        loop.call_soon_threadsafe(made.set)
        return found

    async def tell(_: Lacking) -> None:
        """Nothing is told of it."""

    monkeypatch.setattr(daily, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(daily, "make_backup", make)
    daily_ = DailyBackups(database, tell)
    daily_.start()
    async with asyncio.timeout(10):
        await made.wait()
    await daily_.close()
    assert [tasks_in(backup.path) for backup in backups(database)] == [["1"]]
    assert "the backup failed inside" in caplog.text


class Heard(logging.Handler):
    """Sets an event when the backups say something."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(logging.INFO)
        self._loop = loop
        self.said = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        del record
        self._loop.call_soon_threadsafe(self.said.set)


@pytest.fixture
def heard() -> Iterator[type[Heard]]:
    daily.logger.setLevel(logging.INFO)
    yield Heard
    daily.logger.setLevel(logging.NOTSET)
    for handler in [each for each in daily.logger.handlers if isinstance(each, Heard)]:
        daily.logger.removeHandler(handler)


async def test_an_engine_makes_one_at_its_start_and_doctor_tells(
    tmp_path: Path, heard: type[Heard]
) -> None:
    project, settings = make_project(tmp_path / "project"), settings_in(tmp_path)
    async with open_engine(project, settings) as engine:
        await engine.service.submit(AddTask("one"))
    database = Project(project, tmp_path / "state").database
    for early in backups(database):  # its first look may have come after the task
        early.path.unlink()
    daily.logger.addHandler(handler := heard(asyncio.get_running_loop()))
    async with open_engine(project, settings) as engine, asyncio.timeout(30):
        await handler.said.wait()
        checks = (await engine.service.query(ShowDoctor()))["checks"]
        (check,) = [check for check in checks if check["name"] == "backup"]
        assert (check["state"], check["detail"][:12]) == ("ok", "1 of the que")
        assert [tasks_in(backup.path) for backup in backups(database)] == [["1"]]


@pytest.mark.fault(
    "disk",
    "the place of the backups is read-only",
    sees="why there is none, in the cockpit and in `doctor`",
    kept="the engine starts and works",
)
async def test_a_read_only_place_is_told_and_the_engine_works(tmp_path: Path) -> None:
    project, settings = make_project(tmp_path / "project"), settings_in(tmp_path)
    async with open_engine(project, settings) as engine:
        await engine.service.submit(AddTask("one"))
    database = Project(project, tmp_path / "state").database
    for early in backups(database):  # its first look may have come after the task
        early.path.unlink()
    folder = database.parent / "backups"
    with read_only(folder):
        async with open_engine(project, settings) as engine:
            desk = Room(project, tmp_path / "state", engine.service, None)  # type: ignore[arg-type]
            told = await desk.until("problem")
            assert told.data["code"] == "no_backup"
            assert str(folder) in told.data["message"]
            await engine.service.submit(AddTask("two"))
            assert len((await engine.service.query(ShowTasks()))["tasks"]) == 2
            checks = (await engine.service.query(ShowDoctor()))["checks"]
            assert ("backup", "warn") in {(check["name"], check["state"]) for check in checks}


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:  # not root: what an ordinary user is refused
        folder.chmod(0o500)
    try:
        yield
    finally:
        if done.returncode:
            folder.chmod(0o700)
        else:
            subprocess.run(["umount", "-l", str(folder)], check=True)

"""`doctor --repair` on a damaged state: nothing written over, nothing lost that is still there."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from codeframe_tui.adapters.lock import ProjectLock
from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.restore import restore
from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.adapters.store import SqlStore, backups
from codeframe_tui.adapters.store.backup import fault_of, make_backup
from codeframe_tui.adapters.store.repair import BLOCK, begin_repair, end_repair, find_damage
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.core.commands import AddTask, Approve
from codeframe_tui.core.errors import Lacking, Refused
from codeframe_tui.core.events import DECISION_ENDS
from codeframe_tui.ports import Tables
from codeframe_tui.service import review
from codeframe_tui.service.unit import Unit
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.start import Starter, connect_or_spawn
from tests.contract.store_suite import adds
from tests.contract.writing import WRITER
from tests.e2e.points import ROOT
from tests.faults.databases import (
    HARMS,
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
from tests.worker.room import answer, make_project, room, settings_in, three, tree_of

COMMAND = "`codeframe-tui doctor --repair`"


@pytest.fixture
async def place(tmp_path: Path) -> Project:
    """A project whose state has ten tasks, a backup of them, and three more."""
    return await made(tmp_path)


async def made(folder: Path) -> Project:
    (folder / "project").mkdir(parents=True)
    place = Project(folder / "project", folder / "state")
    place.prepare()
    await written(place.database, 1, 10)
    assert make_backup(place.database) is not None
    await written(place.database, 11, 13)
    return place


def bytes_of(folder: Path) -> dict[str, bytes]:
    """What a folder holds, and is not a lock, by name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


async def numbers_of_events(database: Path) -> list[tuple[int, str]]:
    store = await SqlStore.open(database)
    found = await store.read(lambda tables: tables.events.after(0, 1_000_000))
    await store.close()
    return [(event.seq, event.type) for event in found]


@pytest.mark.fault(
    "disk",
    "the database is damaged, emptied or gone, and there is a backup",
    sees="the command that repairs it, never an empty queue; then what is missing, and where the "
    "damaged file is",
    kept="the damaged file as it is, the queue of the last whole backup, and the project",
)
@pytest.mark.parametrize("harm", HARMS)
async def test_a_damaged_state_is_told_and_repaired(
    place: Project, harm: Callable[[Path], None]
) -> None:
    harm(place.database)
    was = place.database.read_bytes() if place.database.exists() else None
    with pytest.raises(Lacking) as caught:
        await SqlStore.open(place.database)
    assert caught.value.code == "state_damaged"
    assert COMMAND in caught.value.hint
    assert (place.database.read_bytes() if place.database.exists() else None) == was
    done = await restore(place)
    assert done is not None
    aside = done.aside / "state.db"
    assert (aside.read_bytes() if aside.exists() else None) == was
    tasks, events = await held(place.database)
    assert (tasks, events) == (numbers(1, 10), [*numbers(1, 10), None])
    assert await numbers_of_events(place.database) == [
        *((number, "task.added") for number in range(1, 11)),
        (BLOCK, "state.repaired"),
    ]
    store = await SqlStore.open(place.database)
    next_ = await store.read(lambda tables: tables.events.after(13, 10))  # who heard of 13 tasks
    await store.close()
    assert [event.seq for event in next_] == [BLOCK]
    await written(place.database, 11, 11)
    assert (await numbers_of_events(place.database))[-1] == (BLOCK + 1, "task.added")
    assert await restore(place) is None
    assert str(done.aside) in "\n".join(done.lines)
    assert place.database.stat().st_mode & 0o777 == 0o600


@pytest.mark.fault(
    "disk",
    "the database is damaged again after a repair, and the same backup is all there is",
    sees="the same again, with another folder for the damaged file",
    kept="numbers of events: none that a client may have seen is given to another",
)
async def test_a_second_repair_from_the_same_backup_begins_higher(place: Project) -> None:
    asides = set()
    for time in (1, 2, 3):
        middle(place.database)
        done = await restore(place)
        assert done is not None
        asides.add(done.aside)
        await written(place.database, 11, 12)
        numbered = [seq for seq, _ in await numbers_of_events(place.database)]
        assert numbered[-3:] == [time * BLOCK, time * BLOCK + 1, time * BLOCK + 2]
    assert len(asides) == 3
    assert all((aside / "state.db").exists() for aside in asides)


async def test_what_the_damaged_file_still_tells_is_told(place: Project) -> None:
    store = await SqlStore.open(place.database)
    await store.write(adds("77"))
    await store.write(
        lambda tables: tables.events.add(
            "now", "change.applied", "77", {"decision": 5, "files": ["a.py"], "by": "person"}
        )
    )
    await store.close()
    index(place.database)
    done = await restore(place)
    assert done is not None
    told = "\n".join(done.lines)
    assert "missing: task 77" in told
    assert "applied since, and not known to the queue: task 77: a.py" in told


async def test_what_is_too_much_to_name_is_counted(place: Project) -> None:
    store = await SqlStore.open(place.database)
    await asyncio.gather(*(store.write(adds(str(number))) for number in range(14, 24)))

    def apply_all(tables: Tables) -> None:
        for decision in range(1, 13):
            data = {"decision": decision, "files": [f"{decision}.py"], "by": "person"}
            tables.events.add("now", "change.applied", "1", data)

    await store.write(apply_all)
    await store.close()
    for decision in range(1, 13):
        mark = place.state / "applied" / f"decision-{decision}"
        mark.parent.mkdir(exist_ok=True)
        mark.write_text("x")
    index(place.database)
    done = await restore(place)
    assert done is not None
    told = "\n".join(done.lines)
    assert "missing: task 20 ''\nand 3 more tasks\n" in told
    assert "task 1: 10.py\nand 2 more changes\n" in told
    assert "written to your project since, and not known to the queue: decisions 11, 12;" in told


async def test_the_report_does_without_objects_that_cannot_be_counted(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = place.state / "objects" / "objects"
    for name in ("0a/one", "0a/goes", "0a/two", "pack/pack-1.idx"):
        (objects / name).parent.mkdir(parents=True, exist_ok=True)
        (objects / name).write_text("x")
    made = backups(place.database)[0].path
    os.utime(made, (1e9, 1e9))
    real = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        if path.name == "goes":
            raise FileNotFoundError(path)
        return real(path)

    monkeypatch.setattr(Path, "lstat", lstat)
    header(place.database)
    done = await restore(place)
    assert done is not None
    assert "2 objects of snapshots and proposals are newer" in "\n".join(done.lines)


async def test_a_number_that_no_event_can_have_is_not_believed(place: Project) -> None:
    with closing(sqlite3.connect(place.database)) as connection, connection:
        connection.execute("UPDATE events SET seq = ? WHERE seq = 13", (2**62,))
    index(place.database)
    done = await restore(place)
    assert done is not None
    told = "\n".join(done.lines)
    assert "the damaged file cannot be read to its end" in told
    assert "missing from the queue: 2 events" in told
    assert (await numbers_of_events(place.database))[-1][0] == BLOCK
    assert (place.state / "backups" / "numbered").read_text() == str(BLOCK)
    for time in (2, 3):  # and what a repair gave out is no such number
        await written(place.database, 11, 12)
        index(place.database)
        done = await restore(place)
        assert done is not None
        told = "\n".join(done.lines)
        assert "cannot be read" not in told
        assert "missing from the queue: 3 events" in told
        assert (await numbers_of_events(place.database))[-1][0] == time * BLOCK


async def test_a_backup_that_is_not_whole_is_passed_over(place: Project) -> None:
    make_backup(place.database)
    middle(backups(place.database)[0].path)
    header(place.database)
    done = await restore(place)
    assert done is not None
    assert "passed over, not whole: state-000002.db" in "\n".join(done.lines)
    assert (await held(place.database))[0] == numbers(1, 10)


@pytest.mark.fault(
    "disk",
    "the database is damaged, and no backup is whole",
    sees="that there is none, and how to start with an empty queue",
    kept="every file as it is",
)
async def test_without_a_whole_backup_nothing_is_done(place: Project) -> None:
    header(backups(place.database)[0].path)
    header(place.database)
    before = bytes_of(place.state)
    with pytest.raises(Lacking, match="no backup to repair") as caught:
        await restore(place)
    assert str(place.database) in caught.value.hint
    assert bytes_of(place.state) == before


async def test_a_database_or_backup_of_a_newer_version_is_left_alone(place: Project) -> None:
    for path in (place.database, backups(place.database)[0].path):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version=99")
    before = bytes_of(place.state)
    assert await restore(place) is None
    with pytest.raises(Lacking, match="newer codeframe-tui"):
        await SqlStore.open(place.database)
    header(place.database)
    damaged = bytes_of(place.state)
    with pytest.raises(Lacking, match="schema 99"):
        await restore(place)
    assert bytes_of(place.state) == damaged
    assert damaged.keys() == before.keys()


async def test_a_backup_of_an_older_schema_is_brought_up(place: Project) -> None:
    path = backups(place.database)[0].path
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP TABLE acknowledgements; PRAGMA user_version=5")
    header(place.database)
    assert await restore(place) is not None
    assert (await held(place.database))[0] == numbers(1, 10)
    assert (await numbers_of_events(place.database))[-1][0] == BLOCK


@pytest.mark.fault(
    "disk",
    "a repair is asked for while an engine runs",
    sees="that it runs, with its process id",
    kept="everything; nothing is changed under an engine",
)
async def test_no_repair_while_an_engine_runs(place: Project) -> None:
    header(place.database)
    before = bytes_of(place.state)
    with ProjectLock(place.lock), pytest.raises(Refused) as caught:
        await restore(place)
    assert caught.value.code == "engine_running"
    assert str(os.getpid()) in caught.value.message
    assert bytes_of(place.state) == before


@pytest.mark.fault(
    "disk",
    "the disk is full while a damaged state is repaired",
    sees="that nothing was repaired, and why; the same command works when there is room",
    kept="the damaged file and the backups as they are",
)
async def test_a_full_disk_leaves_the_damage_as_it_is(place: Project) -> None:
    middle(place.database)
    before = bytes_of(place.state)
    with full(40_000), pytest.raises(Lacking, match="nothing was repaired"):
        await restore(place)
    now = bytes_of(place.state)
    assert now | before == now
    assert not {name for name in now if name.endswith((".new", ".json"))}
    assert await restore(place) is not None
    assert (await held(place.database))[0] == numbers(1, 10)


POINTS = (
    "repair.staged", "repair.begun", "repair.fitted",
    "repair.aside-wal", "repair.aside", "repair.placed",
)  # fmt: skip


@pytest.mark.fault(
    "kill",
    "kill -9 in the middle of a repair",
    sees="the command that repairs it, and the repair goes on where it was",
    kept="the damaged file and its log, once, and the backup",
)
async def test_a_killed_repair_is_ended_by_the_next(tmp_path: Path) -> None:
    places = {point: await made(tmp_path / point) for point in POINTS}
    was = {}
    for point, place in places.items():
        middle(place.database)
        was[point] = place.database.read_bytes()
        (place.state / "state.db-wal").write_bytes(b"a log that fits to no other database")
    assert dying([("restore", point, tmp_path / point) for point in POINTS]) == [KILLED] * len(
        POINTS
    )
    for point, place in places.items():
        with pytest.raises(Lacking) as caught:
            await SqlStore.open(place.database)
        assert COMMAND in caught.value.hint
        done = await restore(place)
        assert done is not None
        assert (done.aside / "state.db").read_bytes() == was[point]
        assert (done.aside / "state.db-wal").read_bytes().startswith(b"a log")
        assert (await held(place.database))[0] == numbers(1, 10)
        assert [path.name for path in (place.state / "damaged").iterdir()] == ["1"]
        assert not (place.state / "state.db.new").exists()
        assert await restore(place) is None


async def acknowledged(database: Path, count: int) -> list[str]:
    """What a writer said was durable before it was killed; its log is there."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(database)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline().strip() for _ in range(count)]
        writer.send_signal(signal.SIGKILL)
        told += writer.stdout.read().split()
    return told


@pytest.mark.fault(
    "disk",
    "the log of the database (`-wal`) is cut, damaged or removed after a kill",
    sees="which events are gone, and the command that goes on with what is left",
    kept="whole transactions only: rows and events always agree",
)
@pytest.mark.parametrize("harm", ["cut", "spoilt", "removed"])
async def test_a_harmed_log_leaves_a_whole_beginning(tmp_path: Path, harm: str) -> None:
    database = tmp_path / "state.db"
    told = await acknowledged(database, 60)
    log = tmp_path / "state.db-wal"
    size = log.stat().st_size
    if harm == "removed":
        log.unlink()
    elif harm == "cut":
        os.truncate(log, size // 2 + 100)
    else:
        with log.open("r+b") as file:
            file.seek(size // 2 + 100)
            file.write(b"\xff" * 50)
    damage = find_damage(database)
    assert damage is not None
    assert "its end is gone" in damage.message or "all of it is gone" in damage.message
    if "all of it" in damage.message:
        return  # it was never written beyond its log
    repair = begin_repair(database, "2026-01-01T00:00:00.000Z")
    end_repair(database, repair)
    assert find_damage(database) is None
    tasks, events = await held(database)
    assert set(tasks) | {None} == set(events)  # that of the repair is of no task
    assert 0 < len(tasks) < len(told)
    assert set(tasks) <= set(told)
    assert (repair.number, repair.first) == (0, BLOCK)
    assert fault_of(database) == ""


async def test_every_cut_of_the_log_is_a_beginning(tmp_path: Path) -> None:
    """Whole transactions of rows and events, never fewer of them in a longer log."""
    database = tmp_path / "state.db"
    told = await acknowledged(database, 25)
    log = (tmp_path / "state.db-wal").read_bytes()
    place = tmp_path / "cut"
    place.mkdir()
    frame, known = 4096 + 24, 0
    for end in sorted({*range(0, len(log), frame // 2), len(log)}):
        (place / "state.db").write_bytes(database.read_bytes())
        (place / "state.db-wal").write_bytes(log[:end])
        with closing(sqlite3.connect(place / "state.db")) as connection:
            assert connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
            if connection.execute("PRAGMA user_version").fetchone() == (0,):
                assert known == 0
                continue
            tasks = {number for (number,) in connection.execute("SELECT number FROM tasks")}
            events = {number for (number,) in connection.execute("SELECT task FROM events")}
        assert tasks == events
        assert len(tasks) >= known
        known = len(tasks)
    assert set(told) <= tasks


@pytest.mark.fault(
    "disk",
    "the shared memory of the database (`-shm`) is of another time, or rubbish, after a kill",
    sees="nothing",
    kept="every acknowledged row and event",
)
@pytest.mark.parametrize("stale", [b"", b"\xa5" * 32768])
async def test_a_stale_index_of_the_log_costs_nothing(tmp_path: Path, stale: bytes) -> None:
    database = tmp_path / "state.db"
    told = await acknowledged(database, 40)
    (tmp_path / "state.db-shm").write_bytes(stale)
    tasks, events = await held(database)
    assert set(told) <= set(tasks) == set(events)


@pytest.mark.fault(
    "disk",
    "the state is that of a backup, and the project holds what was applied after it",
    sees="the changes that the queue does not know; an approval that was not carried out is asked "
    "for again",
    kept="the project, byte for byte, and a copy in which a person went on by hand",
)
@pytest.mark.parametrize("approved", [False, True])
async def test_a_repair_fits_to_what_the_project_holds(tmp_path: Path, approved: bool) -> None:
    async with room(tmp_path, Line(answer(*three()))) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        script = desk.script
    place = Project(tmp_path / "project", tmp_path / "state")
    store = await SqlStore.open(place.database)
    if not approved:
        make_backup(place.database)
    await store.write(lambda tables: review.approve(Unit(tables, "2026"), Approve(task)))
    if approved:
        make_backup(place.database)  # with an approval that is not carried out yet
    await store.close()
    async with open_engine(place.root, settings_in(tmp_path)) as engine:
        assert engine.service is not None
        async for event in engine.service.events(0):
            if event.type in DECISION_ENDS:
                assert event.type == "change.applied"
                break
    (place.root / "pkg/three.py").unlink()  # and taken out again by hand
    (place.root / "tests/test_three.py").unlink()
    hand = place.state / "workspaces" / "hand-9"
    hand.mkdir()
    (hand / "mine.py").write_text("hours of work")
    before = tree_of(place.root)
    header(place.database)
    done = await restore(place)
    assert done is not None
    told = "\n".join(done.lines)
    assert "not known to the queue: decision 1; what they wrote stays" in told
    assert approved or "objects of snapshots and proposals are newer" not in told
    assert str(done.aside / "hand-9") in told
    assert (done.aside / "hand-9" / "mine.py").read_text() == "hours of work"
    async with open_engine(place.root, settings_in(tmp_path)) as engine:
        from tests.worker.room import Room

        desk = Room(place.root, place.state_root, engine.service, script)
        if approved:
            ended = await desk.until_any(set(DECISION_ENDS), task)
            assert (ended.type, ended.data["code"]) == ("change.refused", "project_moved")
        assert tree_of(place.root) == before
        assert (await desk.show(task))["status"] == "in_review"
        applied = await desk.deed(Approve(task))
        assert applied.type == "change.applied"
        assert (place.root / "pkg/three.py").exists()


async def test_the_verb_repairs_and_an_engine_says_the_command(
    tmp_path: Path, runtime: Path
) -> None:
    project = make_project(tmp_path / "project")
    place = Project(project, tmp_path / "state")
    async with open_engine(project, settings_in(tmp_path)) as engine:
        await engine.service.submit(AddTask("kept"))
    make_backup(place.database)
    header(place.database)

    def verb(*words: str) -> subprocess.CompletedProcess[str]:
        places = ["--project", str(project), "--state-dir", str(place.state_root)]
        sandbox = ["--sandbox", "rlimits"]
        argv = [sys.executable, "-m", "codeframe_tui", *places, *sandbox, *words]
        return subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT)

    with pytest.raises(Lacking) as caught:  # as the cockpit meets it, at once
        await connect_or_spawn(Client(comes_back=False), Starter(place, ("--sandbox", "rlimits")))
    assert COMMAND in caught.value.hint
    refused = verb("list")
    assert (refused.returncode, COMMAND in refused.stderr) == (5, True)
    served = verb("engine")
    assert served.returncode == 5
    seen = verb("doctor", "--json")
    (state,) = [c for c in json.loads(seen.stdout)["checks"] if c["name"] == "state"]
    assert COMMAND in state["hint"]
    repaired = verb("doctor", "--repair")
    assert repaired.returncode == 0, repaired.stderr
    assert repaired.stderr.startswith("repaired: the state is that of the backup of ")
    assert "kept" in verb("list").stdout

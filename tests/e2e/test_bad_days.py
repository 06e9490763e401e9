"""A full or locked disk and a suspended engine: told, waited for, nothing lost."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from codeframe_tui.adapters.project import Project, open_project
from codeframe_tui.adapters.scripted.script import Conversation, Line, Turn
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.core.commands import AddTask, SetWorkers
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.queries import ShowTask, ShowTasks
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.start import Starter
from tests.contract.sandbox_room import need_bwrap
from tests.contract.store_suite import adds, stored
from tests.e2e.joining import joined
from tests.worker.room import answer, call, make_project, three

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


class Model:
    """Reads, then answers; calls back before each reply."""

    def __init__(self) -> None:
        self.asked = 0
        self.before: list[asyncio.Event] = []
        self._line = Line(call("Read", path="pkg/core.py"), answer(*three(3)))

    def turn(self, conversation: Conversation) -> Turn:
        self.asked += 1
        for event in self.before:
            event.set()
        return self._line.turn(conversation)


@pytest.fixture
def project(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    need_bwrap()
    monkeypatch.setenv("CODEFRAME_TUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    return open_project(make_project(tmp_path / "project"), tmp_path / "state")


@contextmanager
def full(pid: int) -> Iterator[None]:
    """No file of a process can grow any more, as on a full disk."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def becomes(client: Client, number: str, status: str) -> None:
    async with asyncio.timeout(60):
        async for _ in client.events(0):
            if (await client.query(ShowTask(number)))["status"] == status:
                return


async def waits_for_the_disk(client: Client) -> None:
    async with asyncio.timeout(30):
        async for signal_ in client.signals():
            if signal_.kind == "waiting" and "room to record" in signal_.data.get("why", ""):
                return


@pytest.mark.fault(
    "disk",
    "the disk is full while a worker works",
    sees="a wish is refused with the reason; the worker counts down and tries again",
    kept="all that was acknowledged; the reply that was paid for is stored when there is room",
)
async def test_a_full_disk_is_told_and_a_paid_reply_waits_for_room(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model()
    asked = asyncio.Event()
    model.before.append(asked)
    async with ScriptedServer(model, delay=0.2) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)
        starter = Starter(project)
        async with joined(starter) as client:
            number = (await client.submit(AddTask("first")))["number"]
            waiting = asyncio.create_task(waits_for_the_disk(client))
            await client.submit(SetWorkers(paused=False))
            await asked.wait()
            with full(client.engine["pid"]):
                with pytest.raises(Lacking, match="could not be written") as caught:
                    await client.submit(AddTask("second"))
                assert "disk" in caught.value.hint
                await waiting
            await becomes(client, number, "in_review")
            assert (await client.submit(AddTask("second")))["number"] == "2"
            os.kill(client.engine["pid"], signal.SIGKILL)
            await client.lost.wait()
        assert model.asked == 2
        async with joined(starter) as client:
            tasks = (await client.query(ShowTasks()))["tasks"]
            told = [(task["title"], task["status"]) for task in tasks]
            assert told == [("first", "in_review"), ("second", "pending")]


@pytest.mark.fault(
    "disk",
    "another program holds the database",
    sees="a wish is refused with the reason; the worker counts down and tries again",
    kept="all that was acknowledged",
)
async def test_a_locked_database_is_told_and_waited_for(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model()
    async with ScriptedServer(model) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)
        async with joined(Starter(project)) as client:
            number = (await client.submit(AddTask("first")))["number"]
            with closing(sqlite3.connect(project.database, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(Lacking, match="locked") as caught:
                    await client.submit(AddTask("second"))
                assert "another program" in caught.value.hint
            await client.submit(SetWorkers(paused=False))
            await becomes(client, number, "in_review")


@pytest.mark.fault(
    "kill",
    "the engine is suspended for longer than its waits, and resumed",
    sees="the work goes on",
    kept="the connection of the cockpit and every stored reply",
)
async def test_an_engine_that_slept_longer_than_its_waits_goes_on(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEFRAME_TUI_WAITS__FIRST_TOKEN", "1")
    monkeypatch.setenv("CODEFRAME_TUI_WAITS__STREAM_GAP", "1")
    monkeypatch.setenv("CODEFRAME_TUI_WAITS__RETRY_FIRST", "0.05")
    model = Model()
    asked = asyncio.Event()
    model.before.append(asked)
    async with ScriptedServer(model, delay=0.1) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)
        async with joined(Starter(project)) as client:
            number = (await client.submit(AddTask("first")))["number"]
            await client.submit(SetWorkers(paused=False))
            for _ in range(2):
                asked.clear()
                await asked.wait()
                os.kill(client.engine["pid"], signal.SIGSTOP)
                await asyncio.sleep(2.5)  # suspended for longer than every wait
                os.kill(client.engine["pid"], signal.SIGCONT)
            await becomes(client, number, "in_review")
            assert not client.lost.is_set()
            shown = await client.query(ShowTask(number))
            assert len(shown["attempts"]) == 1
    with closing(sqlite3.connect(project.database)) as database:
        replies = database.execute(
            "SELECT count(*), count(DISTINCT \"index\") FROM turns WHERE role = 'assistant'"
        ).fetchone()
    assert replies == (2, 2)


@pytest.mark.fault(
    "disk",
    "the file system of the state is full",
    sees="a wish is refused with the reason",
    kept="all that was acknowledged; it goes on when there is room",
)
async def test_a_full_file_system_refuses_a_unit_whole_and_goes_on_with_room(
    small_disk: Path,
) -> None:
    store = await SqlStore.open(small_disk / "state.db")
    await store.write(adds("1"))
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(2**20))
    acknowledged = [1]

    async def fill() -> None:
        for number in range(2, 200):
            await store.write(adds(str(number)))
            acknowledged.append(number)

    with pytest.raises(Lacking, match="full"):
        await fill()
    filler.unlink()
    await store.write(adds(str(len(acknowledged) + 1)))
    tasks, events = await store.read(stored)
    await store.close()
    assert sorted(map(int, tasks)) == [*acknowledged, len(acknowledged) + 1]
    assert set(events) == set(tasks)


@pytest.mark.fault(
    "disk",
    "the file system of the state is read-only",
    sees="the path, the reason and the option that names another",
    kept="everything",
)
async def test_a_read_only_file_system_is_told_at_the_start(small_disk: Path) -> None:
    store = await SqlStore.open(small_disk / "state.db")
    await store.write(adds("1"))
    await store.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(Lacking, match="Read-only file system") as caught:
        await SqlStore.open(small_disk / "state.db")
    assert "--state-dir" in caught.value.hint


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)

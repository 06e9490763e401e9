"""Nothing outlives a command, however it ends and whatever it did to stay."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.contract.sandbox_room import (
    Room,
    alive,
    descendants,
    hostile_environment,
    make_room,
    need_bwrap,
)
from tests.security.cases import cases

TIMES = int(os.environ.get("CODEFRAME_TUI_ESCAPEES", "3"))
"""How often each of them tries each way."""
TOGETHER = 10
"""So many of a kind try to outlive one command."""
SECONDS = 30.0
GONE_SECONDS = 5.0
KINDS = cases("escapees")
BEGIN = """
import ctypes, os, signal, sys, time
told, tell = os.pipe()
END = time.time() + 300
def there(): os.close(tell)
def rest(): time.sleep(max(END - time.time(), 0))
def stay():
    argv = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(300)", sys.argv[1]]
    os.execv(sys.executable, argv)
for _ in range(int(sys.argv[3])):
    if os.fork(): continue
    os.close(told)
"""
END = """
    os._exit(0)
os.close(tell); os.read(told, 1)
print("ready", flush=True)
if sys.argv[2] != "normal": rest()
"""
ENGINE = """
import asyncio, json, os, pathlib, sys
from codeframe_tui.adapters.sandbox import open_sandbox
from codeframe_tui.ports import Workspace
async def main(folder, scripts, mark, count):
    sandbox = await open_sandbox(folder / "project", folder / "state", "rlimits")
    runs = []
    for number, script in enumerate(scripts):
        root = folder / "state" / "w" / str(number)
        root.mkdir(parents=True)
        argv = ["python", "-c", script, mark, "stay", count]
        runs.append(sandbox.run(Workspace("w", root), argv,
            timeout_seconds=100, on_output=lambda chunk: os.write(1, chunk)))
    await asyncio.gather(*runs)
asyncio.run(main(pathlib.Path(sys.argv[1]), json.loads(sys.argv[2]), *sys.argv[3:]))
"""


def rounds() -> list[int]:
    """How many of a kind try in one command, until each tried as often as it has to."""
    whole, rest = divmod(TIMES, TOGETHER)
    return [TOGETHER] * whole + [rest] * (rest > 0)


def script(kind: str) -> str:
    return BEGIN + "\n".join(f"    {line}" for line in kind.splitlines()) + END


@pytest.fixture(scope="module", params=["bwrap", "rlimits"])
def room(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    need_bwrap()
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "home").mkdir()
    with hostile_environment(folder / "home"):
        yield make_room(folder, request.param)


@pytest.fixture
def mark() -> str:
    return f"mark-{secrets.token_hex(8)}"


async def try_to_stay(room: Room, kind: str, end: str, mark: str, count: int) -> None:
    """So many escapees of a kind, all the way to the end of their command."""
    ready = asyncio.Event()
    task = asyncio.create_task(
        room.sandbox.run(
            room.workspace(secrets.token_hex(4)),
            ["python", "-c", script(kind), mark, end, str(count)],
            timeout_seconds=3.0 if end == "timeout" else SECONDS,
            on_output=lambda chunk: ready.set() if b"ready" in chunk else None,
        )
    )
    if end == "cancel":
        async with asyncio.timeout(SECONDS):
            await ready.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    else:
        assert (await task).ended == ("exit" if end == "normal" else end)
    assert ready.is_set(), "they were there"


@pytest.mark.parametrize("end", ["normal", "timeout", "cancel"])
@pytest.mark.goal("G10", "escapees: 8 kinds, both levels, three ends")
async def test_none_of_eight_kinds_outlives_its_command(
    room: Room, end: str, mark: str, record_property: Callable[[str, object], None]
) -> None:
    assert len(KINDS) == 8
    record_property("count", 8 * TIMES)
    for count in rounds():
        tries = (try_to_stay(room, kind["python"], end, mark, count) for kind in KINDS)
        await asyncio.gather(*tries)
        assert alive(mark) == []


@pytest.mark.parametrize("level", ["bwrap", "rlimits"])
@pytest.mark.goal("G10", "escapees of a killed engine")
def test_none_of_eight_kinds_outlives_a_killed_engine(
    tmp_path: Path, level: str, mark: str, record_property: Callable[[str, object], None]
) -> None:
    need_bwrap()
    record_property("count", 8 * TIMES)
    for each, count in enumerate(rounds()):
        (place := tmp_path / str(each)).mkdir()
        try_to_outlive_an_engine(place, level, mark, count)


def try_to_outlive_an_engine(place: Path, level: str, mark: str, count: int) -> None:
    """So many of all kinds at once, until their engine is killed."""
    (place / "project").mkdir()
    path = os.environ["PATH"] if level == "bwrap" else str(place)
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(Path.cwd())}
    scripts = json.dumps([script(kind["python"]) for kind in KINDS])
    argv = [sys.executable, "-c", ENGINE, str(place), scripts, mark, str(count)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=environment) as engine:
        try:
            assert engine.stdout is not None
            assert [engine.stdout.readline() for _ in KINDS] == [b"ready\n"] * 8
            assert len(alive(mark)) >= 8 * count
            watch = select.poll()
            open_ones = set()
            for pid in descendants(engine.pid):  # the wardens are the last to go
                with suppress(ProcessLookupError):  # the one that is always another
                    open_ones.add(os.pidfd_open(pid))
        finally:
            os.kill(engine.pid, signal.SIGKILL)
    for each in open_ones:
        watch.register(each, select.POLLIN)
    while open_ones and (ended := watch.poll(GONE_SECONDS * 1000)):
        for each, _ in ended:
            watch.unregister(each)
            os.close(each)
            open_ones.remove(each)
    assert open_ones == set()
    assert alive(mark) == []

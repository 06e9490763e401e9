"""The launcher's warden: whatever happens to it, what it started ends first."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codeframe_tui import adapters
from codeframe_tui.adapters.process import attend
from codeframe_tui.adapters.sandbox.client import Launcher, Order

TOTALS = {"memory": 2**30, "disk": 2**30, "processes": 1000}
LAUNCHER = Path(adapters.__path__[0], "sandbox", "launcher.py")
SCRIPT = """
import importlib.util, json, os, signal, socket, sys

spec = importlib.util.spec_from_file_location("launcher", sys.argv[1])
launcher = importlib.util.module_from_spec(spec)
spec.loader.exec_module(launcher)

def fail(watch):
    raise OSError("no more files")

launcher._totals.Watch.step = fail
order = {
    "argv": ["sleep", "1000"], "command": [], "env": {"PATH": os.environ["PATH"]}, "cwd": "/",
    "give": None, "watched": [], "stage": [], "limits": {}, "uid": None, "filter": "", "data": {},
    "private": {}, "totals": {"memory": 2**30, "disk": 2**30, "processes": 1000},
}
ours, theirs = socket.socketpair()
text = json.dumps(order).encode()
theirs.sendall(len(text).to_bytes(8, "big") + text)
fds = [os.dup(os.open(os.devnull, os.O_RDWR)) for _ in range(2)]
try:
    launcher._run(ours, fds, launcher._listen())
except OSError as error:
    said = str(error)
left = list(launcher._children())
for pid in left:
    os.kill(pid, signal.SIGKILL)
print(json.dumps([said, len(left)]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the launcher's orphans come to it on Linux")
@pytest.mark.fault(
    "tests",
    "the watcher of a run fails",
    sees="that the run failed, and why",
    kept="the machine: nothing of the run goes on without somebody who ends it",
)
def test_nothing_goes_on_when_the_watcher_fails() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, str(LAUNCHER)],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert json.loads(done.stdout) == ["no more files", 0]


@pytest.fixture
def launcher() -> Iterator[Launcher]:
    made = Launcher()
    yield made
    made.close()


async def said(launcher: Launcher, *words: str) -> bytes:
    """What a program that repeats its words says, started by a launcher."""
    order = Order(("echo",), words, {"PATH": "/usr/bin:/bin"}, "/", limits={}, totals=TOTALS)
    null = os.open(os.devnull, os.O_RDONLY)
    try:
        child = await launcher.start(order, null)
    finally:
        os.close(null)
    return (await attend(child, timeout_seconds=20, keep=2**20)).output


def begin(launcher: Launcher, text: bytes) -> socket.socket:
    """Hand in the beginning of an order; the socket on which the rest is awaited."""
    control, remote = socket.socketpair()
    control.sendall(text)
    with remote, Path(os.devnull).open("r+b") as null:
        launcher._send([remote.fileno(), null.fileno(), null.fileno()])
    return control


async def test_as_many_programs_run_at_once_as_are_ordered(launcher: Launcher) -> None:
    reading, writing = os.pipe()
    order = Order(
        ("sh",), ("-c", "echo on; cat"), {"PATH": "/usr/bin:/bin"}, "/", limits={}, totals=TOTALS
    )
    on = asyncio.Semaphore(0)
    try:
        children = [await launcher.start(order, reading) for _ in range(5)]
        attending = [
            asyncio.create_task(attend(each, timeout_seconds=20, on_output=lambda _: on.release()))
            for each in children
        ]
        async with asyncio.timeout(20):
            for _ in children:
                await on.acquire()
    finally:
        os.close(writing)
        os.close(reading)
    assert [each.output for each in await asyncio.gather(*attending)] == [b"on\n"] * 5


async def test_an_order_that_takes_long_keeps_no_other_waiting(launcher: Launcher) -> None:
    with begin(launcher, b""):
        async with asyncio.timeout(20):
            assert await said(launcher, "meanwhile") == b"meanwhile\n"
            assert await said(launcher, "and again") == b"and again\n"


async def test_an_order_that_breaks_off_ends_only_its_own_warden(launcher: Launcher) -> None:
    assert await said(launcher, "before") == b"before\n"
    door = launcher._door
    for text in (b"", (9).to_bytes(8, "big") + b'{"ar'):
        with begin(launcher, text) as control:
            control.shutdown(socket.SHUT_WR)
            assert b"error" in await asyncio.to_thread(control.recv, 4096)
    assert await said(launcher, "after") == b"after\n"
    assert launcher._door is door, "it is still the same launcher"


async def test_an_order_may_be_longer_than_a_socket_holds(launcher: Launcher) -> None:
    words = ["x" * 100_000] * 5
    results = await asyncio.gather(*(said(launcher, *words) for _ in range(4)))
    assert [len(each) for each in results] == [len(" ".join(words)) + 1] * 4


async def test_a_launcher_that_dies_costs_no_program(launcher: Launcher) -> None:
    """Its wardens do what was ordered, then another launcher is started."""
    assert await said(launcher, "before") == b"before\n"
    assert launcher._end is not None
    dying = launcher._end.peek()
    assert dying is not None
    pid = dying[2][1]
    os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(os.waitid, os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    after = [await said(launcher, word) for word in ("one", "two", "three")]
    assert after == [b"one\n", b"two\n", b"three\n"]


async def test_a_launcher_goes_though_its_wardens_are_busy(launcher: Launcher) -> None:
    with begin(launcher, b""), begin(launcher, b""):
        launcher.close()

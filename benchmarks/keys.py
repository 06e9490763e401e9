"""From a key to its painted frame, idle and under load, in a real terminal.

``python -m benchmarks.keys [--gate]``; with ``--gate`` exit 1 when the median under load is more
than 1.3 times the idle one, or the 99th percentile more than 4 times. Load: an engine that passes
20,000 lines of test output a second to the raw log beside the queue, and four niced workers that
compute. Linux; nothing else may run.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from codeframe_tui.tui.launch import Options, run
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.server import Server
from tests.e2e.terminal import Pty, child_of
from tests.tui.fake_service import FakeService

KEYS, PAUSE = 120, 0.09
LINES, TICK = 1_000, 0.05
GATES = {"p50": 1.3, "p99": 4.0}
CURSOR = b"48;2;34;43;63"
"""The ground of the row under the cursor, which nothing else on the screen has."""
SPIN = "import os\nos.nice(10)\nwhile True:\n    sum(range(10_000))\n"


async def serve(socket: Path, *, flood: bool) -> None:
    """An engine whose documents stand still; with a flood its newest test run prints."""
    os.nice(10)  # as the real one
    service = FakeService()
    server = Server(service)
    await server.start(socket)
    text = "".join(f"tests/test_{n}.py::test_it PASSED [{n:>4}]\n" for n in range(LINES))
    while flood:
        service.signal("test.output", "1.2.3", key="log", append=True, run="regression", text=text)
        await asyncio.sleep(TICK)
    await asyncio.Event().wait()


def cockpit(socket: Path) -> int:
    async def connect() -> Client:
        client = Client(comes_back=False)
        await client.connect(socket)
        return client

    return run(Path("/srv/shop-api"), options=Options(connect))


def latencies(socket: Path, *, flood: bool) -> tuple[list[float], float]:
    """Milliseconds of each key, smallest first, and CPU of the cockpit in percent of a core.

    The latter says the same on a machine where others work, too.
    """
    here = [sys.executable, "-m", "benchmarks.keys"]
    engine = subprocess.Popen([*here, "flood" if flood else "serve", str(socket)])
    workers = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(4 if flood else 0)]
    screen = Pty([*here, "cockpit", str(socket)], size=(200, 50))
    try:
        while b"Retry on 429" not in screen.written:
            assert screen.read(30), "the cockpit did not come"
        screen.press("3", "l", "1")  # the raw log in sight, the keys back in the queue
        _drain(screen, 2.0)
        pid = child_of(screen.pid)
        began, used = time.perf_counter(), _cpu(pid)
        times = sorted(_pressed(screen, key) for key in "jk" * (KEYS // 2))
        return times, 100 * (_cpu(pid) - used) / (time.perf_counter() - began)
    finally:
        screen.close()
        for process in (engine, *workers):
            process.kill()
            process.wait()


def _pressed(screen: Pty, key: str) -> float:
    _drain(screen, PAUSE)
    mark, began = len(screen.written), time.perf_counter()
    screen.press(key)
    while CURSOR not in screen.written[mark:]:
        assert screen.read(30), "no frame came"
    return (time.perf_counter() - began) * 1000


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _drain(screen: Pty, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        screen.read(left)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="keys-") as folder:
        idle, calm = latencies(Path(folder, "idle"), flood=False)
        busy, full = latencies(Path(folder, "busy"), flood=True)
    failed = False
    print(f"| key to frame, {KEYS} keys | idle, ms | busy, ms | ratio | gate |")
    print("|---|---:|---:|---:|---:|")
    for name, place in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99)):
        low, high = (times[min(int(len(times) * place), len(times) - 1)] for times in (idle, busy))
        gate = GATES.get(name)
        failed = failed or bool(gate and high / low > gate)
        print(f"| {name} | {low:.1f} | {high:.1f} | {high / low:.2f} | {gate or ''} |")
    print(f"| CPU of the cockpit, % of a core | {calm:.1f} | {full:.1f} | {full / calm:.2f} | |")
    return int("--gate" in sys.argv and failed)


if __name__ == "__main__":
    os.environ["COLORTERM"] = "truecolor"
    doors = {"serve": partial(serve, flood=False), "flood": partial(serve, flood=True)}
    match sys.argv[1:]:
        case ["cockpit", place]:
            sys.exit(cockpit(Path(place)))
        case [door, place] if door in doors:
            asyncio.run(doors[door](Path(place)))
        case _:
            sys.exit(main())

"""A cockpit that opens the diff of `benchmarks.diff_engine` and pages through it.

``python -m benchmarks.diff_cockpit SOCKET ENGINE_PID``: the diff, its supplier and a real client on
a headless screen of 200x50. Prints a JSON line: seconds, and CPU of both, until painted; CPU of a
page with its text and exact colours; rows; the most memory it took.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path

from codeframe_tui.core.queries import ShowDiff
from codeframe_tui.tui import later
from codeframe_tui.tui.following import ROOM
from codeframe_tui.tui.widgets.diff.view import DiffView
from codeframe_tui.wire.client import Client
from tests.tui.diff_host import Host, until

PAGES = 40
PAUSE = 0.06


def engine_cpu(pid: int) -> float:
    """CPU seconds of the engine and of the git programs that it has run."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ended = sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(~pid << 3 | 2) + ended  # Linux: the CPU clock of a process


async def measure(socket: Path, engine: int) -> dict[str, float]:
    client = Client()
    await client.connect(socket)
    app = Host()
    async with app.run_test(size=(200, 50)) as pilot:
        diff = await app.settled(pilot)
        app.supply(client.query)
        if diff.is_split:  # which it never is with a million lines
            diff.action_split()
        later.load()  # which a cockpit has done by then
        begun, cpu, other = time.monotonic(), time.process_time(), engine_cpu(engine)
        diff.show(await client.query(ShowDiff("1", room=ROOM)))
        await until(pilot, lambda: diff.cursor == 1)
        await pilot.pause(0)
        wall, own = time.monotonic() - begun, time.process_time() - cpu
        opened = {"wall": wall, "own": own, "engine": engine_cpu(engine) - other}
        middle = diff.count() // 4
        diff.scroll_to_row(middle)
        diff.move_to(middle)
        await until(pilot, lambda: settled(diff))
        cpu = time.process_time()
        for _ in range(PAGES):
            diff.action_page_down()
            await asyncio.sleep(PAUSE)  # a person looks, and what the page lacks comes
        page = (time.process_time() - cpu) / PAGES
        rows = diff.count()
    await client.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**opened, "page": page, "rows": rows, "memory": memory}


def settled(diff: DiffView) -> bool:
    return diff.lacks_text() is None and diff.lacks_colours() is None


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2])))))

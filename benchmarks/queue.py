"""CPU and memory of a queue of many tasks on the screen, beside a DataTable of the same rows.

``python -m benchmarks.queue [--gate]``; with ``--gate`` exit 1 when opening 100,000 tasks costs
more than 1/100 of what a DataTable takes for them, or the update of one row more than 1/40. Each
figure is the CPU time of a process of its own until the change is on the screen, the smallest of
three; making the rows that are shown is not counted.
Below it what the engine computes for a window, at the start and at the end of the queue, for a
filter that reads every title, and for a task's place.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.core.queries import ShowQueue, Sort
from codeframe_tui.core.task import Task
from codeframe_tui.service import windows
from codeframe_tui.tui.app import CockpitApp
from codeframe_tui.tui.looks import STYLES
from codeframe_tui.tui.present.queue import queue_rows
from codeframe_tui.tui.stylesheets import stylesheets
from codeframe_tui.tui.widgets.queue import QueuePane
from tests.tui.fake_service import NOW, task

RUNS = 3
MANY = 100_000
SIZE = (120, 50)
GATES = {"open": 1 / 100, "update": 1 / 40}
"""Ours / DataTable at 100,000 tasks."""


def document(count: int, title: str = "") -> dict[str, Any]:
    """What the cockpit holds of a queue: the first window, and how many there are."""
    rows = [task(str(n), f"Task number {n} of many") for n in range(1, min(count, 200) + 1)]
    rows[9]["title"] = title or rows[9]["title"]
    return {"groups": [{"key": "queued", "total": count, "first": 0, "rows": rows}]}


class Ours(App[None]):
    """The pane of the cockpit."""

    CSS_PATH: ClassVar[Any] = stylesheets("app")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{name}" for name in STYLES}
    get_theme_variable_defaults = CockpitApp.get_theme_variable_defaults

    def __init__(self, count: int) -> None:
        super().__init__()
        self.documents = [document(count, title) for title in ("", "another title")]

    def compose(self) -> ComposeResult:
        """The pane."""
        yield QueuePane(id="queue")

    def step(self) -> None:
        """Show the next document."""
        rows = queue_rows(self.documents.pop(0), width=SIZE[0] - 1, now=NOW)
        self.query_one(QueuePane).set_rows(rows)


class Table(App[None]):
    """A DataTable."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.names = [(str(n), f"Task number {n} of many", "", "", "") for n in range(1, count + 1)]

    def compose(self) -> ComposeResult:
        """The table."""
        yield DataTable(cursor_type="row")

    def step(self) -> None:
        """Show all rows, then change one."""
        table = self.query_one(DataTable)
        if table.row_count:
            table.update_cell("10", list(table.columns)[1], "another title")
            return
        table.add_columns("number", "title", "state", "attempt", "cost")
        for row in self.names:
            table.add_row(*row, key=row[0])


async def measured(kind: type[Ours] | type[Table], count: int) -> tuple[float, float, float]:
    """CPU ms to open and to update one row, and MiB that it takes."""
    app = kind(count)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        gc.collect()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        times = []
        for _ in ("open", "update"):
            start = time.process_time()
            app.step()
            await pilot.pause()
            times.append((time.process_time() - start) * 1000)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        return times[0], times[1], grown / 1024


def apart(kind: str, count: int) -> tuple[float, float, float]:
    """The smallest of some runs, each in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.queue", kind, str(count)]
    runs = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        for _ in range(RUNS)
    ]
    opened, updated, grown = (min(map(float, each)) for each in zip(*runs, strict=True))
    return opened, updated, grown


async def engine() -> list[tuple[str, float]]:
    """CPU ms of the engine for what the cockpit asks about a queue of many."""
    parts = {"start": 0, "end": MANY - 200}
    asked = {
        f"window at the {name}": ShowQueue(0, (("queued", first, 200),))
        for name, first in parts.items()
    }
    asked["place of a task at the end"] = ShowQueue(0, at=(str(MANY),))
    asked["filter of all titles"] = ShowQueue(filter="number 9999")
    asked |= {
        f"by {sort.value}, window in the middle": ShowQueue(
            0, (("queued", MANY // 2, 200),), sort=sort
        )
        for sort in Sort
        if sort is not Sort.TURN
    }
    with tempfile.TemporaryDirectory() as folder:
        store = await SqlStore.open(Path(folder) / "state.db")
        await store.write(lambda tables: tables.tasks.add(_tasks()))
        found = []
        for name, query in asked.items():
            times = []
            for _ in range(5):
                start = time.process_time()
                await store.read(partial(windows.queue, query=query))
                times.append((time.process_time() - start) * 1000)
            found.append((name, min(times)))
        await store.close()
    return found


def _tasks() -> list[Task]:
    return [
        Task(str(n), f"Task number {n} of many", "what matters " * 20, priority=n % 5,
             since=f"2026-01-01T00:00:{n % 60:02}.000Z", cost_usd=n % 97 / 10)
        for n in range(1, MANY + 1)
    ]  # fmt: skip


def main() -> int:
    if len(sys.argv) == 3:
        kind: type[Ours] | type[Table] = Ours if sys.argv[1] == "ours" else Table
        print(*asyncio.run(measured(kind, int(sys.argv[2]))))
        return 0
    failed = False
    print("  tasks |           | open, CPU ms | one row, CPU ms | memory, MiB")
    for count in (1_000, MANY):
        ours, table = apart("ours", count), apart("table", count)
        for name, (opened, updated, grown) in (("cockpit", ours), ("DataTable", table)):
            print(f"{count:>7,} | {name:9} | {opened:>12.1f} | {updated:>15.2f} | {grown:>11.1f}")
        if count == MANY:
            for place, (name, gate) in enumerate(GATES.items()):
                ratio = ours[place] / table[place]
                failed = failed or ratio > gate
                print(f"{name}: 1/{1 / ratio:.0f} of DataTable (gate 1/{1 / gate:.0f})")
    for name, cpu in asyncio.run(engine()):
        print(f"engine, {name}: {cpu:.1f} ms")
    return int("--gate" in sys.argv and failed)


if __name__ == "__main__":
    sys.exit(main())

"""From exec to the first byte, the first paint and the first rows, beside a minimal Textual app.

``python -m benchmarks.first_paint [--gate]``; with ``--gate`` exit 1 when first paint takes more
than 1.3 times that of a minimal Textual app, or the rows of the queue more than 1.6 (engine
running) or 4 times (engine cold). Medians of five runs each, taken in turns; Linux.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.e2e.terminal import Pty

RUNS = 5
TASKS = 1_000
ROW = "Task number 1 "
MINIMAL = """
from textual.app import App
from textual.widgets import Label


class Minimal(App):
    def compose(self):
        yield Label("first paint")


Minimal().run()
"""
GATES = {"first paint": 1.3, "rows, engine running": 1.6, "rows, engine cold": 4.0}


def timed(command: list[str], *wanted: str) -> list[float]:
    """Seconds from exec to the first byte and to each text."""
    start = time.monotonic()
    terminal = Pty(command)
    try:
        wait(terminal, ".")
        times = [time.monotonic() - start]
        for text in wanted:
            wait(terminal, text)
            times.append(time.monotonic() - start)
        return times
    finally:
        terminal.close()


def wait(terminal: Pty, text: str) -> None:
    """Read until a text was written, colours left out."""
    while not re.search(text.encode(), re.sub(rb"\x1b\[[0-9;:]*m", b"", terminal.written)):
        assert terminal.read(30), terminal.written[-2000:]


def prepared(folder: Path) -> list[str]:
    """A project with a thousand tasks; the command that opens it."""
    project, state = folder / "project", folder / "state"
    project.mkdir()
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    listed = folder / "tasks.json"
    tasks = [{"title": f"Task number {n} of many"} for n in range(1, TASKS + 1)]
    listed.write_text(json.dumps({"tasks": tasks}))
    ours = [sys.executable, "-m", "codeframe_tui", "--project", str(project)]
    ours += ["--state-dir", str(state)]
    subprocess.run([*ours, "import", str(listed)], check=True, stdout=subprocess.DEVNULL)
    return ours


def measured(ours: list[str]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    timed([sys.executable, "-c", MINIMAL], "first paint")
    timed(ours, "QUEUE", ROW)  # both compiled and in the disk cache

    def note(**times: float) -> None:
        for name, seconds in times.items():
            found.setdefault(name.replace("_", " ").replace(" engine", ", engine"), []).append(
                seconds
            )

    for _ in range(RUNS):
        byte, paint = timed([sys.executable, "-c", MINIMAL], "first paint")
        note(minimal_first_byte=byte, minimal=paint)
        byte, paint, rows = timed(ours, "QUEUE", ROW)
        note(first_byte=byte, first_paint=paint, rows_engine_cold=rows)
        with_engine = Pty(ours)
        try:
            wait(with_engine, ROW)
            note(rows_engine_running=timed(ours, "QUEUE", ROW)[2])
        finally:
            with_engine.close()
    return found


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="first-paint-"))
    try:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")  # as if installed
        found = measured(prepared(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    base = statistics.median(found["minimal"])
    print(f"{'what':22} |  median |    best | minimal | gate  (load {os.getloadavg()[0]:.1f})")
    failed = False
    for name, times in found.items():
        median, ratio = statistics.median(times), statistics.median(times) / base
        gate = GATES.get(name)
        failed = failed or bool(gate and ratio > gate)
        allowed = f"{gate:.1f}x" if gate else ""
        print(f"{name:22} | {median:5.2f} s | {min(times):5.2f} s | {ratio:6.2f}x | {allowed}")
    return 1 if failed and "--gate" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())

"""Opening a diff and scrolling it: 1,000 to 1,000,000 changed lines, engine, wire and cockpit.

``python -m benchmarks.diff_view [--gate] [--rival PYTHON]``. Every size has an engine process and a
cockpit process of its own; ``git diff`` of the same trees, written to a file, runs in between.

Gates: opening 100,000 and 1,000,000 changed lines takes at most 1.5 times the CPU of ``git diff``
(all processes together); a page at 1,000,000 at most 1.15 times the CPU of one at 1,000; opening
1,000 at most 1/25 of textual-diff-view. For that one name a Python that has it; it is AGPL, so it
is no dependency of ours: ``python -m venv R && R/bin/pip install textual-diff-view``, then
``--rival R/bin/python``.
"""

from __future__ import annotations

import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.diff_engine import sides

OPEN_GATE, PAGE_GATE, RIVAL_GATE = 1.5, 1.15, 25.0
SIZES = {
    "1,000 in a file": (1_000, 1),
    "100,000 in a file": (100_000, 1),
    "1,000,000 in a file": (1_000_000, 1),
    "1,000,000 in 200 files": (1_000_000, 200),
}
RIVAL = """
import asyncio, json, sys, time
from textual.app import App
from textual.containers import VerticalScroll
from textual_diff_view import DiffView


class Rival(App):
    def compose(self):
        yield VerticalScroll(id="scroll")


async def main():
    app = Rival()
    async with app.run_test(size=(200, 50)) as pilot:
        scroll = app.query_one("#scroll")
        start = time.process_time()
        view = await DiffView.load(sys.argv[1], sys.argv[2])
        view.split = False
        await scroll.mount(view)
        await pilot.pause()
        opened = time.process_time() - start
        start = time.process_time()
        for _ in range(20):
            scroll.scroll_page_down(animate=False)
            await pilot.pause()
        print(json.dumps({"cpu": opened, "page": (time.process_time() - start) / 20}))

asyncio.run(main())
"""


def children_cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def git_diff(where: dict[str, Any], output: Path) -> tuple[float, float]:
    """Seconds and CPU seconds of ``git diff`` of the two trees."""
    before, begun = children_cpu(), time.monotonic()
    with output.open("wb") as file:
        command = ["git", "--git-dir", where["git"], "diff", "--no-renames", *where["trees"]]
        subprocess.run(command, stdout=file, check=True)
    return time.monotonic() - begun, children_cpu() - before


def peak(pid: int) -> float:
    """The most memory a process had, in MB, without files that it only maps."""
    lines = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return (int(lines["VmHWM"].split()[0]) - int(lines["RssFile"].split()[0])) / 1024


def measure(changed: int, files: int) -> dict[str, float]:
    """One engine, one cockpit, and git before and after."""
    folder = Path(tempfile.mkdtemp(prefix="diff-"))
    command = [sys.executable, "-m", "benchmarks.diff_engine", str(folder), str(changed)]
    engine = subprocess.Popen(
        [*command, str(files)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert engine.stdin is not None
    assert engine.stdout is not None
    try:
        where = json.loads(engine.stdout.readline())
        first = git_diff(where, folder / "patch")
        cockpit = [sys.executable, "-m", "benchmarks.diff_cockpit", where["socket"]]
        done = subprocess.run(
            [*cockpit, str(engine.pid)], stdout=subprocess.PIPE, text=True, check=True
        )
        second = git_diff(where, folder / "patch")
        found: dict[str, float] = json.loads(done.stdout)
        return {
            **found,
            "engine_memory": peak(engine.pid),
            "git_wall": statistics.mean((first[0], second[0])),
            "git_cpu": statistics.mean((first[1], second[1])),
        }
    finally:
        engine.stdin.close()
        engine.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _open_cpu(found: dict[str, float]) -> float:
    return found["own"] + found["engine"]


def rival(python: str) -> dict[str, float]:
    """CPU seconds of textual-diff-view for 1,000 changed lines, unified."""
    with tempfile.TemporaryDirectory(prefix="diff-") as folder:
        paths = [str(Path(folder, name)) for name in ("old.py", "new.py")]
        for path, lines in zip(paths, sides(1_000), strict=True):
            Path(path).write_text("\n".join(lines) + "\n")
        done = subprocess.run(
            [python, "-c", RIVAL, *paths], stdout=subprocess.PIPE, text=True, check=True
        )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> int:
    results = {
        # one opening of the small one is too short to be judged alone
        name: min((measure(*size) for _ in range(3 if size[0] == 1_000 else 1)), key=_open_cpu)
        for name, size in SIZES.items()
    }
    print(
        f"{'changed lines':22} |      rows |    open: wall   CPU (cockpit) |  git: wall   CPU |"
        "   x | page CPU | memory: cockpit, engine"
    )
    failed = False
    for name, found in results.items():
        cpu = _open_cpu(found)
        ratio = cpu / found["git_cpu"]
        failed = failed or (SIZES[name][0] >= 100_000 and ratio > OPEN_GATE)
        print(
            f"{name:22} | {found['rows']:9,} | {found['wall']:8.2f} s {cpu:6.2f} s"
            f" ({found['own']:5.3f}) | {found['git_wall']:6.2f} s {found['git_cpu']:5.2f} |"
            f" {ratio:3.1f} | {found['page'] * 1000:5.1f} ms |"
            f" {found['memory']:3.0f} MB, {found['engine_memory']:4.0f} MB"
        )
    small, large = (results[name] for name in ("1,000 in a file", "1,000,000 in 200 files"))
    page = large["page"] / small["page"]
    print(f"a page at 1,000,000 / at 1,000: {page:.2f} (gate {PAGE_GATE})")
    failed = failed or page > PAGE_GATE
    if "--rival" in sys.argv:
        other = rival(sys.argv[sys.argv.index("--rival") + 1])
        ours = _open_cpu(small)
        print(
            f"1,000 lines: textual-diff-view opens in {other['cpu']:.2f} s of CPU, a page"
            f" {other['page'] * 1000:.0f} ms; ours is 1/{other['cpu'] / ours:.0f} of that"
            f" (gate 1/{RIVAL_GATE:.0f})"
        )
        failed = failed or other["cpu"] / ours < RIVAL_GATE
    else:
        print("textual-diff-view: not measured; see --rival in the head of this file")
    return int("--gate" in sys.argv and failed)


if __name__ == "__main__":
    sys.exit(main())

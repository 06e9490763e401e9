"""What `index context` costs, cold and warm, beside grep for the same keywords.

``python -m benchmarks.context [--gate]``; with ``--gate`` exit 1 when a warm answer takes more than
150 ms or a cold build keeps the event loop from its other work for more than 100 ms.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.index.project_index import ProjectIndex
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.code.words import words
from codeframe_tui.settings import Limits

FILES = 1_500
BUDGET = 24_000
ROUNDS = 5
TASKS = (
    "Retry the HTTP request when the server answers 429, honour Retry-After",
    "argparse: subcommands with a prefix that is ambiguous must be refused with a clear message",
    "Make the tempfile cleanup robust against a read-only directory on Windows",
    "json decoder should tell the line and column of an unexpected end of the document",
)
WARM_MS, STALL_MS = 150.0, 100.0


def copy_project(target: Path) -> int:
    """Copies modules of the standard library; returns how many bytes."""
    library = Path(sysconfig.get_path("stdlib"))
    found = sorted(p for p in library.rglob("*.py") if "site-packages" not in p.parts)[:FILES]
    for source in found:
        place = target / source.relative_to(library)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
    return sum(source.stat().st_size for source in found)


async def timed(work: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """Wall ms of some work, and the longest ms that the event loop was late meanwhile."""
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            worst = max(worst, time.perf_counter() - before - 0.005)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    start = time.perf_counter()
    await work()
    spent = time.perf_counter() - start
    watching.cancel()
    return spent * 1000, worst * 1000


def grep(project: Path, task: str) -> float:
    """Wall ms of listing the files that hold one of the keywords."""
    pattern = "|".join(sorted(set(words(task))))
    start = time.perf_counter()
    subprocess.run(
        ["grep", "-rliE", pattern, "."], cwd=project, stdout=subprocess.DEVNULL, check=False
    )
    return (time.perf_counter() - start) * 1000


async def measure(project: Path, state: Path) -> dict[str, tuple[float, float]]:
    """Wall and stall in ms by what was done."""
    workspaces = GitWorkspaces(project, state, Limits())
    await workspaces.prepare()
    try:
        index = ProjectIndex(
            workspaces, objects=workspaces.objects, database=state / "index.db", project=project
        )
        results = {"snapshot, cold": await timed(workspaces.snapshot)}
        results["context, cold"] = await timed(lambda: index.context(TASKS[0], BUDGET))
        warm = [
            await timed(lambda task=task: index.context(task, BUDGET))  # type: ignore[misc]
            for _ in range(ROUNDS)
            for task in TASKS
        ]
        results["context, warm p50"] = _middle(warm)
        results["  of it snapshot"] = _middle(
            [await timed(workspaces.snapshot) for _ in range(ROUNDS)]
        )
        changed = []
        for number in range(ROUNDS):
            (project / "argparse.py").write_text(f"def changed_{number}(): ...\n")
            changed.append(await timed(lambda: index.context(TASKS[1], BUDGET)))
        results["context, a file changed"] = _middle(changed)
        results["find, warm"] = _middle([await timed(lambda: index.find("JSONDecoder"))])
        return results
    finally:
        await index.close()
        await workspaces.close()


def _middle(times: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(t for t, _ in times), max(stall for _, stall in times)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        project, state = Path(folder, "project"), Path(folder, "state")
        size = copy_project(project)
        results = asyncio.run(measure(project, state))
        by_grep = statistics.median(grep(project, task) for _ in range(ROUNDS) for task in TASKS)
    print(f"{FILES:,} files, {size / 1e6:.1f} MB; grep -rliE of the same words: {by_grep:.0f} ms\n")
    print("what                    | wall, ms | / grep | loop late, ms")
    for name, (wall, stall) in results.items():
        print(f"{name:<23} | {wall:>8.0f} | {wall / by_grep:>6.2f} | {stall:>13.0f}")
    late = results["context, cold"][1]
    slow = results["context, warm p50"][0] > WARM_MS or late > STALL_MS
    return int("--gate" in sys.argv and slow)


if __name__ == "__main__":
    sys.exit(main())

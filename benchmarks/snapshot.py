"""A project of 50,000 files: looked at, copied, looked at again, beside what git does of it.

``python -m benchmarks.snapshot [--files N] [--gate]``; with ``--gate`` exit 1 when the first
snapshot costs more CPU than 4 times ``git add -A && git write-tree`` of the same files.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.settings import Limits

PROMISE = 4.0


def make_project(root: Path, files: int) -> None:
    for number in range(files):
        file = root / f"pkg{number % 50}/part{number % 1000}/module{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"VALUE = {number}\n" * 20)
    subprocess.run(("git", "init", "-q"), cwd=root, check=True)


def cpu() -> float:
    """CPU seconds of this process and of the children it waited for."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, whose))


async def timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    began, used = time.perf_counter(), cpu()
    await work()
    return time.perf_counter() - began, cpu() - used


async def git(project: Path, index: Path, *commands: tuple[str, ...]) -> None:
    env = {**os.environ, "GIT_INDEX_FILE": str(index)}
    for command in commands:
        subprocess.run(
            ("git", *command), cwd=project, env=env, check=True, stdout=subprocess.DEVNULL
        )


async def measure(folder: Path, files: int) -> float:
    project, index = folder / "project", folder / "index"
    make_project(project, files)
    space = GitWorkspaces(project, folder / "state", Limits())
    await space.prepare()

    async def look() -> None:
        await space.snapshot()

    async def change_and_look() -> None:
        (project / "pkg1/part1/module1.py").write_text("VALUE = 'changed'\n")
        await space.snapshot()

    async def copy() -> None:
        await space.open("task", (await space.snapshot()).tree)

    async def capture() -> None:
        await space.capture(await space.open("task", None))

    add = (("add", "-A"), ("write-tree",))
    out = (("checkout-index", "-a", f"--prefix={folder}/copy/"),)
    rows = [
        ("git add -A, write-tree", await timed(lambda: git(project, index, *add))),
        ("first snapshot", await timed(look)),
        ("git add -A, write-tree again", await timed(lambda: git(project, index, *add))),
        ("second snapshot", await timed(look)),
        ("snapshot after one change", await timed(change_and_look)),
        ("git checkout-index -a", await timed(lambda: git(project, index, *out))),
        ("workspace opened", await timed(copy)),
        ("workspace captured", await timed(capture)),
        ("workspace captured again", await timed(capture)),
    ]
    rivals = {"first": rows[0], "second": rows[2], "snapshot": rows[2], "workspace": rows[5]}
    await space.close()
    print(f"| {files:,} files | seconds | CPU seconds | CPU / git's |\n|---|---:|---:|---:|")
    for name, (wall, used) in rows:
        rival = rivals.get(name.split()[0])
        ratio = f"{used / rival[1][1]:.2f}" if rival else ""
        print(f"| {name} | {wall:.2f} | {used:.2f} | {ratio} |")
    first: float = rows[1][1][1] / rows[0][1][1]
    print(f"| ratio of the first snapshot (gate {PROMISE}) | | | {first:.2f} |")
    return first


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--gate", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ratio = asyncio.run(measure(Path(folder).resolve(), arguments.files))
    return int(arguments.gate and ratio > PROMISE)


if __name__ == "__main__":
    sys.exit(main())

"""What verification costs beyond pytest's own time, on a project with 2,000 tests.

``python -m benchmarks.verify [--gate] [--rounds N]``; with ``--gate`` exit 1 when a verification
whose base is known takes more than 1.5 times the CPU of plain pytest doing the same: the new test
on the base, and the whole suite. *miss* is the first look at a base: it has to be collected, too,
which is counted among what pytest does then. *hit* finds it in the kept files, as another engine
would. The same change stands on another base each time, so that nothing is known but what is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from codeframe_tui.core.verification import Verdict
from codeframe_tui.worker.verify import Verifier
from tests.worker.test_verify import TASK, Bench, bench

FILES, EACH, GATE = 100, 20, 1.5
CONFIG = "[tool.pytest.ini_options]\npythonpath = ['.']\naddopts = ['--disable-plugin-autoload']\n"
NEW = {
    "shop/new.py": "def new():\n    return 3\n",
    "tests/test_new.py": ("from shop.new import new\n\n\ndef test_new():\n    assert new() == 3\n"),
}


def project() -> dict[str, str]:
    files = {"shop/__init__.py": "", "pyproject.toml": CONFIG}
    for number in range(FILES):
        files[f"shop/part{number}.py"] = f"def value(n):\n    return n + {number}\n" * 5
        tests = [
            f"def test_{n}():\n    assert value({n}) == {n + number}\n\n\n" for n in range(EACH)
        ]
        head = f"from shop.part{number} import value\n\n\n"
        files[f"tests/test_part{number}.py"] = head + "".join(tests)
    return files


@dataclass
class Times:
    """Seconds of wall and CPU, one pair a round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def middle(self) -> tuple[float, float]:
        """Medians."""
        return statistics.median(self.wall), statistics.median(self.cpu)


def cpu() -> float:
    """Of this process, of what ended, and of the launcher that sandboxed runs hang on."""
    tick = os.sysconf("SC_CLK_TCK")
    return sum(sum(_stat(pid)[11:15]) for pid in (os.getpid(), *_children(os.getpid()))) / tick


def _stat(pid: int) -> list[int]:
    """Fields of ``/proc/PID/stat`` after the state."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [0, *map(int, fields[1:])]


def _children(pid: int) -> Iterator[int]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (thread / "children").read_text().split()):
            yield child
            yield from _children(child)


async def taken(times: Times, work: Callable[[], Awaitable[object]]) -> None:
    began, spent = time.perf_counter(), cpu()
    await work()
    times.wall.append(time.perf_counter() - began)
    times.cpu.append(cpu() - spent)


async def plain(folder: Path, *arguments: str) -> None:
    """As anybody runs pytest."""
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    program = await asyncio.create_subprocess_exec(*argv, cwd=folder, stdout=subprocess.DEVNULL)
    await program.wait()


async def one_round(desk: Bench, number: int, times: dict[str, Times]) -> None:
    desk.base = await desk.tree({"round.txt": str(number)})
    tree = await desk.tree(NEW)
    copy = (await desk.workspaces.open("plain", tree)).root

    async def verified() -> None:
        verifier = Verifier(desk.shop)  # knows nothing but what is kept in files
        found, _ = await verifier.verify(TASK, desk.base, tree)
        assert found.verdict is Verdict.PROVEN, found.message

    await taken(times["suite"], lambda: plain(copy))
    await taken(times["new test"], lambda: plain(copy, "tests/test_new.py"))
    await taken(times["collect"], lambda: plain(copy, "--collect-only"))
    await taken(times["miss"], verified)
    await taken(times["hit"], verified)


async def measure(folder: Path, rounds: int) -> dict[str, Times]:
    names = ("suite", "new test", "collect", "miss", "hit")
    times = {name: Times() for name in names}
    async with bench(folder, project()) as desk:
        await one_round(desk, -1, {name: Times() for name in names})
        for number in range(rounds):
            await one_round(desk, number, times)
    return times


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(measure(Path(folder), asked.rounds))
    same = {"miss": ("suite", "new test", "collect"), "hit": ("suite", "new test")}
    print(
        f"| one attempt, {FILES * EACH:,} tests | s, median | s CPU | beyond pytest, CPU | ratio |"
    )
    print("|---|---:|---:|---:|---:|")
    for name in ("suite", "new test", "collect"):
        wall, spent = times[name].middle
        print(f"| pytest: {name} | {wall:.2f} | {spent:.2f} | | |")
    ratios = {}
    for name, parts in same.items():
        wall, spent = times[name].middle
        by_pytest = sum(times[part].middle[1] for part in parts)
        ratios[name] = spent / by_pytest
        more = f"{spent - by_pytest:.2f} | {ratios[name]:.2f}"
        print(f"| verification, base cache {name} | {wall:.2f} | {spent:.2f} | {more} |")
    return int(asked.gate and ratios["hit"] > GATE)


if __name__ == "__main__":
    sys.exit(main())

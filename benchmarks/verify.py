"""What verification costs beyond pytest's own time, on a project with 2,000 tests.

``python -m benchmarks.verify [--gate] [--rounds N]``; with ``--gate`` exit 1 when a verification
whose base is known takes more than 1.5 times as long as plain pytest, without a sandbox, doing the
same: the new test on the base and on the proposal, and the whole suite. *miss* is the first look at
a base, which has to be collected, too; *hit* finds it in the kept files, as another engine would.
The change stands on another base in each round, so that nothing is known but what is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from codeframe_tui.core.evidence.lint import LintRun
from codeframe_tui.core.evidence.verification import Verdict
from codeframe_tui.worker.verify import Verifier
from tests.worker.test_verify import TASK, Bench, bench

FILES, EACH, GATE = 100, 20, 1.5
NAMES = {
    "suite": "pytest: the suite",
    "new": "pytest: the new test",
    "collect": "pytest: --collect-only",
    "miss": "verification, base not known (miss)",
    "hit": "verification, base kept (hit)",
}
SAME = {"miss": ("suite", "new", "new", "collect"), "hit": ("suite", "new", "new")}
"""What pytest does in each: the new test runs on the base and on the proposal."""
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


class NoLinters:
    """A project without linters: theirs is no time of ours."""

    async def tools(self) -> tuple[str, ...]:
        """None."""
        return ()

    async def run(self, tool: str, *_: object, **__: object) -> LintRun:
        """Nobody asks."""
        raise NotImplementedError(tool)


async def taken(times: list[float], work: Callable[[], Awaitable[object]]) -> None:
    began = time.perf_counter()
    await work()
    times.append(time.perf_counter() - began)


async def plain(folder: Path, *arguments: str) -> None:
    """As anybody runs pytest."""
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    program = await asyncio.create_subprocess_exec(*argv, cwd=folder, stdout=subprocess.DEVNULL)
    await program.wait()


async def one_round(desk: Bench, number: int, times: dict[str, list[float]]) -> None:
    desk.base = await desk.tree({"round.txt": str(number)})
    tree = await desk.tree(NEW)
    copy = (await desk.workspaces.open("plain", tree)).root

    async def verified() -> None:
        verifier = Verifier(desk.shop)  # knows nothing but what is kept in files
        found, _ = await verifier.verify(TASK, desk.base, tree)
        assert found.verdict is Verdict.PROVEN, found.message

    await taken(times["suite"], lambda: plain(copy))
    await taken(times["new"], lambda: plain(copy, "tests/test_new.py"))
    await taken(times["collect"], lambda: plain(copy, "--collect-only"))
    await taken(times["miss"], verified)
    await taken(times["hit"], verified)


async def measure(folder: Path, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in NAMES}
    async with bench(folder, project()) as desk:
        desk.shop = replace(desk.shop, linter=NoLinters())
        await one_round(desk, -1, {name: [] for name in NAMES})  # the first finds all cold
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
    best = {name: min(times[name]) for name in NAMES}
    print(
        f"| one attempt, {FILES * EACH:,} tests | s, median | s, best | beyond pytest, s | ratio |"
    )
    print("|---|---:|---:|---:|---:|")
    ratios = {}
    for name, told in NAMES.items():
        row = f"| {told} | {statistics.median(times[name]):.2f} | {best[name]:.2f} |"
        if name in SAME:
            by_pytest = sum(best[part] for part in SAME[name])
            ratios[name] = best[name] / by_pytest
            row += f" {best[name] - by_pytest:.2f} | {ratios[name]:.2f} |"
        print(row if name in SAME else f"{row} | |")
    return int(asked.gate and ratios["hit"] > GATE)


if __name__ == "__main__":
    sys.exit(main())

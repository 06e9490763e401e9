"""How much the engine grows while tests print 1 GiB.

``python -m benchmarks.flood [--mib 1024] [--workers 1] [--gate]``; with ``--gate`` exit 1 when the
highest memory of the process that listens grows by more than 16 MiB, or 64 MiB for several workers.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

from codeframe_tui.adapters.pytest import PytestRunner
from codeframe_tui.adapters.sandbox import NoSandbox, open_sandbox
from codeframe_tui.core.events import Signal
from codeframe_tui.ports import TestRequest, Workspace

GATE_MIB, GATE_OF_SEVERAL_MIB = 16.0, 64.0
TESTS = """
import sys


def test_prints():
    for _ in range({pieces}):
        sys.stdout.write(("x" * 63 + "\\n") * 1024)
"""
PIECES_PER_MIB = 16


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def run(runner: PytestRunner, root: Path, mib: int) -> tuple[float, float]:
    """Seconds, and MiB of output: shown to a front end, or told to it as cut."""
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = ['-s']\n")
    (root / "test_flood.py").write_text(TESTS.format(pieces=mib * PIECES_PER_MIB))
    heard = 0

    def take(signal: Signal) -> None:
        nonlocal heard
        text = str(signal.data.get("text", ""))
        heard += len(text) + sum(int(cut) for cut in re.findall(r"(\d+) bytes cut", text))

    began = time.perf_counter()
    request = TestRequest(Workspace("flood", root), "regression", timeout_seconds=550)
    found = await runner.run(request, take)
    assert found.ok, (found.reason, found.message)
    return time.perf_counter() - began, heard / 2**20


async def measure(folder: Path, mib: int, workers: int) -> float | None:
    project = folder / "project"
    roots = [folder / f"state/workspaces/flood-{number}" for number in range(workers)]
    for each in (project, *roots):
        each.mkdir(parents=True)
    sandbox = await open_sandbox(project, folder / "state", "rlimits")
    if isinstance(sandbox, NoSandbox):
        print(f"no tests run here: {sandbox.why}", file=sys.stderr)
        return None
    runner = PytestRunner(sandbox)
    await run(runner, roots[0], 1)
    before = peak_mib()
    ended = await asyncio.gather(*(run(runner, root, mib // workers) for root in roots))
    grown = peak_mib() - before
    print(f"| {workers} workers print {mib} MiB | |")
    print("|---|---:|")
    print(f"| seconds | {max(seconds for seconds, _ in ended):.1f} |")
    print(f"| arrived | {sum(heard for _, heard in ended):.1f} MiB |")
    print(f"| growth of the engine (gate {gate_of(workers):.0f} MiB) | {grown:.1f} MiB |")
    return grown


def gate_of(workers: int) -> float:
    return GATE_MIB if workers == 1 else GATE_OF_SEVERAL_MIB


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--gate", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        grown = asyncio.run(measure(Path(folder).resolve(), arguments.mib, arguments.workers))
    return int(arguments.gate and (grown is None or grown > gate_of(arguments.workers)))


if __name__ == "__main__":
    sys.exit(main())

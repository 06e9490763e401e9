"""What it costs to see which changed lines run, beside the same tests without that.

``python -m benchmarks.coverage [--python PROGRAM] [--runs N] [--gate]``: 2,000 tests of code that
calls much; the proposal changes one module and brings ten tests. CPU of pytest's own process, as it
tells it at its end; each row is measured in turn without and with the lines. With ``--python`` the
project's environment is made from another Python, which gets copies of our own pytest.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from codeframe_tui.adapters.pytest import PytestRunner
from codeframe_tui.adapters.pytest.runner import LENT, metadata
from codeframe_tui.adapters.sandbox import NoSandbox, open_sandbox
from codeframe_tui.core.evidence.verification import TestRun
from codeframe_tui.ports import TestRequest, Workspace

FILES, TESTS, GATE = 200, 10, 1.25
CPU = re.compile(r"CPU ([\d.]+)")
CONFTEST = """
import time
def pytest_unconfigure(): print("CPU", time.process_time())
"""
MODULE = """
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def changed(n):
    if n < 0:
        return "never"
    return sum(fib(8) for _ in range(n))
"""
OTHER = "from work import fib\n" + "".join(
    f"def test_{n}(): assert fib(10) == 55\n" for n in range(TESTS)
)
OWN = "from work import changed\n" + "".join(
    f"def test_{n}(): assert changed({n}) == {21 * n}\n" for n in range(TESTS)
)
MINE = ("test_own.py",)
ROWS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ten own tests, 2,000 others": (MINE, ()),
    "only the ten own tests": (MINE, MINE),
    "no own tests: all of them count": ((), ()),
}
"""Own tests, and what is run."""


def environment(project: Path, program: str) -> None:
    """A virtual environment made by hand on a Python, with our own pytest."""
    told = subprocess.run(
        [program, "-I", "-c", "import sys; print(sys.base_prefix, *sys.version_info[:2])"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    root = project / ".venv"
    site = root / "lib" / f"python{told[1]}.{told[2]}" / "site-packages"
    site.mkdir(parents=True)
    (root / "bin").mkdir()
    base = Path(told[0]) / "bin" / f"python{told[1]}.{told[2]}"
    (root / "bin" / "python").symlink_to(base.resolve())
    (root / "pyvenv.cfg").write_text(f"home = {base.parent}\n")
    for name in ("pytest", "pluggy"):
        told_of = metadata(name)
        shutil.copytree(told_of, site / told_of.name)
    for name in LENT:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            file = Path(spec.origin)
            if file.name == "__init__.py":
                shutil.copytree(file.parent, site / name)
            else:
                shutil.copy(file, site)


def write(root: Path) -> None:
    root.mkdir(parents=True)
    files = {"work.py": MODULE, "test_own.py": OWN, "conftest.py": CONFTEST}
    files |= {f"test_{n:03}.py": OTHER for n in range(FILES)}
    files["pytest.ini"] = "[pytest]\naddopts = --disable-plugin-autoload\n"
    for name, text in files.items():
        (root / name).write_text(text)


def cpu(run: TestRun) -> float:
    found = CPU.search(run.output)
    assert run.ok, run.message
    assert found is not None
    return float(found[1])


async def measure(folder: Path, runs: int, program: str | None) -> float | None:
    project, root = folder / "project", folder / "state" / "w" / "x"
    project.mkdir()
    if program is not None:
        environment(project, program)
    write(root)
    sandbox = await open_sandbox(project, folder / "state", None)
    if isinstance(sandbox, NoSandbox):
        print(f"no sandbox here: {sandbox.why}", file=sys.stderr)
        return None
    runner, workspace, worst = PytestRunner(sandbox), Workspace("w", root), 0.0
    lines = {"work.py": ((1, 9),), "test_own.py": ((1, 11),)}
    print("| CPU seconds, median | without | with lines | ratio | by |\n|---|---:|---:|---:|---|")
    for name, (own, select) in ROWS.items():
        plain, seen, how = [], [], ""
        for _ in range(runs):
            request = TestRequest(workspace, "x", select, own=own)
            plain.append(cpu(await runner.run(request, lambda _: None)))
            done = await runner.run(replace(request, lines=lines), lambda _: None)
            seen.append(cpu(done))
            how = done.coverage.how
        low, high = statistics.median(plain), statistics.median(seen)
        print(f"| {name} | {low:.2f} | {high:.2f} | {high / low:.2f} | {how} |")
        worst = max(worst, high / low) if own and not select else worst
    return worst


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--python", help="a program; the project's tests run on it")
    parser.add_argument("--gate", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ratio = asyncio.run(measure(Path(folder).resolve(), told.runs, told.python))
    return int(told.gate and (ratio is None or ratio > GATE))


if __name__ == "__main__":
    sys.exit(main())

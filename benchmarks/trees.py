"""What the code index costs on given trees, as a person or a worker waits for it.

``python -m benchmarks.trees FOLDER... [--aider PYTHON]``: each folder is copied, its Python files
only. Beside it universal-ctags, ripgrep and, with the Python of an environment that has it, aider's
repository map. Wall time: run it on an idle machine; the ratios of CPU are in `benchmarks.index`.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.context import BUDGET, TASKS
from benchmarks.index import cpu, ctags, text_index
from codeframe_tui.adapters.index.project_index import ProjectIndex
from codeframe_tui.adapters.index.searcher import Searcher
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.ports import Workspace
from codeframe_tui.settings import Limits

PATTERNS = ("JSONDecoder", r"def get_\w+_or_none", "zzzz_nowhere", r"\bretry\b", "(?i)ambiguous")
PARTS = ("get_", "test_", "is_", "set_", "do_", "_a", "_b", "_c")
AIDER = """
import sys, time
from pathlib import Path
from aider.io import InputOutput
from aider.models import Model
from aider.repomap import RepoMap
files = [str(p) for p in sorted(Path(sys.argv[1]).rglob("*.py"))]
io = InputOutput(yes=True, pretty=False)
model = Model("gpt-4o")
for _ in range(2):
    start = time.perf_counter()
    mentioned = set(sys.argv[2].split())
    RepoMap(root=sys.argv[1], main_model=model, io=io, map_tokens=8000).get_repo_map(
        [], files, mentioned_idents=mentioned
    )
    print(time.perf_counter() - start)
"""


def copied(source: Path, target: Path) -> tuple[int, int]:
    """Copies the Python files of a folder; returns how many, and their bytes."""
    files = size = 0
    for path in sorted(source.rglob("*.py")):
        if path.is_file() and "site-packages" not in path.relative_to(source).parts:
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            files, size = files + 1, size + path.stat().st_size
    return files, size


async def waited(ask: Callable[[], Awaitable[Any]]) -> float:
    """Wall ms until an answer."""
    start = time.perf_counter()
    await ask()
    return (time.perf_counter() - start) * 1000


def row(what: str, waits: list[float], note: str = "") -> None:
    """The median and the longest but one hundredth."""
    ordered = sorted(waits)
    worst = ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]
    print(f"| {what} | {statistics.median(ordered):.1f} | {worst:.1f} | {note} |")


async def asked(project: Path, state: Path) -> None:
    """Prints what is waited for."""
    workspaces = GitWorkspaces(project, state, Limits())
    await workspaces.prepare()
    database = state / "index.db"

    def opened() -> ProjectIndex:
        return ProjectIndex(
            workspaces, objects=workspaces.objects, database=database, project=project, patience=3e3
        )

    row("first look at the files", [await waited(workspaces.snapshot)])
    index = opened()
    start, children = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    await index.read()
    wall = (time.perf_counter() - start) * 1000
    await index.close()  # so that its CPU and memory are told
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = ended.ru_utime + ended.ru_stime - children.ru_utime - children.ru_stime
    row("full build", [wall], f"{spent:.2f} s CPU, {ended.ru_maxrss / 1024:.0f} MB at most")
    megabytes = sum(f.stat().st_size for f in state.glob("index.db*")) / 1e6
    index = opened()
    row("warm start, first answer", [await waited(lambda: index.find("main"))])
    print(f"| index on the disk | {megabytes:.1f} MB | | |")
    await _by_name(index)
    tasks = [task for _ in range(8) for task in TASKS]
    row("context", [await waited(lambda t=task: index.context(t, BUDGET)) for task in tasks])  # type: ignore[misc]
    row("look at the files", [await waited(workspaces.snapshot) for _ in range(20)], "in all above")
    saves = []
    place = min(project.rglob("*.py"))
    for number in range(20):
        place.write_text(f"def changed_{number}(): ...\n")
        saves.append(await waited(lambda n=number: index.find(f"changed_{n}")))  # type: ignore[misc]
    row("a save until it is found", saves)
    await index.close()
    await workspaces.close()


async def _by_name(index: ProjectIndex) -> None:
    found = [(await index.find(part))["symbols"] for part in PARTS]
    names = {symbol["name"]: 0 for symbols in found for symbol in symbols}
    some = random.Random(1).sample(sorted(names), 40)
    for what, asked_for in (
        ("exact", some),
        ("prefix", [name[: max(3, len(name) - 2)] for name in some]),
        ("letters in order", [name[::2] for name in some]),
    ):
        waits = [await waited(lambda n=name: index.find(n)) for name in asked_for]  # type: ignore[misc]
        row(f"find, {what}", waits, "with a look at the files")


def searched(project: Path) -> None:
    """Prints CPU of searches beside ripgrep's, in ms."""
    workspace = Workspace("tree", project)
    for pattern in PATTERNS:
        ours = cpu(lambda p=pattern: asyncio.run(Searcher().search(workspace, p)))  # type: ignore[misc]
        note = "no rg here"
        if shutil.which("rg"):
            argv = ["rg", "-n", "--no-ignore", "--hidden", "-e", pattern, str(project)]
            theirs = cpu(lambda a=argv: subprocess.run(a, capture_output=True, check=False))  # type: ignore[misc]
            note = f"rg {theirs * 1000:.0f} ms CPU"
        print(f"| search `{pattern}`, CPU | {ours * 1000:.0f} | | {note} |")


def mapped(project: Path, python: str) -> None:
    """Prints how long aider's map takes, cold and with its cache."""
    argv = [python, "-c", AIDER, str(project), TASKS[0]]
    done = subprocess.run(argv, capture_output=True, check=False, text=True, timeout=1_200)
    told = [line for line in done.stdout.split() if line.replace(".", "").isdigit()]
    cold, warm = (f"{float(each) * 1000:.0f}" for each in [*told, "nan", "nan"][:2])
    print(f"| aider's map, cold; with its cache | {cold}; {warm} | | {done.stderr[-80:].strip()} |")


def measure(source: Path, aider: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        files, size = copied(source, project)
        print(f"\n{files:,} files, {size / 1e6:.1f} MB\n")
        print("| what | p50, ms | p99, ms | |\n|---|---|---|---|")
        if shutil.which("ctags"):
            print(f"| universal-ctags, CPU | {cpu(lambda: ctags(project)) * 1000:.0f} | | |")
        fts = cpu(lambda: text_index(project, Path(folder, "fts.db")))
        print(f"| a plain text index, CPU | {fts * 1000:.0f} | | |")
        searched(project)
        if aider:
            mapped(project, aider)
            shutil.rmtree(next(iter(project.glob(".aider*")), Path(os.devnull)), ignore_errors=True)
        asyncio.run(asked(project, Path(folder, "state")))


def main() -> int:
    given = sys.argv[1:]
    aider = given.pop(given.index("--aider") + 1) if "--aider" in given else ""
    for folder in given:
        if folder != "--aider":
            measure(Path(folder), aider)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What we add to a task besides model and tests, beside ``git worktree add`` and ``git diff``.

``python -m benchmarks.overhead [--gate]``; with ``--gate`` exit 1 when the median for a project of
1,000 files is more than 4 times that of git. Ours is all that one attempt needs of the private
store: a snapshot, the task's folder, what was written in it, the proposal's tree and diff, and the
three folders that its tests run in.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.settings import Limits

FILES, ROUNDS, GATE = 1_000, 12, 4.0


def git(project: Path, *arguments: str) -> None:
    name = ("-c", "user.name=T", "-c", "user.email=t@example.invalid")
    subprocess.run(("git", *name, *arguments), cwd=project, check=True, stdout=subprocess.DEVNULL)


def make_project(root: Path) -> None:
    for number in range(FILES):
        file = root / f"pkg/part{number % 40}/module{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"VALUE = {number}\n" * 60)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "begin")


def changed(turn: int) -> str:
    return f"VALUE = 'turn {turn}'\n"


def worktree(project: Path, place: Path, turn: int) -> float:
    """Seconds of a worktree, one changed file and its diff."""
    began = time.perf_counter()
    git(project, "worktree", "add", "-q", "--detach", str(place))
    (place / "pkg/part1/module1.py").write_text(changed(turn))
    git(place, "diff")
    spent = time.perf_counter() - began
    git(project, "worktree", "remove", "--force", str(place))
    return spent


async def ours(workspaces: GitWorkspaces, turn: int) -> float:
    """Seconds of one attempt at one task."""
    began = time.perf_counter()
    base = (await workspaces.snapshot()).tree
    workspace = await workspaces.open(f"task-{turn}", base)
    (workspace.root / "pkg/part1/module1.py").write_text(changed(turn))
    tree = (await workspaces.capture(workspace)).tree
    await workspaces.diff(base, tree)
    for verified in (base, tree, tree):
        await workspaces.open(f"verify-{turn}", verified)
    spent = time.perf_counter() - began
    for name in (f"task-{turn}", f"verify-{turn}"):
        await workspaces.remove(name)
    return spent


async def measure(folder: Path) -> list[tuple[float, float]]:
    project = folder / "project"
    make_project(project)
    workspaces = GitWorkspaces(project, folder / "state", Limits())
    await workspaces.prepare()
    try:
        return [
            (worktree(project, folder / "worktree", turn), await ours(workspaces, turn))
            for turn in range(ROUNDS)
        ]
    finally:
        await workspaces.close()


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="overhead-"))
    try:
        times = asyncio.run(measure(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    low, high = (statistics.median(column) for column in zip(*times[1:], strict=True))
    print(f"| one task, {FILES:,} files | ms, median |")
    print("|---|---:|")
    print(f"| git worktree add + git diff | {low * 1e3:.0f} |")
    print(f"| ours, first task of all (cold) | {times[0][1] * 1e3:.0f} |")
    print(f"| ours | {high * 1e3:.0f} |")
    print(f"| ratio (gate {GATE}) | {high / low:.2f} |")
    return int("--gate" in sys.argv and high / low > GATE)


if __name__ == "__main__":
    sys.exit(main())

"""A project with a state folder and a HOME of its own, and the sandboxes over it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from codeframe_tui.adapters.sandbox import open_sandbox
from codeframe_tui.adapters.sandbox.bwrap import BwrapSandbox
from codeframe_tui.adapters.sandbox.network import CLOSED, Network
from codeframe_tui.adapters.sandbox.rlimits import RlimitsSandbox
from codeframe_tui.core.totals import Totals
from codeframe_tui.ports import Workspace

DEFAULT = Totals()
KEY = "sk-ant-canary-0123456789"
HOSTILE = {
    "ANTHROPIC_API_KEY": KEY,
    "LD_PRELOAD_CANARY": KEY,
    "PYTHONPATH": "/nowhere",
    "PYTEST_ADDOPTS": "-k nothing",
    "GIT_DIR": "/nowhere",
}


@dataclass(frozen=True)
class Room:
    """Where things are on the host."""

    project: Path
    state: Path
    home: Path
    sandbox: BwrapSandbox | RlimitsSandbox

    def workspace(self, name: str) -> Workspace:
        root = self.state / "workspaces" / name
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        return Workspace(name, root)


def need_bwrap() -> None:
    """Skip where a developer has no bubblewrap; fail where the gate runs."""
    if shutil.which("bwrap") is None and not os.environ.get("CODEFRAME_TUI_CI"):
        pytest.skip("bubblewrap is not installed")


@contextmanager
def hostile_environment(home: Path) -> Iterator[None]:
    """Our own environment holds a key and injections; HOME is a place of the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name, value in HOSTILE.items():
            patch.setenv(name, value)
        yield


def make_room(
    folder: Path, level: str, totals: Totals = DEFAULT, network: Network = CLOSED
) -> Room:
    """`open_room` outside of an event loop."""
    return asyncio.run(open_room(folder, level, totals, network))


async def open_room(
    folder: Path, level: str, totals: Totals = DEFAULT, network: Network = CLOSED
) -> Room:
    """Open a sandbox of a level; HOME must have been set."""
    project, state = folder / "project", folder / "state"
    project.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        if level == "rlimits":
            patch.setenv("PATH", str(folder))
        sandbox = await open_sandbox(project, state, "rlimits", totals, network)
    assert sandbox.level == level, sandbox.why
    assert isinstance(sandbox, BwrapSandbox | RlimitsSandbox)
    return Room(project, state, folder / "home", sandbox)


def alive(mark: str) -> list[str]:
    """Processes that have the mark among their arguments."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = file.read_bytes().split(b"\0")
            if mark.encode() in words:
                found.append(file.parent.name)
    return found


def descendants(pid: int) -> set[int]:
    """All processes below one, however they left its group."""
    parents = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(file.parent.name)] = int(file.read_text().rpartition(")")[2].split()[1])
    found, new = set[int](), {pid}
    while new:
        found |= new
        new = {child for child, parent in parents.items() if parent in found} - found
    return found - {pid}


def make_environment(place: Path) -> None:
    """A virtual environment on the interpreter that runs us, made by hand: fast."""
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (place / "lib" / name / "site-packages").mkdir(parents=True)
    home = Path(sys.executable).resolve().parent
    (place / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\n")

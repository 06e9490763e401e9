"""Kill -9 of an engine in the middle of a command: nothing of it is left."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.contract.sandbox_room import descendants, need_bwrap

SECONDS = 1.0
ENGINE = """
import asyncio, os, pathlib, sys
from codeframe_tui.adapters.sandbox import open_sandbox
from codeframe_tui.ports import Workspace
async def main(folder, level, mark):
    sandbox = await open_sandbox(folder / "project", folder / "state", "rlimits")
    assert sandbox.level == level, sandbox.why
    root = folder / "state" / "w" / "x"
    root.mkdir(parents=True)
    script = f'''
(setsid sleep {mark} &)
(nohup setsid sleep {mark} >/dev/null 2>&1 &)
(trap "" TERM HUP; nohup sleep {mark} >/dev/null 2>&1 &)
until [ $(grep -slz '^{mark}$' /proc/[0-9]*/cmdline | wc -l) -ge 3 ]; do :; done
echo ready; sleep {mark}'''
    await sandbox.run(Workspace("w", root), ["/bin/sh", "-c", script], timeout_seconds=100,
        on_output=lambda chunk: os.write(1, chunk))
asyncio.run(main(pathlib.Path(sys.argv[1]), *sys.argv[2:]))
"""
pytestmark = pytest.mark.e2e


def alive(pids: set[int], mark: str) -> list[str]:
    """Command lines of those processes, and of any that has the mark as an argument."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            known = int(folder.name) in pids and state not in {"Z", "X"}
            if known or mark.encode() in words:
                found.append(b" ".join(words).decode("utf-8", "replace"))
    return found


@pytest.mark.fault(
    "kill",
    "kill -9 of the engine while a command runs",
    sees="the command is told as interrupted and is not run again unasked",
    kept="no process and no mount of it is left",
)
@pytest.mark.parametrize("level", ["bwrap", "rlimits"])
def test_a_killed_engine_leaves_no_process_and_no_mount(tmp_path: Path, level: str) -> None:
    if level == "bwrap":
        need_bwrap()
    (tmp_path / "project").mkdir()
    mark = f"3{secrets.randbelow(10**8):08d}"
    mounts = Path("/proc/self/mountinfo").read_text()
    path = os.environ["PATH"] if level == "bwrap" else str(tmp_path)
    argv = [sys.executable, "-c", ENGINE, str(tmp_path), level, mark]
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=environment) as engine:
        try:
            assert engine.stdout is not None
            assert engine.stdout.readline() == b"ready\n"
            ours = descendants(engine.pid)
            assert len(ours) >= 6, "launcher, spare and busy warden, shell and sleepers"
            assert len(alive(ours, mark)) >= len(ours)
        finally:
            os.kill(engine.pid, signal.SIGKILL)
    end = time.monotonic() + SECONDS
    while (left := alive(ours, mark)) and time.monotonic() < end:
        time.sleep(0.01)  # nobody of ours is left to tell the end
    assert left == []
    assert Path("/proc/self/mountinfo").read_text() == mounts

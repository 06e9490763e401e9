"""The launcher's warden: whatever happens to it, what it started ends first."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from codeframe_tui import adapters

LAUNCHER = Path(adapters.__path__[0], "sandbox", "launcher.py")
SCRIPT = """
import importlib.util, json, os, signal, socket, sys

spec = importlib.util.spec_from_file_location("launcher", sys.argv[1])
launcher = importlib.util.module_from_spec(spec)
spec.loader.exec_module(launcher)

def fail(watch):
    raise OSError("no more files")

launcher._totals.Watch.step = fail
order = {
    "argv": ["sleep", "1000"], "command": [], "env": {"PATH": os.environ["PATH"]}, "cwd": "/",
    "give": None, "watched": [], "stage": [], "limits": {}, "uid": None, "filter": "", "data": {},
    "private": {}, "totals": {"memory": 2**30, "disk": 2**30, "processes": 1000},
}
ours, _ = socket.socketpair()
fds = [os.dup(os.open(os.devnull, os.O_RDWR)) for _ in range(2)]
try:
    launcher._run(ours, order, fds)
except OSError as error:
    said = str(error)
left = list(launcher._children())
for pid in left:
    os.kill(pid, signal.SIGKILL)
print(json.dumps([said, len(left)]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the launcher's orphans come to it on Linux")
@pytest.mark.fault(
    "tests",
    "the watcher of a run fails",
    sees="that the run failed, and why",
    kept="the machine: nothing of the run goes on without somebody who ends it",
)
def test_nothing_goes_on_when_the_watcher_fails() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT, str(LAUNCHER)],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert json.loads(done.stdout) == ["no more files", 0]

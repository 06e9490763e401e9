"""What a sandboxed command costs beside a bare bubblewrap of the same walls."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from codeframe_tui.adapters.sandbox import NoSandbox, open_sandbox
from codeframe_tui.ports import Workspace

PROMISE = 2.0
REST = 0.02
"""Seconds before each: neither pays for what the other leaves to be done."""
BARE = (
    *("bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
    *("--clearenv", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin"),
    *("--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"),
    *("--ro-bind", "/etc", "/etc", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"),
)


def bare(workspace: Path) -> float:
    argv = [*BARE, "--bind", str(workspace), "/work", "--chdir", "/work", "/bin/true"]
    began = time.perf_counter()
    subprocess.run(argv, check=True)
    return time.perf_counter() - began


async def measure(folder: Path, runs: int) -> float | None:
    project, root = folder / "project", folder / "state/w/x"
    project.mkdir()
    root.mkdir(parents=True)
    for number in range(200):
        (root / f"{number}.py").touch()
    sandbox = await open_sandbox(project, folder / "state", None)
    if isinstance(sandbox, NoSandbox):
        print(f"no sandbox here: {sandbox.why}", file=sys.stderr)
        return None
    rival, ours = [], []
    for number in range(runs + 3):
        await asyncio.sleep(REST)
        plain = bare(root)
        await asyncio.sleep(REST)
        began = time.perf_counter()
        done = await sandbox.run(Workspace("w", root), ["/bin/true"], timeout_seconds=20)
        assert done.exit_code == 0, done.message
        if number >= 3:  # the first find files cold and the launcher asleep
            rival.append(plain)
            ours.append(time.perf_counter() - began)
    low, high = statistics.median(rival), statistics.median(ours)
    print("| command: `true`, 200 files | ms, median | ms, best |")
    print("|---|---:|---:|")
    print(f"| bare bwrap | {low * 1e3:.1f} | {min(rival) * 1e3:.1f} |")
    print(f"| ours | {high * 1e3:.1f} | {min(ours) * 1e3:.1f} |")
    best = min(ours) / min(rival)
    print(f"| ratio of {runs} runs (gate {PROMISE}) | {high / low:.2f} | {best:.2f} |")
    return high / low


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--gate", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ratio = asyncio.run(measure(Path(folder).resolve(), arguments.runs))
    return int(arguments.gate and (ratio is None or ratio > PROMISE))


if __name__ == "__main__":
    sys.exit(main())

"""The same sandbox for an ordinary user; where we are root, a child steps down first."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import codeframe_tui
from tests.contract.sandbox_room import need_bwrap

NOBODY = 65_534
PYTHON = Path("/usr/bin/python3")
SCRIPT = """
import asyncio, dataclasses, json, os, pathlib, sys
from codeframe_tui.adapters.sandbox import open_sandbox
from codeframe_tui.core.totals import Totals
from codeframe_tui.ports import Workspace
async def main(folder):
    sandbox = await open_sandbox(folder / "project", folder / "state", None)
    root = folder / "state" / "w" / "x"
    root.mkdir(parents=True)
    forks = "i=0; while [ $i -lt 700 ]; do sleep 20 & i=$((i+1)); done; echo never"
    found = {"uid": os.getuid(), "level": sandbox.level, "why": sandbox.why}
    for name, script in {
        "write": "echo x > made && id -u", "home": "cat ~/canary", "bomb": forks,
        "python": "python3 -c 'import sys, ssl, sqlite3; print(sys.version_info[0])'",
    }.items():
        end = await sandbox.run(Workspace("w", root), ["/bin/sh", "-c", script], timeout_seconds=20)
        found[name] = [end.ended, end.exit_code, end.output.decode()[-200:]]
    found["made"] = (root / "made").exists()
    few = dataclasses.replace(sandbox, totals=Totals(memory_bytes=2**27, disk_bytes=24 * 2**20))
    fill = "import os, time; x = bytes(1) * 2**26"
    for name, script in {
        "memory": f"for i in 1 2 3; do python3 -c '{fill}; time.sleep(20)' & done; wait",
        "parent": f"python3 -c '{fill}; [os.fork() for _ in range(2)]; time.sleep(1)'",
        "disk": "head -c 16M /dev/zero > a; head -c 16M /dev/zero > $TMPDIR/b; sleep 20",
    }.items():
        end = await few.run(Workspace("w", root), ["/bin/sh", "-c", script], timeout_seconds=20)
        found[name] = [end.ended, end.message]
    print(json.dumps(found))
asyncio.run(main(pathlib.Path(sys.argv[1])))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place that an ordinary user reaches; pytest's own is closed to others."""
    place = Path(tempfile.mkdtemp(prefix="cft-user-"))
    try:
        yield place
    finally:
        shutil.rmtree(place)


def test_an_ordinary_user_has_the_same_walls(folder: Path) -> None:
    need_bwrap()
    if os.getuid() == 0 and not _reachable():
        pytest.skip("no Python that an unprivileged user may run")
    python = str(PYTHON) if os.getuid() == 0 else "python3"
    for name in ("project", "state", "home"):
        (folder / name).mkdir()
    (folder / "home" / "canary").write_text("secret")
    source = Path(codeframe_tui.__file__).parent
    shutil.copytree(source, folder / "lib" / "codeframe_tui")
    step_down = {"user": NOBODY, "group": NOBODY, "extra_groups": ()} if os.getuid() == 0 else {}
    if step_down:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    result = subprocess.run(
        [python, "-c", SCRIPT, str(folder)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder / "home"), "PYTHONPATH": f"{folder}/lib"},
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=90,
        **step_down,  # type: ignore[call-overload]
    )
    found = json.loads(result.stdout or result.stderr)
    assert found["level"] == "bwrap", found["why"]
    assert found["uid"] != 0
    assert found["write"] == ["exit", 0, "1000\n"]
    assert found["made"]
    assert "secret" not in found["home"][2]
    assert "never" not in found["bomb"][2]
    assert found["python"] == ["exit", 0, "3\n"]
    assert found["parent"] == ["exit", ""]
    for name, said in (("memory", "used more than 128 MiB"), ("disk", "wrote more than 24 MiB")):
        assert (found[name][0], said in found[name][1]) == ("limit", True), found


def _reachable() -> bool:
    if not PYTHON.exists():
        return False
    probe = [str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, check=False).returncode == 0

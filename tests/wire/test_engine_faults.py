"""What fails inside the engine and the verbs: a report for its owner, never a traceback."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

KEY = "sk-ant-canary-0123456789-of-a-person"
FAILS = """
import asyncio, os, sys
import codeframe_tui.bootstrap as bootstrap
from codeframe_tui.__main__ import main

async def fails():
    variable = "code of a person".upper()
    raise RuntimeError(f"no\\x1b[2J bread {os.environ['ANTHROPIC_API_KEY']}" if variable else "")

async def serve(*_args, **_options):
    if "task" in sys.argv[0]:
        lost = asyncio.create_task(fails())
        await asyncio.wait({lost})
        del lost
    else:
        await fails()

bootstrap.serve = serve
sys.exit(main())
"""


@pytest.mark.fault(
    "people",
    "a fault of the engine itself",
    sees="the cockpit finds a new engine and goes on",
    kept="all that was acknowledged; a report without keys and variables",
)
@pytest.mark.parametrize(("where", "code"), [("engine", 1), ("task", 0)])
def test_a_fault_of_the_engine_is_a_report(
    where: str, code: int, tmp_path: Path, runtime: Path
) -> None:
    script = tmp_path / f"{where}.py"
    script.write_text(FAILS)
    state = tmp_path / "state"
    done = subprocess.run(
        [sys.executable, script, "--project", tmp_path, "--state-dir", state, "engine"],
        env=os.environ | {"ANTHROPIC_API_KEY": KEY, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    (report,) = state.rglob("report-*")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    told = [done.stderr, report.read_text(), (report.parent / "engine.log").read_text()]
    assert "RuntimeError: no bread [redacted]" in told[1]
    assert "in fails" in told[1]
    for text in told:
        assert KEY not in text
        assert "CODE OF" not in text
    assert "Traceback" not in done.stderr
    assert (str(report) in done.stderr) == (code == 1)
    assert runtime.is_dir()


def test_a_fault_before_there_is_a_log_is_reported_too(tmp_path: Path) -> None:
    script = tmp_path / "verb.py"
    script.write_text(
        "import sys\nimport codeframe_tui.cli.system as system\n"
        "def broken(*_): raise RuntimeError('[/]')\nsystem.read_settings = broken\n"
        "from codeframe_tui.__main__ import main\nsys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, script, "config"],
        env=os.environ | {"CODEFRAME_TUI_STATE_DIR": str(tmp_path / "s"),
                          "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    (report,) = tmp_path.rglob("report-*")
    assert str(report) in done.stderr
    assert "Traceback" not in done.stderr

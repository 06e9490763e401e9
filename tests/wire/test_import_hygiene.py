"""The cockpit's way in loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "alembic", "anthropic", "click", "pydantic", "pydantic_settings", "pygments", "sqlalchemy",
    "websockets", "yaml",
}  # fmt: skip
STOP_BEFORE_TEXTUAL = """
import codeframe_tui.tui.launch as launch
import codeframe_tui.wire.start as start
started = []
launch._run = lambda options: started.append(options) or 0
start.Starter.spawn = lambda self: started.append("engine")
sys.stdin.isatty = sys.stdout.isatty = lambda: True
from codeframe_tui.__main__ import main
sys.argv[1:] = ["--state-dir=" + sys.argv[1], sys.argv[1]]
assert main() == 0 and len(started) == 2, started
assert "textual" not in sys.modules
"""
APP = """
import codeframe_tui.tui.app, codeframe_tui.wire.start
assert not {"codeframe_tui.core.commands", "codeframe_tui.ports"} & set(sys.modules)
"""
BEGUN = """
import asyncio
import codeframe_tui.tui.launch, codeframe_tui.wire.start
from codeframe_tui.tui.app import CockpitApp

async def never():
    await asyncio.Event().wait()

class App(CockpitApp):
    async def on_cockpit_begun(self):
        own = sorted(name for name in sys.modules if name.startswith("codeframe_tui"))
        assert len(own) <= 77, f"{len(own)}; parts that come later: task_parts, later"
        late = {"deeds", "modals", "present.diff.kinds", "present.draft", "present.proof",
                "screens.task_parts", "widgets.diff.view", "widgets.log", "widgets.task_panes"}
        assert not {f"codeframe_tui.tui.{name}" for name in late} & set(own)
        assert not {"codeframe_tui.core.queries.tasks", "rapidfuzz"} & set(sys.modules)
        self.exit(0)

assert App(never).run(headless=True) == 0
"""
STOP_AT_THE_PICTURE = """
import codeframe_tui.tui.launch as launch
def stop(project): raise SystemExit
launch.skeleton = stop
sys.stdin.isatty = sys.stdout.isatty = lambda: True
from codeframe_tui.__main__ import main
sys.argv[1:] = ["--state-dir=" + sys.argv[1], sys.argv[1]]
try:
    main()
except SystemExit:
    late = {"asyncio", "codeframe_tui.ports", "codeframe_tui.wire.start"}
    assert not late & set(sys.modules)
else:
    raise AssertionError("no picture")
"""


@pytest.mark.parametrize(
    "script",
    [
        "import codeframe_tui.wire.client",
        "import codeframe_tui.wire.start",
        "import codeframe_tui.core.commands, codeframe_tui.core.events, codeframe_tui.core.errors",
        STOP_BEFORE_TEXTUAL,
        STOP_AT_THE_PICTURE,
        APP,
        BEGUN,
    ],
)
def test_the_cockpit_loads_nothing_heavy(script: str, tmp_path: Path, runtime: Path) -> None:
    tell = "\nprint(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{script}{tell}", str(tmp_path)],
        env={"XDG_RUNTIME_DIR": str(runtime), "HOME": str(tmp_path), "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert HEAVY & set(done.stdout.split()) == set()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--version"], 0, "codeframe-tui, version"),
        (["list", "--help"], 0, "Example: codeframe-tui list --json"),
        (["nonsense"], 2, "no verb and no folder 'nonsense'"),
        (["--sandbox", "magic"], 2, "magic"),
        (["."], 2, "needs a terminal"),
    ],
)
def test_the_program_tells_verbs_from_folders(arguments: list[str], code: int, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "codeframe_tui", *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr

"""What eats memory, processes or disk is ended at its total, with the reason; the honest is not."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.sandbox.totals import WALK_EVERY
from codeframe_tui.core.totals import Totals
from tests.contract.sandbox_room import Room, hostile_environment, make_room, need_bwrap
from tests.security.cases import cases

TOTALS = Totals(memory_bytes=160 * 2**20, processes=48, disk_bytes=24 * 2**20)
SECONDS = 30.0
BEGIN = f"""
import mmap, os, threading, time
def hold(): time.sleep(1000)
def seen(): time.sleep({WALK_EVERY} + 0.3)
"""
TIMES = int(os.environ.get("CODEFRAME_TUI_BOMBS", "1"))
"""How often each is tried."""
CASES = [(level, case) for case in cases("bombs") for level in case["levels"]]


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Room]]:
    need_bwrap()
    folder = tmp_path_factory.mktemp("bombs")
    (folder / "home").mkdir()
    with hostile_environment(folder / "home"):
        yield {level: make_room(folder / level, level, TOTALS) for level in ("bwrap", "rlimits")}


@pytest.mark.fault(
    "tests",
    "a run uses more memory, processes or disk than it may",
    sees="which total, and the setting that allows more",
    kept="the machine",
)
@pytest.mark.parametrize(
    ("level", "case"), CASES, ids=[f"{level} {case['id']}" for level, case in CASES]
)
@pytest.mark.goal("G12", "bombs")
async def test_a_run_is_ended_at_its_total(
    rooms: dict[str, Room],
    level: str,
    case: dict[str, Any],
    record_property: Callable[[str, object], None],
) -> None:
    record_property("count", TIMES)
    for _ in range(TIMES):
        await explode(rooms[level], case)


async def explode(room: Room, case: dict[str, Any]) -> None:
    workspace = room.workspace(secrets.token_hex(4))
    if "before" in case["id"]:
        (workspace.root / "old").write_bytes(b"x" * 2 * TOTALS.disk_bytes)
    argv = ["python", "-c", BEGIN + case["python"]]
    done = await room.sandbox.run(workspace, argv, timeout_seconds=SECONDS)
    restore(workspace.root)
    if case["expected"] in {"memory", "disk", "processes"}:
        assert (done.ended, done.exit_code) == ("limit", None), done
        assert done.message == TOTALS.exceeded(case["expected"])
    else:
        assert (done.ended, done.output.decode().strip()) == ("exit", case["expected"]), done


def restore(root: Path) -> None:
    """Let the folder that nobody may enter be removed."""
    for path in root.iterdir():
        if path.is_dir():
            path.chmod(0o700)

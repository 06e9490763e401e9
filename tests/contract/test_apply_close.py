"""An apply that nobody waits for any more still comes to its end before the lock is given up."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.ports import Replacement


@pytest.mark.fault(
    "kill",
    "the engine is ended in the middle of an apply",
    sees="it ends after the apply",
    kept="the project, all old or all new",
)
async def test_close_waits_for_a_cancelled_apply(tmp_path: Path) -> None:
    project, state = tmp_path / "project", tmp_path / "state"
    project.mkdir()
    state.mkdir()
    loop = asyncio.get_running_loop()
    begun, go_on = asyncio.Event(), threading.Event()

    def pause(point: str) -> None:
        if point == "apply.journal":
            loop.call_soon_threadsafe(begun.set)
            go_on.wait(20)

    tree = JournalledTree(project, state, crash=pause)
    new = [Replacement(name, None, ("100644", b"new\n")) for name in ("a", "b")]
    applying = asyncio.create_task(tree.replace("decision-1", new))
    await begun.wait()
    applying.cancel()
    with suppress(asyncio.CancelledError):
        await applying
    closing = asyncio.create_task(tree.close())
    done, _ = await asyncio.wait({closing}, timeout=0.05)
    assert not done
    go_on.set()
    await closing
    assert [(project / name).read_bytes() for name in ("a", "b")] == [b"new\n", b"new\n"]

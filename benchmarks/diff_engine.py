"""An engine that holds one proposal of many changed lines, for `benchmarks.diff_view`.

``python -m benchmarks.diff_engine FOLDER LINES FILES``: real store, real private git store, real
socket; one line in three is changed. Prints a JSON line that says where, then serves until its
input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import sysconfig
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.adapters.syntax import Highlighter
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.change.proposal import Action, FileSummary, proposal_id
from codeframe_tui.core.commands import AddTask
from codeframe_tui.core.progress import Attempt
from codeframe_tui.service import Supervisor
from codeframe_tui.settings import Limits, Settings
from codeframe_tui.wire.server import Server

EVERY = 3


def code(lines: int) -> list[str]:
    """Lines of the standard library; where they come again they are others by a comment."""
    source: list[str] = []
    for file in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        source += file.read_text(errors="replace").split("\n")
    found: list[str] = []
    turn = 0
    while len(found) < lines:
        found += [f"{line}  # {turn}" for line in source] if turn else source
        turn += 1
    return found[:lines]


def sides(changed: int) -> tuple[list[str], list[str]]:
    """Lines before and after: one in `EVERY` is another."""
    old = code(changed * EVERY)
    new = [f"{line}  # changed" if at % EVERY == 0 else line for at, line in enumerate(old)]
    return old, new


def files(lines: list[str], count: int) -> dict[str, tuple[str, bytes]]:
    """Lines in so many files."""
    size = -(-len(lines) // count)
    return {
        f"lib/part{at}.py": ("100644", "\n".join(lines[at : at + size]).encode() + b"\n")
        for at in range(0, len(lines), size)
    }


async def propose(engine: Supervisor, base: str, tree: str) -> None:
    """A task in review whose one attempt is the difference of two trees."""
    number = (await engine.submit(AddTask("a large change")))["number"]
    await engine.claim("w")
    await engine.set_base(number, base)
    summaries = (FileSummary("lib/part0.py", Action.MODIFY, 0, 0),)
    attempt = Attempt(1, base, tree, proposal_id(base, tree), "why", summaries)
    await engine.record_attempt(number, attempt)
    await engine.to_review(number)


async def serve(folder: Path, changed: int, count: int) -> None:
    project = folder / "project"
    project.mkdir(parents=True, exist_ok=True)
    workspaces = GitWorkspaces(project, folder / "state", Limits())
    await workspaces.prepare()
    empty = (await workspaces.snapshot()).tree
    trees = [await workspaces.overlay(empty, files(side, count)) for side in sides(changed)]
    store = await SqlStore.open(folder / "state.db")
    syntax = Highlighter()
    facts: dict[str, Any] = {"project": "bench", "branch": "main"}
    engine = Supervisor(
        store,
        SystemClock(),
        settings=Settings(),
        facts=lambda: facts,
        workspaces=workspaces,
        syntax=syntax,
    )
    await engine.recover(paused=False)
    await propose(engine, *trees)
    server = Server(engine)
    await server.start(folder / "s")
    Path("/proc/self/clear_refs").write_text("5")  # what making it took is not counted
    where = {"socket": str(folder / "s"), "git": str(folder / "state/objects"), "trees": trees}
    print(json.dumps(where), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.close()
    engine.close()
    await syntax.close()
    await workspaces.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))

"""An engine's ledger, real trees and the decision lane by hand: no model, no test runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.core.change.diff import summary
from codeframe_tui.core.change.proposal import proposal_id
from codeframe_tui.core.commands import AddTask, Approve, Hold, Redo, Undo
from codeframe_tui.core.events import DECISION_ENDS, Event
from codeframe_tui.core.progress import Attempt
from codeframe_tui.service import Supervisor
from codeframe_tui.settings import Settings
from codeframe_tui.worker.apply import carry_out
from codeframe_tui.worker.frame import Frame
from codeframe_tui.worker.verify import Verifier
from codeframe_tui.worker.workshop import Workshop
from tests.contract.service_kit import TickingClock, evidence, facts
from tests.worker.room import put

Side = tuple[str, bytes] | None


@dataclass
class Bench:
    """A project on which changes are proposed as they are wanted."""

    project: Path
    engine: Supervisor
    workspaces: GitWorkspaces
    working_tree: JournalledTree
    shop: Workshop

    async def begin(self, title: str) -> str:
        """A task that a worker has in hand."""
        number = str((await self.engine.submit(AddTask(title)))["number"])
        task = await self.engine.claim("w")
        assert task is not None
        assert task.number == number
        return number

    async def propose(self, title: str, changes: Mapping[str, Side]) -> str:
        """A task in review whose proposal is these changes on the files of now."""
        number = await self.begin(title)
        await self.offer(number, changes)
        return number

    async def offer(self, number: str, changes: Mapping[str, Side]) -> None:
        """Changes on the files of now as the proposal of a task in hand."""
        base = (await self.workspaces.snapshot()).tree
        tree = await self.workspaces.overlay(base, changes)
        files = tuple(map(summary, await self.workspaces.diff(base, tree)))
        await self.engine.set_base(number, base)
        made = Attempt(1, base, tree, proposal_id(base, tree), "why", files)
        await self.engine.record_attempt(number, made)
        await self.engine.record_verification(number, 1, evidence(), ())
        await self.engine.to_review(number)

    async def apply(self, title: str, changes: Mapping[str, Side]) -> str:
        """A task whose change is in the files."""
        number = await self.propose(title, changes)
        assert (await self.deed(Approve(number))).type == "change.applied"
        return number

    async def wait_for(self, number: str) -> str:
        """A task that depends on another, and that nobody begins."""
        added = await self.engine.submit(AddTask("waits", depends_on=(number,)))
        await self.engine.submit(Hold(added["number"]))
        return str(added["number"])

    async def deed(self, wish: Approve | Undo | Redo) -> Event:
        """Submit a decision and carry it out; how it ended."""
        before = self.engine._store.last_event
        decision = (await self.engine.submit(wish))["decision"]
        for pending in await self.engine.pending_decisions():
            await carry_out(self.shop, cast(Verifier, None), pending)
        events = await self.engine._events_after(before)
        (end,) = [e for e in events if e.type in DECISION_ENDS and e.data["decision"] == decision]
        return end


@asynccontextmanager
async def bench(folder: Path, files: Mapping[str, tuple[int, bytes]]) -> AsyncIterator[Bench]:
    """A bench in a folder of its own, without git."""
    project, state = folder / "project", folder / "state"
    project.mkdir(parents=True)
    put(project, files)
    settings = Settings()
    workspaces = GitWorkspaces(project, state, settings.limits)
    await workspaces.prepare()
    working_tree = JournalledTree(project, state)
    store = await SqlStore.open(folder / "state.db")
    engine = Supervisor(
        store,
        TickingClock(),
        settings=settings,
        facts=facts,
        workspaces=workspaces,
        working_tree=working_tree,
    )
    try:
        await engine.recover(paused=False)
        shop = SimpleNamespace(
            ledger=engine,
            workspaces=workspaces,
            working_tree=working_tree,
            settings=settings,
            sandbox=SimpleNamespace(level="rlimits"),
            clock=TickingClock(),
            frame=Frame(),
        )
        yield Bench(project, engine, workspaces, working_tree, cast(Workshop, shop))
    finally:
        engine.close()
        await workspaces.close()
        await store.close()

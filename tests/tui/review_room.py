"""A cockpit on a real service whose trees are held in memory, with a worker's hand movements."""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.core.change.diff import FileDiff, Hunk, summary
from codeframe_tui.core.change.proposal import Action, proposal_id
from codeframe_tui.core.commands import AddTask
from codeframe_tui.core.evidence.verification import Flag, Verdict
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.core.queries import ShowReview, ShowTask
from codeframe_tui.ports import Service, TreeEntry
from codeframe_tui.service import Supervisor
from codeframe_tui.settings import Settings
from codeframe_tui.tui.app import CockpitApp
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.contract.service_kit import TickingClock, evidence, facts
from tests.tui.driving import Drive
from tests.tui.fake_service import NOW, FakeService

Files = Mapping[str, str]


def hunks_of(old: str, new: str, context: int = 3) -> tuple[Hunk, ...]:
    """How two texts whose last line is ended differ."""
    a, b = old.splitlines(), new.splitlines()
    found: list[Hunk] = []
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    for group in matcher.get_grouped_opcodes(context):
        lines: list[tuple[str, str]] = []
        for tag, i, j, c, d in group:
            if tag == "equal":
                lines += [(" ", line) for line in a[i:j]]
            else:
                lines += [("-", line) for line in a[i:j]] + [("+", line) for line in b[c:d]]
        old_range, new_range = (group[0][1], group[-1][2]), (group[0][3], group[-1][4])
        starts = [begin + (end > begin) for begin, end in (old_range, new_range)]
        sizes = [end - begin for begin, end in (old_range, new_range)]
        k = len(found) + 1
        found.append(Hunk(k, starts[0], sizes[0], starts[1], sizes[1], tuple(lines)))
    return tuple(found)


class Trees:
    """Workspaces whose trees lie in a dictionary."""

    def __init__(self) -> None:
        self.trees: dict[str, Files] = {}

    def put(self, files: Files) -> str:
        """Equal files are the same tree, as with git."""
        if (
            known := next((t for t, held in self.trees.items() if held == files), None)
        ) is not None:
            return known
        tree = f"{len(self.trees) + 1:040x}"
        self.trees[tree] = dict(files)
        return tree

    async def read(self, tree: str, path: str) -> bytes | None:
        text = self.trees[tree].get(path)
        return None if text is None else text.encode()

    async def entries(self, tree: str, paths: Iterable[str]) -> dict[str, TreeEntry]:
        found = self.trees[tree]
        return {p: TreeEntry("100644", f"{tree} {p}") for p in paths if p in found}

    async def diff(self, base: str, tree: str, *, space: bool = True) -> Sequence[FileDiff]:
        old, new = self.trees[base], self.trees[tree]
        found = []
        for path in sorted(path for path in {*old, *new} if old.get(path) != new.get(path)):
            action = Action.MODIFY
            action = Action.CREATE if path not in old else action
            action = Action.DELETE if path not in new else action
            modes = ("100644" if path in old else None, "100644" if path in new else None)
            texts = old.get(path, ""), new.get(path, "")
            same = not space and len({"".join(text.split()) for text in texts}) == 1
            hunks = () if same else hunks_of(*texts)
            found.append(FileDiff(path, action, *modes, False, hunks))
        return found


def numbered(name: str, *, lines: int = 40, **changed: str) -> str:
    """A text of numbered lines, some of them others: ``line_7="…"``; an empty one is left out."""
    rows = [changed.get(f"line_{n}", f"{name} {n}") for n in range(1, lines + 1)]
    return "".join(f"{row}\n" for row in rows if row)


BASE = {"a.py": numbered("a"), "b.py": numbered("b"), "c.py": numbered("c")}
FIRST = {
    "a.py": numbered("a", line_5="five", line_20="twenty\nand more"),
    "b.py": numbered("b", line_9="nine"),
    "c.py": numbered("c"),
    "d.py": "new\nfile\n",
}
SECOND = {**FIRST, "a.py": numbered("a", line_5="five", line_20="zwanzig\nand more")}


@dataclass
class Desk:
    """A service with a worker by hand, and a cockpit on it.

    Attributes:
        number: of the task under review.
    """

    engine: Supervisor
    trees: Trees
    base: str
    number: str = ""
    drive: Drive = field(init=False)

    async def propose(
        self, files: Files, verdict: Verdict = Verdict.PROVEN, flags: Sequence[Flag] = ()
    ) -> str:
        """The worker takes the task and proposes files; it waits for a person then."""
        if not self.number:
            self.number = (await self.engine.submit(AddTask("Count in words")))["number"]
        task = await self.engine.claim("w1")
        assert task is not None
        tree = self.trees.put(files)
        proposal = proposal_id(self.base, tree)
        summaries = tuple(map(summary, await self.trees.diff(self.base, tree)))
        made = Attempt(task.attempt + 1, self.base, tree, proposal, "as asked", summaries)
        await self.engine.set_base(self.number, self.base)
        await self.engine.record_attempt(self.number, made)
        await self.engine.record_verification(self.number, made.number, evidence(verdict), flags)
        await self.engine.to_review(self.number)
        return proposal

    async def task(self) -> dict[str, Any]:
        """What ``show`` says."""
        return await self.engine.query(ShowTask(self.number))

    async def review(self, attempt: int | None = None) -> dict[str, Any]:
        """What is kept of the review."""
        return await self.engine.query(ShowReview(self.number, attempt))

    async def decisions(self) -> Sequence[Decision]:
        """What was decided and is not carried out: nobody does, here."""
        return await self.engine.pending_decisions()

    @property
    def diff(self) -> DiffView:
        """The diff on the screen."""
        return self.drive.app.cockpit.part("diff", DiffView)

    @property
    def text(self) -> str:
        """The rows of the diff as they are drawn."""
        view = self.diff
        return "\n".join(
            "".join(text for text, _ in view.spans_at(row, 100)) for row in range(view.count())
        )

    async def press(self, *names: str) -> None:
        """Press keys, one after the other is done."""
        await self.drive.pilot.press(*("space" if name == " " else name for name in names))

    async def becomes(self, status: str) -> None:
        """Wait until the task is in a state."""

        async def is_so() -> bool:
            return bool((await self.task())["status"] == status)

        await self.until_async(is_so)

    async def comments(self, count: int) -> None:
        """Wait until so many comments are stored, and the cockpit shows as many."""

        async def are_there() -> bool:
            return len((await self.task())["comments"]) == count

        await self.until_async(are_there)
        state = self.drive.app.state
        await self.drive.until(lambda: len((state.review or {}).get("comments", ())) == count)

    async def until_async(self, condition: Any) -> None:
        """Wait for a condition that has to be asked for."""
        for _ in range(2000):
            if await condition():
                return
            await self.drive.pilot.pause(0)
        raise AssertionError("never came")

    async def shown(self, attempt: int = 1) -> None:
        """Wait until an attempt is on the screen with what was kept of it, and has the keys."""
        state = self.drive.app.state
        await self.drive.until(
            lambda: (
                (state.diff or {}).get("attempt") == attempt
                and (state.review or {}).get("attempt") == attempt
                and self.diff.draft.proposal.startswith((state.diff or {})["proposal"])
            )
        )
        await self.press("2")
        await self.drive.until(lambda: self.drive.app.focused is self.diff)
        await self.drive.pilot.pause(0)
        self.past_guard()

    def past_guard(self) -> None:
        """As if the diff had been there for a while."""
        self.diff._painted = True
        self.diff._appeared -= 1

    async def sheet(self) -> None:
        """Wait for a sheet, until it takes decisions."""
        await self.drive.past_guard()

    async def closed(self) -> None:
        """Wait until no dialogue is open."""
        await self.drive.until(lambda: self.drive.app.screen is self.drive.app.cockpit)

    def go_to(self, path: str, text: str) -> None:
        """Put the cursor on a line of the change."""
        for row in range(self.diff.count()):
            if self.diff.index.place(row).path == path and self.diff.text_at(row) == text:
                self.diff.move_to(row)
                return
        raise AssertionError(f"{path} shows no {text!r}:\n{self.text}")


@asynccontextmanager
async def engine_at(path: Path, trees: Trees) -> AsyncIterator[Supervisor]:
    """The service; its database outlives it."""
    store = await SqlStore.open(path)
    workspaces: Any = trees
    engine = Supervisor(
        store, TickingClock(), settings=Settings(), facts=facts, workspaces=workspaces
    )
    try:
        await engine.recover(paused=False)
        yield engine
    finally:
        engine.close()
        await store.close()


@asynccontextmanager
async def cockpit_on(desk: Desk, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Desk]:
    """A cockpit on a service."""

    async def connect() -> Service:
        return desk.engine

    app = CockpitApp(connect, now=lambda: NOW, tick=0)
    async with app.run_test(size=size) as pilot:
        desk.drive = Drive(app, pilot, FakeService())
        await desk.drive.until(lambda: app.cockpit.ready and app.state.queue is not None)
        yield desk


@asynccontextmanager
async def reviewing(
    folder: Path, *attempts: Files, size: tuple[int, int] = (120, 40), **more: Any
) -> AsyncIterator[Desk]:
    """A cockpit with a task whose newest attempt is under review; the diff has the keys."""
    trees = Trees()
    base = trees.put(BASE)
    async with engine_at(folder / "state.db", trees) as engine:
        desk = Desk(engine, trees, base)
        for files in attempts or (FIRST,):
            if desk.number:
                await again(desk)
            await desk.propose(files, **more)
        async with cockpit_on(desk, size):
            await desk.shown(max(len(attempts), 1))
            yield desk


async def again(desk: Desk) -> None:
    """The task goes back to the worker without a person's review."""
    from codeframe_tui.core.commands import Retry

    await desk.engine.submit(Retry(desk.number, "again"))

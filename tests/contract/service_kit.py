"""What tests of the service share: an engine on a real database, and a worker's hand movements."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.adapters.trust import RecordedTrust
from codeframe_tui.core.blocker import Blocker, BlockerKind
from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.proposal import Action, FileSummary, proposal_id
from codeframe_tui.core.code.chosen import NOTHING, Chosen
from codeframe_tui.core.commands import AddTask, SetWorkers
from codeframe_tui.core.errors import NotFound
from codeframe_tui.core.evidence.verification import (
    Flag,
    Outcome,
    Run,
    TestCase,
    Verdict,
    Verification,
)
from codeframe_tui.core.progress import Attempt, Turn
from codeframe_tui.core.queries import ShowTask
from codeframe_tui.core.task import Task
from codeframe_tui.core.tokens import GUESS, Gauge
from codeframe_tui.core.usage import Usage
from codeframe_tui.ports import (
    Conflict,
    Ledger,
    Merged,
    Service,
    Snapshot,
    Tokens,
    TreeEntry,
    Workspace,
)
from codeframe_tui.service import Supervisor
from codeframe_tui.settings import Settings


class TickingClock:
    """Every look at it is a millisecond later."""

    def __init__(self) -> None:
        self._looks = 0

    def now(self) -> str:
        self._looks += 1
        seconds, rest = divmod(self._looks, 1000)
        minutes, seconds = divmod(seconds, 60)
        return f"2026-01-01T00:{minutes:02}:{seconds:02}.{rest:03}Z"

    def monotonic(self) -> float:
        return float(self._looks)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


FILES = {
    "a.py": b"old\n",
    "b.py": b"one\n\nthree",
    "long.py": b"x\n" * 5_000,
    "huge.txt": b"x" * 2**20,
    "c.bin": b"\xff\x00",
    "link": b"a.py",
}


class TwoFiles:
    """Workspaces whose every proposal changes ``a.py`` in two hunks and creates ``b.bin``.

    Copies are real folders with the files of ``FILES``; a tree is what was laid or captured.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def diff(self, base: str, tree: str, *, space: bool = True) -> Sequence[FileDiff]:
        if base == tree:
            return []
        if not space:
            return [FileDiff("a.py", Action.MODIFY, "100644", "100644", False, ())]
        hunks = tuple(Hunk(k, k, 1, k, 1, (("-", "old"), ("+", "new"))) for k in (1, 2))
        return [
            FileDiff("a.py", Action.MODIFY, "100644", "100644", False, hunks),
            FileDiff("b.bin", Action.CREATE, None, "100644", True, ()),
        ]

    async def read(self, tree: str, path: str) -> bytes | None:
        assert not path.startswith((".git", "..")), "the gate was passed by"
        if path == "a.py" and tree.isdigit():  # of an attempt: one line stays, and moves
            return b"first\n" * (int(tree) - 1) + f"same\nattempt {int(tree)}\n".encode()
        return FILES.get(path)

    async def entries(self, tree: str, paths: Iterable[str] | None = None) -> dict[str, TreeEntry]:
        wanted = FILES if paths is None else paths
        modes = {path: "120000" if path == "link" else "100644" for path in FILES}
        return {path: TreeEntry(modes[path], path) for path in wanted if path in FILES}

    async def snapshot(self) -> Snapshot:
        return Snapshot("b" * 40, along=frozenset({"made.py"}))

    async def overlay(self, tree: str, changes: Mapping[str, tuple[str, bytes] | None]) -> str:
        same = all(change == ("100644", FILES.get(path)) for path, change in changes.items())
        return tree if same else _tree_id(f"{tree} {sorted(changes.items())}")

    async def open(self, name: str, tree: str | None) -> Workspace:
        root = self._folder / name
        if tree is None and not root.is_dir():
            raise NotFound(f"there is no workspace {name}")
        if tree is not None:
            root.mkdir(exist_ok=True)
            for path, content in FILES.items():
                (root / path).write_bytes(content)
            (root / ".tree").write_text(tree)
        return Workspace(name, root)

    async def capture(self, workspace: Workspace, also: Iterable[str] = ()) -> Snapshot:
        tree = (workspace.root / ".tree").read_text()
        changed = [p for p, held in FILES.items() if (workspace.root / p).read_bytes() != held]
        held = {path: (workspace.root / path).read_bytes() for path in changed}
        return Snapshot(_tree_id(f"{tree} {held}") if held else tree)

    async def withdraw(self, workspace: Workspace, tree: str, also: Iterable[str] = ()) -> bool:
        return (await self.capture(workspace, also)).tree == tree

    async def merge(self, base: str, mine: str, other: str, *, labels: tuple[str, str]) -> Merged:
        return Merged(_tree_id(f"{mine} over {other}"), {"c.bin": Conflict.BINARY})

    async def remove(self, name: str) -> None:
        shutil.rmtree(self._folder / name, ignore_errors=True)


def _tree_id(content: str) -> str:
    return hashlib.sha1(content.encode()).hexdigest()


class WordsOnly:
    """Colours every line that has any as a word."""

    async def tokens(
        self, blob: str, path: str, content: bytes, first: int, last: int
    ) -> Tokens | None:
        lines = content.decode().split("\n")[first:last]
        if not path.endswith(".py"):
            return None
        return [[(0, len(line), "keyword")] if line else [] for line in lines]


class Echo:
    """A code index that gives back what it was asked, and has two files to read."""

    def __init__(self) -> None:
        self.left = 2
        self.at_once: list[bool] = []
        self.go_on = asyncio.Event()

    async def context(
        self,
        text: str,
        budget: int,
        tree: str | None = None,
        *,
        chosen: Chosen = NOTHING,
        gauge: Gauge = GUESS,
        at_once: bool = False,
    ) -> dict[str, Any]:
        self.at_once.append(at_once)
        paths = [path for path in ("a.py", *chosen.pinned) if not chosen.leaves_out(path)]
        cost = gauge.tokens(text * 4)
        files = [{"path": path, "text": text, "tokens": cost} for path in paths]
        return {"files": files, "budget": budget, "cut": []}

    async def find(
        self, name: str, *, kind: str = "", path: str = "", at_once: bool = False
    ) -> dict[str, Any]:
        self.at_once.append(at_once)
        return {"symbols": [{"name": name, "kind": kind, "path": path}], "cut": []}

    async def matches(self, pattern: str, *, path: str = "") -> dict[str, Any]:
        return {"matches": [{"path": path, "line": 1, "text": pattern}], "cut": []}

    async def places(self, text: str) -> dict[str, Any]:
        place = {"kind": "file", "name": text, "path": text, "line": 0}
        return {"places": [place], "more": 0, "files": 2, "left": self.left}

    async def read(self, *, at_once: bool = False) -> dict[str, Any]:
        if not at_once and self.left:
            await self.go_on.wait()
            self.left -= 1
        return {"files": 2, "left": self.left}

    async def relations(self, relation: str, name: str, *, at_once: bool = False) -> dict[str, Any]:
        self.at_once.append(at_once)
        return {"files": [{"path": name, "why": relation}], "cut": []}


def facts() -> dict[str, Any]:
    names = ["project", "path", "branch", "sandbox", "sandbox_why", "key", "version"]
    return {name: name for name in names} | {"dirty": False, "scripted": True, "pid": 1}


@asynccontextmanager
async def engine_on(path: Path) -> AsyncIterator[Supervisor]:
    """A supervisor with running workers on a database file; closed at the end.

    Its repository is the folder ``repo`` beside the file.
    """
    place = Project(path.parent / "repo", path.parent / "states")
    place.prepare()
    store = await SqlStore.open(path)
    workspaces: Any = TwoFiles(path.parent)
    index: Any = Echo()
    project = path.parent / "project"
    project.mkdir(exist_ok=True)
    (project / "a.py").write_bytes(FILES["a.py"])
    engine = Supervisor(
        store,
        TickingClock(),
        settings=Settings(ceiling="green"),
        facts=facts,
        workspaces=workspaces,
        syntax=WordsOnly(),
        index=index,
        files_at=DirectoryFiles,
        working_tree=JournalledTree(project, path.parent / "state"),
        trust=RecordedTrust(place),
    )
    try:
        await engine.recover(paused=False)
        yield engine
    finally:
        engine.close()
        await store.close()


async def add(service: Service, title: str = "a task", **fields: Any) -> str:
    number = (await service.submit(AddTask(title, **fields)))["number"]
    assert isinstance(number, str)
    return number


async def show(service: Service, number: str) -> dict[str, Any]:
    return await service.query(ShowTask(number))


async def status(service: Service, number: str) -> str:
    return str((await show(service, number))["status"])


def reply(index: int, cost: float | None = 0.5) -> Turn:
    content = ({"type": "text", "text": "I read it."},)
    usage = Usage(input_tokens=10, output_tokens=5)
    return Turn(index, "assistant", content, "reply", 1, "end_turn", "m", usage, cost)


def said(index: int, purpose: str = "task") -> Turn:
    return Turn(index, "user", ({"type": "text", "text": "please"},), purpose, 1)


def evidence(verdict: Verdict = Verdict.PROVEN) -> Verification:
    case = TestCase("t.py::test_a", Outcome.FAILED, 0.1, "AssertionError", "1 != 2", "traceback")
    none = Run("not_run", "no_tests", "nothing ran")
    return Verification(
        verdict, "", "proven by one test", Run("red", tests=(case,), output="raw"), none, none, none
    )


async def claim(ledger: Ledger) -> Task:
    task = await ledger.claim("w1")
    assert task is not None
    return task


async def propose(ledger: Ledger, number: str, attempt: int = 1, flags: Sequence[Flag] = ()) -> str:
    """An attempt with evidence for a claimed task; returns its proposal."""
    base, tree = "b" * 40, f"{attempt:040}"
    files = (
        FileSummary("a.py", Action.MODIFY, 2, 2),
        FileSummary("b.bin", Action.CREATE, 0, 0),
    )
    proposal = proposal_id(base, tree)
    await ledger.set_base(number, base)
    await ledger.record_attempt(number, Attempt(attempt, base, tree, proposal, "why", files))
    await ledger.record_verification(number, attempt, evidence(), flags)
    return proposal


async def in_review(engine: Supervisor, flags: Sequence[Flag] = (), **fields: Any) -> str:
    """A new task with one proven attempt that waits for a person."""
    number = await add(engine, **fields)
    assert (await claim(engine)).number == number
    await propose(engine, number, flags=flags)
    await engine.to_review(number)
    return number


async def blocked(
    engine: Supervisor, question: str = "which way?", kind: BlockerKind = BlockerKind.SYNC
) -> tuple[str, str]:
    """A new task whose worker asked; returns task and blocker."""
    number = await add(engine)
    assert (await claim(engine)).number == number
    return number, await engine.open_blocker(Blocker(number, kind, question, "question"))


async def settle_all(engine: Supervisor) -> None:
    """Carry all pending decisions out."""
    for decision in await engine.pending_decisions():
        await engine.settle_decision(decision, paths=["a.py"], base="b" * 40, tree="c" * 40)


async def pause(service: Service, paused: bool = True) -> None:
    await service.submit(SetWorkers(paused=paused))

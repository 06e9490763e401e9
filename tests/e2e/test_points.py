"""Kill -9 of real engines at every named point of the road, each engine the heir of the last."""

from __future__ import annotations

import ast
import asyncio
import json
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.project import Project, open_project
from codeframe_tui.adapters.scripted.script import Conversation, Text, ToolCall, Turn
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.core.commands import (
    AddTask,
    Answer,
    Approve,
    FinishByHand,
    LayOver,
    LeaveHand,
    Redo,
    Revise,
    SetWorkers,
    TakeInHand,
    Undo,
)
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import DECISION_ENDS
from codeframe_tui.core.queries import ShowBlockers, ShowHand, ShowTask, ShowTasks
from codeframe_tui.wire.client import Client
from tests.contract.sandbox_room import need_bwrap
from tests.e2e.estate import ENDED, Estate, Tally
from tests.e2e.points import ROOT, Nursery
from tests.worker.room import CONFIG, make_project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

DEATHS = {
    "claim": ["commit.task.added", "committed.task.added", "claim.begun", "claim.taken"],
    "snapshot": [
        "snapshot.stored", "snapshot.taken", "folder.begun", "folder.made", "snapshot.based",
    ],
    "model turn": [
        "turn.asking", "turn.streaming", "turn.replied",
        "commit.turn.recorded", "committed.turn.recorded",
    ],
    "tool": [
        "commit.tool.started", "tool.running", "committed.tool.ended",
        "committed.tool.started", "tool.ran", "commit.tool.ended",
    ],
    "question": [
        "commit.blocker.opened", "committed.blocker.opened",
        "commit.blocker.answered", "committed.blocker.answered",
    ],
    "freeze": [
        "freeze.captured", "freeze.laid", "commit.proposal.recorded", "committed.proposal.recorded",
    ],
    "verification": [
        "verify.red", "verify.regression", "verify.base",
        "commit.verification.recorded", "committed.verification.recorded",
    ],
    "by hand": [
        "hand.opened", "commit.hand.begun", "committed.hand.begun", "hand.captured",
        "commit.hand.ended", "committed.hand.ended", "hand.left",
    ],
    "laid over": ["hand.joined", "commit.hand.laid_over", "committed.hand.laid_over"],
    "decision": ["commit.review.approved", "committed.review.approved", "decision.apply"],
    "apply": ["apply.begun", "apply.staged.0", "apply.staged", "apply.journal"],
    "recovery": [
        "recover.begun", "apply.checked.0", "apply.renamed.0", "apply.renamed.1", "apply.synced",
        "apply.remembered", "apply.done", "recover.tree", "recover.tasks",
    ],
    "settle": [
        "decision.written", "commit.change.applied", "committed.change.applied", "tidy.removing",
    ],
    "undo": [
        "commit.undo.requested", "committed.undo.requested", "decision.undo", "apply.renamed.1",
        "recover.tree", "commit.change.undone", "committed.change.undone",
    ],
    "redo": [
        "commit.redo.requested", "committed.redo.requested", "decision.redo", "apply.renamed.0",
        "recover.tree", "commit.change.redone", "committed.change.redone",
    ],
}  # fmt: skip
PROVEN_BY_CONTRACTS = (
    "apply.", "rollback.", "recover.begun", "branch.",
    "backup.", "repair.", "migrate.", "migrated.",
)  # fmt: skip


def files_of(name: str) -> dict[str, str]:
    test = f"from pkg.{name} import {name}\n\n\ndef test_it():\n    assert {name}() == '{name}'\n"
    return {
        f"pkg/{name}.py": f"def {name}():\n    return '{name}'\n",
        f"tests/test_{name}.py": test,
    }


class Script:
    """A tool, a question, then the answer."""

    def __init__(self, asked: list[tuple[str, int]]) -> None:
        self._asked = asked

    def turn(self, conversation: Conversation) -> Turn:
        name = conversation.title
        self._asked.append((name, conversation.replies))
        match conversation.replies:
            case 0:
                command = f"echo ran >> ran-{name}.txt; cat ran-{name}.txt"
                return Turn((ToolCall("Bash", {"command": command}),))
            case 1:
                return Turn((ToolCall("AskHuman", {"question": f"Is {name} a good name?"}),))
        files = [
            {"path": path, "action": "create", "content": content}
            for path, content in files_of(name).items()
        ]
        return Turn((Text(json.dumps({"files": files, "explanation": "x"})),))


class Person:
    """Answers, approves, undoes or redoes whatever there is, and remembers what they were told."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self.undoes = True
        self.by_hand = False
        self.lays_over = False
        self._saved: set[Path] = set()

    async def work(self, client: Client) -> None:
        """Go on until the engine is gone or everything is done."""
        with suppress(CodeframeError):
            await client.submit(SetWorkers(paused=False, workers=1))
            await self._act(client)
            async for event in client.events(max(self._estate.heard, default=0)):
                self._estate.heard[event.seq] = (event.type, event.task)
                if event.type in {"task.status", *DECISION_ENDS}:
                    await self._act(client)
                if not self.undoes and not self._estate.titles("cancelled"):
                    return

    async def _act(self, client: Client) -> None:
        tasks = (await client.query(ShowTasks()))["tasks"]
        for task in tasks:
            for wish in await self._wishes(client, task):
                try:
                    await client.submit(wish)
                except CodeframeError as error:
                    if error.code == "engine_lost":
                        raise
        if all(task["status"] in ENDED for task in tasks):
            if any(task["status"] == "completed" for task in tasks):
                return
            name = f"part{len(tasks)}"
            await client.submit(AddTask(name))
            self._estate.added.add(name)

    async def _wishes(self, client: Client, task: dict[str, Any]) -> list[Any]:
        number = task["number"]
        match task["status"]:
            case "in_review" if self.by_hand:
                return await self._edit(client, number)
            case "in_review":
                return [Approve(number)]
            case "completed" if self.undoes:
                return [Undo(number)]
            case "cancelled" if not self.undoes:
                return [Redo(number)]
            case "blocked":
                open_ = (await client.query(ShowBlockers()))["blockers"]
                return [Answer(b["id"], "yes, keep it") for b in open_ if b["task"] == number]
        return []

    async def _edit(self, client: Client, number: str) -> list[Any]:
        """Go on in a copy; what was saved there is there again after every death."""
        name = f"{'laid' if self.lays_over else 'mine'}-{number}.txt"
        path = Path((await client.submit(TakeInHand(number)))["path"]) / name
        shown = await client.query(ShowTask(number))
        if shown["attempts"][-1]["cause"] == "hand" and not self.lays_over:
            return [LeaveHand(number)]
        if path in self._saved:
            self._estate.must(path.read_text() == "mine\n", f"{path.name}: a save is lost")
        path.write_text("mine\n")
        self._saved.add(path)
        if not self.lays_over:
            return [FinishByHand(number)]
        if (await client.query(ShowHand(number)))["moved"]:
            return [LayOver(number)]
        return [Revise(number, shown["proposal"], (("newer.txt", f"{number}\n"),))]


@pytest.fixture
def project(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    need_bwrap()
    files = {"pkg/__init__.py": (0o644, b""), "pyproject.toml": (0o644, CONFIG)}
    root = make_project(tmp_path / "project", files)
    monkeypatch.setenv("CODEFRAME_TUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CODEFRAME_TUI_POLICY", "manual")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    place = open_project(root, tmp_path / "state")
    place.prepare()
    return place


@pytest.mark.fault(
    "kill",
    "kill -9 at every named point of the road, of the recovery too",
    sees="the same question, review or step again",
    kept="every event that was told, every stored reply, the tree all old or all new; "
    "no command runs twice",
)
@pytest.mark.goal("G5", "kills of an engine at each named point, by `.git`")
@pytest.mark.goal("G6", "kills of an engine at each named point of the road")
async def test_an_engine_killed_at_any_point_leaves_a_whole_inheritance(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    estate = Estate(project, files_of)
    person, tally = Person(estate), Tally(estate)
    async with ScriptedServer(Script(estate.asked)) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)
        async with Nursery(project) as nursery:
            for area, points in DEATHS.items():
                person.undoes, person.lays_over = area != "redo", area == "laid over"
                person.by_hand = person.lays_over or area == "by hand"
                for point in points:
                    await _life(nursery, project, person, estate, point)
                    tally.add([area])
            await _life(nursery, project, person, estate, "")
    record_property("table", str(tally))
    record_property("count", sum(map(len, DEATHS.values())))
    assert estate.lost == []
    for name in estate.titles("completed"):
        for path, content in files_of(name).items():
            assert (project.root / path).read_text() == content


async def _life(
    nursery: Nursery, project: Project, person: Person, estate: Estate, point: str
) -> None:
    """One engine from its start to its death at a point; without a point, until all is done."""
    if point == "verify.base":  # what is known of a base is not asked again
        shutil.rmtree(project.state / "baselines")
    await nursery.engine(point)
    ended = asyncio.ensure_future(nursery.ended())
    client = await _connected(project, ended)
    if client is not None:
        if estate.heard:
            estate.look_at_the_heir()
        working = asyncio.ensure_future(person.work(client))
        try:
            await asyncio.wait({ended, working}, timeout=60, return_when=asyncio.FIRST_COMPLETED)
            if point:
                await asyncio.wait({ended}, timeout=60)
        finally:
            await client.close()
            await working
    async with asyncio.timeout(10):
        code = await ended
    said = project.engine_log.read_text(errors="replace")[-3000:]
    assert code == (-signal.SIGKILL if point else 0), f"no engine passed {point}:\n{said}"
    estate.look_at_the_dead()
    places = (project.state / "workspaces").glob("task-*/ran-*.txt")
    for ran in (*places, *project.root.glob("ran-*.txt")):
        estate.must(ran.read_text() == "ran\n", f"{ran.name}: a command ran twice")


async def _connected(project: Project, ended: asyncio.Future[int]) -> Client | None:
    """A client of the engine; None when it died before it served."""
    client = Client(comes_back=False)
    while not ended.done():
        with suppress(OSError):
            await client.connect(project.socket)
            return client
        await asyncio.wait({ended}, timeout=0.02)
    return None


def test_every_point_that_the_code_names_has_its_death() -> None:
    deaths = {point for points in DEATHS.values() for point in points}
    named = set(_named_points())
    assert len(named) > 15
    unproven = {
        name
        for name in named
        if not name.startswith(PROVEN_BY_CONTRACTS)
        and not any(death == name or death.startswith(name.split("{")[0]) for death in deaths)
    }
    assert unproven == set()


def _named_points() -> Iterator[str]:
    for path in (ROOT / "codeframe_tui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"passing", "self._crash"}:
                yield ast.unparse(node.args[0]).removeprefix("f").strip("'\"")

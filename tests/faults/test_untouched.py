"""The repository is as it was, `.git` and all, after every run that did not end in an approval."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing, suppress
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.project import Project, open_project
from codeframe_tui.adapters.scripted.script import (
    Conversation,
    Fault,
    Talks,
    ToolCall,
    Turn,
)
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.core import usage
from codeframe_tui.core.commands import AddTask, Approve, Cancel, Reject, SetWorkers
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.queries import ShowTasks
from codeframe_tui.core.usage import Price
from codeframe_tui.settings import Settings
from codeframe_tui.wire.client import Client
from tests.contract.sandbox_room import need_bwrap
from tests.e2e.points import ANY, Nursery
from tests.worker.repositories import KINDS, arm, universe
from tests.worker.room import CONFIG, Room, answer, call, make_project, room, say

RUNS = int(os.environ.get("CODEFRAME_TUI_UNTOUCHED", "10"))
"""How many runs end in each of the ways of `ENDS` together."""
KILLS = int(os.environ.get("CODEFRAME_TUI_UNTOUCHED_KILLS", "2"))
SEED = int(os.environ.get("CODEFRAME_TUI_SEED", "7"))
MOST = 256
"""Dollars that a reply can cost at most."""
pytestmark = pytest.mark.timeout(120 + 3 * RUNS + 20 * KILLS)

# -- runs that end in other ways ------------------------------------------------------------------

NEW = {"path": "made/here.py", "action": "create", "content": "M = 1\n"}
GOOD = answer(NEW, {"path": "b.txt", "action": "delete"})
LOOK = call("Glob", pattern="*")


async def rejected(at: Room, task: str) -> None:
    await at.becomes(task, "in_review")
    await at.service.submit(Reject(task, "not like this"))
    await at.becomes(task, "in_progress")
    await cancelled(at, task)


async def cancelled(at: Room, task: str) -> None:
    await at.service.submit(Cancel(task))
    await at.becomes(task, "cancelled")


async def cancelled_in_review(at: Room, task: str) -> None:
    await at.becomes(task, "in_review")
    await cancelled(at, task)


async def cancelled_while_asking(at: Room, task: str) -> None:
    title = (await at.show(task))["title"]
    async with asyncio.timeout(at.patience):
        await at.script.is_asked(title)
    await cancelled(at, task)


async def cancelled_in_a_tool(at: Room, task: str) -> None:
    await at.until("tool.started", task)
    await cancelled(at, task)


async def blocked(at: Room, task: str) -> None:
    await at.becomes(task, "blocked")
    await cancelled(at, task)


async def refused(at: Room, task: str) -> None:
    """A person's edit stands in the way of an approval, and is all that is new."""
    await at.becomes(task, "in_review")
    before = (at.project / "b.txt").read_bytes()
    (at.project / "b.txt").write_bytes(before + b"mine")
    assert (await at.deed(Approve(task))).type == "change.refused"
    assert (at.project / "b.txt").read_bytes() == before + b"mine"
    (at.project / "b.txt").write_bytes(before)
    await cancelled(at, task)


End = Callable[[Room, str], Any]
Ends = Mapping[str, tuple[list[Turn], End]]
ENDS: Ends = {
    "rejected": ([GOOD], rejected),
    "cancelled in review": ([GOOD], cancelled_in_review),
    "cancelled while the model is asked": (
        [Turn(GOOD.blocks, fault=Fault("stall", times=None))],
        cancelled_while_asking,
    ),
    "cancelled in a tool": ([call("Bash", command="sleep 60")], cancelled_in_a_tool),
    "refused in the last moment": ([GOOD], refused),
    "answers that lead outside": ([answer({**NEW, "path": "../x"})], blocked),
    "answers that are none": ([say("Done!")], blocked),
    "a change that changes nothing": ([answer()], blocked),
    "a model that declines": ([say("no", stop="refusal")], blocked),
    "a cap of money": ([LOOK] * 20, blocked),
}
OUTSIDE: Ends = {
    "no sandbox": ([call("Bash", command="touch ran"), GOOD], rejected),
}


@pytest.fixture
def dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply costs a dollar for its every output token."""
    for name in ("scripted", Settings().model):
        monkeypatch.setitem(usage.PRICES, name, Price(0.0, 1e6, 0.0, 0.0))


@pytest.mark.fault(
    "repository",
    "a run is rejected, cancelled, refused, declined or stopped by a cap, or has no sandbox",
    sees="how it ended",
    kept="the repository, byte for byte, `.git` too, whatever kind it is",
)
@pytest.mark.goal("G5", "runs that are rejected, cancelled, refused or stopped")
@pytest.mark.usefixtures("dear")
async def test_a_run_without_an_approval_leaves_no_trace(
    tmp_path: Path, record_property: Callable[[str, int], None]
) -> None:
    need_bwrap()
    kinds = islice(cycle(random.Random(SEED).sample(list(KINDS), len(KINDS))), RUNS)
    left, number = RUNS, 0
    while left > 0:
        name = next(kinds)
        number += 1
        ends = dict(islice(ENDS.items(), left))
        left -= await _all(tmp_path / str(number), name, ends, sandbox="rlimits")
        if left > 0:
            left -= await _all(tmp_path / f"{number} open", name, OUTSIDE, sandbox="none")
    record_property("count", RUNS - left)


async def _all(folder: Path, name: str, ends: Ends, *, sandbox: str) -> int:
    """Let a run end in each way, in a repository of a kind; how many there were."""
    place = folder / "place"
    place.mkdir(parents=True)
    root = KINDS[name].make(place)
    arm(root, folder / "mark")
    script = Talks({end: [turns] for end, (turns, _) in ends.items()}, otherwise=say("?"))
    before = universe(place)
    settings: dict[str, Any] = {
        "sandbox": sandbox,
        "money": {"per_task": MOST + 100, "per_run": 0},
        "limits": {"reply_tokens": MOST},
    }
    async with room(folder, script, files=None, project=root, **settings) as at:
        for end, (_, act) in ends.items():
            task = await at.add(end, evidence="none")
            await at.start()
            await act(at, task)
            assert universe(place) == before, (name, end)
    assert universe(place) == before, name
    assert not (folder / "mark").exists()
    return len(ends)


# -- runs that crash ------------------------------------------------------------------------------

CAP = 420.0
MOST_CORRECTIONS = 3
LONGEST_LIFE = 180
"""Seconds; an engine that lives on is a failure, not a wait."""
ENOUGH = 100
"""Kills in which a task must have come to its last correction, and to its last dollar."""
WRONG = {"path": "one.py", "action": "modify", "content": "ONE = 2\n"}
FILES = {
    "pyproject.toml": (0o640, CONFIG),
    "one.py": (0o644, b"ONE = 1\n"),
    "test_one.py": (0o644, b"from one import ONE\n\n\ndef test_one():\n    assert ONE == 1\n"),
}


class Stubborn:
    """One task's answers are wrong for ever, another one's tools never end, the third says no."""

    def __init__(self) -> None:
        self.asked: dict[str, list[int]] = {}

    def turn(self, conversation: Conversation) -> Turn:
        """See `Script`."""
        title = conversation.title
        self.asked.setdefault(title, []).append(conversation.replies)
        match title.split()[0]:
            case "wrong":
                return answer(WRONG)
            case "looks":
                return Turn((ToolCall("Bash", {"command": "echo x > ran.txt; git init -q"}),))
        return say("no", stop="refusal")


KINDS_OF_TASKS = ("wrong", "looks", "declines")


class Ledger:
    """What the database says of corrections and money, from outside."""

    def __init__(self, project: Project) -> None:
        self._path = project.database

    def attempts(self) -> dict[str, int]:
        """Attempts by title."""
        return dict(self._rows(
            "SELECT title, count(*) FROM attempts JOIN tasks ON tasks.number = attempts.task "
            "GROUP BY title"
        ))  # fmt: skip

    def spent(self) -> dict[str, float]:
        """Dollars by title."""
        return dict(self._rows(
            "SELECT title, sum(turns.cost_usd) FROM turns JOIN tasks ON tasks.number = turns.task "
            "GROUP BY title"
        ))  # fmt: skip

    def _rows(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self._path)) as database:
            return database.execute(statement).fetchall()


@pytest.fixture
def project(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    need_bwrap()
    root = make_project(tmp_path / "place/project", FILES)
    (root / "untracked").write_bytes(b"mine")
    arm(root, tmp_path / "mark")
    for name, value in {
        "STATE_DIR": str(tmp_path / "state"),
        "POLICY": "manual",
        "MONEY__PER_TASK": str(CAP),
        "MONEY__PER_RUN": "0",
        "LIMITS__REPLY_TOKENS": str(MOST),
        "COMMIT__ON_APPLY": "true",
    }.items():
        monkeypatch.setenv(f"CODEFRAME_TUI_{name}", value)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    place = open_project(root, tmp_path / "state")
    place.prepare()
    return place


@pytest.mark.e2e
@pytest.mark.fault(
    "kill",
    "kill -9 at any point of runs that end in no approval",
    sees="the same step, correction or question again",
    kept="the repository, byte for byte, `.git` too; the count of corrections; the cap of money",
)
@pytest.mark.goal("G5", "runs that are killed at a random point")
@pytest.mark.goal("G18", "runs that are killed at a random point")
async def test_crashes_touch_nothing_and_set_no_count_back(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    chance, script, ledger = random.Random(SEED), Stubborn(), Ledger(project)
    before = universe(tmp_path / "place")
    most, dearest = 0, 0.0
    async with ScriptedServer(script) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)
        async with Nursery(project) as nursery:
            for _ in range(KILLS):
                await nursery.engine(ANY, chance.randint(1, 120), dear=True)
                await _until_killed(project, nursery)
                assert universe(tmp_path / "place") == before
                most = max([most, *ledger.attempts().values()])
                dearest = max([dearest, *(cost or 0.0 for cost in ledger.spent().values())])
                assert most <= 1 + MOST_CORRECTIONS, ledger.attempts()
                assert dearest <= CAP, ledger.spent()
    assert not (tmp_path / "mark").exists()
    record_property("count", KILLS)
    corrections = max(most - 1, 0)
    record_property(
        "note", f"at most {corrections} corrections, {dearest:.0f} of {CAP:.0f} dollars"
    )
    if KILLS >= ENOUGH:
        assert corrections == MOST_CORRECTIONS, "a bound that was never met is not shown to hold"
        assert dearest > CAP - MOST, "no task came to where another call could be too much"


async def _until_killed(project: Project, nursery: Nursery) -> None:
    """Give the engine enough to do until it dies."""
    ended = asyncio.ensure_future(nursery.ended())
    async with asyncio.timeout(LONGEST_LIFE), _connected(project, ended) as client:
        if client is not None:
            with suppress(CodeframeError):
                await _work(client)
        assert await ended == -signal.SIGKILL


async def _work(client: Client) -> None:
    """Add more whenever too little can go on, until the engine is gone."""
    await client.submit(SetWorkers(paused=False, workers=2))
    async for event in client.events(0):
        if event.type in {"task.status", "workers.changed"}:
            tasks = (await client.query(ShowTasks()))["tasks"]
            open_ones = [t for t in tasks if t["status"] in {"pending", "in_progress"}]
            if len(open_ones) < 2:
                kind = KINDS_OF_TASKS[len(tasks) % len(KINDS_OF_TASKS)]
                await client.submit(AddTask(f"{kind} {len(tasks)}", evidence="regression"))


@asynccontextmanager
async def _connected(project: Project, ended: asyncio.Future[int]) -> AsyncIterator[Client | None]:
    """A client of the engine; None when it died before it served."""
    client = Client(comes_back=False)
    found = None
    while found is None and not ended.done():
        with suppress(OSError):
            await client.connect(project.socket)
            found = client
        if found is None:
            await asyncio.wait({ended}, timeout=0.02)
    try:
        yield found
    finally:
        await client.close()

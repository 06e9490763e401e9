"""Kill -9 of the engine at random moments of a run; `make torture` does it many times more."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from codeframe_tui.adapters.project import Project, open_project
from codeframe_tui.adapters.scripted.script import Conversation, Text, ToolCall, Turn
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.core.commands import AddTask, SetPolicy, SetWorkers
from codeframe_tui.core.queries import ShowTasks, ShowUsage
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.start import Starter
from tests.e2e.estate import Estate, Tally
from tests.e2e.joining import joined
from tests.worker.room import CONFIG, make_project

KILLS = int(os.environ.get("CODEFRAME_TUI_KILLS", "8"))
OPEN_TASKS = 3
"""Enough that something is going on when the engine is killed."""
IDLE_SECONDS = 10.0
"""After which an engine is killed though it told less than it might have."""
SEED = int(os.environ.get("CODEFRAME_TUI_SEED", "7"))
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60 + 20 * KILLS)]


def files_of(name: str) -> dict[str, str]:
    test = f"from pkg.{name} import {name}\n\n\ndef test_it():\n    assert {name}() == '{name}'\n"
    return {
        f"pkg/{name}.py": f"def {name}():\n    return '{name}'\n",
        f"tests/test_{name}.py": test,
        f"notes/{name}.txt": f"{name} is done\n",
    }


class Script:
    """Two tools, a wrong answer, the right one."""

    def __init__(self, asked: list[tuple[str, int]]) -> None:
        self._asked = asked

    def turn(self, conversation: Conversation) -> Turn:
        name = conversation.title
        self._asked.append((name, conversation.replies))
        files = files_of(name)
        if conversation.replies == 0:
            return Turn(
                (ToolCall("Read", {"path": "pkg/__init__.py"}), ToolCall("Bash", {"command": "ls"}))
            )
        if conversation.replies == 1:
            files[f"pkg/{name}.py"] = f"def {name}():\n    return 'not yet'\n"
        entries = [{"path": p, "action": "create", "content": c} for p, c in files.items()]
        return Turn((Text(json.dumps({"files": entries, "explanation": "x"})),))


@pytest.fixture
def project(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    files = {"pkg/__init__.py": (0o644, b""), "pyproject.toml": (0o644, CONFIG)}
    root = make_project(tmp_path / "project", files)
    monkeypatch.setenv("CODEFRAME_TUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    return open_project(root, tmp_path / "state")


@pytest.mark.fault(
    "kill",
    "kill -9 of the engine at any moment",
    sees="the cockpit finds a new engine and goes on",
    kept="all that was acknowledged; no stored reply is paid for twice, no change is half applied",
)
@pytest.mark.goal("G5", "kills of an engine at random moments, by `.git`")
@pytest.mark.goal("G6", "kills of an engine at random moments")
async def test_nothing_is_lost_repeated_or_half_done_by_kills(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(SEED)
    estate = Estate(project, files_of)
    tally = Tally(estate)
    async with ScriptedServer(Script(estate.asked), delay=0.005) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)
        starter = Starter(project)
        for kill in range(KILLS):
            async with joined(starter, comes_back=True) as client:
                if kill:
                    estate.look_at_the_heir()
                await client.submit(SetPolicy("green"))
                await client.submit(SetWorkers(paused=False, workers=2))
                enough = asyncio.Event()
                listening = asyncio.create_task(
                    _listen(client, estate, enough, chance.randint(1, 30))
                )
                while len(estate.added) - len(estate.titles("completed")) < OPEN_TASKS:
                    name = f"part{len(estate.added)}"
                    await client.submit(AddTask(name))
                    estate.added.add(name)
                with suppress(TimeoutError):
                    await asyncio.wait_for(enough.wait(), IDLE_SECONDS)
                await asyncio.sleep(chance.uniform(0.0, 0.3))
                os.kill(client.engine["pid"], signal.SIGKILL)
                await client.lost.wait()
            await listening
            estate.look_at_the_dead()
            tally.add(sorted(set(estate.phases())))
        async with joined(starter, comes_back=True) as client:
            await client.submit(SetWorkers(paused=False, workers=2))
            await _all_completed(client, estate.added)
            assert (await client.query(ShowUsage()))["reserved_usd"] == 0.0  # no money is held
            os.kill(client.engine["pid"], signal.SIGTERM)
            await client.lost.wait()
    record_property("table", str(tally))
    record_property("count", KILLS)
    assert estate.lost == []
    for name in estate.added:
        for path, content in files_of(name).items():
            assert (project.root / path).read_text() == content


async def _listen(client: Client, estate: Estate, enough: asyncio.Event, count: int) -> None:
    """Remember every event that is told, until the client is closed; so many are enough."""
    first = max(estate.heard, default=0)
    async for event in client.events(first):
        estate.heard[event.seq] = (event.type, event.task)
        if event.seq >= first + count:
            enough.set()


async def _all_completed(client: Client, names: set[str]) -> None:
    """Wait on events until every acknowledged task is there and completed."""
    async for _ in client.events(0):
        tasks = {t["title"]: t["status"] for t in (await client.query(ShowTasks()))["tasks"]}
        assert names <= tasks.keys()
        assert not {"failed", "blocked", "cancelled"} & set(tasks.values()), tasks
        if set(tasks.values()) == {"completed"}:
            return

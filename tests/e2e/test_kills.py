"""Kill -9 of the engine at random moments of a run; `make torture` does it many times more."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from codeframe_tui.adapters.project import Project, open_project
from codeframe_tui.adapters.scripted.script import Conversation, Text, ToolCall, Turn
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.core.commands import AddTask, SetPolicy, SetWorkers, ShowTasks
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.start import Starter, connect_or_spawn

KILLS = int(os.environ.get("CODEFRAME_TUI_KILLS", "20"))
SEED = int(os.environ.get("CODEFRAME_TUI_SEED", "7"))
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60 + 20 * KILLS)]


CONFIG = "[tool.pytest.ini_options]\npythonpath = ['.']\naddopts = ['--disable-plugin-autoload']\n"


def files_of(name: str) -> dict[str, str]:
    test = f"from pkg.{name} import {name}\n\n\ndef test_it():\n    assert {name}() == '{name}'\n"
    return {
        f"pkg/{name}.py": f"def {name}():\n    return '{name}'\n",
        f"tests/test_{name}.py": test,
        f"notes/{name}.txt": f"{name} is done\n",
    }


class Recorder:
    """A script that remembers who asked for what, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def turn(self, conversation: Conversation) -> Turn:
        name = conversation.title
        self.asked.append((name, conversation.replies))
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
    root = tmp_path / "project"
    (root / "pkg").mkdir(parents=True)
    (root / "pkg/__init__.py").touch()
    (root / "pyproject.toml").write_text(CONFIG)
    monkeypatch.setenv("CODEFRAME_TUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    return open_project(root, tmp_path / "state")


@asynccontextmanager
async def engine(starter: Starter) -> AsyncIterator[Client]:
    client = Client()
    await connect_or_spawn(client, starter)
    try:
        yield client
    finally:
        await client.close()


def persisted_replies(project: Project) -> dict[str, int]:
    """Title of each task -> replies that are stored."""
    with closing(sqlite3.connect(project.database)) as database:
        rows = database.execute(
            "SELECT tasks.title, count(*) FROM turns JOIN tasks ON tasks.number = turns.task "
            "WHERE turns.role = 'assistant' GROUP BY tasks.title"
        )
        return dict(rows.fetchall())


def applied(project: Project, name: str) -> int:
    """How many of a task's files are in the real tree."""
    return sum((project.root / path).exists() for path in files_of(name))


@pytest.mark.fault(
    "kill",
    "kill -9 of the engine at any moment",
    sees="the cockpit finds a new engine and goes on",
    kept="all that was acknowledged; no stored reply is paid for twice, no change is half applied",
)
async def test_nothing_is_lost_repeated_or_half_done_by_kills(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(SEED)
    script = Recorder()
    names: list[str] = []
    async with ScriptedServer(script, delay=0.005) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)
        starter = Starter(project)
        for kill in range(KILLS):
            stored = persisted_replies(project) if kill else {}
            asked = len(script.asked)
            async with engine(starter) as client:
                pid = client.engine["pid"]
                await client.submit(SetPolicy("green"))
                await client.submit(SetWorkers(paused=False, workers=2))
                assert all(applied(project, name) in {0, 3} for name in names)
                names.append(f"part{kill}")
                await client.submit(AddTask(names[-1]))
                await asyncio.sleep(chance.uniform(0.0, 2.5))
                os.kill(pid, signal.SIGKILL)
                await client.lost.wait()
            for name, replies in script.asked[asked:]:
                assert replies >= stored.get(name, 0), f"{name}: a stored reply was asked for again"
        async with engine(starter) as client:
            await client.submit(SetWorkers(paused=False, workers=2))
            await _all_completed(client, names)
            os.kill(client.engine["pid"], signal.SIGTERM)
            await client.lost.wait()
    for name in names:
        for path, content in files_of(name).items():
            assert (project.root / path).read_text() == content


async def _all_completed(client: Client, names: list[str]) -> None:
    """Wait on events until every acknowledged task is there and completed."""
    async for _ in client.events(0):
        tasks = {t["title"]: t["status"] for t in (await client.query(ShowTasks()))["tasks"]}
        assert set(names) <= tasks.keys()
        assert not {"failed", "blocked", "cancelled"} & set(tasks.values()), tasks
        if set(tasks.values()) == {"completed"}:
            return

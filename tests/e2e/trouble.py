"""A model, a person and all that goes wrong, at random; `tests.e2e.soak` puts them together."""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.scripted.script import Conversation, Text, ToolCall, Turn
from codeframe_tui.core.commands import (
    AddTask,
    Answer,
    Approve,
    Cancel,
    Redo,
    Reject,
    Retry,
    SetWorkers,
    Undo,
)
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import DECISION_ENDS
from codeframe_tui.core.queries import ShowBlockers, ShowTasks
from codeframe_tui.wire.client import Client
from tests.e2e.estate import ENDED, Estate
from tests.e2e.terminal import Pty

__all__ = ["GIVEN", "Model", "Person", "Trouble", "files_of"]

WORKERS = 4
OPEN_TASKS = 8
PAUSE = (1.0, 5.0)
"""Seconds between two faults."""
CONFIG = "[tool.pytest.ini_options]\npythonpath = ['.']\naddopts = ['--disable-plugin-autoload']\n"
GIVEN = {"pkg/__init__.py": "", "pyproject.toml": CONFIG, "notes.md": "mine\n"}


def files_of(name: str) -> dict[str, str]:
    """What a task creates."""
    test = (
        f"from pkg.{name} import {name}\n\n\ndef test_{name}():\n    assert {name}() == '{name}'\n"
    )
    return {
        f"pkg/{name}.py": f"def {name}():\n    return '{name}'\n",
        f"tests/test_{name}.py": test,
    }


class Model:
    """Runs commands, sometimes asks, answers wrongly first for every third task."""

    def __init__(self, asked: list[tuple[str, int]]) -> None:
        self._asked = asked

    def turn(self, conversation: Conversation) -> Turn:
        """See `Script.turn`."""
        name = conversation.title
        self._asked.append((name, conversation.replies))
        number = int(name.removeprefix("part"))
        if conversation.replies == 0:
            command = "ls -R >out.txt; (setsid sleep 60 &); rm out.txt; seq 2000"
            return Turn(
                (ToolCall("Read", {"path": "notes.md"}), ToolCall("Bash", {"command": command}))
            )
        if conversation.replies == 1 and number % 4 == 1:
            return Turn((ToolCall("AskHuman", {"question": f"Is {name} a good name?"}),))
        files = files_of(name)
        if conversation.replies == 1 and number % 3 == 0:
            files[f"pkg/{name}.py"] = f"def {name}():\n    return 'not yet'\n"
        entries = [{"path": p, "action": "create", "content": c} for p, c in files.items()]
        return Turn((Text(json.dumps({"files": entries, "explanation": "x"})),))


class Person:
    """Decides at random about whatever there is; in the end approves all.

    Attributes:
        calm: only ends what there is.
    """

    def __init__(self, estate: Estate, chance: random.Random) -> None:
        self._estate, self._chance = estate, chance
        self.calm = False
        self._named = 0
        self.deeds: Counter[str] = Counter()
        self.over = asyncio.Event()

    async def work(self, client: Client) -> None:
        """Go on until the engine is gone, or until all is over."""
        try:
            await client.submit(SetWorkers(paused=False, workers=WORKERS))
            await self._act(client)
            async for event in client.events(max(self._estate.heard, default=0)):
                self._estate.heard[event.seq] = (event.type, event.task)
                if event.type in {"task.status", "blocker.opened", *DECISION_ENDS}:
                    await self._act(client)
        except CodeframeError as error:
            if error.code != "engine_lost":
                raise

    async def _act(self, client: Client) -> None:
        tasks = (await client.query(ShowTasks()))["tasks"]
        going = [task for task in tasks if task["status"] not in ENDED]
        questions = (await client.query(ShowBlockers()))["blockers"] if going else []
        one = self._chance.choice(tasks)["number"] if tasks else ""  # that is undone or redone
        for task in tasks:
            for wish in self._wishes(task, questions, task["number"] == one):
                with suppress_refusals():
                    await client.submit(wish)
                    self.deeds[type(wish).__name__] += 1
        if not self.calm and len(going) < OPEN_TASKS:
            self._named += 1
            name = f"part{self._named}"
            with suppress_refusals():
                await client.submit(AddTask(name))
                self._estate.added.add(name)
        if self.calm and not going:
            self.over.set()

    def _wishes(
        self, task: dict[str, Any], questions: list[dict[str, Any]], is_one: bool
    ) -> list[Any]:
        number, luck = task["number"], 1.0 if self.calm else self._chance.random()
        match task["status"]:
            case "in_review" if luck < 0.1:
                return [Reject(number, "please again")]
            case "in_review" if luck < 0.2:
                return [Cancel(number)]
            case "in_review":
                return [Approve(number)]
            case "completed" if is_one and luck < 0.3:
                return [Undo(number)]
            case "cancelled" if is_one and luck < 0.5:
                return [Redo(number)]
            case "in_progress" if luck < 0.01:
                return [Cancel(number)]
            case "failed":
                return [Retry(number)]
            case "blocked":
                mine = [each for each in questions if each["task"] == number]
                return [Answer(each["id"], "yes, go on") for each in mine]
        return []


class suppress_refusals(suppress):  # noqa: N801 - reads as `suppress`
    """Lets pass what an engine refuses, and nothing else."""

    def __init__(self) -> None:
        super().__init__(CodeframeError)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if isinstance(error, CodeframeError) and error.code == "engine_lost":
            return False
        return super().__exit__(kind, error, trace)


class Trouble:
    """Everything that goes wrong, one at a time.

    Attributes:
        made: how often each was done.
        lines: what the person wrote into their own file.
    """

    def __init__(self, project: Project, chance: random.Random) -> None:
        self._project, self._chance = project, chance
        self.made: Counter[str] = Counter()
        self.lines = GIVEN["notes.md"]

    async def go_on(self, pid: int, *, deadly: bool) -> None:
        """Make trouble until the engine is dead."""
        ways: list[Callable[[int], Awaitable[None]]] = [
            self.suspended, self.full, self.edited, self.watched,
        ]  # fmt: skip
        while True:
            await asyncio.sleep(self._chance.uniform(*PAUSE))
            way = self._chance.choice([*ways, *([self.killed] * 2 if deadly else [])])
            self.made[way.__name__] += 1
            await way(pid)
            if way == self.killed:
                return

    async def killed(self, pid: int) -> None:
        """Kill -9 of the engine."""
        os.kill(pid, signal.SIGKILL)

    async def suspended(self, pid: int) -> None:
        """The engine sleeps for a while."""
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(self._chance.uniform(0.2, 2.0))
        finally:
            os.kill(pid, signal.SIGCONT)

    async def full(self, pid: int) -> None:
        """No file of the engine can grow, as on a full disk."""
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
        try:
            await asyncio.sleep(self._chance.uniform(0.2, 2.0))
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    async def edited(self, pid: int) -> None:
        """The person saves their own file, and one that a task made."""
        del pid
        self.lines += f"line {len(self.lines)}\n"
        (self._project.root / "notes.md").write_text(self.lines)
        made = sorted((self._project.root / "pkg").glob("part*.py"))
        if made:
            with self._chance.choice(made).open("r+") as file:
                file.seek(0, os.SEEK_END)
                file.write("# mine\n")

    async def watched(self, pid: int) -> None:
        """A cockpit is opened and killed."""
        del pid
        place = ("--project", str(self._project.root))
        await asyncio.to_thread(_open_and_kill, [sys.executable, "-m", "codeframe_tui", *place])


def _open_and_kill(command: list[str]) -> None:
    cockpit = Pty(command)
    try:
        end = time.monotonic() + 4.0
        while time.monotonic() < end:
            cockpit.read(end - time.monotonic())
    finally:
        cockpit.close()

"""A small project, a scripted model on loopback and an engine over both; nothing is faked."""

from __future__ import annotations

import asyncio
import fnmatch
import hashlib
import json
import os
import stat
import subprocess
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

from codeframe_tui.adapters.scripted.script import Conversation, Fault, Script, Text, ToolCall, Turn
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.core.commands import AddTask, Approve, Redo, SetWorkers, Undo
from codeframe_tui.core.events import DECISION_ENDS, Event
from codeframe_tui.core.queries import ShowTask
from codeframe_tui.ports import Document, Service
from codeframe_tui.settings import Limits, Settings, Waits

PATIENCE = 30.0
"""Seconds after which an event that does not come fails a test, with all that did come."""

Files = Mapping[str, tuple[int, bytes]]
CONFIG = b"[tool.pytest.ini_options]\npythonpath = ['.']\naddopts = ['--disable-plugin-autoload']\n"
"""Without our own plugins of development a run takes a fraction of a second."""
PLAIN: Files = {
    "pkg/__init__.py": (0o644, b""),
    "pkg/core.py": (0o644, b"def one():\n    return 1\n\n\ndef two():\n    return 2\n"),
    "tests/test_core.py": (
        0o644,
        b"from pkg.core import one\n\n\ndef test_one():\n    assert one() == 1\n",
    ),
    "pyproject.toml": (0o644, CONFIG),
}


def put(root: Path, files: Files) -> None:
    """Write files with their modes."""
    for path, (mode, content) in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(mode)


def make_project(root: Path, files: Files = PLAIN, *, git: bool = True) -> Path:
    """A project with one commit, or without git."""
    put(root, files)
    if git:
        name = ("-c", "user.name=T", "-c", "user.email=t@example.invalid")
        for command in (("init", "-q"), ("add", "-A", "-f"), ("commit", "-q", "-m", "begin")):
            subprocess.run(("git", *name, *command), cwd=root, check=True)
    return root


def tree_of(root: Path) -> dict[str, tuple[int, bytes] | None]:
    """Every file with mode and bytes, links with their target, folders as None; no .git."""
    found: dict[str, tuple[int, bytes] | None] = {}
    for name, state in _entries(root):
        if name.partition("/")[0] == ".git":
            continue
        if stat.S_ISLNK(state.st_mode):
            found[name] = (0o777, os.fsencode((root / name).readlink()))
        elif stat.S_ISREG(state.st_mode):
            found[name] = (stat.S_IMODE(state.st_mode), (root / name).read_bytes())
        else:
            found[name] = None
    return found


def below(top: Path, name: str) -> Iterator[Path]:
    """Whatever has a name like this in a folder, however deep, while others may remove there."""
    for folder, folders, files in os.walk(top):
        folders[:] = (each for each in folders if each != ".trash")  # being removed, so gone
        for each in fnmatch.filter((*folders, *files), name):
            yield Path(folder) / each


def git_digest(root: Path) -> str:
    """All of .git: names, modes, bytes."""
    digest = hashlib.sha256()
    for name, state in _entries(root / ".git"):
        digest.update(f"{name} {state.st_mode:o}\0".encode())
        if stat.S_ISREG(state.st_mode):
            digest.update((root / ".git" / name).read_bytes())
    return digest.hexdigest()


def _entries(top: Path, below: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Everything in a folder, sorted by name in each."""
    for entry in sorted(os.scandir(top), key=attrgetter("name")):
        state = entry.stat(follow_symlinks=False)
        yield below + entry.name, state
        if stat.S_ISDIR(state.st_mode):
            yield from _entries(Path(entry.path), f"{below}{entry.name}/")


def answer(*files: dict[str, Any], why: str = "as asked", fault: Fault | None = None) -> Turn:
    """A final answer."""
    return say(json.dumps({"files": list(files), "explanation": why}), fault=fault)


def say(text: str, *, stop: str | None = None, fault: Fault | None = None) -> Turn:
    """A reply of text."""
    return Turn((Text(text),), stop_reason=stop, fault=fault)


def call(name: str, **given: Any) -> Turn:
    """A reply that calls one tool."""
    return Turn((ToolCall(name, given),))


class Recorder:
    """A script that keeps the messages of every request."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._titles: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.asked: list[list[dict[str, Any]]] = []

    def turn(self, conversation: Conversation) -> Turn:
        """See `Script`."""
        self.asked.append([dict(message) for message in conversation._messages])
        self._titles[conversation.title].set()
        return self._script.turn(conversation)

    async def is_asked(self, title: str) -> None:
        """Wait for the first request of a task."""
        await self._titles[title].wait()

    def newest(self, back: int = 1) -> str:
        """What the user side said last in a request, as text."""
        return text_of(self.asked[-back][-1])


def text_of(message: Mapping[str, Any]) -> str:
    """All text of a message, tool results included."""
    content = message["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return "\n".join(str(block.get("text") or block.get("content") or "") for block in blocks)


@dataclass
class Room:
    """An engine at work on a project.

    Attributes:
        seen: number of the last event that `until` gave back; it goes on from there.
        patience: as `PATIENCE`.
    """

    project: Path
    state: Path
    service: Service
    script: Recorder
    seen: int = 0
    patience: float = PATIENCE
    heard: list[Event] = field(default_factory=list)

    async def add(self, title: str = "a task", **more: Any) -> str:
        """Queue a task; returns its number."""
        added = await self.service.submit(AddTask(title, **more))
        return str(added["number"])

    async def start(self, workers: int = 1) -> None:
        """Let the workers work."""
        await self.service.submit(SetWorkers(paused=False, workers=workers))

    async def until(self, kind: str, task: str | None = None, **data: object) -> Event:
        """The next event of a kind whose data has these values."""
        return await self.until_any({kind}, task, **data)

    async def until_any(self, kinds: set[str], task: str | None = None, **data: object) -> Event:
        """The next event of any of these kinds whose data has these values."""
        try:
            async with asyncio.timeout(self.patience), aclosing(self._events()) as events:
                async for event in events:
                    self.seen = event.seq
                    self.heard.append(event)
                    fits = task in {None, event.task} and event.type in kinds
                    if fits and all(event.data.get(name) == data[name] for name in data):
                        return event
        except TimeoutError:
            heard = "\n".join(f"{e.seq} {e.type} {e.task} {e.data}" for e in self.heard[-30:])
            raise AssertionError(f"no {kinds} {task} {data}; heard\n{heard}") from None
        raise AssertionError("the engine ended")

    def _events(self) -> AsyncGenerator[Event]:
        return cast(AsyncGenerator[Event], self.service.events(self.seen))

    async def becomes(self, task: str, status: str) -> Document:
        """Wait until a task is in a state; returns what ``show`` says."""
        await self.until("task.status", task, to=status)
        return await self.show(task)

    async def show(self, task: str) -> Document:
        """What ``show`` says."""
        return await self.service.query(ShowTask(task))

    async def deed(self, command: Approve | Undo | Redo) -> Event:
        """Submit an approval, undo or redo and wait for its end."""
        await self.service.submit(command)
        return await self.until_any(set(DECISION_ENDS), command.number)


def settings_in(folder: Path, **more: Any) -> Settings:
    """Settings with short waits; a sandbox as good as this machine has."""
    waits = Waits(**{"retry_cap": 0.02, "tests": 60.0, **more.pop("waits", {})})
    limits = Limits(**{"model_retries": 2, **more.pop("limits", {})})
    more.setdefault("sandbox", "rlimits")
    return Settings(state_dir=folder / "state", waits=waits, limits=limits, **more)


@asynccontextmanager
async def room(
    folder: Path,
    script: Script,
    *,
    files: Files | None = PLAIN,
    git: bool = True,
    project: Path | None = None,
    patience: float = PATIENCE,
    **settings: Any,
) -> AsyncIterator[Room]:
    """An engine on ``folder/project`` or another; files None = the project is there already."""
    project = project or folder / "project"
    if files is not None:
        make_project(project, files, git=git)
    recorder = Recorder(script)
    async with (
        ScriptedServer(recorder) as server,
        open_engine(project, settings_in(folder, **settings), scripted=server.base_url) as engine,
    ):
        yield Room(project, folder / "state", engine.service, recorder, patience=patience)


def survivors(marker: str) -> Sequence[str]:
    """Command lines of processes whose environment or arguments hold a marker."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in line:
                found.append(line.decode("utf-8", "replace"))
    return found


def three(value: int = 3, *, module: str = "three") -> list[dict[str, Any]]:
    """A new function with its test, proven when the value is 3."""
    test = f"from pkg.{module} import three\n\n\ndef test_three():\n    assert three() == 3\n"
    return [
        {
            "path": f"pkg/{module}.py",
            "action": "create",
            "content": f"def three():\n    return {value}\n",
        },
        {"path": f"tests/test_{module}.py", "action": "create", "content": test},
    ]

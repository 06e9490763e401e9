"""Playing the demo: a fresh project, a colleague who edits, and a person who needs no screen."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from codeframe_tui.adapters.harmless import RUNS_NOTHING, environment_of_project
from codeframe_tui.core.commands import (
    Answer,
    Approve,
    ImportTasks,
    Retry,
    SetPolicy,
    SetWorkers,
    Undo,
)
from codeframe_tui.core.errors import CodeframeError, Refused
from codeframe_tui.core.events import Event
from codeframe_tui.core.queries import ShowBlockers, ShowTask, ShowTasks
from codeframe_tui.demo.story import COLLEAGUE, TASKS, expected, project_files, tasks
from codeframe_tui.ports.service import Document, Service

__all__ = ["auto", "colleague", "demo_folder", "load", "prepare"]

_BY_NUMBER = {task.number: task for task in TASKS}
_UNDONE = TASKS[-1].number
_GIT = ("git", *RUNS_NOTHING, "-c", "user.name=Demo", "-c", "user.email=demo@example.invalid")


@contextmanager
def demo_folder(target: Path | None) -> Iterator[tuple[Path, Path]]:
    """A fresh demo project and a folder for its state.

    Args:
        target: where the project is kept; None = a temporary folder, removed at the end.

    Yields:
        The project's folder and the state folder, which is always removed.
    """
    scratch = Path(tempfile.mkdtemp(prefix="codeframe-tui-demo-"))
    try:
        project = (target or scratch / "parcels").absolute()
        prepare(project)
        yield project, scratch / "state"
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def prepare(root: Path) -> None:
    """Copy the demo project into a new or empty folder, as a git repository with one commit.

    Raises:
        Refused: the target is in use.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Refused(f"{root} is in use", hint="name a new or an empty folder", code="in_use")
    for path, content in project_files().items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    if shutil.which("git") is not None:
        _commit(root)


def _commit(root: Path) -> None:
    """Without the person's own git configuration: their hooks and signatures are not for this."""
    when = "2026-05-04T09:00:00+0000"
    own = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_DATE": when,
    }
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        ("commit", "--quiet", "--message=Prices, zones, tracking numbers and invoices"),
    ):
        subprocess.run((*_GIT, *command), cwd=root, env=environment_of_project() | own, check=True)


async def load(service: Service) -> None:
    """Queue the demo's tasks unless there are tasks already."""
    if not (await service.query(ShowTasks()))["tasks"]:
        await service.submit(ImportTasks(tasks()))


async def colleague(service: Service, project: Path) -> None:
    """Edit a file under review once its proposal waits, as a colleague would; then return."""
    async with _following(service) as events:
        async for event in events:
            if event.task == COLLEAGUE.task and _became(event, "in_review"):
                await asyncio.to_thread(COLLEAGUE.edit, project)
                return


async def auto(
    service: Service, project: Path, echo: Callable[[str], None], *, limit_seconds: float = 900.0
) -> int:
    """Play the whole demo without a screen and check its end state file by file.

    Returns:
        0 when everything is as it must be, else 1.
    """
    person = _Person(service, project, echo)
    try:
        async with asyncio.timeout(limit_seconds):
            await person.supervise()
            faults = await _faults(service, project)
    except TimeoutError:
        faults = [f"not finished after {limit_seconds:g} s"]
    except CodeframeError as error:
        faults = [f"{error.message} ({error.hint})" if error.hint else error.message]
    for fault in faults:
        echo(f"  wrong: {fault}")
    echo("The demo ended as it must." if not faults else "The demo did not end as it must.")
    return 1 if faults else 0


class _Person:
    """Does what a person would do with the keys: looks, answers, approves, retries, undoes."""

    def __init__(self, service: Service, project: Path, echo: Callable[[str], None]) -> None:
        self._service = service
        self._project = project
        self._echo = echo
        self._applied: set[str] = set()
        self._done = False

    async def supervise(self) -> None:
        """Until the last task is undone."""
        await self._service.submit(SetPolicy("manual"))
        await load(self._service)
        self._echo("The model of this demo is scripted; everything else is real.")
        async with _following(self._service) as events:
            await self._service.submit(SetWorkers(paused=False))
            async for event in events:
                await self._meet(event)
                if self._done:
                    return

    async def _meet(self, event: Event) -> None:
        if event.task not in _BY_NUMBER:
            return
        match event.type:
            case "task.status":
                await self._status(event, event.task)
            case "blocker.opened":
                await self._answer(event, event.task)
            case "change.refused":
                await self._retry(event, event.task)
            case "change.applied":
                await self._count(event.task)
            case "change.undone":
                self._say(event.task, "undone again, byte for byte")
                self._done = True

    async def _status(self, event: Event, number: str) -> None:
        if _became(event, "in_review"):
            await self._review(number)
        elif _became(event, "failed"):
            raise Refused(f"task {number} failed: {event.data.get('reason')}")

    async def _review(self, number: str) -> None:
        shown = await self._service.query(ShowTask(number))
        if shown["status"] != "in_review":
            return  # it has moved on since the event
        attempt = shown["attempts"][-1]
        verdict = (attempt["verification"] or {}).get("verdict")
        self._say(number, f"attempt {attempt['attempt']} waits for review: {verdict}")
        if verdict != "proven":
            reason = (attempt["verification"] or {}).get("reason")
            raise Refused(f"task {number} should be proven, but is {verdict} ({reason})")
        if number == COLLEAGUE.task and await asyncio.to_thread(COLLEAGUE.edit, self._project):
            self._say(number, f"a colleague edits {COLLEAGUE.path} meanwhile")
        await self._service.submit(Approve(number, expect=attempt["proposal"]))

    async def _answer(self, event: Event, number: str) -> None:
        reply = _BY_NUMBER[number].reply
        if not reply:
            raise Refused(f"task {number} asks: {event.data['question']}")
        self._say(number, f"asks ({event.data['cause']}); the answer is: {reply}")
        await self._service.submit(Answer(event.data["id"], reply))

    async def _retry(self, event: Event, number: str) -> None:
        self._say(number, f"was not applied: {event.data['message']}")
        if number != COLLEAGUE.task:
            raise Refused(f"task {number} should have been applied: {event.data['message']}")
        await self._service.submit(Retry(number))

    async def _count(self, number: str) -> None:
        self._say(number, "applied")
        self._applied.add(number)
        if len(self._applied) == len(TASKS):
            await self._service.submit(Undo(_UNDONE))

    def _say(self, number: str, text: str) -> None:
        self._echo(f"  {number} {_BY_NUMBER[number].title}: {text}")


async def _faults(service: Service, project: Path) -> list[str]:
    """What is not as it must be, one line each."""
    found = await asyncio.to_thread(_tree_faults, project)
    listed = {task["number"]: task for task in (await service.query(ShowTasks()))["tasks"]}
    for task in TASKS:
        wanted = "cancelled" if task.number == _UNDONE else "completed"
        if listed[task.number]["status"] != wanted:
            found.append(f"{task.number} is {listed[task.number]['status']}, not {wanted}")
        found += _attempt_faults(await service.query(ShowTask(task.number)), task.attempts)
    open_ones = (await service.query(ShowBlockers()))["blockers"]
    return found + [f"blocker {blocker['id']} is still open" for blocker in open_ones]


def _attempt_faults(shown: Document, attempts: int) -> list[str]:
    made = [(attempt["verification"] or {}).get("verdict") for attempt in shown["attempts"]]
    faults = []
    if len(made) != attempts:
        faults.append(f"{shown['number']} took {len(made)} attempts, not {attempts}")
    if made[-1:] != ["proven"]:
        faults.append(f"{shown['number']} ended {made[-1:]}, not proven")
    return faults


def _tree_faults(project: Path) -> list[str]:
    """Compare every file of the project with what it must be."""
    wanted = expected(without=(_UNDONE,))
    found = {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }
    faults = [f"{path} is missing" for path in wanted.keys() - found.keys()]
    faults += [f"{path} should not be there" for path in found.keys() - wanted.keys()]
    both = sorted(wanted.keys() & found.keys())
    return faults + [f"{path} differs" for path in both if wanted[path] != found[path]]


def _became(event: Event, status: str) -> bool:
    return event.type == "task.status" and event.data.get("to") == status


@asynccontextmanager
async def _following(service: Service) -> AsyncIterator[AsyncIterator[Event]]:
    """All events from the first on; the stream is closed at the end."""
    events = service.events(0)
    try:
        yield events
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()

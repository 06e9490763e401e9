"""Several people at one project: a cockpit's engine, `run`, and verbs in three terminals."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import pytest

from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.core.commands import AddTask, Approve, Hold
from codeframe_tui.core.events import DECISION_ENDS, Event
from codeframe_tui.core.queries import ShowEvents, ShowOverview, ShowTasks
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.start import Starter, connect_or_spawn
from tests.worker.room import answer, make_project, three

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.fixture
def place(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in list(os.environ):
        if name.startswith(("ANTHROPIC_", "CODEFRAME_TUI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CODEFRAME_TUI_SANDBOX", "rlimits")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    return Project(make_project(tmp_path / "project"), tmp_path / "state")


async def started(place: Project, *arguments: str) -> asyncio.subprocess.Process:
    places = ["--project", str(place.root), "--state-dir", str(place.state_root)]
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "codeframe_tui", *places, *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def verb(place: Project, *arguments: str) -> tuple[int, Any, str]:
    """Exit code, the JSON document, stderr."""
    process = await started(place, *arguments, "--json")
    out, err = await process.communicate()
    assert b"Traceback" not in err, err
    return int(process.returncode or 0), json.loads(out) if out else None, err.decode()


async def terminal(place: Project, *lines: tuple[str, ...]) -> list[Any]:
    """One person, one verb after the other; each must succeed."""
    said = []
    for line in lines:
        code, document, err = await verb(place, *line)
        assert code == 0, err
        said.append(document)
    return said


async def heard_until_applied(client: Client) -> list[Event]:
    """What a cockpit hears, from the first event to the end of a decision."""
    heard = []
    async with aclosing(cast(Any, client.events(0))) as events:
        async for event in events:
            heard.append(event)
            if event.type in DECISION_ENDS:
                break
    return heard


@pytest.mark.fault(
    "people",
    "a cockpit, `run` and verbs in three terminals work on one project at the same time",
    sees="every verb attaches to the one engine; a second engine is refused with its pid",
    kept="every change of every one of them",
)
async def test_a_cockpit_a_run_and_three_terminals_share_one_engine(
    place: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ScriptedServer(Line(answer(*three()))) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url)
        cockpit = Client()
        await connect_or_spawn(cockpit, Starter(place))
        engine = cockpit.engine["pid"]
        hearing = asyncio.create_task(heard_until_applied(cockpit))
        for title in ("worked on", "shared"):
            await cockpit.submit(AddTask(title))
        await cockpit.submit(Hold("2"))
        run = await started(place, "run", "--max-tasks", "1", "--json")
        assert run.stdout is not None
        assert run.stderr is not None
        first = json.loads(await run.stdout.readline())
        rest = asyncio.create_task(run.stdout.read())
        *said, refused = await asyncio.gather(
            terminal(place, ("add", "a"), ("edit", "2", "--title", "ours")),
            terminal(place, ("edit", "2", "-p", "0"), ("add", "b")),
            terminal(place, ("add", "c"), ("edit", "2", "--step", "7")),
            verb(place, "engine"),
        )
        assert refused[0] == 1
        assert f"pid {engine}" in json.loads(refused[2])["error"]["message"]
        numbers = {document["number"] for each in said for document in each if document}
        assert numbers == {"3", "4", "5"}
        lines = [first, *map(json.loads, (await rest).splitlines())]
        assert await run.wait() == 3, await run.stderr.read()

        rows = {row["number"]: row for row in (await cockpit.query(ShowTasks()))["tasks"]}
        assert sorted(rows[n]["title"] for n in numbers) == ["a", "b", "c"]
        shared = rows["2"]
        assert (shared["title"], shared["priority"], shared["workflow_step"]) == ("ours", 0, 7)
        assert rows["1"]["status"] == "in_review"
        assert (await cockpit.query(ShowOverview()))["pid"] == engine

        await cockpit.submit(Approve("1"))
        heard = await asyncio.wait_for(hearing, 60)
        assert [event.seq for event in heard] == list(range(1, len(heard) + 1))
        stored = (await cockpit.query(ShowEvents(0, len(heard))))["events"]
        assert [event.document() for event in heard] == stored
        assert lines == stored[lines[0]["seq"] - 1 : lines[-1]["seq"]]
        assert (place.root / "pkg/three.py").exists()
        await cockpit.close()

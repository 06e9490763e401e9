"""Folders of tasks: gone when nobody needs them, made anew when somebody does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.core.commands import Approve, Cancel, Retry
from tests.worker.room import Recorder, Room, answer, call, make_project, room, settings_in, three

RIGHT = answer(*three(3))


def folders(desk: Room) -> set[str]:
    found = desk.state.glob("projects/*/workspaces/*")
    return {path.name for path in found if path.name != ".trash"}


async def become(desk: Room, wanted: set[str]) -> None:
    async with asyncio.timeout(10):
        while folders(desk) != wanted:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("end", [Approve, Cancel])
async def test_folders_go_when_a_task_ends(tmp_path: Path, end: type[Approve | Cancel]) -> None:
    async with room(tmp_path, Line(RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        await become(desk, {f"task-{task}"})
        await desk.service.submit(end(task))
        await become(desk, set())


async def test_a_cancelled_task_goes_on_from_its_newest_proposal(tmp_path: Path) -> None:
    look = call("Read", path="pkg/three.py")
    script = Line(
        RIGHT, look, answer(*three(3)[:1], {"path": "x.py", "action": "create", "content": ""})
    )
    async with room(tmp_path, script) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        await desk.service.submit(Cancel(task))
        await become(desk, set())
        await desk.service.submit(Retry(task))
        await desk.becomes(task, "in_review")
        assert "return 3" in desk.script.newest()


async def test_a_task_cancelled_amid_its_tools_goes_on_from_its_base(tmp_path: Path) -> None:
    slow = call("Bash", command="while [ ! -e go ]; do sleep 0.02; done")
    async with room(tmp_path, Line(slow, RIGHT)) as desk:
        task = await desk.add()
        await desk.start()
        await desk.until("tool.started", task, name="Bash")
        await desk.service.submit(Cancel(task))
        await become(desk, set())
        await desk.service.submit(Retry(task))
        shown = await desk.becomes(task, "in_review")
        assert "made anew" in desk.script.newest()
        assert shown["attempts"][-1]["verification"]["verdict"] == "proven"


@pytest.mark.fault(
    "kill",
    "an earlier engine left folders behind",
    sees="nothing",
    kept="disk space: they are removed",
)
async def test_what_an_earlier_engine_left_is_swept(tmp_path: Path) -> None:
    project, script = make_project(tmp_path / "project"), Recorder(Line(RIGHT))
    settings = settings_in(tmp_path)
    async with ScriptedServer(script) as server:
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            desk = Room(project, tmp_path / "state", engine.service, script)
            done, waits = await desk.add(), await desk.add(depends_on=())
            await desk.service.submit(Cancel(done))
            (root,) = desk.state.glob("projects/*/workspaces")
        for name in (
            f"task-{done}",
            f"verify-{done}",
            f"task-{waits}",
            f"verify-{waits}",
            "task-77",
        ):
            (root / name).mkdir()
        async with open_engine(project, settings, scripted=server.base_url) as engine:
            await become(desk, {f"task-{waits}"})

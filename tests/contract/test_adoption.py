"""State of a project that moved: recognised, offered, adopted whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from codeframe_tui.adapters.adoption import adopt, left_behind
from codeframe_tui.adapters.lock import ProjectLock
from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.adapters.store import SqlStore
from codeframe_tui.bootstrap import open_engine
from codeframe_tui.core.commands import AddTask, Approve
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.events import DECISION_ENDS
from codeframe_tui.core.queries import ShowTasks
from codeframe_tui.service import review
from codeframe_tui.service.unit import Unit
from tests.worker.room import (
    PLAIN,
    Room,
    answer,
    make_project,
    room,
    settings_in,
    three,
    tree_of,
)


def copied(old: Path, new: Path) -> None:
    shutil.copytree(old, new, symlinks=True)
    shutil.rmtree(old)


def renamed(old: Path, new: Path) -> None:
    old.rename(new)


async def queued(tmp_path: Path, name: str, *, git: bool = True, tasks: int = 1) -> Path:
    """A project with tasks in its state."""
    project = make_project(tmp_path / name, git=git)
    await add(project, tasks)
    return project


async def add(project: Path, tasks: int = 1) -> None:
    async with open_engine(project, settings_in(project.parent)) as engine:
        for number in range(tasks):
            await engine.service.submit(AddTask(f"task {number} of {project.name}"))


async def titles(project: Path) -> list[str]:
    async with open_engine(project, settings_in(project.parent)) as engine:
        rows = (await engine.service.query(ShowTasks()))["tasks"]
        return [row["title"] for row in rows]


def place(project: Path) -> Project:
    return Project(project, project.parent / "state")


@pytest.mark.parametrize(
    ("move", "git", "known"),
    [(renamed, True, True), (renamed, False, True), (copied, True, True), (copied, False, False)],
)
async def test_a_project_that_moved_gets_its_state_back_when_asked(
    tmp_path: Path, move: Callable[[Path, Path], None], git: bool, known: bool
) -> None:
    old, new = await queued(tmp_path, "old", git=git), tmp_path / "new"
    state = place(old).state
    assert await left_behind(place(old)) == []
    move(old, new)
    assert await titles(new) == []  # never silently, and looking at it does no harm
    found = await left_behind(place(new))
    assert [(each.root, each.state) for each in found] == [(str(old), state)] * known
    assert (await adopt(place(new)) is not None) is known
    assert await titles(new) == ["task 0 of old"] * known
    assert state.exists() is not known
    assert await left_behind(place(new)) == []
    assert await adopt(place(new)) is None


async def test_a_project_that_is_still_there_keeps_its_state(tmp_path: Path) -> None:
    old = await queued(tmp_path, "old")
    shutil.copytree(old, tmp_path / "new", symlinks=True)
    assert await left_behind(place(tmp_path / "new")) == []
    assert await adopt(place(tmp_path / "new")) is None


@pytest.mark.fault(
    "people",
    "the project's folder was moved, and worked in, before its state was adopted",
    sees="`doctor` names both; `doctor --repair` refuses and says what to do",
    kept="both states",
)
async def test_two_states_with_tasks_are_never_made_one(tmp_path: Path) -> None:
    old, new = await queued(tmp_path, "old"), tmp_path / "new"
    old.rename(new)
    await add(new)
    with pytest.raises(Refused) as caught:
        await adopt(place(new))
    assert caught.value.code == "state_in_use"
    assert str(place(old).state) in caught.value.message
    assert await titles(new) == ["task 0 of new"]
    assert [each.root for each in await left_behind(place(new))] == [str(old)]


async def test_of_several_states_none_is_chosen(tmp_path: Path) -> None:
    old, middle, new = await queued(tmp_path, "old"), tmp_path / "middle", tmp_path / "new"
    old.rename(middle)
    await add(middle)
    middle.rename(new)
    with pytest.raises(Refused) as caught:
        await adopt(place(new))
    assert caught.value.code == "several_states"
    assert str(old) in caught.value.message
    assert str(middle) in caught.value.message
    assert await titles(new) == []


@pytest.mark.parametrize("which", ["old", "new"])
async def test_state_that_an_engine_uses_is_left_alone(tmp_path: Path, which: str) -> None:
    old, new = await queued(tmp_path, "old"), tmp_path / "new"
    old.rename(new)
    used = place(tmp_path / which)
    used.prepare()
    with ProjectLock(used.lock), pytest.raises(Refused) as caught:
        await adopt(place(new))
    assert caught.value.code == "engine_running"
    assert await adopt(place(new)) is not None


@pytest.mark.parametrize("git", [True, False])
async def test_a_folder_that_got_the_inode_of_a_removed_project_is_not_that_project(
    tmp_path: Path, git: bool
) -> None:
    """A file system gives the number of a removed folder to the next one that is made."""
    old = await queued(tmp_path, "old")
    files = {**PLAIN, "other.txt": (0o644, b"another project\n")}
    new = make_project(tmp_path / "new", files, git=git)
    shutil.rmtree(old)
    marker = place(old).state / "project.json"
    reused = {"device": new.stat().st_dev, "inode": new.stat().st_ino}
    marker.write_text(json.dumps(json.loads(marker.read_text()) | reused))
    assert await left_behind(place(new)) == []
    assert await adopt(place(new)) is None


@pytest.mark.parametrize("marker", ["", "[]", '{"root": 1}', "\udcff", "x" * 100_000])
async def test_a_marker_that_is_none_adopts_nothing(tmp_path: Path, marker: str) -> None:
    old, new = await queued(tmp_path, "old"), tmp_path / "new"
    (place(old).state / "project.json").write_text(marker, errors="surrogateescape")
    old.rename(new)
    assert await left_behind(place(new)) == []


@pytest.mark.fault(
    "people",
    "the project's folder was moved",
    sees="`doctor` says so; `doctor --repair` adopts tasks, proposals and history",
    kept="everything; nothing is adopted unasked, or while an engine uses it",
)
async def test_a_proposal_made_before_the_move_is_applied_after_it(tmp_path: Path) -> None:
    async with room(tmp_path, Line(answer(*three()))) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        script = desk.script
    new = tmp_path / "elsewhere"
    (tmp_path / "project").rename(new)
    assert await adopt(place(new)) is not None
    async with open_engine(new, settings_in(tmp_path)) as engine:
        desk = Room(new, tmp_path / "state", engine.service, script)
        applied = await desk.deed(Approve(task))
        assert applied.type == "change.applied", applied.data
        assert (new / "pkg/three.py").exists()


@pytest.mark.fault(
    "people",
    "the project's folder was moved while an approval was not carried out yet",
    sees="the same proposal in review, and that the project was moved",
    kept="the proposal; nothing is written before it is approved again",
)
@pytest.mark.parametrize("written", [False, True])
async def test_an_approval_of_before_the_move_is_asked_for_again_unless_it_is_written(
    tmp_path: Path, written: bool
) -> None:
    async with room(tmp_path, Line(answer(*three()))) as desk:
        task = await desk.add()
        await desk.start()
        await desk.becomes(task, "in_review")
        script = desk.script
    old, new = tmp_path / "project", tmp_path / "elsewhere"
    store = await SqlStore.open(place(old).database)
    await store.write(lambda tables: review.approve(Unit(tables, "2026"), Approve(task)))
    await store.close()
    if written:  # by an engine that was killed before it could say so
        for file in three():
            (old / file["path"]).write_text(file["content"])
    old.rename(new)
    before = tree_of(new)
    assert await adopt(place(new)) is not None
    async with open_engine(new, settings_in(tmp_path)) as engine:
        desk = Room(new, tmp_path / "state", engine.service, script)
        ended = await desk.until_any(set(DECISION_ENDS), task)
        assert tree_of(new) == before
        if written:
            assert ended.type == "change.applied"
            return
        assert (ended.type, ended.data["code"]) == ("change.refused", "project_moved")
        assert (await desk.show(task))["status"] == "in_review"
        assert (await desk.deed(Approve(task))).type == "change.applied"
        assert tree_of(new) != before

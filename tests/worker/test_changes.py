"""More than a hundred changes on real parts: byte for byte there, byte for byte back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from codeframe_tui.adapters.scripted.script import Talks
from codeframe_tui.core.commands import Approve, Cancel, Reject, Undo
from tests.worker import changes_of_bytes, changes_of_places, changes_refused
from tests.worker.changes import BASE, Change
from tests.worker.room import CONFIG, Room, answer, git_digest, make_project, room, say, tree_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
FILES = {**BASE, "pyproject.toml": (0o644, CONFIG)}
PASSING = {c.name: c for c in (*changes_of_bytes.CHANGES, *changes_of_places.CHANGES)}
SENT_BACK = changes_refused.CHANGES
REFUSED = {SENT_BACK[n].name: SENT_BACK[n : n + 3] for n in range(0, len(SENT_BACK), 3)}
"""In threes: as often as one task's answer is refused before a person is asked."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    """One engine for all changes; each is taken back before the next."""
    talks = {name: [[answer(*change.files)]] for name, change in PASSING.items()}
    talks |= {name: [[answer(*c.files)] for c in three] for name, three in REFUSED.items()}
    folder = tmp_path_factory.mktemp("changes")
    project = make_project(folder / "project", FILES)
    (project / "unrelated").mkdir()
    (project / "linked").symlink_to("pkg")
    (project / "link.py").symlink_to("pkg/core.py")
    script = Talks(talks, otherwise=say("?"))
    async with room(folder, script, files=None, sandbox="none") as open_room:
        await open_room.start()
        yield open_room


async def test_there_are_a_hundred_and_each_has_a_name_of_its_own() -> None:
    whole = [*changes_of_bytes.CHANGES, *changes_of_places.CHANGES, *SENT_BACK]
    assert len({change.name for change in whole}) == len(whole) >= 100


def expected(before: dict[str, tuple[int, bytes] | None], change: Change) -> dict[str, object]:
    """The tree with a change; folders come with their files, and stay when they are emptied."""
    after: dict[str, object] = dict(before)
    for path, state in change.expected.items():
        if state is None:
            del after[path]
        else:
            after |= {str(folder): None for folder in Path(path).parents if str(folder) != "."}
            after[path] = state
    return after


@pytest.mark.parametrize("name", PASSING)
async def test_an_approved_change_is_there_to_the_byte_and_undo_takes_it_out(
    desk: Room, name: str
) -> None:
    change, before, git = PASSING[name], tree_of(desk.project), git_digest(desk.project)
    task = await desk.add(name, evidence="none")
    shown = await desk.becomes(task, "in_review")
    assert tree_of(desk.project) == before
    files = {file["path"] for file in shown["attempts"][-1]["files"]}
    assert files == change.expected.keys()

    assert (await desk.deed(Approve(task))).type == "change.applied"
    assert tree_of(desk.project) == expected(before, change)

    assert (await desk.deed(Undo(task))).type == "change.undone"
    assert tree_of(desk.project) == before
    assert git_digest(desk.project) == git


@pytest.mark.parametrize("name", REFUSED)
async def test_a_change_that_may_not_be_is_sent_back_with_its_reason(desk: Room, name: str) -> None:
    before, git = tree_of(desk.project), git_digest(desk.project)
    task = await desk.add(name, evidence="none")
    for change in REFUSED[name]:
        told = (await desk.until("answer.refused", task)).data["message"]
        assert change.refused in told, f"{change.name}: {told}"
    await desk.becomes(task, "blocked")
    await desk.service.submit(Cancel(task))
    assert tree_of(desk.project) == before
    assert git_digest(desk.project) == git


@pytest.mark.parametrize("name", ["all three", "executable bit only, given", "fifty files"])
async def test_a_rejected_and_cancelled_change_leaves_no_trace(desk: Room, name: str) -> None:
    before, git = tree_of(desk.project), git_digest(desk.project)
    task = await desk.add(name, evidence="none")
    await desk.becomes(task, "in_review")
    await desk.service.submit(Reject(task, "not like this"))
    await desk.becomes(task, "in_progress")
    await desk.service.submit(Cancel(task))
    await desk.becomes(task, "cancelled")
    assert tree_of(desk.project) == before
    assert git_digest(desk.project) == git

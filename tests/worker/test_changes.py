"""Twenty changes of real shape on real parts: byte for byte there, byte for byte back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from codeframe_tui.adapters.scripted.script import Talks
from codeframe_tui.core.commands import Approve, Cancel, Reject, Undo
from tests.worker.changes import BASE, CHANGES, Change
from tests.worker.room import CONFIG, Room, answer, git_digest, room, say, tree_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
FILES = {**BASE, "pyproject.toml": (0o644, CONFIG)}
NAMED = {change.name: change for change in CHANGES}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Room]:
    """One engine for all changes; each is taken back before the next."""
    talks = {name: [[answer(*change.files)]] for name, change in NAMED.items()}
    folder = tmp_path_factory.mktemp("changes")
    async with room(folder, Talks(talks, otherwise=say("?")), files=FILES) as open_room:
        (open_room.project / "unrelated").mkdir()
        await open_room.start()
        yield open_room


def expected(before: dict[str, tuple[int, bytes] | None], change: Change) -> dict[str, object]:
    """The tree with a change; folders come and go with their files."""
    after: dict[str, object] = dict(before)
    for path, state in change.expected.items():
        if state is None:
            del after[path]
        else:
            after |= {str(folder): None for folder in Path(path).parents if str(folder) != "."}
            after[path] = state
    return after


@pytest.mark.parametrize("name", NAMED)
async def test_an_approved_change_is_there_to_the_byte_and_undo_takes_it_out(
    desk: Room, name: str
) -> None:
    change, before, git = NAMED[name], tree_of(desk.project), git_digest(desk.project)
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


@pytest.mark.parametrize("name", ["all three", "mode changed", "binary", "fifty files"])
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

"""Power cuts while the user's tree is changed: every state they may leave, and what is made of it.

`make torture` plays many more of them (CODEFRAME_TUI_CUTS, at random after each event).
"""

from __future__ import annotations

import asyncio
import errno
import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from codeframe_tui.adapters import beneath
from codeframe_tui.adapters.apply import JournalledTree, journal
from codeframe_tui.core.errors import CodeframeError, Refused
from codeframe_tui.ports.points import passing
from tests.contract.test_apply import (
    CHANGE,
    NEW,
    NEW_TREE,
    OLD,
    OLD_TREE,
    Tree,
    lay,
    left_over,
    replacements,
    seen,
)
from tests.faults.recorder import Log, recording
from tests.faults.replayer import State, states

CUTS = int(os.environ.get("CODEFRAME_TUI_CUTS", "2"))
SEED = int(os.environ.get("CODEFRAME_TUI_SEED", "7"))
QUICK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where there is a disk without a disk: nothing here has to last."""
pytestmark = pytest.mark.timeout(120 + 20 * CUTS)

BACK = replacements(NEW, OLD)

Deed = Callable[[Path, Log], None]
"""Changes the tree below a folder, and tells what it acknowledges."""

Judge = Callable[[Path, State], str]
"""Says what is wrong with a state that was laid; empty for nothing."""

# What the tree may be, and which journals are over, after each thing that was told.
MAY_BE: dict[str, tuple[list[Tree], set[str]]] = {
    "": ([OLD_TREE, NEW_TREE], set()),
    "applied": ([NEW_TREE], {"do"}),
    "undoing": ([NEW_TREE, OLD_TREE], {"do"}),
    "undone": ([OLD_TREE], {"do", "undo"}),
    "refused": ([OLD_TREE], set()),
}


@pytest.fixture(params=["exchange", "links", "elsewhere"])
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    """How files are moved: by exchange, by links and renames, or by slots in the project."""
    with ExitStack() as patches:
        if request.param == "links":
            patches.enter_context(patch.object(beneath, "_renameat2", lambda *_: False))
        if request.param == "elsewhere":
            patches.enter_context(patch.object(journal, "_can_move", lambda *_: False))
        yield request.param


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return fresh(tmp_path / "top")


def fresh(top: Path) -> Path:
    top.mkdir()
    (top / "state").mkdir()
    lay(top / "project", OLD)
    return top


def tree_at(top: Path, crash: Callable[[str], None] = passing) -> JournalledTree:
    return JournalledTree(top / "project", top / "state", crash=crash)


def recorded(top: Path, deed: Deed, *, deaf: bool = False) -> Log:
    with recording(top, deaf=deaf) as log:
        deed(top, log)
    return log


def faults_of(log: Log, judge: Judge) -> Counter[str]:
    """What is made of the states that a power cut may leave, with its count; "" is all right."""
    return Counter(judged(state, judge) for state in states(log, CUTS, SEED))


def judged(state: State, judge: Judge) -> str:
    with tempfile.TemporaryDirectory(dir=QUICK) as folder:
        state.lay(top := Path(folder) / "top")
        return judge(top, state)


def named(tree: Tree) -> str:
    """A tree in a word, or what is wrong with it."""
    if tree in (OLD_TREE, NEW_TREE):
        return "old" if tree == OLD_TREE else "new"
    odd = [p for p, e in tree.items() if e not in (OLD_TREE.get(p, ""), NEW_TREE.get(p, ""))]
    return f"torn or foreign: {odd}" if odd else "mixed"


# -- the judge is no friend -----------------------------------------------------------------------


def naive(top: Path, log: Log) -> None:
    for change in CHANGE:
        path = top / "project" / change.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if change.new is None:
            path.unlink()
        else:
            path.write_bytes(change.new[1])
            path.chmod(0o755 if change.new[0] == "100755" else 0o644)
    log.tell("applied")


def renaming(top: Path, log: Log) -> None:
    """Each file by a rename, and none of it synced."""
    for change in CHANGE:
        path = top / "project" / change.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if change.new is None:
            path.unlink()
        else:
            temporary = path.with_name("x.new")
            temporary.write_bytes(change.new[1])
            temporary.chmod(0o755 if change.new[0] == "100755" else 0o644)
            temporary.rename(path)
    log.tell("applied")


def unhelped(top: Path, state: State) -> str:
    tree = seen(top / "project")
    return "" if tree in MAY_BE[state.told][0] else f"{state.told}: {named(tree)}"


@pytest.mark.parametrize("deed", [naive, renaming])
@pytest.mark.goal("G7", "naive writers, found torn, mixed and lost as they must be")
def test_what_does_not_sync_is_found_torn_mixed_and_lost(top: Path, deed: Deed) -> None:
    wrong = faults_of(recorded(top, deed), unhelped)
    assert any(": torn" in verdict for verdict in wrong)
    assert any(": mixed" in verdict for verdict in wrong)
    assert "applied: old" in wrong


# -- the journal ----------------------------------------------------------------------------------


def applying(top: Path, log: Log) -> None:
    async def do() -> None:
        tree = tree_at(top)
        await tree.replace("do", CHANGE)
        log.tell("applied")
        log.tell("undoing")
        await tree.replace("undo", BACK)
        log.tell("undone")

    asyncio.run(do())


def once(top: Path, log: Log) -> None:
    asyncio.run(tree_at(top).replace("do", CHANGE))
    log.tell("applied")


def give_up(point: str) -> None:
    if point == "apply.checked.3":
        raise OSError(errno.ENOSPC, "No space left on device")


def refused(top: Path, log: Log) -> None:
    """The disk gives up in the middle, and all goes back."""

    async def do() -> None:
        with pytest.raises(Refused):
            await tree_at(top, give_up).replace("do", CHANGE)
        log.tell("refused")

    asyncio.run(do())


@contextmanager
def no_sync() -> Iterator[None]:
    with patch.object(os, "fsync", lambda _: None):
        yield


def recovered(top: Path, state: State) -> str:
    """What a start makes of a state, and whether the work can go on from there."""
    try:
        with no_sync():
            return asyncio.run(_judged(top, state.told))
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody can work
        return f"{state.told}: no start: {error!r}"


async def _judged(top: Path, told: str) -> str:
    may_be, over = MAY_BE[told]
    tree = tree_at(top)
    ends = await tree.recover()
    now = seen(top / "project")
    if "conflict" in ends.values():
        return f"{told}: needless conflict"
    if now not in may_be:
        return f"{told}: {named(now)}"
    if any(ends.get(name, "new") == "old" for name in over):
        return f"{told}: what was acknowledged is called old"
    if left_over(top / "state"):
        return f"{told}: left over"
    try:
        back = now == NEW_TREE
        await tree.replace("next", BACK if back else CHANGE)
    except CodeframeError as error:
        return f"{told}: cannot go on: {error.message}"
    then = seen(top / "project")
    return "" if then == (OLD_TREE if back else NEW_TREE) else f"{told}: then {named(then)}"


@pytest.mark.fault(
    "tree",
    "the power fails while a change is written, taken back or given up",
    sees="nothing: the next start ends it",
    kept="all of the change or none of it; an acknowledged one for good",
)
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("deed", [applying, refused])
@pytest.mark.goal("G7", "states that a power cut may leave")
def test_after_a_power_cut_the_tree_is_all_old_or_all_new(
    top: Path, deed: Deed, record_property: Callable[[str, object], None]
) -> None:
    found = faults_of(recorded(top, deed), recovered)
    record_property("count", found.total())
    record_property(
        "table", f"power cuts: {found.total()} states, {found.total() - found['']} wrong"
    )
    assert set(found) == {""}
    assert found[""] >= 80


def recovered_on_a_full_disk(top: Path, state: State) -> str:
    """What a start makes of a state when the disk gives up on the way, and the next one after."""
    with no_sync():
        asyncio.run(tree_at(top, give_up).recover())
    return recovered(top, state)


@pytest.mark.usefixtures("way")
@pytest.mark.goal("G7", "ways of moving files, power cut and then a full disk")
def test_after_a_power_cut_and_a_full_disk_the_tree_is_all_old_or_all_new(top: Path) -> None:
    assert set(faults_of(recorded(top, once), recovered_on_a_full_disk)) == {""}


# What a start that ends a change acknowledges, by what was told before.
TELLS = {
    ("", "new"): "applied",
    ("", "old"): "refused",
    ("undoing", "new"): "undone",
    ("undoing", "old"): "applied",
}


def recovered_twice(top: Path, state: State) -> str:
    """What a start makes of a start that met a power cut itself."""
    with recording(top, state.told) as log:
        ends = asyncio.run(tree_at(top).recover())
        told = TELLS.get((state.told, ends.get("undo" if state.told == "undoing" else "do", "")))
        if told:
            log.tell(told)
    found = faults_of(log, recovered)
    return next(filter(None, found), "")


@pytest.mark.fault(
    "tree",
    "the power fails again while the next start ends a change",
    sees="nothing: the start after it ends it",
    kept="all of the change or none of it; an acknowledged one for good",
)
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("deed", [applying, refused])
@pytest.mark.goal("G7", "states with a second cut in the recovery")
def test_after_a_second_power_cut_the_tree_is_all_old_or_all_new(
    top: Path, deed: Deed, record_property: Callable[[str, object], None]
) -> None:
    left = list(states(recorded(top, deed), CUTS, SEED))
    chosen = random.Random(SEED).sample(left, min(4 * CUTS, len(left)))
    record_property("count", len(chosen))
    assert {judged(state, recovered_twice) for state in chosen} == {""}


def test_a_disk_that_ignores_syncs_is_found(top: Path) -> None:
    wrong = faults_of(recorded(top, refused, deaf=True), recovered)
    assert any("mixed" in verdict for verdict in wrong)
    assert any("no start" in verdict for verdict in wrong)

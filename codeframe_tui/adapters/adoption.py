"""State whose project has moved: how it is recognised, and how it is adopted.

State is keyed by the project's real path, so a project that was moved starts with none. Each state
therefore remembers in ``project.json`` which folder it belongs to: its path, the commit that was
checked out (it survives every move), and its device and inode (they survive a move on one file
system, but are given to another folder once theirs is removed).
State is left behind when its path is no folder any more; nothing is adopted unasked, and what was
decided and not written before is asked for again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from codeframe_tui.adapters.facts import ask_git
from codeframe_tui.adapters.lock import ProjectLock
from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.store import SqlStore, holds_tasks
from codeframe_tui.core.errors import CodeframeError, Refused
from codeframe_tui.core.progress import MOVED_AFTER
from codeframe_tui.ports.tables import Tables

__all__ = ["LeftBehind", "adopt", "left_behind", "remember"]

_MARKER = "project.json"
_MARKER_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class _Marker:
    """Which project a state belongs to.

    Attributes:
        root: the project's path.
        device: of the folder, with its inode.
        head: commit that was checked out when it was last opened; empty without git.
    """

    root: str
    device: int
    inode: int
    head: str


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """State of a project that was at another path.

    Attributes:
        state: its folder.
        root: where the project was.
    """

    state: Path
    root: str


async def remember(place: Project) -> None:
    """Write down which project the state belongs to; the caller holds the project's lock."""
    device, inode = _inode(place.root)
    head = await ask_git(place.root, "rev-parse", "--verify", "--quiet", "HEAD")
    marker = _Marker(str(place.root), device, inode, (head or b"").decode("ascii").strip())
    if _read(place.state) == marker:
        return
    temporary = place.state / f"{_MARKER}.new"
    temporary.write_text(json.dumps(asdict(marker)), "utf-8", "surrogateescape")
    temporary.replace(place.state / _MARKER)


async def left_behind(place: Project) -> list[LeftBehind]:
    """States of this very project from paths that are no folder any more, with tasks in them."""
    found = []
    for state in sorted((place.state_root / "projects").glob("*/")):
        marker = _read(state)
        if marker is None or state == place.state or _is_there(marker):
            continue
        if await _is_of(marker, place.root) and _has_tasks(state):
            found.append(LeftBehind(state, marker.root))
    return found


async def adopt(place: Project) -> LeftBehind | None:
    """Make the state that was left behind the project's own; None when there is none.

    Raises:
        Refused: the project has tasks of its own here, there are several such states, or an engine
            uses one of the two; nothing changed.
    """
    found = await left_behind(place)
    if not found:
        return None
    if len(found) > 1:
        named = ", ".join(each.root for each in found)
        raise Refused(
            f"several states were left behind: {named}",
            hint="move those you do not want out of "
            f"{place.state.parent}, then `codeframe-tui doctor --repair` again",
            code="several_states",
        )
    place.prepare()
    with ProjectLock(place.lock), ProjectLock(found[0].state / place.lock.name):
        if _has_tasks(place.state):
            raise Refused(
                f"this project has tasks of its own already; those of {found[0].root} stay "
                f"in {found[0].state}",
                hint=f"to have the old ones instead, move {place.state} away first",
                code="state_in_use",
            )
        await _ask_again(found[0].state / place.database.name)
        _move(found[0].state, place.state)
        await remember(place)
    return found[0]


async def _ask_again(database: Path) -> None:
    """Note what was decided so far: none of it was meant for another folder."""

    def note(tables: Tables) -> None:
        if pending := [decision.id for decision in tables.decisions.pending()]:
            tables.settings.set(MOVED_AFTER, max(pending))

    store = await SqlStore.open(database)
    try:
        await store.write(note)
    finally:
        await store.close()


def _move(old: Path, new: Path) -> None:
    """The old state in the place of the new one, which has no tasks and is set aside."""
    number = 1
    while (aside := new.with_name(f"{new.name}.empty-{number}")).exists():
        number += 1
    new.rename(aside)
    try:
        old.rename(new)
    except OSError:
        aside.rename(new)
        raise


def _has_tasks(state: Path) -> bool:
    """A database that cannot be read counts as one with tasks: nothing is put in its place."""
    database = state / "state.db"
    try:
        return database.exists() and holds_tasks(database)
    except CodeframeError:
        return True


def _is_there(marker: _Marker) -> bool:
    return Path(marker.root).is_dir()


def _inode(folder: Path) -> tuple[int, int]:
    found = folder.stat()
    return found.st_dev, found.st_ino


async def _is_of(marker: _Marker, root: Path) -> bool:
    """Whether the state is that of the project at ``root``.

    A known commit decides alone: a new folder often gets the inode of one that was removed.
    """
    if not marker.head:
        return (marker.device, marker.inode) == _inode(root)
    return await ask_git(root, "cat-file", "-e", f"{marker.head}^{{commit}}") is not None


def _read(state: Path) -> _Marker | None:
    try:
        with (state / _MARKER).open("rb") as file:
            text = file.read(_MARKER_BYTES).decode("utf-8", "surrogateescape")
        stored = json.loads(text)
        return _Marker(
            str(stored["root"]), int(stored["device"]), int(stored["inode"]), str(stored["head"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None

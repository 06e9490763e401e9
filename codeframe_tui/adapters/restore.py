"""Bring the state of a project back after damage: the database, and what lies beside it.

The database of a backup knows nothing of what was written to the project, or begun, after it was
copied. Journals and folders outlive it, and are made to fit: half-written applies are ended first;
the marks of finished ones are set aside, because their names will be used again; copies in which a
person goes on by hand, and which the backup does not know, are set aside before they are taken for
left-overs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.adapters.durable import sync
from codeframe_tui.adapters.lock import ProjectLock
from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.store.backup import moment
from codeframe_tui.adapters.store.repair import Repair, begin_repair, end_repair, find_damage
from codeframe_tui.core.hand import hand_folder
from codeframe_tui.ports.points import passing

__all__ = ["Restored", "restore"]

MOST_NAMED = 10
_MARK = re.compile(r"decision-([0-9]+)")


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a damaged state.

    Attributes:
        lines: all a person should know, the most important first.
    """

    aside: Path
    lines: tuple[str, ...]


async def restore(place: Project) -> Restored | None:
    """Repair a damaged database; None when there is nothing to repair.

    Raises:
        Refused: an engine uses it (code ``engine_running``); nothing changed.
        Lacking: there is no whole backup, or the disk takes nothing.
    """
    if find_damage(place.database) is None:
        return None
    place.prepare()
    with ProjectLock(place.lock):
        damage = find_damage(place.database)
        if damage is None:
            return None
        repair = begin_repair(place.database, SystemClock().now())
        tree = JournalledTree(place.root, place.state, reserved=place.environments)
        await tree.recover()
        aside = place.state / repair.aside
        written = list(_set_marks_aside(place.state / "applied", aside, repair))
        hands = list(_set_hands_aside(place.state / "workspaces", aside, repair))
        objects = _newer_objects(place.state / "objects", repair.made)
        passing("repair.fitted")
        end_repair(place.database, repair)
    return Restored(aside, tuple(_lines(repair, aside, written, hands, objects)))


def _set_marks_aside(applied: Path, aside: Path, repair: Repair) -> Iterator[int]:
    """Yields the decisions that were written to the project and that the backup does not know."""
    target = aside / applied.name
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    if applied.is_dir():
        for path in list(applied.iterdir()):
            if _MARK.fullmatch(path.name):
                path.rename(target / path.name)
        _sync(applied, target, aside)
    for path in sorted(target.iterdir()):
        mark = _MARK.fullmatch(path.name)
        if mark and int(mark[1]) not in repair.done:
            yield int(mark[1])


def _set_hands_aside(folders: Path, aside: Path, repair: Repair) -> Iterator[Path]:
    """Yields where the copies are now that the backup does not know as open."""
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    prefix = hand_folder("")
    if folders.is_dir():
        for path in list(folders.iterdir()):
            name = path.name.rpartition("+")[2]  # with a word before it while it is looked at
            if name.startswith(prefix) and name not in repair.hands:
                path.rename(aside / path.name)
        _sync(folders, aside)
    for path in sorted(aside.iterdir()):
        if path.name.rpartition("+")[2].startswith(prefix):
            yield path


def _sync(*folders: Path) -> None:
    """A name that a power cut brings back would count for the new database."""
    for folder in folders:
        sync(folder)


def _newer_objects(store: Path, made: float) -> int:
    """How much the object store got after the backup: of proposals that the queue forgot, too."""
    found = 0
    for path in (store / "objects").glob("[0-9a-f][0-9a-f]/*"):
        with suppress(OSError):  # it is told of, no more: the repair does not depend on it
            found += path.lstat().st_mtime > made
    return found


def _lines(
    repair: Repair, aside: Path, written: list[int], hands: list[Path], objects: int
) -> Iterator[str]:
    if repair.number:
        yield f"repaired: the state is that of the backup of {moment(repair.made)} again"
    else:
        yield f"repaired: the state goes on with what is left of it, of {moment(repair.made)}"
    yield f"what was damaged is kept in {aside}"
    for skipped in repair.skipped:
        yield f"passed over, not whole: {skipped}"
    yield from _newer_lines(repair)
    told = {decision for decision, *_ in repair.newer["changes"][:MOST_NAMED]}
    if unknown := [number for number in written if number not in told]:
        named = ", ".join(map(str, unknown[:MOST_NAMED])) + " …" * (len(unknown) > MOST_NAMED)
        yield (
            "written to your project since, and not known to the queue: "
            f"decision{'s' * (len(unknown) > 1)} {named}; what they wrote stays"
        )
    for path in hands:
        yield f"a copy in which you went on by hand is kept as {path}"
    if objects:
        yield f"{objects} objects of snapshots and proposals are newer than the backup; they stay"
    yield "what was spent since that backup is not counted under the caps"
    yield "approvals that were not carried out are asked for again; workers are paused"


def _newer_lines(repair: Repair) -> Iterator[str]:
    newer = repair.newer
    tasks, changes = newer["tasks"], newer["changes"]
    if not newer["whole"]:
        yield "the damaged file cannot be read to its end: more may be missing than stands here"
    if newer["events"]:
        yield f"missing from the queue: {newer['events']} events after that backup"
    for number, title in tasks[:MOST_NAMED]:
        yield f"missing: task {number} {title!r}"
    if (more := len(tasks) - MOST_NAMED) > 0:
        yield f"and {more} more task{'s' * (more > 1)}"
    for _, kind, task, files in changes[:MOST_NAMED]:
        done = kind.partition(".")[2]
        yield f"{done} since, and not known to the queue: task {task}: {', '.join(files[:3])}"
    if (more := len(changes) - MOST_NAMED) > 0:
        yield f"and {more} more change{'s' * (more > 1)}"

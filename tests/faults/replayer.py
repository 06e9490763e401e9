"""The states in which a power cut may leave what `tests.faults.recorder` recorded.

What is promised, and no more: a sync of a file keeps its bytes and permissions; a sync of a folder
keeps the names in it. One call's names change together or not at all. All else that happened
since may be there or not, in any order, and bytes may be there in part or as zeros: file systems
that order more than that exist, those that do not as well. What is put into a folder that is not
synced itself comes after it, and what one name was last came after what it was before.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.faults.recorder import Content, Log, Name, Named, Synced, Told, Written

__all__ = ["State", "states"]

_EMPTY: Content = (0o600, b"")


@dataclass(frozen=True, slots=True)
class State:
    """What the disk holds after a power cut.

    Attributes:
        at: how many of the recorded events had happened.
        told: what was acknowledged last before.
        entries: by path the inode, and the content of a file or the permissions of a folder.
    """

    at: int
    told: str
    entries: tuple[tuple[str, int, Content | int], ...]

    def lay(self, top: Path) -> None:
        """Make a folder that holds this; inodes that were noted in it become its own."""
        top.mkdir()
        laid: dict[int, Path] = {}
        for path, inode, held in self.entries:
            place = top / path
            if isinstance(held, int):
                place.mkdir()
                place.chmod(held)
            elif inode in laid:
                place.hardlink_to(laid[inode])
            else:
                place.write_bytes(held[1])
                place.chmod(held[0])
            laid.setdefault(inode, place)
        for noted in top.rglob(".directories"):
            with suppress(ValueError):
                known = json.loads(noted.read_bytes())
                own = {f: laid[i].stat().st_ino if i in laid else i for f, i in known.items()}
                noted.write_text(json.dumps(own))


def states(log: Log, most: int, seed: int) -> Iterator[State]:
    """Different states, in the order of events.

    After each event: nothing, all, all but one and only one of what was not synced, the bytes old,
    new or torn; and some at random.

    Args:
        most: how many at random after each event.
    """
    chance = random.Random(seed)
    seen = set()
    for at in range(len(log.events) + 1):
        cut = _Cut(log, at)
        for names, bytes_ in cut.picks(chance, most):
            state = cut.state(names, bytes_)
            if (state.told, state.entries) not in seen:
                seen.add((state.told, state.entries))
                yield state


Pick = Callable[[Sequence[Content]], tuple[str, Content]]
"""Of the contents since the last sync: how the newest that counts is on the disk, and which."""

_OLD, _NEW, _TORN, _ZEROS = HOW = ("old", "new", "torn", "zeros")


def _newest(how: str) -> Pick:
    return lambda later: (how, later[-1])


class _Cut:
    """A power cut after some of the events of a log."""

    def __init__(self, log: Log, at: int) -> None:
        self._log = log
        self._at = at
        self._told = log.told
        self._synced: dict[int, int] = {}
        self._named: dict[int, Named] = {}
        self._written: dict[int, list[tuple[int, Content]]] = {
            inode: [(-1, content)] for inode, content in log.contents.items()
        }
        for number, event in enumerate(log.events[:at]):
            match event:
                case Synced(inode):
                    self._synced[inode] = number
                case Named():
                    self._named[number] = event
                case Written(inode, content):
                    self._written.setdefault(inode, []).append((number, content))
                case Told(what):
                    self._told = what
        self._before = self._befores()
        self._kept = {n for n, event in self._named.items() if self._is_synced(n, event)}
        for number in reversed(self._named):
            if number in self._kept:
                self._kept |= self._before[number]
        self._open = [n for n in self._named if n not in self._kept]
        self._made_by = {
            inode: number
            for number, event in self._named.items()
            for _, inode in event.names
            if inode in log.folders
        }

    def _befores(self) -> dict[int, set[int]]:
        """By call, those that gave one of its names to a file before."""
        last: dict[Name, int] = {}
        found = {}
        for number, event in self._named.items():
            found[number] = {last[name] for name, _ in event.names if name in last}
            last |= {name: number for name, _ in event.names}
        return found

    def _is_synced(self, number: int, event: Named) -> bool:
        return any(self._synced.get(folder, -1) > number for (folder, _), _ in event.names)

    def picks(self, chance: random.Random, most: int) -> Iterator[tuple[set[int], Pick]]:
        """Which calls reached the disk beside those that were synced, and who picks the bytes."""
        every = set(self._open)

        def any_(later: Sequence[Content]) -> tuple[str, Content]:
            return chance.choice(HOW), chance.choice(later)

        for how in (_OLD, _NEW, _TORN, _ZEROS):
            yield every, _newest(how)
        yield set(), _newest(_OLD)
        for number in self._open:
            yield every - {number}, _newest(_NEW)
            yield {number}, _newest(_OLD)
        for _ in range(most if every else 0):
            share = chance.random()
            yield {n for n in self._open if chance.random() < share}, any_

    def state(self, picked: set[int], pick: Pick) -> State:
        """The state in which these calls, and what was synced, reached the disk."""
        names = dict(self._log.names)
        there: set[int] = set(self._kept)
        for number, event in self._named.items():
            if number in self._kept or (number in picked and self._can_be(number, there)):
                there.add(number)
                for name, inode in event.names:
                    if inode is None:
                        names.pop(name, None)
                    else:
                        names[name] = inode
        found = _below(self._log, names)
        chosen: dict[int, Content] = {}
        entries: list[tuple[str, int, Content | int]] = []
        for path, inode in found:
            if inode in self._log.folders:
                entries.append((path, inode, self._log.folders[inode]))
                continue
            if inode not in chosen:
                chosen[inode] = self._content(inode, pick)
            entries.append((path, inode, chosen[inode]))
        return State(self._at, self._told, tuple(entries))

    def _can_be(self, number: int, there: set[int]) -> bool:
        folders = {folder for (folder, _), _ in self._named[number].names}
        makers = {self._made_by[folder] for folder in folders if folder in self._made_by}
        return makers | self._before[number] <= there

    def _content(self, inode: int, pick: Pick) -> Content:
        versions = self._written.get(inode, [])
        synced = self._synced.get(inode, -1)
        durable = [content for number, content in versions if number < synced or number < 0]
        old = durable[-1] if durable else _EMPTY
        later = [content for number, content in versions if number > synced and number >= 0]
        if not later:
            return old
        how, (mode, content) = pick(later)
        if how == _OLD:
            return old
        if how == _TORN:
            return mode, content[: len(content) // 2]
        return mode, content if how == _NEW else bytes(len(content))


def _below(log: Log, names: dict[Name, int]) -> list[tuple[str, int]]:
    """Paths and inodes, folders before what is in them."""
    children: dict[int, list[tuple[str, int]]] = {}
    for (folder, name), inode in names.items():
        children.setdefault(folder, []).append((name, inode))
    found: list[tuple[str, int]] = []
    pending = [("", log.root)]
    while pending:
        path, folder = pending.pop()
        for name, inode in sorted(children.get(folder, ()), reverse=True):
            found.append((below := f"{path}{name}", inode))
            if inode in log.folders:
                pending.append((f"{below}/", inode))
    return found

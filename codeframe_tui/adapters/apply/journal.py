"""The journal of one apply, and where journals are kept.

``<state>/apply/<name>/`` holds one apply that has not ended:

    place       where its slots are: empty for ``slots`` beside it, else a folder of the project
    journal     it is committed: recovery goes forward
    rollback    it met a conflict: recovery goes back
    conflict    a person has to look; nothing here is touched any more
    ended       only its removal is left

Without one of the last four nothing of the real tree was changed. Journals are read from the
state directory only: a repository cannot bring one along. ``<state>/applied/`` remembers the
finished ones by name and digest, the folders they made, and the rights of files they took out.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from codeframe_tui.adapters.beneath import can_move, open_root
from codeframe_tui.adapters.durable import sync, write_durably
from codeframe_tui.adapters.rights import Rights
from codeframe_tui.ports import Replacement

__all__ = [
    "COMMITTED",
    "CONFLICT",
    "ROLLBACK",
    "Journal",
    "JournalStore",
    "Mark",
    "Target",
    "mark",
    "parents",
]

COMMITTED = "journal"
ROLLBACK = "rollback"
CONFLICT = "conflict"
ENDED = "ended"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PLACE = re.compile(r"\.codeframe-tui-journal-[0-9a-f]{16}")

Mark = tuple[str, str] | None
"""What a file is: (git mode, SHA-256 of its content); None = absent."""


def mark(side: tuple[str, bytes] | None) -> Mark:
    """The mark of a wanted state."""
    return None if side is None else (side[0], hashlib.sha256(side[1]).hexdigest())


@dataclass(frozen=True, slots=True)
class Target:
    """One path of an apply; its slot in the journal is named by its place in the list."""

    path: str
    old: Mark
    new: Mark


@dataclass(frozen=True, slots=True)
class Journal:
    """What an apply does.

    Attributes:
        directories: folders that did not exist before, parents first.
    """

    targets: tuple[Target, ...]
    directories: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Names the wish, wherever and whenever it is carried out."""
        text = json.dumps([asdict(target) for target in self.targets])
        return hashlib.sha256(text.encode()).hexdigest()

    @staticmethod
    def of(replacements: Sequence[Replacement]) -> Journal:
        """The journal of a wish, without folders."""
        return Journal(tuple(Target(r.path, mark(r.old), mark(r.new)) for r in replacements))

    def to_json(self) -> str:
        """The stored form."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Journal:
        """Read the stored form. Raises: ValueError, KeyError, TypeError."""
        stored = json.loads(text)
        targets = tuple(
            Target(t["path"], _stored_mark(t["old"]), _stored_mark(t["new"]))
            for t in stored["targets"]
        )
        return Journal(targets, tuple(stored["directories"]))


def _stored_mark(value: Sequence[str] | None) -> Mark:
    return None if value is None else (value[0], value[1])


class JournalStore:
    """The journals of a project.

    Args:
        state: the project's state directory.
        project: root of the real tree.
    """

    def __init__(self, state: Path, project: Path) -> None:
        self._pending = state / "apply"
        self._applied = state / "applied"
        self._project = project

    def names(self) -> list[str]:
        """Names of the journals that have not ended, sorted."""
        if not self._pending.is_dir():
            return []
        return sorted(entry.name for entry in self._pending.iterdir() if entry.is_dir())

    def folder(self, name: str) -> Path:
        """Where a journal is kept. Raises: ValueError for a name that is no file name."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a journal")
        return self._pending / name

    def create(self, name: str) -> Path:
        """Make the folders of a new journal; returns that of its slots.

        The slots stand beside the journal if a file can be renamed from there into the project,
        else in the project itself.
        """
        folder = self.folder(name)
        for private in (self._pending, self._applied, folder):
            private.mkdir(mode=0o700, parents=True, exist_ok=True)
        slots = folder / "slots"
        slots.mkdir(mode=0o700)
        place = ""
        if _can_move(slots, self._project):
            (folder / "place").touch(mode=0o600)
        else:
            place = f".codeframe-tui-journal-{secrets.token_hex(8)}"
            write_durably(folder / "place", place)
        for above in (folder, self._pending, self._pending.parent):
            sync(above)
        if place:  # last: a power cut leaves no folder in the project that nobody knows
            slots = self._project / place
            slots.mkdir(mode=0o700)
            sync(self._project)
        return slots

    def slots(self, name: str) -> Path | None:
        """The folder of a journal's slots; None when it was never made or is gone."""
        folder = self.folder(name)
        try:
            place = (folder / "place").read_text("ascii")
        except FileNotFoundError:
            return None
        if place and not _PLACE.fullmatch(place):
            return None
        slots = self._project / place if place else folder / "slots"
        return slots if slots.is_dir() and not slots.is_symlink() else None

    def commit(self, name: str, journal: Journal) -> None:
        """From here on the apply happens, whatever happens to this process."""
        write_durably(self.folder(name) / COMMITTED, journal.to_json())

    def turn(self, name: str, start: str, end: str) -> None:
        """Move a journal to another state, durably."""
        folder = self.folder(name)
        (folder / start).rename(folder / end)
        sync(folder)

    def state(self, name: str) -> tuple[str, Journal] | None:
        """State and content of a journal; None before it is committed."""
        for state in (ENDED, CONFLICT, ROLLBACK, COMMITTED):
            with suppress(FileNotFoundError):
                return state, Journal.from_json((self.folder(name) / state).read_text("utf-8"))
        return None

    def begun(self, name: str) -> bool:
        """Whether a journal got as far as having a place for its slots."""
        return (self.folder(name) / "place").exists()

    def drop(self, name: str) -> None:
        """Remove a journal that has ended; what cuts this short leaves it recognisable."""
        folder = self.folder(name)
        for state in (ROLLBACK, COMMITTED):
            with suppress(FileNotFoundError):
                (folder / state).rename(folder / ENDED)
                # A power cut must not bring the name back once its slots are gone.
                sync(folder)
        slots = self.slots(name)
        if slots is not None:
            shutil.rmtree(slots)
            sync(slots.parent)  # while the place is known
        if (folder / "place").exists():
            (folder / "place").unlink()
            sync(folder)  # while its end is known: a place alone is called old
        (folder / ENDED).unlink(missing_ok=True)
        if folder.is_dir():
            shutil.rmtree(folder)

    def finished(self, name: str, digest: str) -> bool:
        """Whether exactly this wish was carried out under this name."""
        try:
            return (self._applied / name).read_text("ascii") == digest
        except FileNotFoundError:
            return False

    def finish(self, name: str, digest: str) -> None:
        """Remember that it was."""
        write_durably(self._applied / name, digest)

    def made(self) -> dict[str, int]:
        """Folders that applies made, with their inodes."""
        try:
            return dict(json.loads((self._applied / ".directories").read_text("utf-8")))
        except FileNotFoundError:
            return {}

    def remember_made(self, directories: Mapping[str, int]) -> None:
        """Replace the list of folders that applies made."""
        if directories == self.made():
            return
        write_durably(self._applied / ".directories", json.dumps(dict(directories)))

    def rights(self, targets: Sequence[Target]) -> dict[str, Rights]:
        """By path, the rights that exactly these new files had before they were taken out."""
        known = self._known()
        news = {target.path: _fingerprint(target.new) for target in targets}
        return {path: rights for path, (side, rights) in known.items() if news.get(path) == side}

    def remember_rights(self, targets: Sequence[Target], taken: Mapping[str, Rights]) -> None:
        """Note the rights of old files that a later undo could not guess.

        Args:
            targets: of an apply that is done; what was noted of their paths is forgotten.
            taken: rights of old files by path.
        """
        before = self._known()
        known = dict(before)
        for target in targets:
            known.pop(target.path, None)
            if target.path in taken:
                known[target.path] = (_fingerprint(target.old), taken[target.path])
        if known != before:
            stored = {
                path: (side, _stored_rights(rights)) for path, (side, rights) in known.items()
            }
            write_durably(self._applied / ".rights", json.dumps(stored))

    def _known(self) -> dict[str, tuple[str, Rights]]:
        """What was noted; earlier versions noted the permissions alone."""
        for name, read in ((".rights", _read_rights), (".permissions", Rights)):
            with suppress(FileNotFoundError):
                stored = json.loads((self._applied / name).read_text("utf-8"))
                return {path: (side, read(noted)) for path, (side, noted) in stored.items()}
        return {}


def _stored_rights(rights: Rights) -> dict[str, object]:
    kept = {name: b64encode(value).decode() for name, value in rights.attributes.items()}
    return {**asdict(rights), "attributes": kept}


def _read_rights(stored: Mapping[str, Any]) -> Rights:
    kept = {name: b64decode(value) for name, value in stored["attributes"].items()}
    return Rights(**{**stored, "attributes": kept, "strange": tuple(stored["strange"])})


def _fingerprint(side: Mark) -> str:
    return "" if side is None else ":".join(side)


def parents(path: str) -> Iterator[str]:
    """Folders above a path, nearest first, without the root."""
    while path := path.rpartition("/")[0]:
        yield path


def _can_move(source: Path, target: Path) -> bool:
    here, there = open_root(source), open_root(target)
    try:
        return can_move(here, there)
    finally:
        os.close(here)
        os.close(there)

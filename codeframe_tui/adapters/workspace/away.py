"""Workspaces out of the reach of programs, while they are looked at for the last time."""

from __future__ import annotations

import logging
import os
import stat
import uuid
from collections.abc import Callable
from pathlib import Path

__all__ = ["Away", "left_beside"]

logger = logging.getLogger(__name__)

_LEAVING, _BESIDE = "leaving+", "beside+"
"""Before names; no workspace is called so."""


class Away:
    """Folders that were moved away, each beside the place where it was.

    A program that still has one open may make a folder in its place and save into it: what it
    saved is newer, and is laid over when the folder comes back.

    Args:
        folders: where the workspaces are.
        discard: removes folders of these names.
    """

    def __init__(self, folders: Path, discard: Callable[..., None]) -> None:
        self._folders = folders
        self._discard = discard
        self._seen: set[str] = set()

    def prefixed(self, name: str) -> str:
        """What a workspace's folder is called while it is away."""
        return f"{_LEAVING}{name}"

    def take(self, name: str) -> None:
        """Move a workspace away. Raises: OSError."""
        self._at(name).rename(self._away(name))

    def seen(self, name: str) -> None:
        """What it holds is known and kept elsewhere: from now on it may go."""
        self._seen.add(name)

    def forget(self, name: str) -> None:
        """It is deleted."""
        self._seen.discard(name)

    def settle(self, name: str, *, anew: bool) -> None:
        """See to what an earlier time left of it: nothing goes whose content nobody has seen.

        Args:
            anew: another folder is about to be made in its place.
        """
        if not self._away(name).exists():
            return
        if name not in self._seen:
            self.put_back(name)
        elif anew:
            self._discard(self.prefixed(name))
            self._seen.discard(name)

    def put_all_back(self) -> None:
        """After an earlier process ended in between, which may have seen what they hold or not."""
        for left in self._folders.glob(f"{_LEAVING}*"):
            self.put_back(left.name.removeprefix(_LEAVING))

    def put_back(self, name: str) -> None:
        """Move it to where it was, with what was saved there since. Raises: OSError."""
        place, away = self._at(name), self._away(name)
        if os.path.lexists(place):
            if _lay_over(place, away):
                self._discard(name)
            else:
                beside = place.with_name(f"{_BESIDE}{name}-{uuid.uuid4().hex[:8]}")
                place.rename(beside)
                logger.warning("what was saved in %s while it was away is in %s", place, beside)
        away.rename(place)

    def _at(self, name: str) -> Path:
        return self._folders / name

    def _away(self, name: str) -> Path:
        return self._folders / self.prefixed(name)


def left_beside(folders: Path) -> list[Path]:
    """What was saved in a workspace while it was away and could not be laid over it; nobody's.

    Args:
        folders: where the workspaces are.
    """
    return sorted(folders.glob(f"{_BESIDE}*"))


def _lay_over(source: Path, target: Path) -> bool:
    """Move files to the same paths of another folder; whether all of them could be."""
    if not _is_folder(source):
        return False
    whole = True
    unread: list[OSError] = []
    for place, folders, files in os.walk(source, onerror=unread.append):
        here = target / Path(place).relative_to(source)
        links = [name for name in folders if not _is_folder(Path(place, name))]
        for name in (*files, *links):
            whole &= _move(Path(place, name), here / name)
        for name in set(folders) - set(links):
            if not _has_folder(here / name):
                folders.remove(name)
                whole = False
    return whole and not unread


def _move(source: Path, target: Path) -> bool:
    try:
        source.replace(target)
    except OSError:  # a folder stands there
        return False
    return True


def _has_folder(path: Path) -> bool:
    """Make a folder where nothing is; whether there is one, and no link to one."""
    try:
        path.mkdir(exist_ok=True)
    except OSError:
        return False
    return _is_folder(path)


def _is_folder(path: Path) -> bool:
    return stat.S_ISDIR(path.lstat().st_mode)

"""Makes a folder and all in it belong to the user that a command runs as.

The launcher loads this from its file, so it knows nothing of the package. It is done before each
command, for we write into the folder, too. What belongs to whom is the same as long as nothing came
into a folder, and then the time of its last change, which no program can set, is another: so what
the last look saw tells which folders need no other one.
"""

from __future__ import annotations

import os
import time
from typing import Any

__all__ = ["give"]

SETTLED = 2 * 10**9
"""Nanoseconds: what changed just now may change once more at the same time of a coarse clock."""
DEEPEST = 100
"""Levels; what is deeper was made by a command, and is its user's already."""
MOST = 2**20
"""Characters, at most about, of what a look keeps, as JSON; a folder needs those two."""
_EACH, _CHARACTER = 60, 6
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

Seen = list[Any]
"""A folder: inode, time of change in ns (0: look again), name -> `Seen` of each folder in it."""


def give(workspace: str, uid: int, seen: Seen | None = None) -> Seen:
    """Make ``uid`` the owner of a folder and all in it; no symlink is followed.

    The parent is closed to others: no other process of that user reaches it from outside.

    Args:
        seen: what the last look at this folder, for this user, returned.

    Returns:
        What this look saw.

    Raises:
        OSError: something could not be given.
    """
    os.chmod(os.path.dirname(workspace), 0o700)  # noqa: PTH101, PTH120
    root = os.open(workspace, _FOLDER)
    try:
        info = os.fstat(root)
        if (info.st_uid, info.st_gid) != (uid, uid):
            os.fchown(root, uid, uid)
        return _Look(uid).at(root, seen)
    finally:
        os.close(root)


class _Look:
    def __init__(self, uid: int) -> None:
        self._uid = uid
        self._room = MOST
        self._settled = time.time_ns() - SETTLED

    def at(self, folder: int, seen: Seen | None, depth: int = 0) -> Seen:
        """Give what is in an open folder, and in those in it; returns what is seen."""
        info = os.fstat(folder)  # before the look: what comes in meanwhile counts as new
        changed, before = info.st_ctime_ns, seen[2] if seen else {}
        known = bool(changed and seen and seen[:2] == [info.st_ino, changed])
        names = before if known else self._give(folder)
        inside = {}
        for name in names if depth < DEEPEST else ():
            try:
                inner = os.open(name, _FOLDER, dir_fd=folder)
            except (FileNotFoundError, NotADirectoryError):  # another command is at it
                changed = 0
                continue
            try:
                found = self.at(inner, before.get(name), depth + 1)
            finally:
                os.close(inner)
            self._room -= _EACH + _CHARACTER * len(name)
            if self._room > 0:
                inside[name] = found
            else:  # its name is not kept, so this folder is not known
                changed = 0
        return [info.st_ino, changed if changed < self._settled else 0, inside]

    def _give(self, folder: int) -> list[str]:
        """Give what is in a folder, and not below; returns the names of the folders in it."""
        inner = []
        with os.scandir(folder) as entries:
            for entry in entries:
                self._give_one(entry, folder)
                if entry.is_dir(follow_symlinks=False):
                    inner.append(entry.name)
        return inner

    def _give_one(self, entry: os.DirEntry[str], folder: int) -> None:
        try:
            if entry.stat(follow_symlinks=False).st_uid != self._uid:
                os.chown(entry.name, self._uid, self._uid, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:  # another command is at it
            return

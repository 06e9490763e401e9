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
MOST = 10_000
"""Folders of which a look keeps what it saw."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

Seen = list[Any]
"""A folder: inode, time of change in ns (0: look again), name -> `Seen` of each folder in it."""


def give(workspace: str, uid: int, seen: Seen | None = None) -> Seen | None:
    """Make ``uid`` the owner of a folder and all in it; no symlink is followed.

    The parent is closed to others: no other process of that user reaches it from outside.

    Args:
        seen: what the last look at this folder, for this user, returned.

    Returns:
        What this look saw; None when that is too much to keep.

    Raises:
        OSError: something could not be given.
    """
    os.chmod(os.path.dirname(workspace), 0o700)  # noqa: PTH101, PTH120
    look = _Look(uid)
    root = os.open(workspace, _FOLDER)
    try:
        info = os.fstat(root)
        if (info.st_uid, info.st_gid) != (uid, uid):
            os.fchown(root, uid, uid)
        now = look.at(root, seen)
    finally:
        os.close(root)
    return now if look.folders <= MOST else None


class _Look:
    def __init__(self, uid: int) -> None:
        self.folders = 0
        self._uid = uid
        self._settled = time.time_ns() - SETTLED

    def at(self, folder: int, seen: Seen | None, depth: int = 0) -> Seen:
        """Give what is in an open folder, and in those in it; returns what is seen."""
        self.folders += 1
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
                inside[name] = self.at(inner, before.get(name), depth + 1)
            finally:
                os.close(inner)
        return [info.st_ino, changed if changed < self._settled else 0, inside]

    def _give(self, folder: int) -> list[str]:
        """Give what is in a folder, and not below; returns the names of the folders in it."""
        inner = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.stat(follow_symlinks=False).st_uid != self._uid:
                    os.chown(entry.name, self._uid, self._uid, dir_fd=folder, follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    inner.append(entry.name)
        return inner

"""What a program does to a folder, as a disk sees it: names, bytes, and what was synced.

Every call that changes a name or syncs is met between two looks at the folder: the effect of a
call is what the file system says it was, not what its manual says. Nothing is really synced: a
power cut is played by `tests.faults.replayer`, not waited for.
"""

from __future__ import annotations

import builtins
import io
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial, wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from codeframe_tui.adapters import beneath

__all__ = ["Content", "Log", "Named", "Synced", "Told", "Written", "recording"]

Name = tuple[int, str]
"""An inode of a folder, and a name in it."""

Content = tuple[int, bytes]
"""Permissions and bytes of a file."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file has another content than before; nobody knows yet whether the disk has it."""

    inode: int
    content: Content


@dataclass(frozen=True, slots=True)
class Named:
    """One call gave these names to other files or to none: all at once or not at all."""

    names: tuple[tuple[Name, int | None], ...]


@dataclass(frozen=True, slots=True)
class Synced:
    """A file's content, or the names in a folder, are on the disk from here on."""

    inode: int


@dataclass(frozen=True, slots=True)
class Told:
    """The program acknowledged something to a person."""

    what: str


@dataclass(slots=True)
class Log:
    """What happened below a folder, in its order, on top of what was there and durable.

    Attributes:
        root: inode of the folder.
        told: what was acknowledged before.
        folders: inodes that are folders, with their permissions.
        names: what was there at the start; the same of contents.
    """

    top: Path
    root: int
    told: str = ""
    folders: dict[int, int] = field(default_factory=dict)
    names: dict[Name, int] = field(default_factory=dict)
    contents: dict[int, Content] = field(default_factory=dict)
    events: list[Written | Named | Synced | Told] = field(default_factory=list)

    def tell(self, what: str) -> None:
        """Note what the program acknowledges now."""
        self.events.append(Told(what))


class _Watch:
    """The looks at a folder. Inodes stay open, so that no number means two files."""

    def __init__(self, top: Path, told: str, *, deaf: bool) -> None:
        self._names: dict[Name, int] = {}
        self._contents: dict[int, Content] = {}
        self._held: dict[int, int] = {}
        self._lock = threading.RLock()
        self._deaf = deaf
        self.log = Log(top, top.stat().st_ino, told)
        self._look()
        self.log.names, self.log.contents = dict(self._names), dict(self._contents)
        self.log.events.clear()

    def close(self) -> None:
        for fd in self._held.values():
            os.close(fd)

    def _look(self) -> None:
        """Add what changed since the last look to the log."""
        names: dict[Name, int] = {}
        seen: dict[int, Content] = {}
        self._scan(str(self.log.top), self.log.root, names, seen)
        events = self.log.events
        changed = [
            (n, names.get(n)) for n in names | self._names if names.get(n) != self._names.get(n)
        ]
        if changed:
            events.append(Named(tuple(changed)))
        for inode, content in seen.items():
            if self._contents.get(inode) != content:
                events.append(Written(inode, content))
        self._names, self._contents = names, self._contents | seen

    def _scan(
        self, folder: str, inode: int, names: dict[Name, int], seen: dict[int, Content]
    ) -> None:
        for entry in os.scandir(folder):
            status = entry.stat(follow_symlinks=False)
            names[inode, entry.name] = below = status.st_ino
            if below not in self._held:
                self._held[below] = _open(entry.path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
            if stat.S_ISDIR(status.st_mode):
                self.log.folders[below] = stat.S_IMODE(status.st_mode)
                self._scan(entry.path, below, names, seen)
            elif below not in seen:
                seen[below] = stat.S_IMODE(status.st_mode), _read(entry.path)

    def around(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Make a call between two looks."""
        with self._lock:
            self._look()
            try:
                return call(*args, **kwargs)
            finally:
                self._look()

    def opens(self, call: Callable[..., Any], path: Any, flags: int, *args: Any, **kw: Any) -> Any:
        made = flags & (os.O_CREAT | os.O_TRUNC)
        return (
            self.around(call, path, flags, *args, **kw) if made else call(path, flags, *args, **kw)
        )

    def opens_file(self, call: Callable[..., Any], file: Any, *args: Any, **kw: Any) -> Any:
        mode = str(kw.get("mode", args[0] if args else "r"))
        made = set(mode) & set("wax") and not isinstance(file, int)
        return self.around(call, file, *args, **kw) if made else call(file, *args, **kw)

    def syncs(self, fd: int) -> None:
        with self._lock:
            self._look()
            if not self._deaf:
                self.log.events.append(Synced(os.fstat(fd).st_ino))


_open = os.open


def _read(path: str) -> bytes:
    fd = _open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return os.read(fd, 2**24)
    finally:
        os.close(fd)


_CALLS = ("rename", "replace", "link", "unlink", "remove", "mkdir", "rmdir", "truncate")


@contextmanager
def recording(top: Path, told: str = "", *, deaf: bool = False) -> Iterator[Log]:
    """Record what this process does below a folder.

    Args:
        told: what was acknowledged before.
        deaf: whether the disk ignores every sync, as a check of who judges.
    """
    watch = _Watch(top, told, deaf=deaf)
    try:
        with ExitStack() as patches:
            for name in _CALLS:
                real = getattr(os, name)
                patches.enter_context(patch.object(os, name, _over(real, watch.around)))
            for owner, name, over in (
                (beneath, "_renameat2", watch.around),
                (os, "open", watch.opens),
                (io, "open", watch.opens_file),
                (builtins, "open", watch.opens_file),
            ):
                real = getattr(owner, name)
                patches.enter_context(patch.object(owner, name, _over(real, over)))
            for name in ("fsync", "fdatasync"):
                patches.enter_context(patch.object(os, name, watch.syncs))
            yield watch.log
            watch.around(lambda: None)
    finally:
        watch.close()


def _over(real: Callable[..., Any], over: Callable[..., Any]) -> Callable[..., Any]:
    return wraps(real)(partial(over, real))

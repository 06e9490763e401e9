"""Remove whatever a test left behind."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from codeframe_tui.adapters.beneath import set_mode

__all__ = ["Trash"]


class Trash:
    """Removes files and whole folders; the bulk of the work happens when it is left.

    Folders are moved to one flat place first, so that their depth, modes and links do not matter.

    Args:
        place: a folder of ours on the same file system.
    """

    def __init__(self, place: Path) -> None:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._top = Path(tempfile.mkdtemp(dir=place))
        self._fd = os.open(self._top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._waiting: list[str] = []
        self._count = 0

    @classmethod
    def clear(cls, place: Path) -> None:
        """Remove what an earlier process did not get to; nobody else may be using the place."""
        with cls(place) as trash:
            fd = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                for name, is_folder in _entries(fd):
                    if name != trash._top.name:
                        trash.remove(fd, name, folder=is_folder)
            finally:
                os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        try:
            self._empty()
            self._top.rmdir()
        finally:
            os.close(self._fd)

    def remove(self, fd: int, name: str, *, folder: bool) -> None:
        """Take an entry out of the folder ``fd``; what is gone already is fine."""
        with suppress(FileNotFoundError):
            if folder:
                self._move(fd, name)
            else:
                os.unlink(name, dir_fd=fd)

    def _move(self, fd: int, name: str) -> None:
        # moving a folder rewrites its "..", which needs write permission on itself
        set_mode(fd, name, 0o700)
        self._count += 1
        os.rename(name, str(self._count), src_dir_fd=fd, dst_dir_fd=self._fd)
        self._waiting.append(str(self._count))

    def _empty(self) -> None:
        while self._waiting:
            name = self._waiting.pop()
            child = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=self._fd)
            try:
                for entry, is_folder in _entries(child):
                    self.remove(child, entry, folder=is_folder)
            finally:
                os.close(child)
            os.rmdir(name, dir_fd=self._fd)


def _entries(fd: int) -> list[tuple[str, bool]]:
    with os.scandir(fd) as entries:
        return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]

"""Make a folder exactly what a tree says, whatever was done to it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from codeframe_tui.adapters.beneath import set_mode
from codeframe_tui.adapters.workspace.objects import (
    LINK,
    PROGRAM,
    SUBMODULE,
    ObjectReader,
    object_id,
)
from codeframe_tui.adapters.workspace.paths import above
from codeframe_tui.adapters.workspace.trash import Trash
from codeframe_tui.adapters.workspace.walk import (
    Entry,
    Folder,
    Known,
    folders,
    is_settled,
    known_state,
    now_ns,
    open_folder,
    read_file,
    write_file,
)
from codeframe_tui.ports.files import TreeEntry

__all__ = ["FolderMaker"]

_FOLDER_MODE = 0o755


class FolderMaker:
    """Brings one folder of ours to a wanted state, writing only what differs.

    Args:
        root: the folder; need not exist.
        wanted: files, links and submodules by path; the latter are made as folders.
        reserved: folders that must exist and be empty, e.g. mount points of environments.
        before: states of files as an earlier look knew them.
    """

    def __init__(
        self,
        root: Path,
        wanted: Mapping[str, TreeEntry],
        reserved: Iterable[str],
        before: Mapping[str, Known],
    ) -> None:
        self._root = root
        self._reserved = frozenset(reserved)
        inside = tuple(f"{path}/" for path in self._reserved)
        self._wanted = {
            path: entry
            for path, entry in wanted.items()
            if path not in self._reserved and not path.startswith(inside)
        }
        folders = {path for path, entry in self._wanted.items() if entry.mode == SUBMODULE}
        folders |= self._reserved
        for path in folders:
            self._wanted.pop(path, None)
        self._folders = above(self._wanted) | above(folders) | folders
        self._before = before
        self._done: set[str] = set()
        self._states: dict[str, tuple[os.stat_result, str]] = {}

    def make(self, reader: ObjectReader, trash: Trash) -> dict[str, Known]:
        """Do it; returns the states of files that need not be read the next time."""
        top = self._open_root(trash)
        try:
            for folder in folders(top, repair=True):
                self._sweep(folder, trash)
            self._make_folders(top)
            self._write(top, reader)
        finally:
            os.close(top)
        moment = now_ns()
        return {
            path: known_state(state, blob)
            for path, (state, blob) in self._states.items()
            if is_settled(state, moment)
        }

    def _open_root(self, trash: Trash) -> int:
        parent = self._root.parent
        fd = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with suppress(FileNotFoundError):
                mode = os.stat(self._root.name, dir_fd=fd, follow_symlinks=False).st_mode
                if not stat.S_ISDIR(mode):
                    trash.remove(fd, self._root.name, folder=False)
            with suppress(FileExistsError):
                os.mkdir(self._root.name, dir_fd=fd)
            set_mode(fd, self._root.name, _FOLDER_MODE)
            with open_folder(fd, self._root.name) as top:
                return os.dup(top)
        finally:
            os.close(fd)

    def _sweep(self, folder: Folder, trash: Trash) -> None:
        for name, state in folder.files:
            path = folder.below(name)
            if self._is_right(folder.fd, path, (name, state)):
                self._done.add(path)
            else:
                trash.remove(folder.fd, name, folder=False)
        for name, state in list(folder.folders):
            if folder.below(name) not in self._folders:
                trash.remove(folder.fd, name, folder=True)
                folder.folders.remove((name, state))
            elif stat.S_IMODE(state.st_mode) != _FOLDER_MODE:
                set_mode(folder.fd, name, _FOLDER_MODE)

    def _is_right(self, fd: int, path: str, found: Entry) -> bool:
        name, state = found
        entry = self._wanted.get(path)
        if entry is None:
            return False
        if stat.S_ISLNK(state.st_mode) and entry.mode == LINK:
            return object_id("blob", os.readlink(os.fsencode(name), dir_fd=fd)) == entry.blob
        if state.st_mode != stat.S_IFREG | _file_mode(entry) or state.st_nlink != 1:
            return False
        before = self._before.get(path)
        if before != known_state(state, entry.blob):
            content, state = read_file(fd, name, state.st_size)
            if object_id("blob", content) != entry.blob:
                return False
        self._states[path] = state, entry.blob
        return True

    def _make_folders(self, top: int) -> None:
        for path in sorted(self._folders):
            parent, _, name = path.rpartition("/")
            with open_folder(top, parent) as fd:
                try:
                    os.mkdir(name, dir_fd=fd)
                except FileExistsError:
                    continue
                set_mode(fd, name, _FOLDER_MODE)

    def _write(self, top: int, reader: ObjectReader) -> None:
        missing = sorted(self._wanted.keys() - self._done, key=lambda path: path.rpartition("/"))
        contents = reader.read_all(self._wanted[path].blob for path in missing)
        place = _Place(top)
        try:
            for path, content in zip(missing, contents, strict=True):
                folder, _, name = path.rpartition("/")
                entry = self._wanted[path]
                fd = place.go(folder)
                if entry.mode == LINK:
                    os.symlink(content, os.fsencode(name), dir_fd=fd)
                else:
                    state = write_file(fd, name, content, program=entry.mode == PROGRAM)
                    self._states[path] = state, entry.blob
        finally:
            place.leave()


class _Place:
    """The folder being written to; files come sorted by folder."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._path: str | None = None
        self._fd = -1

    def go(self, path: str) -> int:
        if path != self._path:
            self.leave()
            with open_folder(self._top, path) as fd:
                self._fd = os.dup(fd)
            self._path = path
        return self._fd

    def leave(self) -> None:
        if self._path is not None:
            os.close(self._fd)
            self._path = None


def _file_mode(entry: TreeEntry) -> int:
    return 0o755 if entry.mode == PROGRAM else 0o644

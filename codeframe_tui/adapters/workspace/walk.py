"""Walk, read, write and remove below a folder by file descriptors: no link is ever followed."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from codeframe_tui.adapters.beneath import set_mode
from codeframe_tui.adapters.scarce import SCARCE

__all__ = [
    "Entry",
    "Folder",
    "Known",
    "NotRegular",
    "folders",
    "is_settled",
    "known_state",
    "now_ns",
    "open_folder",
    "read_file",
    "write_file",
]

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_OPEN_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_DEEPEST = 100
_FINE_NS = 20_000_000
_COARSE_NS = 2_500_000_000

Known = tuple[int, int, int, int, int, str]
"""What tells a file's content without reading it: mode, inode, size, mtime, ctime, blob id."""


Entry = tuple[str, os.stat_result]
"""Name and state of something in a folder."""


class NotRegular(OSError):
    """The file became something else since it was listed."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder on a walk.

    Attributes:
        path: relative to where the walk began; empty for that folder itself.
        fd: open until the walk goes on.
        files: all that is no folder, links included, by name.
        folders: by name; what is taken out of the list is not entered.
    """

    path: str
    fd: int
    files: list[Entry]
    folders: list[Entry]

    def below(self, name: str) -> str:
        """Path of an entry, relative to where the walk began."""
        return f"{self.path}/{name}" if self.path else name


def folders(
    fd: int,
    *,
    repair: bool = False,
    on_error: Callable[[str, str], None] = lambda _path, _reason: None,
    path: str = "",
) -> Iterator[Folder]:
    """Folders from the top down, in the order of their names.

    Args:
        fd: where to begin.
        repair: take back modes that lock us out; only for folders of our own.
        on_error: told path and reason of a folder that cannot be looked into.
        path: path of ``fd`` in the results.

    Raises: OSError, when the machine has nothing left to look with.
    """
    yield from _walk(_look(path, fd, repair=repair), repair=repair, on_error=on_error)


def _walk(
    folder: Folder, *, repair: bool, on_error: Callable[[str, str], None]
) -> Iterator[Folder]:
    yield folder
    for name, _ in folder.folders:
        below = folder.below(name)
        if folder.path.count("/") >= _DEEPEST:
            on_error(below, "nested too deeply")
            continue
        try:
            child = _open_child(folder.fd, name, repair=repair)
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno in SCARCE:
                raise
            on_error(below, error.strerror or "cannot be opened")
            continue
        try:
            inner = _look(below, child, repair=repair)
        except OSError as error:
            os.close(child)
            if error.errno in SCARCE:
                raise
            on_error(below, error.strerror or "cannot be looked into")
            continue
        try:
            yield from _walk(inner, repair=repair, on_error=on_error)
        finally:
            os.close(child)


def _look(path: str, fd: int, *, repair: bool) -> Folder:
    try:
        return _listed(path, fd)
    except PermissionError:
        if not repair:
            raise
        os.fchmod(fd, 0o700)  # its mode went since it was opened
        return _listed(path, fd)


def _listed(path: str, fd: int) -> Folder:
    folder = Folder(path, fd, [], [])
    with os.scandir(fd) as entries:
        for entry in entries:
            # a file may go between listing and looking
            with suppress(FileNotFoundError):
                state = entry.stat(follow_symlinks=False)
                found = folder.folders if stat.S_ISDIR(state.st_mode) else folder.files
                found.append((entry.name, state))
    folder.files.sort(key=_name)
    folder.folders.sort(key=_name)
    return folder


def _name(entry: Entry) -> str:
    return entry[0]


def _open_child(fd: int, name: str, *, repair: bool) -> int:
    try:
        return os.open(name, _OPEN_FOLDER, dir_fd=fd)
    except PermissionError:
        if not repair:
            raise
        set_mode(fd, name, 0o700)
        return os.open(name, _OPEN_FOLDER, dir_fd=fd)


@contextmanager
def open_folder(fd: int, path: str) -> Iterator[int]:
    """A folder's descriptor, each component opened without following links."""
    current = os.dup(fd)
    try:
        for name in path.split("/") if path else ():
            child = os.open(name, _OPEN_FOLDER, dir_fd=current)
            os.close(current)
            current = child
        yield current
    finally:
        os.close(current)


def read_file(
    fd: int, name: str, limit: int, *, repair: bool = False
) -> tuple[bytes, os.stat_result]:
    """Content of a regular file, at most ``limit`` + 1 bytes, and its state when it was read.

    A file that changes while it is read is read again, a few times.

    Raises:
        NotRegular: it is no regular file.
        OSError: it cannot be read.
    """
    file = _open_file(fd, name, repair=repair)
    try:
        before = os.fstat(file)
        if not stat.S_ISREG(before.st_mode):
            raise NotRegular(f"{name} is no regular file")
        for _ in range(3):
            content = _read(file, limit + 1, before.st_size)
            after = os.fstat(file)
            if _moment(before) == _moment(after):
                break
            before = after
            os.lseek(file, 0, os.SEEK_SET)
        return content, after
    finally:
        os.close(file)


def _open_file(fd: int, name: str, *, repair: bool) -> int:
    try:
        return os.open(name, _OPEN_FILE, dir_fd=fd)
    except PermissionError:
        if not repair:
            raise
        mode = os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):
            raise
        set_mode(fd, name, stat.S_IMODE(mode) | 0o600)
        return os.open(name, _OPEN_FILE, dir_fd=fd)


def _moment(state: os.stat_result) -> tuple[int, int, int]:
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _read(file: int, limit: int, size: int) -> bytes:
    content = os.read(file, min(limit, size + 1))
    if len(content) == size:
        return content
    parts = [content]
    total = len(content)
    while content and total < limit:
        content = os.read(file, min(limit - total, 2**20))
        parts.append(content)
        total += len(content)
    return b"".join(parts)


def write_file(fd: int, name: str, content: bytes, *, program: bool) -> os.stat_result:
    """Create a file that does not exist, with mode 0644 or 0755 whatever the umask."""
    mode = 0o755 if program else 0o644
    file = os.open(name, _OPEN_NEW, mode, dir_fd=fd)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]
        state = os.fstat(file)
        if stat.S_IMODE(state.st_mode) != mode:
            os.fchmod(file, mode)
            state = os.fstat(file)
        return state
    finally:
        os.close(file)


def known_state(state: os.stat_result, blob: str) -> Known:
    """The entry that lets a later look spare reading the file; see `is_settled`."""
    return (
        state.st_mode,
        state.st_ino,
        state.st_size,
        state.st_mtime_ns,
        state.st_ctime_ns,
        blob,
    )


def is_settled(state: os.stat_result, moment_ns: int) -> bool:
    """Whether a later change must show in the file's ctime, which no program can set.

    Clocks of file systems tick: a change right after ``moment_ns`` could carry the same ctime as
    the one before. Such a file is not remembered and is read again the next time.
    """
    tick = _FINE_NS if state.st_ctime_ns % 1_000_000_000 else _COARSE_NS
    return state.st_ctime_ns < moment_ns - tick


def now_ns() -> int:
    """The clock that file systems stamp with."""
    return time.time_ns()

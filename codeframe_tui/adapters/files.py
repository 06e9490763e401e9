"""Files below one folder, only through the path gate: lexical first, then on disk."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from codeframe_tui.adapters.beneath import (
    DIRECTORY,
    directory,
    open_beneath,
    open_root,
    refusal,
)
from codeframe_tui.adapters.rights import Rights, give, inherited, rights_of
from codeframe_tui.core.errors import NotFound, PathRefused
from codeframe_tui.core.paths import check_path

__all__ = [
    "EXECUTABLE",
    "DirectoryFiles",
    "git_mode",
    "look",
    "make_folders",
    "refuse_nested",
    "require_regular",
    "require_replaceable",
    "rights_at",
    "stage",
    "with_mode",
]

LINK = "120000"
REGULAR = "100644"
EXECUTABLE = "100755"


class DirectoryFiles:
    """The files of a folder (port `Files`).

    Args:
        root: the folder; it may itself be reached through links.
        reserved: relative paths that nothing may read or write (the environment's place).
        durable: whether a write returns only when it would survive a power cut.
    """

    def __init__(
        self, root: Path, reserved: Collection[str] = (), *, durable: bool = False
    ) -> None:
        self._root = root.absolute()
        self._reserved = tuple(reserved)
        self._durable = durable

    @property
    def root(self) -> Path:
        """Absolute path of the root."""
        return self._root

    def read(self, path: str, limit: int | None = None) -> bytes:
        """Content of a regular file, at most ``limit`` bytes. Raises: NotFound, PathRefused."""
        with self._at(path) as root:
            fd = open_beneath(root, path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
            try:
                require_regular(os.fstat(fd), path)
                with os.fdopen(fd, "rb", closefd=False) as file:
                    return file.read(-1 if limit is None else limit)
            finally:
                os.close(fd)

    def mode(self, path: str) -> str | None:
        """``100644`` or ``100755`` for a regular file, ``120000`` for a link, None if absent."""
        with self._at(path) as root:
            status = look(root, path)
            if status is None:
                return None
            if stat.S_ISLNK(status.st_mode):
                return LINK
            require_regular(status, path)
            return git_mode(status)

    def size(self, path: str) -> int:
        """Bytes of a regular file. Raises: NotFound, PathRefused."""
        with self._at(path) as root:
            status = look(root, path)
            if status is None:
                raise NotFound(f"{path!r} does not exist")
            require_regular(status, path)
            return status.st_size

    def write(self, path: str, content: bytes, mode: str | None = None) -> None:
        """Replace or create a file atomically, with its parents; None keeps the mode.

        Raises: PathRefused.
        """
        folder, _, name = path.rpartition("/")
        with self._at(path) as root:
            make_folders(root, folder, durable=self._durable)
            refuse_nested(root, path)
            with directory(root, folder) as parent:
                before = look(parent, name)
                if before is not None:
                    require_regular(before, path)
                    require_replaceable(before, path)
                rights = _rights(parent, name, before)
                temporary = f".codeframe-tui-{secrets.token_hex(8)}"
                try:
                    stage(parent, temporary, content, rights, mode, durable=self._durable)
                    os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
                except OSError:
                    with suppress(FileNotFoundError):
                        os.unlink(temporary, dir_fd=parent)
                    raise
                if self._durable:
                    os.fsync(parent)

    def require_replaceable(self, path: str) -> None:
        """Refuse what `write` would refuse, before anything is written. Raises: PathRefused."""
        with self._at(path) as root:
            refuse_nested(root, path)
            status = look(root, path)
            if status is not None:
                require_regular(status, path)
                require_replaceable(status, path)

    def delete(self, path: str) -> None:
        """Remove a regular file. Raises: NotFound, PathRefused."""
        folder, _, name = path.rpartition("/")
        with self._at(path) as root, directory(root, folder) as parent:
            refuse_nested(root, path)
            status = look(parent, name)
            if status is not None:
                require_regular(status, path)
            os.unlink(name, dir_fd=parent)

    def walk(self, below: str = "") -> Iterator[str]:
        """Paths of all regular files below a folder, sorted, read as they are asked for.

        Left out is what the gate refuses: ``.git``, environments, names that mean something else.
        """
        if below:
            check_path(below, self._reserved)
        root = open_root(self._root)
        try:
            yield from self._walk(root, below and f"{below}/")
        finally:
            os.close(root)

    def _walk(self, root: int, folder: str) -> Iterator[str]:
        """In the order of whole paths: a folder's name counts with its slash."""
        pending = [folder]
        while pending:
            place = pending.pop()
            if place and not place.endswith("/"):
                yield place
            else:
                pending += sorted(self._children(root, place), reverse=True)

    def _children(self, root: int, folder: str) -> Iterator[str]:
        with suppress(OSError), directory(root, folder[:-1]) as fd, os.scandir(fd) as entries:
            for entry in entries:
                path = folder + entry.name
                if not self._allowed(path):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    yield f"{path}/"
                elif entry.is_file(follow_symlinks=False):
                    yield path

    def _allowed(self, path: str) -> bool:
        try:
            check_path(path, self._reserved)
        except PathRefused:
            return False
        return True

    @contextmanager
    def _at(self, path: str) -> Iterator[int]:
        """The root, open, for a path that passed the lexical gate; errors get their names."""
        check_path(path, self._reserved)
        root = open_root(self._root)
        try:
            yield root
        except OSError as error:
            raise refusal(error, root, path) from error
        finally:
            os.close(root)


def look(root: int, path: str) -> os.stat_result | None:
    """What stands at a path, links not followed; None if nothing. Raises: OSError."""
    folder, _, name = path.rpartition("/")
    try:
        with directory(root, folder) as parent:
            return os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return None


def git_mode(status: os.stat_result) -> str:
    """The mode of a regular file as git writes it."""
    return EXECUTABLE if status.st_mode & stat.S_IXUSR else REGULAR


def stage(
    parent: int,
    name: str,
    content: bytes,
    rights: Rights | None,
    mode: str | None,
    *,
    durable: bool = False,
) -> list[str]:
    """Write a new file.

    Args:
        parent: open folder.
        rights: what it takes over, as far as we may; None lets the system decide.
        mode: git mode it must have; None keeps that of ``rights``.
        durable: whether to wait until the content is on the disk.

    Returns:
        Which rights could not be given, in words.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    most = 0o777 if mode == EXECUTABLE else 0o666
    fd = os.open(name, flags, most, dir_fd=parent)
    with os.fdopen(fd, "wb") as file:
        file.write(content)
        file.flush()
        lost = [] if rights is None else give(fd, with_mode(rights, mode), most)
        if durable:
            os.fsync(fd)
    return lost


def _rights(parent: int, name: str, before: os.stat_result | None) -> Rights | None:
    """What a file takes over that is made in its folder."""
    if before is not None:
        try:
            return rights_at(parent, name)
        except PermissionError:  # to be written, not to be read
            return Rights(before.st_mode & 0o777, before.st_uid, before.st_gid)
    if os.geteuid() != 0:
        return None
    folder = os.fstat(parent)
    return replace(inherited(parent), uid=folder.st_uid, gid=folder.st_gid)


def with_mode(rights: Rights, mode: str | None) -> Rights:
    """The same rights for a file of a git mode: who may read may run it, or nobody may."""
    bits = rights.bits
    if bits is None or mode is None or (mode == EXECUTABLE) == bool(bits & stat.S_IXUSR):
        return rights
    return replace(rights, bits=bits | (bits & 0o444) >> 2 if mode == EXECUTABLE else bits & ~0o111)


def rights_at(parent: int, name: str) -> Rights:
    """The rights of the regular file that stands there. Raises: OSError."""
    fd = open_beneath(parent, name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        return rights_of(fd)
    finally:
        os.close(fd)


def refuse_nested(root: int, path: str) -> None:
    """Refuse a path inside another repository (a submodule or a nested one)."""
    parts = path.split("/")
    for count in range(1, len(parts)):
        place = "/".join(parts[:count])
        if look(root, f"{place}/.git") is not None:
            raise PathRefused(f"path {path!r} is refused: {place!r} is a repository of its own")


def make_folders(root: int, folder: str, *, durable: bool = False) -> None:
    """Create what is missing of a folder's path, beneath the root.

    Args:
        durable: whether each is on the disk before anything is put into it.
    """
    place = os.dup(root)
    try:
        for name in folder.split("/") if folder else ():
            with suppress(FileExistsError):
                os.mkdir(name, 0o755, dir_fd=place)
                if os.geteuid() == 0:
                    whose = os.fstat(place)
                    os.chown(name, whose.st_uid, whose.st_gid, dir_fd=place, follow_symlinks=False)
                if durable:
                    os.fsync(place)
            below = os.open(name, DIRECTORY, dir_fd=place)
            os.close(place)
            place = below
    finally:
        os.close(place)


def require_regular(status: os.stat_result, path: str) -> None:
    """Refuse what is no regular file. Raises: PathRefused."""
    if stat.S_ISREG(status.st_mode):
        return
    kinds = {stat.S_IFLNK: "a symbolic link", stat.S_IFDIR: "a folder"}
    kind = kinds.get(stat.S_IFMT(status.st_mode), "a special file")
    raise PathRefused(f"path {path!r} is refused: it is {kind}, not a regular file")


def require_replaceable(status: os.stat_result, path: str) -> None:
    """Refuse a file that is read-only or has other names. Raises: PathRefused."""
    if not status.st_mode & 0o222:
        raise PathRefused(f"path {path!r} is refused: the file is read-only")
    if status.st_nlink > 1:
        raise PathRefused(
            f"path {path!r} is refused: the file has {status.st_nlink} hard links; "
            "a change would part it from the others"
        )

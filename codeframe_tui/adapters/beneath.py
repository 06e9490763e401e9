"""System calls that stay beneath a folder and follow no link.

On Linux the kernel resolves whole paths (openat2); elsewhere, and where a filter forbids that
call, each folder is opened on its own without following links. Both see the file that was there
when they looked, and nothing outside, whoever swaps names meanwhile.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from codeframe_tui.core.errors import CodeframeError, NotFound, PathRefused

__all__ = [
    "DIRECTORY",
    "can_move",
    "directory",
    "exchange",
    "move_new",
    "open_beneath",
    "open_root",
    "refusal",
    "set_mode",
]

DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

_OPENAT2 = 437  # the same on every architecture of Linux that Python runs on
_BENEATH = 0x08 | 0x04 | 0x02  # RESOLVE_BENEATH, NO_SYMLINKS, NO_MAGICLINKS
_NOREPLACE, _EXCHANGE = 1, 2
_UNSUPPORTED = {errno.ENOSYS, errno.EPERM, errno.EINVAL, errno.ENOTSUP}

_libc = ctypes.CDLL(None, use_errno=True)


class _OpenHow(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def open_root(path: str | os.PathLike[str]) -> int:
    """Open the folder that everything else stays beneath; the caller closes it."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def open_beneath(root: int, path: str, flags: int, mode: int = 0) -> int:
    """Open a path below an open folder; no link is followed anywhere. Raises: OSError."""
    flags |= os.O_CLOEXEC | os.O_NOFOLLOW
    if not path:
        return os.open(".", flags, dir_fd=root)
    if _HAS_OPENAT2:
        return _openat2(root, path, flags, mode)
    return _walk(root, path, flags, mode)


@contextmanager
def directory(root: int, path: str) -> Iterator[int]:
    """A folder below an open folder, as a descriptor; ``""`` is the folder itself."""
    fd = open_beneath(root, path, DIRECTORY)
    try:
        yield fd
    finally:
        os.close(fd)


def exchange(source: int, name: str, target: int, other: str) -> bool:
    """Swap two names at once; False when the system or the file system cannot."""
    return _renameat2(source, name, target, other, _EXCHANGE)


def move_new(source: int, name: str, target: int, other: str) -> None:
    """Move a file to a name that is free. Raises: FileExistsError, OSError."""
    if _renameat2(source, name, target, other, _NOREPLACE):
        return
    os.link(name, other, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
    os.fsync(target)  # a power cut may leave both names, never none
    os.unlink(name, dir_fd=source)


def can_move(source: int, target: int) -> bool:
    """Whether a file can be renamed from one open folder into the other; changes nothing.

    The kernel compares the mounts before it looks for the name, which does not exist.
    """
    name = f".codeframe-tui-{secrets.token_hex(8)}"
    try:
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
    except OSError as error:
        return error.errno != errno.EXDEV and os.fstat(source).st_dev == os.fstat(target).st_dev
    return True


def set_mode(folder: int, name: str, bits: int) -> None:
    """Change the permissions of what has a name in an open folder; a link is not followed.

    Raises: OSError; also for a link.
    """
    if sys.platform != "linux":
        os.chmod(name, bits, dir_fd=folder, follow_symlinks=False)
        return
    fd = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        if stat.S_ISLNK(os.fstat(fd).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
        Path(f"/proc/self/fd/{fd}").chmod(bits)  # no other way to what may not be opened
    finally:
        os.close(fd)


def refusal(error: OSError, root: int, path: str) -> CodeframeError:
    """What a failed access means to a person."""
    if error.errno == errno.ENOENT:
        return NotFound(f"{path!r} does not exist")
    if error.errno in {errno.ELOOP, errno.ENOTDIR, errno.EXDEV, errno.EMLINK, errno.ENXIO}:
        return PathRefused(f"path {path!r} is refused: {_obstacle(root, path)}")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return PathRefused(f"path {path!r} is refused: {os.strerror(error.errno or 0).lower()}")
    return CodeframeError(f"{path!r}: {error.strerror}", hint="see the log for the whole error")


def _obstacle(root: int, path: str) -> str:
    """The first part of a path that is no folder, for the message only."""
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        part = "/".join(parts[:count])
        with suppress(OSError), directory(root, "/".join(parts[: count - 1])) as parent:
            kind = os.stat(parts[count - 1], dir_fd=parent, follow_symlinks=False).st_mode
            if stat.S_ISLNK(kind):
                return f"{part!r} is a symbolic link"
            if count < len(parts) and not stat.S_ISDIR(kind):
                return f"{part!r} is not a folder"
    return "it does not stay in the folder, or is no regular file"


def _openat2(root: int, path: str, flags: int, mode: int) -> int:
    how = _OpenHow(flags, mode, _BENEATH)
    while True:
        fd: int = _libc.syscall(
            ctypes.c_long(_OPENAT2),
            ctypes.c_int(root),
            ctypes.c_char_p(os.fsencode(path)),
            ctypes.byref(how),
            ctypes.c_size_t(ctypes.sizeof(how)),
        )
        if fd >= 0:
            return fd
        number = ctypes.get_errno()
        if number not in {errno.EAGAIN, errno.EINTR}:
            raise OSError(number, os.strerror(number), path)


def _walk(root: int, path: str, flags: int, mode: int) -> int:
    *folders, name = path.split("/")
    fd = os.dup(root)
    try:
        for folder in folders:
            below = os.open(folder, DIRECTORY, dir_fd=fd)
            os.close(fd)
            fd = below
        return os.open(name, flags, mode, dir_fd=fd)
    finally:
        os.close(fd)


def _renameat2(source: int, name: str, target: int, other: str, how: int) -> bool:
    if not _HAS_RENAMEAT2:
        return False  # macOS has renameatx_np with the same two modes; not used yet
    result = _libc.renameat2(
        ctypes.c_int(source),
        ctypes.c_char_p(os.fsencode(name)),
        ctypes.c_int(target),
        ctypes.c_char_p(os.fsencode(other)),
        ctypes.c_uint(how),
    )
    if result == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), other)


def _probe_openat2() -> bool:
    if os.uname().sysname != "Linux":
        return False
    root = open_root("/")
    try:
        os.close(_openat2(root, ".", DIRECTORY, 0))
    except OSError:
        return False
    finally:
        os.close(root)
    return True


_HAS_OPENAT2 = _probe_openat2()
_HAS_RENAMEAT2 = os.uname().sysname == "Linux" and hasattr(_libc, "renameat2")

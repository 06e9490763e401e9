"""The project's lock: one engine per project, whatever happens to its process."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from codeframe_tui.adapters.process import lives
from codeframe_tui.core.errors import Lacking, Refused

__all__ = ["ProjectLock", "folder_lock"]

PID_WAIT_SECONDS = 0.2
"""How long a loser waits for the winner to write its pid."""
HEIR_WAIT_SECONDS = 2.0
"""How long the heir of a dead engine waits for children that it left between fork and exec."""
POLL_SECONDS = 0.005


class ProjectLock:
    """Holds an exclusive lock on a file while its block runs.

    The kernel frees it when the process dies, so it is never judged by the pid inside and the
    file is never deleted. A child shares it from fork to exec: an engine that was killed just
    then seems to hold it for some milliseconds more.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            Refused: another process holds it (code ``engine_running``); names its pid.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        fd = os.open(self._path, flags, 0o600)
        if not _taken(fd):
            pid = _read_pid(fd)
            os.close(fd)
            raise Refused(
                f"an engine already runs for this project (pid {pid or 'unknown'})",
                hint="open the cockpit to reach it, or end it first",
                code="engine_running",
            )
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        self._fd = fd

    def release(self) -> None:
        """Give the lock back; not an error when it is not held."""
        if self._fd is not None:
            with suppress(OSError):
                os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> ProjectLock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a project's folder itself while the block runs, beside the lock in its state.

    A project has a second state where it is reached by another path (mounted twice, other
    letters) or ``--state-dir`` names another place. Some file systems lock no folders: there
    the lock in the state is all.

    Raises:
        Lacking: an engine with another state holds it (code ``folder_taken``).
    """
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            _lock(fd)
        yield
    finally:
        os.close(fd)


def _lock(fd: int) -> None:
    """Raises: Lacking, OSError."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Lacking(
            "an engine with another state already works in this folder",
            hint="it was started by another path of the folder, or with another --state-dir:"
            " go there to reach or end it",
            code="folder_taken",
        ) from None


def _taken(fd: int) -> bool:
    """Lock the file, at once or as soon as the children of a dead holder are gone."""
    end = time.monotonic() + HEIR_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _read_pid(fd)
            if pid is None or lives(pid) or time.monotonic() > end:
                return False
            time.sleep(POLL_SECONDS)
        else:
            return True


def _read_pid(fd: int) -> int | None:
    end = time.monotonic() + PID_WAIT_SECONDS
    while True:
        text = os.pread(fd, 32, 0).strip()
        if text.isdigit():
            return int(text)
        if time.monotonic() > end:
            return None
        time.sleep(POLL_SECONDS)

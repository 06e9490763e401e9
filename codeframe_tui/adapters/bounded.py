"""Reading a file that others name, which may be anything: a pipe, a device, of any size."""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["read_regular"]


def read_regular(path: Path, limit: int) -> bytes:
    """What a regular file begins with; links are followed. Raises: OSError, also for others."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(f"{path} is no regular file")
        with os.fdopen(fd, "rb", closefd=False) as file:  # of a folder it would stay open
            return file.read(limit)
    finally:
        os.close(fd)

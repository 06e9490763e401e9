"""Standard input of a command: a few bytes, then its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["stdin_of"]


@contextmanager
def stdin_of(content: bytes) -> Iterator[int]:
    """A descriptor that reads as ``content``, which must fit into a pipe (64 KiB)."""
    if not content:
        fd = os.open(os.devnull, os.O_RDONLY)
    else:
        fd, writing = os.pipe()
        os.set_blocking(writing, False)
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            pipe.write(content)
    try:
        yield fd
    finally:
        os.close(fd)

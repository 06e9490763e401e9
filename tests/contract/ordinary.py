"""An ordinary user; where we are root, the test steps down."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["NOBODY", "give", "stepped_down"]

NOBODY = 65_534


def give(place: Path) -> None:
    """Let a folder and all in it belong to the ordinary user, where we are root."""
    if os.geteuid() != 0:
        return
    walk = ((Path(folder), names + files) for folder, names, files in os.walk(place))
    for path in (folder / name for folder, names in walk for name in (".", *names)):
        with suppress(FileNotFoundError):  # somebody may move names about meanwhile
            os.lchown(path, NOBODY, NOBODY)


@contextmanager
def stepped_down(place: Path, groups: Sequence[int] = ()) -> Iterator[bool]:
    """Be an ordinary user to whom a folder belongs; yields whether we were root.

    Args:
        groups: that the user is in beside its own; where we are not root, the user has what it has.
    """
    # Our own Python may lie where an ordinary user cannot import from.
    codecs.lookup("ascii")
    ThreadPoolExecutor().shutdown()
    if os.geteuid() != 0:
        yield False
        return
    give(place)
    before = os.getgroups()
    os.setgroups([NOBODY, *groups])
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield True
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        os.setgroups(before)

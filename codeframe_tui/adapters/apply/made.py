"""Folders that applies made: they go when they are left empty, those of the user stay."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from codeframe_tui.adapters.beneath import directory
from codeframe_tui.adapters.files import look

__all__ = ["made_again", "remove_made", "to_be_made"]

_NOT_YET = 0
"""In the place of an inode, which this never is."""


def remove_made(root: int, folders: Iterator[str], made: dict[str, int]) -> None:
    """Remove folders, nearest first, as long as they are empty and an apply made them."""
    for folder in folders:
        status = look(root, folder)
        if status is None:
            made.pop(folder, None)
            continue
        if made.get(folder) != status.st_ino:
            return
        try:
            with directory(root, folder.rpartition("/")[0]) as parent:
                os.rmdir(folder.rpartition("/")[2], dir_fd=parent)
                os.fsync(parent)  # before it is forgotten who made it
        except OSError:
            return
        del made[folder]


def to_be_made(root: int, folders: Iterable[str], made: Mapping[str, int]) -> dict[str, int]:
    """The list with those folders that are missing now: who makes them again, is not yet told."""
    missing = (folder for folder in folders if look(root, folder) is None)
    return {**made, **dict.fromkeys(missing, _NOT_YET)}


def made_again(root: int, made: Mapping[str, int]) -> dict[str, int]:
    """The list in which `to_be_made` put folders, with their inodes as far as they were made."""
    known = dict(made)
    for folder in (name for name, inode in made.items() if inode == _NOT_YET):
        status = look(root, folder)
        if status is None:
            del known[folder]
        else:
            known[folder] = status.st_ino
    return known

"""Folders that applies made: they go when they are left empty, those of the user stay."""

from __future__ import annotations

import os
from collections.abc import Iterator

from codeframe_tui.adapters.beneath import directory
from codeframe_tui.adapters.files import look

__all__ = ["remove_made"]


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

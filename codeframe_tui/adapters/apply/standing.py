"""What a new file takes over: of the file that stands there, of one that was, or of its folder."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import replace

from codeframe_tui.adapters.apply.journal import parents
from codeframe_tui.adapters.beneath import directory
from codeframe_tui.adapters.files import EXECUTABLE, look, rights_at, stage
from codeframe_tui.adapters.rights import Rights, inherited
from codeframe_tui.ports import Replacement

__all__ = ["SOMETHING_ELSE", "nearest_folder", "stage_heir", "standing"]

SOMETHING_ELSE = {
    errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.EXDEV, errno.ENXIO, errno.EACCES,
}  # fmt: skip
"""What a system says of a path where no file or folder of the project stands any more."""


def standing(root: int, path: str) -> Rights | None:
    """The rights of the file at a path; None for nothing, or what nobody will replace."""
    try:
        return rights_at(root, path)
    except OSError as error:
        if error.errno in SOMETHING_ELSE:
            return None
        raise


def stage_heir(
    slots: int,
    name: str,
    root: int,
    wish: Replacement,
    *,
    now: Rights | None,
    remembered: Mapping[str, Rights],
) -> list[str]:
    """Write the new file of a wish, durably, with all that it takes over.

    Args:
        slots: open folder for it.
        now: of the file it replaces, if any.
        remembered: of exactly the new files, from when they were taken out.

    Returns:
        What it cannot keep, in words.
    """
    assert wish.new is not None
    mode, content = wish.new
    rights = _succession(root, wish.path, mode, now, remembered.get(wish.path))
    lost = stage(slots, name, content, rights, mode, durable=True)
    return [f"{wish.path}: {what}" for what in lost]


def _succession(
    root: int, path: str, mode: str, now: Rights | None, remembered: Rights | None
) -> Rights:
    if now is None:
        if remembered is not None and remembered.gid is not None:
            return remembered
        base = _of_the_folder(root, path)
        return base if remembered is None else replace(base, bits=remembered.bits)
    same = bool((now.bits or 0) & stat.S_IXUSR) == (mode == EXECUTABLE)
    return now if same or remembered is None else replace(now, bits=remembered.bits)


def _of_the_folder(root: int, path: str) -> Rights:
    with directory(root, nearest_folder(root, path)) as folder:
        rights = inherited(folder)
    if os.geteuid() != 0:
        return rights
    whose = os.fstat(root)
    return replace(rights, uid=whose.st_uid, gid=whose.st_gid if rights.gid is None else rights.gid)


def nearest_folder(root: int, path: str) -> str:
    """The folder of a path, or the nearest above that exists."""
    return next((p for p in parents(path) if look(root, p) is not None), "")

"""What a new file takes over: of the file that stands there, of one that was, or of its folder."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import replace

from codeframe_tui.adapters.apply.journal import parents
from codeframe_tui.adapters.beneath import directory
from codeframe_tui.adapters.files import EXECUTABLE, look, rights_at
from codeframe_tui.adapters.rights import Rights, inherited

__all__ = ["nearest_folder", "standing", "succession"]

_SOMETHING_ELSE = {errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.EACCES}


def standing(root: int, path: str) -> Rights | None:
    """The rights of the file at a path; None for nothing, or what nobody will replace."""
    try:
        return rights_at(root, path)
    except OSError as error:
        if error.errno in _SOMETHING_ELSE:
            return None
        raise


def succession(
    root: int, path: str, mode: str, now: Rights | None, remembered: Rights | None
) -> Rights:
    """What the new file at a path takes over.

    Args:
        mode: git mode of the new file.
        now: of the file it replaces, if any.
        remembered: of exactly this file, from when it was taken out.
    """
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

"""Hands a workspace to the unprivileged user that commands run as (only when we are root)."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["give"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def give(workspace: Path, uid: int) -> None:
    """Make ``uid`` the owner of a folder and all in it; no symlink is followed.

    The parent is closed to others, so that no other process of that user reaches it from outside.
    """
    workspace.parent.chmod(0o700)
    root = os.open(workspace, _FOLDER)
    try:
        os.fchown(root, uid, uid)
        _give_content(root, uid)
    finally:
        os.close(root)


def _give_content(folder: int, uid: int) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_uid != uid:
                os.chown(entry.name, uid, uid, dir_fd=folder, follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                inner = os.open(entry.name, _FOLDER, dir_fd=folder)
                try:
                    _give_content(inner, uid)
                finally:
                    os.close(inner)

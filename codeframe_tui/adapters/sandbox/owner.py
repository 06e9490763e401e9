"""Makes a folder and all in it belong to the user that a command runs as.

The launcher loads this from its file, so it knows nothing of the package.
"""

from __future__ import annotations

import os

__all__ = ["give"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def give(workspace: str, uid: int) -> None:
    """Make ``uid`` the owner of a folder and all in it; no symlink is followed.

    The parent is closed to others: no other process of that user reaches it from outside.
    """
    os.chmod(os.path.dirname(workspace), 0o700)  # noqa: PTH101, PTH120
    root = os.open(workspace, _FOLDER)
    try:
        os.fchown(root, uid, uid)
        _content(root, uid)
    finally:
        os.close(root)


def _content(folder: int, uid: int) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_uid != uid:
                os.chown(entry.name, uid, uid, dir_fd=folder, follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                inner = os.open(entry.name, _FOLDER, dir_fd=folder)
                try:
                    _content(inner, uid)
                finally:
                    os.close(inner)

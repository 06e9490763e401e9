"""Whether a path lies in a folder: by what the folders are, never by how they are spelled.

A file system may merge upper and lower case, a folder may be mounted twice, and links and ``..``
lead anywhere, so one folder has many paths.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path

__all__ = ["follow", "within"]

_MOST = 10_000
"""Parts of a path that are gone through: links may lead in a circle."""


def within(folder: Path, path: Path) -> Path | None:
    """Where a path leads to in a folder, relative to it; None when that is elsewhere.

    What is not there lies where it would be made. A part of the folder that is mounted elsewhere
    too counts as elsewhere by that path.
    """
    real = Path(os.path.realpath(path))
    if real.is_relative_to(folder):
        return real.relative_to(folder)
    with suppress(OSError):
        wanted = folder.stat()
        for each in (real, *real.parents):
            with suppress(OSError):  # it is not there, or not for us: what is above it decides
                if os.path.samestat(each.stat(), wanted):
                    return real.relative_to(each)
    return None


def follow(path: Path, links: MutableMapping[Path, str]) -> Path:
    """The real path of an absolute one, part by part.

    Args:
        links: gets every link that was met, by its own real path, with what it says.
    """
    done = Path("/")
    rest = list(reversed(path.parts[1:]))
    for _ in range(_MOST):
        if not rest:
            break
        part = rest.pop()
        if part == "..":
            done = done.parent
            continue
        step = done / part
        if not step.is_symlink():
            done = step
            continue
        target = os.readlink(step)  # noqa: PTH115 - the text as it is, not a Path
        links[step] = target
        if target.startswith("/"):
            done = Path("/")
        rest += [name for name in reversed(target.split("/")) if name not in {"", "."}]
    return done

"""Everything that can be known of an apply before anything is written."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

from codeframe_tui.adapters.apply.journal import mark
from codeframe_tui.adapters.apply.slots import read_mark
from codeframe_tui.adapters.apply.standing import nearest_folder
from codeframe_tui.adapters.beneath import can_move, directory, refusal
from codeframe_tui.adapters.files import look, refuse_nested, require_replaceable
from codeframe_tui.core.errors import Conflict, PathRefused, Refused
from codeframe_tui.core.paths import check_path
from codeframe_tui.ports import Replacement

__all__ = ["AGAIN", "changed_meanwhile", "differing", "preflight"]

AGAIN = "the worker can make the change again on the files as they are now"


def preflight(root: int, replacements: Sequence[Replacement], reserved: Collection[str]) -> None:
    """Refuse what cannot be written, see `JournalledTree.replace`; writes nothing.

    Args:
        root: the real tree.
        replacements: one per path.
        reserved: places of environments.
    """
    changed = differing(root, {r.path: r.old for r in replacements}, reserved)
    if changed:
        raise changed_meanwhile(changed)
    for replacement in replacements:
        if replacement.old == replacement.new:
            continue
        try:
            _require_writable(root, replacement.path)
        except OSError as error:
            raise refusal(error, root, replacement.path) from error
    room = os.fstatvfs(root)
    needed = sum(len(r.new[1]) for r in replacements if r.new is not None)
    if room.f_bavail * room.f_frsize < 2 * needed:
        raise Refused("there is not enough free space", hint="make room and try again")


def differing(
    root: int, entries: Mapping[str, tuple[str, bytes] | None], reserved: Collection[str]
) -> list[str]:
    """Those paths whose state is not the given one. Raises: PathRefused."""
    return [path for path, side in entries.items() if _differs_at(root, path, side, reserved)]


def changed_meanwhile(paths: Sequence[str]) -> Conflict:
    """What is told of files that are not what they must be."""
    return Conflict(
        f"changed meanwhile: {', '.join(sorted(paths))}; nothing was written", hint=AGAIN
    )


def _differs_at(
    root: int, path: str, side: tuple[str, bytes] | None, reserved: Collection[str]
) -> bool:
    check_path(path, reserved)
    try:
        refuse_nested(root, path)
    except OSError as error:
        raise refusal(error, root, path) from error
    return read_mark(root, path) != mark(side)


def _require_writable(root: int, path: str) -> None:
    status = look(root, path)
    if status is not None:
        require_replaceable(status, path)
    with directory(root, nearest_folder(root, path)) as folder:
        if not os.access(".", os.W_OK | os.X_OK, dir_fd=folder):
            raise PathRefused(f"path {path!r} is refused: its folder is read-only")
        if not can_move(root, folder):
            raise PathRefused(f"path {path!r} is refused: it lies on another file system")

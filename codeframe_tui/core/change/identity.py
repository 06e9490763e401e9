"""What tells a change from others, wherever it stands: of a hunk and of a file."""

from __future__ import annotations

import hashlib

from codeframe_tui.core.change.diff import FileDiff, Hunk

__all__ = ["file_key", "hunk_key"]


def hunk_key(path: str, hunk: Hunk) -> str:
    """Names what a hunk changes, wherever it stands: path and its removed and added lines."""
    digest = hashlib.sha256(path.encode("utf-8", "surrogateescape"))
    for sign, text in hunk.lines:
        if sign != " ":
            digest.update(f"\n{sign}{text}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def file_key(diff: FileDiff) -> str:
    """Names what is done to a file: action, modes, and each of its hunks."""
    what = f"{diff.action} {diff.old_mode} {diff.new_mode} {diff.binary}"
    digest = hashlib.sha256(what.encode())
    for hunk in diff.hunks:
        digest.update(hunk_key(diff.path, hunk).encode())
    return digest.hexdigest()

"""What the bar of a file tells of it, and the note of one without hunks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.core.text import reveal_name
from codeframe_tui.tui.present.diff.kinds import FileRow
from codeframe_tui.tui.present.diff.quiet import quiet_reason

__all__ = ["file_row", "note_of"]


def file_row(file: Mapping[str, Any], moved: str) -> FileRow:
    """The bar of a file, as far as the file alone tells it.

    Args:
        file: of a diff document.
        moved: the path where the same content was, or is now; empty for most.
    """
    return FileRow(
        path=file["path"],
        shown=reveal_name(file["path"]),
        action=file["action"],
        added=0,
        removed=0,
        number=0,
        total=0,
        folded=False,
        mode=_mode(file),
        binary=bool(file.get("binary")),
        quiet=quiet_reason(file),
        moved=_move(file, moved),
    )


def _mode(file: Mapping[str, Any]) -> str:
    mode = file.get("mode")
    if file["action"] == "create":
        return "executable" if mode == "100755" else ""
    if file.get("old_mode", mode) == mode:
        return ""
    return "now executable" if mode == "100755" else "no longer executable"


def _move(file: Mapping[str, Any], other: str) -> str:
    way = "from" if file["action"] == "create" else "to"
    return f"renamed {way} {reveal_name(other)}" if other else ""


def note_of(file: Mapping[str, Any]) -> str:
    """Why a file has no hunks."""
    if file.get("binary"):
        return "binary file, taken or left as a whole"
    if file["action"] != "modify":
        return "empty file"
    if file.get("mode") == file.get("old_mode"):
        return "nothing but white space changes"
    return f"only the mode changes, to {file.get('mode')}"

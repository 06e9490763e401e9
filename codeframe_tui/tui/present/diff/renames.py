"""Files that only moved: one is deleted, another created with the same lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from codeframe_tui.tui.present.diff.pages import PagedHunks, line_count

__all__ = ["renames"]

_MOST = 20_000  # lines of a file up to which it is looked at


def renames(files: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """What became of files, or what they were: path -> the other path; each at most once."""
    gone = [file for file in files if file["action"] == "delete" and _lines(file)]
    came = [file for file in files if file["action"] == "create" and _lines(file)]
    if not gone or not came:
        return {}
    by_lines: dict[tuple[str, ...], list[str]] = {}
    for file in gone:
        by_lines.setdefault(_texts(file), []).append(file["path"])
    found: dict[str, str] = {}
    for file in came:
        others = by_lines.get(_texts(file))
        if others:
            other = others.pop(0)
            found[file["path"]], found[other] = other, file["path"]
    return found


def _lines(file: Mapping[str, Any]) -> int:
    """How many lines it has; none of one whose text is not all here."""
    lines = line_count(file["hunks"])
    return 0 if isinstance(file["hunks"], PagedHunks) or lines > _MOST else lines


def _texts(file: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(text for hunk in file["hunks"] for _, text in hunk["lines"])

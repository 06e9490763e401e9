"""Differences between two trees, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from codeframe_tui.core.proposal import Action, FileSummary

__all__ = ["FileDiff", "Hunk", "file_document", "summary"]


@dataclass(frozen=True, slots=True)
class Hunk:
    r"""A run of changed lines with its context.

    Attributes:
        k: number in the file, from 1.
        old_start: first line on the base side, from 1; the line before for an empty range.
        lines: pairs of sign (``+``, ``-`` or a space) and text without its line end; a lone
            ``\\`` sign carries the note that the line above has no newline at its end.
        heading: enclosing function or class as git names it; may be empty.
    """

    k: int
    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: tuple[tuple[str, str], ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class FileDiff:
    """How one file differs.

    Attributes:
        old_mode: None when the file is created.
        new_mode: None when the file is deleted.
        binary: no hunks can be shown; the file is taken or left whole.
    """

    path: str
    action: Action
    old_mode: str | None
    new_mode: str | None
    binary: bool
    hunks: tuple[Hunk, ...]


def summary(diff: FileDiff) -> FileSummary:
    """Count the added and removed lines of a file."""
    signs = [sign for hunk in diff.hunks for sign, _ in hunk.lines]
    return FileSummary(diff.path, diff.action, signs.count("+"), signs.count("-"))


def file_document(diff: FileDiff, verdicts: Sequence[str | None] = ()) -> dict[str, Any]:
    """The outward form of one file (CONTRACT §9); text is not yet sanitised for a terminal."""
    return {
        "path": diff.path,
        "action": diff.action.value,
        "mode": diff.new_mode or diff.old_mode,
        "old_mode": diff.old_mode,
        "binary": diff.binary,
        "hunks": [
            {
                "k": hunk.k,
                "old_start": hunk.old_start,
                "old_lines": hunk.old_lines,
                "new_start": hunk.new_start,
                "new_lines": hunk.new_lines,
                "heading": hunk.heading,
                "lines": [[sign, text] for sign, text in hunk.lines],
                "verdict": verdicts[i] if i < len(verdicts) else None,
            }
            for i, hunk in enumerate(diff.hunks)
        ],
    }

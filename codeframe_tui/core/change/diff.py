"""Differences between two trees, as values."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol, runtime_checkable

from codeframe_tui.core.change.outline import pack_numbers, pack_signs
from codeframe_tui.core.change.proposal import Action, FileSummary

__all__ = ["REGULAR", "FileDiff", "Hunk", "Outlined", "file_document", "summary", "taken"]

REGULAR = frozenset({"100644", "100755"})
"""Modes of regular files, as git writes them."""


@dataclass(frozen=True, slots=True)
class Hunk:
    r"""A run of changed lines with its context.

    Attributes:
        k: number in the file, from 1.
        old_start: first line on the base side, from 1; the line before for an empty range.
        lines: pairs of sign (``+``, ``-`` or a space) and text without its line end; a lone
            ``\\`` sign carries the note that the line above has no newline at its end. Of a large
            hunk they are read when they are looked at.
        heading: enclosing function or class as git names it; may be empty.
    """

    k: int
    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: Sequence[tuple[str, str]]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class FileDiff:
    """How one file differs.

    Attributes:
        old_mode: None when the file is created.
        new_mode: None when the file is deleted.
        binary: no hunks can be shown; the file is taken or left whole.
        counts: added and removed lines, where they are known without counting.
    """

    path: str
    action: Action
    old_mode: str | None
    new_mode: str | None
    binary: bool
    hunks: Sequence[Hunk]
    counts: tuple[int, int] | None = None


@runtime_checkable
class Outlined(Protocol):
    """Hunks that tell all their numbers and signs at once."""

    def outline(self, first: int) -> array[int]:
        """`outline.COLUMNS` of each hunk from a position on."""
        ...

    def signs(self, first: int) -> bytes:
        """The sign of each line of the hunks from a position on."""
        ...


def summary(diff: FileDiff) -> FileSummary:
    """Count the added and removed lines of a file."""
    return FileSummary(diff.path, diff.action, *_counts(diff))


def _counts(diff: FileDiff) -> tuple[int, int]:
    if diff.counts is not None:
        return diff.counts
    signs = [sign for hunk in diff.hunks for sign, _ in hunk.lines]
    return signs.count("+"), signs.count("-")


def file_document(
    diff: FileDiff, verdicts: Sequence[str | None] = (), room: int | None = None
) -> dict[str, Any]:
    """The outward form of one file (CONTRACT §9); text is not yet sanitised for a terminal.

    Args:
        diff: how it differs.
        verdicts: of each hunk; none where nothing is decided.
        room: lines for which there is room; the bar of a hunk takes one too. Hunks for which there
            is none stand outlined under ``more``: ``{"outline", "signs", "lines", "verdicts"}``,
            the first lines of the first of them, and runs of equal verdicts as [verdict, count].
            None: no hunk is outlined.
    """
    added, removed = _counts(diff)
    whole = len(diff.hunks) if room is None else _fitting(diff.hunks, room)
    document: dict[str, Any] = {
        "path": diff.path,
        "action": diff.action.value,
        "mode": diff.new_mode or diff.old_mode,
        "old_mode": diff.old_mode,
        "binary": diff.binary,
        "added": added,
        "removed": removed,
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
            for i, hunk in enumerate(diff.hunks[:whole])
        ],
    }
    if room is not None and whole < len(diff.hunks):
        taken = sum(1 + len(hunk["lines"]) for hunk in document["hunks"])
        first = diff.hunks[whole]
        document["more"] = {
            "outline": pack_numbers(_outline(diff.hunks, whole)),
            "signs": pack_signs(_signs(diff.hunks, whole)),
            "heading": first.heading,
            "lines": [[sign, text] for sign, text in first.lines[: max(0, room - taken - 1)]],
            "verdicts": [[each, len(list(run))] for each, run in groupby(verdicts[whole:])],
        }
    return document


def taken(document: Mapping[str, Any]) -> int:
    """The room that a file took, see `file_document`."""
    lines = sum(1 + len(hunk["lines"]) for hunk in document["hunks"])
    return lines + len(document.get("more", {}).get("lines", ()))


def _fitting(hunks: Sequence[Hunk], room: int) -> int:
    """How many of the first hunks have room."""
    for at in range(len(hunks)):
        room -= 1 + len(hunks[at].lines)
        if room < 0:
            return at
    return len(hunks)


def _outline(hunks: Sequence[Hunk], first: int) -> array[int]:
    """`COLUMNS` of each hunk from a position on."""
    if isinstance(hunks, Outlined):
        return hunks.outline(first)
    numbers = array("I")
    for h in hunks[first:]:
        numbers.extend((h.old_start, h.old_lines, h.new_start, h.new_lines, len(h.lines)))
    return numbers


def _signs(hunks: Sequence[Hunk], first: int) -> bytes:
    """Signs of all lines of the hunks from a position on."""
    if isinstance(hunks, Outlined):
        return hunks.signs(first)
    return "".join(sign for hunk in hunks[first:] for sign, _ in hunk.lines).encode("ascii")

"""What does not change in a file: above, between and below its hunks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.tui.present.diff.python import Token

__all__ = ["Gap", "Opened", "gap_at"]

_CONTEXT = 3  # lines around a change that a diff shows wherever there are as many


class Opened(NamedTuple):
    """Lines of a gap that are shown: those next to the hunk below, in the last gap above.

    Attributes:
        lines: their text, and its tokens where these are known.
        total: how many lines the gap has.
    """

    lines: Sequence[tuple[str, Sequence[Token] | None]]
    total: int


class Gap(NamedTuple):
    """Lines that do not change.

    Attributes:
        first: number of the first one after the change, from 1.
        behind: what to take from that number for the one before the change.
        total: how many there are; None when it is not known, which only the last gap's may be.
        heading: what they belong to: the heading of the hunk below.
        last: whether nothing changes below it.
    """

    first: int
    behind: int
    total: int | None
    heading: str
    last: bool

    def units(self, opened: Opened | None) -> int:
        """Lines that are shown, and the one that tells how many there are."""
        if opened is not None:
            return len(opened.lines) + 1 if opened.total else 0
        return 0 if self.total == 0 else 1

    def position(self, unit: int, opened: Opened | None) -> int:
        """The position of a shown line among the lines of the gap; -1 for the line that tells."""
        if opened is None:
            return -1
        if self.last:
            return unit if unit < len(opened.lines) else -1
        return opened.total - len(opened.lines) + unit - 1 if unit else -1

    def unit(self, position: int, opened: Opened | None) -> int:
        """The unit of a position, the nearest one where it is not shown."""
        if opened is None:
            return 0
        size = len(opened.lines)
        if self.last:
            return size if position < 0 else min(position, size)
        return max(0, position - (opened.total - size) + 1)

    def line(self, unit: int, opened: Opened | None) -> tuple[str, Sequence[Token] | None] | None:
        """A shown line as `Opened` has it; None for the line that tells."""
        if opened is None or self.position(unit, opened) < 0:
            return None
        return opened.lines[unit if self.last else unit - 1]


def gap_at(hunks: Sequence[Mapping[str, Any]], at: int) -> Gap:
    """The lines that do not change above the hunk at a position from 0, or below the last one."""
    above = hunks[at - 1] if at else None
    first = 1 if above is None else _begin(above, "new") + int(above["new_lines"])
    old_first = 1 if above is None else _begin(above, "old") + int(above["old_lines"])
    if at == len(hunks):
        return Gap(first, first - old_first, _total_below(hunks[-1]), "", last=True)
    below = hunks[at]
    total = max(0, _begin(below, "new") - first)
    return Gap(first, first - old_first, total, below.get("heading") or "", last=False)


def _begin(hunk: Mapping[str, Any], side: str) -> int:
    """The first line of a hunk; of one that has none on a side a diff names the line before."""
    return int(hunk[f"{side}_start"]) + (not hunk[f"{side}_lines"])


def _total_below(hunk: Mapping[str, Any]) -> int | None:
    """None are left where less than the usual context stands below the last change."""
    shown = hunk["lines"][-_CONTEXT:]
    return None if len(shown) == _CONTEXT and all(line[0] == " " for line in shown) else 0

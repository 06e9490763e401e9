"""What a later attempt did at a place that the worker was told about.

It is read from the files alone: whether a wish was met is for a person to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.identity import hunk_key
from codeframe_tui.core.review.comment import NEIGHBOURS, Spot, anchor

__all__ = ["Became", "became", "removal_became"]


class Became(StrEnum):
    """What became of lines.

    Attributes:
        CHANGED: they are others, or a line beside them is: what was wished may be done.
        STANDS: they and the lines beside them are as they were.
        GONE: they are not there, and nothing is in their place.
    """

    CHANGED = "changed"
    STANDS = "stands"
    GONE = "gone"


def became(spot: Spot, lines: Sequence[str] | None) -> Became:
    """What became of lines of a proposed file.

    Args:
        spot: where they were, with their neighbours, when the worker was told.
        lines: of the file now; None = it is not there.
    """
    if lines is None:
        return Became.GONE
    first = anchor(spot, lines)
    if first is None:
        return Became.GONE if _closed(spot, lines) else Became.CHANGED
    last = first + spot.last - spot.first
    now = Spot.of(spot.path, first, last, spot.side, lines)
    same = (now.before, now.after) == (spot.before, spot.after)
    return Became.STANDS if same else Became.CHANGED


def removal_became(
    told: tuple[Spot, FileDiff | None], now: tuple[Spot | None, FileDiff | None]
) -> Became:
    """What became of removed lines: their removal stands while the same hunk removes them.

    Args:
        told: where they are before the change, and the change, when the worker was told.
        now: the same of the later attempt.
    """
    same = now[0] is not None and _hunks_at(*told) == _hunks_at(now[0], now[1])
    return Became.STANDS if same else Became.CHANGED


def _hunks_at(spot: Spot, diff: FileDiff | None) -> set[str]:
    return {
        hunk_key(spot.path, hunk)
        for hunk in (diff.hunks if diff is not None else ())
        if hunk.old_start <= spot.last and spot.first < hunk.old_start + hunk.old_lines
    }


def _closed(spot: Spot, lines: Sequence[str]) -> bool:
    """Whether the lines around a place follow each other now, so that it has left only a gap."""
    around = [*spot.before, *spot.after]
    if not any(map(str.strip, around)):
        return not lines
    size, last = len(around), len(lines) - len(around)
    from_start, to_end = len(spot.before) < NEIGHBOURS, len(spot.after) < NEIGHBOURS
    places = range(last if to_end else 0, 1 if from_start else last + 1)
    return any(list(lines[at : at + size]) == around for at in places if 0 <= at <= last)

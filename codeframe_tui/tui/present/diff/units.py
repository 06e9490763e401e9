"""Units that take one row or more, of which most take one: found by number, both ways."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

__all__ = ["Heights", "Pairs", "Spot", "pair_count"]

_RUN = re.compile(r"(?<!-)(?<!-\\)(-[-\\]*+)(\+[+\\]*+)")
"""Removed lines and the added ones in their place, with the notes that no newline follows. Tried
only where a run begins, and never again from within it: a long one costs linear time."""


class Spot(NamedTuple):
    """Where a row is in its unit: a part of it, or one of the ``extra`` rows after it, from 1."""

    unit: int
    part: int = 0
    extra: int = 0


class Heights:
    """Rows of units.

    Args:
        tall: of each unit that takes more than one row, in order: the unit, how many rows it
            takes itself, and how many come after it.
    """

    def __init__(self, tall: Iterable[tuple[int, int, int]] = ()) -> None:
        found = list(tall)
        self._units = [unit for unit, _, _ in found]
        self._parts = [parts for _, parts, _ in found]
        self._more = list(accumulate((p - 1 + more for _, p, more in found), initial=0))
        self._rows = [unit + more for unit, more in zip(self._units, self._more, strict=False)]

    @property
    def more(self) -> int:
        """How many rows there are beyond one for each unit."""
        return self._more[-1]

    def spot(self, row: int) -> Spot:
        """What a row is part of."""
        at = bisect_right(self._rows, row) - 1
        if at < 0:
            return Spot(row)
        unit, offset = self._units[at], row - self._rows[at]
        over = self._more[at + 1] - self._more[at]
        if offset > over:
            return Spot(unit + offset - over)
        parts = self._parts[at]
        return Spot(unit, offset) if offset < parts else Spot(unit, 0, offset - parts + 1)

    def row(self, spot: Spot) -> int:
        """The row of a spot, or the nearest one of its unit."""
        at = bisect_left(self._units, spot.unit)
        first = spot.unit + self._more[at]
        if at == len(self._units) or self._units[at] != spot.unit:
            return first
        parts, over = self._parts[at], self._more[at + 1] - self._more[at]
        offset = parts - 1 + spot.extra if spot.extra else min(spot.part, parts - 1)
        return first + min(offset, over)


class Pairs:
    """Which lines of a hunk stand beside each other, old ones left and new ones right.

    Theory of operation: in a run of removed and then added lines the longer side takes a row each,
    the shorter one as well as it fits; so how many rows there are follows from the signs alone.

    Args:
        signs: of the hunk's lines, a character each.
        partner: tells of a line which one it became, or was; None where there is none.
    """

    def __init__(self, signs: str, partner: Callable[[int], int | None]) -> None:
        self._signs = signs
        self._partner = partner
        self._runs = [
            (match.start(), match.start(2), match.end()) for match in _RUN.finditer(signs)
        ]
        saved = [min(middle - start, end - middle) for start, middle, end in self._runs]
        self._saved = list(accumulate(saved, initial=0))
        self._starts = [run[0] for run in self._runs]
        self._units = [start - less for start, less in zip(self._starts, self._saved, strict=False)]
        self._placed: dict[int, tuple[Sequence[int | None], Sequence[int | None]]] = {}

    def __len__(self) -> int:
        return len(self._signs) - self._saved[-1]

    def lines(self, unit: int) -> tuple[int | None, int | None]:
        """The lines of a unit."""
        at = bisect_right(self._units, unit) - 1
        if at >= 0:
            start, middle, end = self._runs[at]
            offset, size = unit - self._units[at], max(middle - start, end - middle)
            if offset < size:
                left, right = self._place(at)
                return left[offset], right[offset]
            unit = end + offset - size
        sign = self._sign(unit)
        return (None if sign == "+" else unit), (None if sign == "-" else unit)

    def unit(self, line: int) -> int:
        """The unit that a line is in."""
        at = bisect_right(self._starts, line) - 1
        if at < 0:
            return line
        _, middle, end = self._runs[at]
        if line >= end:
            return line - self._saved[at + 1]
        left, right = self._place(at)
        return self._units[at] + (left if line < middle else right).index(line)

    def _sign(self, line: int) -> str:
        """Of a note the sign of the line that it is about."""
        while self._signs[line] == "\\" and line > 0:
            line -= 1
        return self._signs[line]

    def _place(self, at: int) -> tuple[Sequence[int | None], Sequence[int | None]]:
        if at not in self._placed:
            start, middle, end = self._runs[at]
            old, new = range(start, middle), range(middle, end)
            left = self._beside(old, new) if len(old) < len(new) else old
            right = self._beside(new, old) if len(new) < len(old) else new
            self._placed[at] = left, right
        return self._placed[at]

    def _beside(self, short: range, long: range) -> list[int | None]:
        placed: list[int | None] = [None] * len(long)
        free = 0
        for at, line in enumerate(short):
            partner = self._partner(line)
            wanted = free if partner is None else partner - long.start
            spot = min(max(wanted, free), len(long) - len(short) + at)
            placed[spot] = line
            free = spot + 1
        return placed


def pair_count(signs: str) -> int:
    """How many rows the lines of a hunk take when old and new stand beside each other."""
    saved = (min(len(match[1]), len(match[2])) for match in _RUN.finditer(signs))
    return len(signs) - sum(saved)

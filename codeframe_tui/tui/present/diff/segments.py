"""One file of a diff, laid out.

Theory of operation: rows come in *segments*: the bar of the file (with a note where it has no
hunks), then in turns what does not change and a hunk, which is its bar and its lines. Where each
segment starts is worked out when the file is looked at; how many rows there are follows from a few
numbers of each hunk. A segment is made of *units*: a bar, a line, two lines beside each other. A
unit takes one row unless `Heights` says otherwise.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property, partial
from itertools import accumulate
from typing import Any, NamedTuple

from codeframe_tui.tui.present.diff.gaps import Gap, Opened, gap_at
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.lines import HunkLines
from codeframe_tui.tui.present.diff.pages import PagedHunks, PagedLines, line_count, signs_of
from codeframe_tui.tui.present.diff.python import is_python
from codeframe_tui.tui.present.diff.supply import Supply
from codeframe_tui.tui.present.diff.units import Heights, Pairs, Spot, pair_count

__all__ = ["Extras", "Look", "Segments"]

Extras = Mapping[Place, Sequence[Hashable]]
"""Rows that somebody adds below the row at a place: of a bar, a note or a line of a hunk."""

_LEXED = 200_000  # lines of a file above which the engine has no exact colours


class Look(NamedTuple):
    """How files are laid out.

    Attributes:
        split: old and new lines stand beside each other, in files that have both.
        rows_of: how many rows the text of a line takes; None when each takes one.
        gaps: a row tells what does not change above, between and below hunks.
        rows_of_whole: the same as ``rows_of`` in files that have one side only.
    """

    split: bool = False
    rows_of: Callable[[str], int] | None = None
    gaps: bool = False
    rows_of_whole: Callable[[str], int] | None = None

    def of(self, action: str) -> Look:
        """How a file is laid out: one that came or went needs no second side."""
        if action == "modify" or not self.split:
            return self
        return self._replace(split=False, rows_of=self.rows_of_whole)


class Segments:
    """Where the rows of one file are, by number from 0.

    Args:
        file: of a diff document (CONTRACT §9).
        number: its position among ``total`` files, from 1.
        look: how it is laid out.
        moved: the path where the same content was, or is now; empty for most.
        supply: what the document does not hold.

    Attributes:
        last_line: a number that no line of its hunks goes beyond.
    """

    def __init__(  # noqa: PLR0917 - only the index makes them
        self,
        file: Mapping[str, Any],
        number: int,
        total: int,
        look: Look,
        moved: str = "",
        supply: Supply | None = None,
    ) -> None:
        self.path: str = file["path"]
        self._file = file
        self._hunks: Sequence[Mapping[str, Any]] = file["hunks"]
        self._number, self._total = number, total
        self._look, self._moved = look.of(file["action"]), moved
        self.last_line = _last_line(self._hunks[-1]) if self._hunks else 0
        lexed = self.last_line <= _LEXED
        self._colours = partial(supply.tokens, self.path) if supply and lexed else None
        self._folded = False
        self._extras: Extras = {}
        self._opened: dict[int, Opened] = {}
        self._heights: dict[int, Heights] = {}
        self._lines: dict[int, HunkLines] = {}
        self._pairs: dict[int, Pairs] = {}

    # -- how it is laid out ---------------------------------------------------------------------

    def look(self, look: Look) -> None:
        """Lay the rows out otherwise; costs by hunks unless lines stand in pairs or are wrapped."""
        own = look.of(self._file["action"])
        if own != self._look:
            self._look = own
            self._rows_changed()

    def fold(self, *, folded: bool) -> None:
        """Show nothing but the bar, or all."""
        if folded != self._folded:
            self._folded = folded
            self._rows_changed()

    def add(self, extras: Extras) -> None:
        """Add exactly these rows; the places are of this file."""
        if extras != self._extras:
            self._extras = extras
            self._rows_changed()

    def open(self, place: Place, opened: Opened | None) -> None:
        """Show lines of the gap at a place, or none of them."""
        self._opened.pop(-place.k - 1, None)
        if opened is not None:
            self._opened[-place.k - 1] = opened
        self._rows_changed()

    @property
    def opened(self) -> Mapping[Place, Opened]:
        """What is shown of its gaps."""
        return {Place(self.path, -at - 1): lines for at, lines in self._opened.items()}

    @cached_property
    def lines(self) -> int:
        """How many lines its hunks have."""
        return line_count(self._hunks)

    def gap(self, place: Place) -> tuple[Gap, Opened | None]:
        """The gap at a place, and what is shown of it."""
        return gap_at(self._hunks, -place.k - 1), self._opened.get(-place.k - 1)

    def _rows_changed(self) -> None:
        self._heights.clear()
        for name in ("count", "stops", "_sizes", "_starts", "_added"):
            self.__dict__.pop(name, None)

    @cached_property
    def count(self) -> int:
        """How many rows there are."""
        if self._folded or self._extras or not self._hunks or self._look != _PLAIN:
            return sum(self._sizes)
        return 1 + len(self._hunks) + self.lines

    @cached_property
    def stops(self) -> Sequence[int]:
        """The rows of the bars of hunks, or of the note that stands for them."""
        if self._folded:
            return ()
        if not self._hunks:
            return (self.find(Place(self.path, 0, 0)),)
        return self._starts[2::2][: len(self._hunks)]

    @cached_property
    def _sizes(self) -> list[int]:
        """Rows of each segment; those at even numbers are hunks, 0 the bar."""
        last = 0 if self._folded or not self._hunks else 2 * len(self._hunks) + 1
        if not last or not isinstance(self._hunks, PagedHunks):
            return [self._size(segment) for segment in range(last + 1)]
        sizes = [0, *self._hunks.sizes(pair_count if self._look.split else len), 0]
        if not self._has_gaps:
            sizes[1::2] = [0] * (last // 2 + 1)
        others = {0, last, *self._added, *(2 * at + 1 for at in self._opened)}
        if self._look.rows_of is not None:
            others |= {2 * at for at in range(1, self._hunks.whole + 1)}
        for segment in others:
            sizes[segment] = self._size(segment)
        return sizes

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate(self._sizes, initial=0))

    @cached_property
    def _added(self) -> Mapping[int, Mapping[int, Sequence[Hashable]]]:
        """Rows that somebody added, by segment and unit."""
        added: dict[int, dict[int, list[Hashable]]] = {}
        for place, rows in self._extras.items():
            if rows and place.k >= 0 and not (self._folded and place != Place(self.path)):
                segment, unit = self._unit_of(place)
                added.setdefault(segment, {}).setdefault(unit, []).extend(rows)
        return added

    def _size(self, segment: int) -> int:
        units = self._units(segment)
        rows_of = self._rows_of(segment)
        parts: dict[int, int] = {}
        if rows_of is not None:
            for unit in range(units):
                rows = max(map(rows_of, self._texts(segment, unit)), default=1)
                if rows > 1:
                    parts[unit] = rows
        added = self._added.get(segment, {}) if self._extras else {}
        if not parts and not added:
            return units
        tall = sorted(parts.keys() | added.keys())
        heights = Heights((unit, parts.get(unit, 1), len(added.get(unit, ()))) for unit in tall)
        self._heights[segment] = heights
        return units + heights.more

    def _rows_of(self, segment: int) -> Callable[[str], int] | None:
        """Lines of which the text is still to come take one row each: rows must not move then."""
        hunk = self._hunks[segment // 2 - 1] if segment and not segment % 2 else None
        paged = hunk is not None and isinstance(hunk["lines"], PagedLines)
        return None if paged else self._look.rows_of

    def _units(self, segment: int) -> int:
        if segment == 0:
            return 1 if self._hunks or self._folded else 2
        if segment % 2:
            return self._gap_units(segment // 2)
        hunk = self._hunks[segment // 2 - 1]
        if not self._look.split:
            return 1 + len(hunk["lines"])
        pairs = self._pairs.get(segment)
        return 1 + (pair_count(signs_of(hunk["lines"])) if pairs is None else len(pairs))

    def _gap_units(self, at: int) -> int:
        return gap_at(self._hunks, at).units(self._opened.get(at)) if self._has_gaps else 0

    @property
    def _has_gaps(self) -> bool:
        return self._look.gaps and self._file["action"] == "modify"

    def _texts(self, segment: int, unit: int) -> Sequence[str]:
        """The texts that stand in a unit, as the document has them."""
        if segment % 2:
            at = segment // 2
            line = gap_at(self._hunks, at).line(unit, self._opened.get(at))
            return () if line is None else (line[0],)
        if segment == 0 or unit == 0:
            return ()
        lines = self._hunks[segment // 2 - 1]["lines"]
        if not self._look.split:
            return (lines[unit - 1][1],)
        return [lines[i][1] for i in self._paired(segment).lines(unit - 1) if i is not None]

    # -- rows and places ------------------------------------------------------------------------

    def find(self, place: Place) -> int:
        """The row at a place, or the nearest one."""
        segment, unit = self._unit_of(place)
        if segment >= len(self._sizes):
            return 0
        spot = Spot(min(unit, self._units(segment) - 1), place.part, place.extra)
        if spot.unit < 0:  # a gap that has no rows
            return max(0, self._starts[segment] - 1)
        heights = self._heights.get(segment)
        return self._starts[segment] + (heights.row(spot) if heights else spot.unit)

    def _locate(self, number: int) -> tuple[int, Spot]:
        segment = bisect_right(self._starts, number) - 1
        row = number - self._starts[segment]
        heights = self._heights.get(segment)
        return segment, (heights.spot(row) if heights else Spot(row))

    def _unit_of(self, place: Place) -> tuple[int, int]:
        """Segment and unit of a place."""
        if place.k < 0:
            at = -place.k - 1
            if at > len(self._hunks):
                return 0, 0
            return 2 * at + 1, gap_at(self._hunks, at).unit(place.line, self._opened.get(at))
        if self._folded or not place.k:
            return 0, (0 if self._folded else place.line + 1)
        segment = 2 * self._position(place.k)
        if not segment or place.line < 0 or not self._look.split:
            return segment, (place.line + 1 if segment else 0)
        size = len(self._hunks[segment // 2 - 1]["lines"])
        return segment, 1 + self._paired(segment).unit(min(place.line, size - 1))

    def _position(self, k: int) -> int:
        """The position from 1 of the hunk with a number; 0 when there is none."""
        if 0 < k <= len(self._hunks) and self._hunks[k - 1]["k"] == k:
            return k
        return next((at for at, hunk in enumerate(self._hunks, 1) if hunk["k"] == k), 0)

    def _hunk_lines(self, segment: int) -> HunkLines:
        if segment not in self._lines:
            hunk = self._hunks[segment // 2 - 1]
            self._lines[segment] = HunkLines(
                hunk, python=is_python(self.path), colours=self._colours
            )
        return self._lines[segment]

    def _paired(self, segment: int) -> Pairs:
        if segment not in self._pairs:
            lines = self._hunk_lines(segment)
            self._pairs[segment] = Pairs(lines.signs, lines.partner)
        return self._pairs[segment]


_PLAIN = Look()


def _last_line(hunk: Mapping[str, Any]) -> int:
    """The number after that of its last line, on the side where it is higher."""
    old, new = (int(hunk[f"{side}_start"] + hunk[f"{side}_lines"]) for side in ("old", "new"))
    return max(old, new)

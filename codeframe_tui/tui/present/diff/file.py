"""One file of a diff as rows: built when they are looked at, where `Segments` has laid them out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from codeframe_tui.core.text import reveal_name
from codeframe_tui.tui.present.diff.bars import file_row, note_of
from codeframe_tui.tui.present.diff.gaps import gap_at
from codeframe_tui.tui.present.diff.kinds import (
    ExtraRow,
    FileRow,
    GapRow,
    HunkRow,
    NoteRow,
    PairRow,
    Place,
    Row,
)
from codeframe_tui.tui.present.diff.lines import LineRow, context_row
from codeframe_tui.tui.present.diff.pages import PAGE, signs_of
from codeframe_tui.tui.present.diff.python import is_python
from codeframe_tui.tui.present.diff.segments import Segments
from codeframe_tui.tui.present.diff.supply import InSight, Side
from codeframe_tui.tui.present.diff.units import Spot

__all__ = ["FileRows"]


class FileRows(Segments):
    """Rows of one file, by number from 0."""

    # -- rows -----------------------------------------------------------------------------------

    def row(self, number: int) -> Row:
        """Build a row by its number."""
        segment, spot = self._locate(number)
        if spot.extra:
            place = self._place(segment, spot)
            return ExtraRow(place, self._added[segment][spot.unit][spot.extra - 1])
        if segment == 0:
            return NoteRow(self.path, note_of(self._file)) if spot.unit else self._bar()
        if segment % 2:
            return self._gap_row(segment // 2, spot.unit)
        if spot.unit == 0:
            return self._hunk_bar(self._hunks[segment // 2 - 1])
        lines = self._hunk_lines(segment)
        if not self._look.split:
            return lines.row(spot.unit - 1)
        left, right = self._paired(segment).lines(spot.unit - 1)
        return PairRow(
            None if left is None else lines.row(left), None if right is None else lines.row(right)
        )

    def kind(self, number: int) -> str:
        """What a row is, without building it: see `DiffIndex.kind`."""
        segment, spot = self._locate(number)
        if spot.extra:
            return "extra"
        if segment == 0:
            return "note" if spot.unit else "file"
        if segment % 2:
            gap, opened = gap_at(self._hunks, segment // 2), self._opened.get(segment // 2)
            return "gap" if gap.position(spot.unit, opened) < 0 else " "
        if spot.unit == 0:
            return "hunk"
        if self._look.split:
            left, right = self._paired(segment).lines(spot.unit - 1)
            return " " if left == right else "pair"
        return self._hunk_lines(segment).signs[spot.unit - 1]

    def place(self, number: int) -> Place:
        """Where a row is; of two lines beside each other where the new one is."""
        return self._place(*self._locate(number))

    def sides(self, number: int) -> tuple[Place | None, Place | None]:
        """See `DiffIndex.sides`."""
        segment, spot = self._locate(number)
        if segment % 2 or not segment or not spot.unit or spot.extra:
            return None, None
        line = spot.unit - 1
        if self._look.split:
            lines = self._paired(segment).lines(line)
        else:
            sign = self._hunk_lines(segment).signs[line]
            lines = (None if sign == "+" else line), (None if sign == "-" else line)
        k = self._hunks[segment // 2 - 1]["k"]
        left, right = (None if at is None else Place(self.path, k, at) for at in lines)
        return left, right

    def line_number(self, number: int) -> int:
        """The line of the file after the change that a row is at or before."""
        segment, spot = self._locate(number)
        if segment == 0:
            return 1
        if segment % 2:
            gap, opened = gap_at(self._hunks, segment // 2), self._opened.get(segment // 2)
            return gap.first + max(0, gap.position(spot.unit, opened))
        place = self._place(segment, spot)
        return max(1, self._hunk_lines(segment).new_line_number(max(place.line, 0)))

    def in_sight(self, first: int, last: int) -> InSight:
        """Which lines stand in rows, the last one left out."""
        pages: dict[tuple[int, int], None] = {}
        lines: dict[tuple[Side, int], None] = {}
        for number in range(first, last):
            segment, (unit, _, extra) = self._locate(number)
            if segment and not segment % 2 and unit and not extra:
                self._look_at(segment, unit - 1, pages, lines)
        return InSight(self.path, pages, lines)

    def _look_at(
        self,
        segment: int,
        unit: int,
        pages: dict[tuple[int, int], None],
        lines: dict[tuple[Side, int], None],
    ) -> None:
        paired = self._paired(segment).lines(unit) if self._look.split else (unit,)
        hunk = self._hunk_lines(segment)
        for line in paired:
            if line is not None and hunk.signs[line] != "\\":
                if hunk.is_paged:
                    pages[hunk.k, line // PAGE] = None
                if self._colours is not None:
                    old, new = hunk.numbers(line)
                    lines[("base", old or 0) if new is None else ("proposal", new)] = None

    def order(self, k: int) -> int:
        """What hunks, and what stands between them, compare by."""
        return -2 * k - 1 if k < 0 else 2 * self._position(k)

    def _place(self, segment: int, spot: Spot) -> Place:
        unit, part, extra = spot
        if segment == 0:
            return Place(self.path, 0, unit - 1, extra, part)
        if segment % 2:
            gap, opened = gap_at(self._hunks, segment // 2), self._opened.get(segment // 2)
            return Place(self.path, -(segment // 2) - 1, gap.position(unit, opened), extra, part)
        line = unit - 1
        if unit and self._look.split:
            left, right = self._paired(segment).lines(line)
            line = (left or 0) if right is None else right
        return Place(self.path, self._hunks[segment // 2 - 1]["k"], line, extra, part)

    # -- building -------------------------------------------------------------------------------

    def _gap_row(self, at: int, unit: int) -> GapRow | LineRow | PairRow:
        gap, opened = gap_at(self._hunks, at), self._opened.get(at)
        found = gap.line(unit, opened)
        if found is None:
            from codeframe_tui.tui.present.diff.symbols import symbol_of  # noqa: PLC0415

            total = gap.total if opened is None else opened.total
            shown = 0 if opened is None else len(opened.lines)
            return GapRow(self.path, gap.first, total, shown, symbol_of(gap.heading))
        new = gap.first + gap.position(unit, opened)
        line = context_row(*found, new - gap.behind, new, python=is_python(self.path))
        return PairRow(line, line) if self._look.split else line

    def _hunk_bar(self, hunk: Mapping[str, Any]) -> HunkRow:
        heading = reveal_name(hunk.get("heading") or "")
        start = hunk["new_start"] if hunk["new_lines"] else hunk["old_start"]
        return HunkRow(self.path, hunk["k"], len(self._hunks), start, heading)

    def _bar(self) -> FileRow:
        added, removed = self._changed
        return file_row(self._file, self._moved)._replace(
            added=added,
            removed=removed,
            number=self._number,
            total=self._total,
            folded=self._folded,
        )

    @cached_property
    def _changed(self) -> tuple[int, int]:
        """Lines added and removed."""
        if "added" in self._file:
            return self._file["added"], self._file["removed"]
        signs = [signs_of(hunk["lines"]) for hunk in self._hunks]
        return sum(text.count("+") for text in signs), sum(text.count("-") for text in signs)

"""Copying from a diff: the text of lines without numbers and signs, of one side at a time."""

from __future__ import annotations

from textual.geometry import Offset
from textual.selection import Selection

from codeframe_tui.tui.present.diff.kinds import PairRow
from codeframe_tui.tui.present.diff.lines import LineRow
from codeframe_tui.tui.widgets.diff.paint import shown_text, text_start
from codeframe_tui.tui.widgets.diff.rows import DiffRows

__all__ = ["DiffCopy"]


class DiffCopy(DiffRows):
    """A diff that text can be selected in."""

    def text_at(self, index: int) -> str:
        """The text of a line, the new one where there are two; other rows are not copied."""
        return self._text(index, right=True) or self._text(index, right=False)

    def _text(self, index: int, *, right: bool) -> str:
        row = self.index.row(index)
        if isinstance(row, PairRow):
            line = row.right if right else row.left
            return shown_text(line) if line else ""
        return shown_text(row) if isinstance(row, LineRow) else ""

    def _is_right(self, x: int) -> bool:
        return x >= self._canvas(0, self.line_width).half

    def _text_starts(self, index: int, *, right: bool) -> int:
        """The cell where the text of a line, of a side, would begin if it were not moved."""
        split = isinstance(self.index.row(index), PairRow)
        canvas = self._canvas(0, self.line_width)._replace(split=split)
        return (canvas.half if right and split else 0) + text_start(canvas) - self._shift

    def selected_at(self, selection: Selection, index: int) -> tuple[int, int] | None:
        """Of two sides only the one in which the selection began is marked."""
        span = selection.get_span(index)
        if span is None or not isinstance(self.index.row(index), PairRow):
            return span
        start, end = span
        half = self._canvas(0, self.line_width).half
        if self._is_right(selection.start.x if selection.start else 0):
            return (max(start, half), end) if end < 0 or end > half else None
        return (start, min(end, half) if end >= 0 else half) if start < half else None

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text of one side."""
        first = selection.start.y if selection.start else 0
        last = min(selection.end.y if selection.end else self.count(), self.count() - 1)
        right = self._is_right(selection.start.x if selection.start else 0)
        lines = []
        for number in range(first, last + 1):
            marked, span = self.selected_at(selection, number), selection.get_span(number)
            if marked is None or span is None or not self._has(number, right=right):
                continue
            text, before = self._text(number, right=right), self._text_starts(number, right=right)
            end = len(text) if span[1] < 0 else max(0, marked[1] - before)
            lines.append(text[max(0, marked[0] - before) : end])
        return "\n".join(lines), "\n"

    def _has(self, number: int, *, right: bool) -> bool:
        """Whether a row begins a line, of a side."""
        row = self.index.row(number)
        if isinstance(row, PairRow):
            row = row.right if right else row.left  # type: ignore[assignment] # a line or none
        return isinstance(row, LineRow) and not self.index.place(number).part

    def text_select_all(self) -> None:
        """A double click takes the line, without its numbers."""
        row = self.scroll_offset.y + self.app.mouse_position.y - self.region.y
        right = self._is_right(self.app.mouse_position.x - self.region.x)
        if 0 <= row < self.count() and (text := self._text(row, right=right)):
            start = self._text_starts(row, right=right)
            span = Offset(max(0, start), row), Offset(start + len(text), row)
            self.screen.selections = {self: Selection(*span)}

"""The rows of a diff with a cursor that keeps its place: everything but deciding."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.message import Message
from textual.reactive import reactive

from codeframe_tui.core import queries
from codeframe_tui.tui.present.coverage import LineSigns, sign_at
from codeframe_tui.tui.present.diff.index import DiffIndex
from codeframe_tui.tui.present.diff.kinds import (
    ExtraRow,
    FileRow,
    GapRow,
    HunkRow,
    NoteRow,
    PairRow,
    Place,
)
from codeframe_tui.tui.present.diff.lines import LineRow
from codeframe_tui.tui.present.diff.segments import Extras, Look
from codeframe_tui.tui.present.diff.supply import Answer, InSight, Supply, is_about
from codeframe_tui.tui.present.draft import Unit
from codeframe_tui.tui.present.draft_name import DraftName
from codeframe_tui.tui.present.rows import Span
from codeframe_tui.tui.widgets.diff.paint import (
    TONES,
    Canvas,
    bar,
    file_bar,
    gap_line,
    line_spans,
    pair_spans,
)
from codeframe_tui.tui.widgets.lines import LineView
from codeframe_tui.tui.widgets.messages import Scrolled

__all__ = ["NOTHING", "DiffRows"]

_MANY = 1 << 30  # more rows than a line has
NOTHING: dict[str, Any] = {"proposal": "", "files": []}


class DiffRows(LineView):
    """A diff that can be read; a subclass says what is decided of it."""

    cursor: reactive[int] = reactive(0, repaint=False)
    """The row of the cursor."""
    fold_key = "z"
    """What a person presses to see unchanged code."""

    @dataclass
    class CursorMoved(Message):
        """The cursor stands elsewhere; ``line`` is a line number of the new side."""

        place: Place
        line: int

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.document = NOTHING
        self.supply = Supply({})
        self.index = DiffIndex(NOTHING)
        self.pattern: re.Pattern[str] | None = None
        self._folded: frozenset[str] = frozenset()
        self._hidden: frozenset[str] = frozenset()
        self._extras: Extras = {}
        self._look = Look()
        self._shift = 0
        self._sight: tuple[tuple[DiffIndex, int, int, int], Sequence[InSight]] | None = None
        self._marks: LineSigns = {}
        self._marks_of = ""
        self._drawn = 0  # grows when rows look different although they are the same

    # -- what a subclass answers ----------------------------------------------------------------

    def verdict_of(self, unit: Unit) -> Sequence[Span]:
        """What is decided of a unit, for the right end of its bar."""
        del unit
        return ()

    def gutter_of(self, place: Place) -> Span | None:
        """A sign of one cell before a line, in the place of that for hidden characters."""
        del place
        return None

    def state_of(self, file: FileRow) -> Sequence[Span]:
        """How far the review of a file is, for the right end of its bar."""
        del file
        return ()

    def spans_of(self, row: ExtraRow, canvas: Canvas) -> Sequence[Span]:
        """A row that was added with `annotate`; its look must follow from its value."""
        return [canvas.mark, (str(row.value), "dim")]

    def entered(self, place: Place) -> None:
        """The cursor has come to a place."""

    @property
    def file_above(self) -> FileRow | None:
        """The file at the top of what is in sight, once its bar has gone out of it."""
        top = self.scroll_offset.y
        if not 0 < top < self.count() or self.index.kind(top) == "file":
            return None
        bar = self.index.find(Place(self.index.place(top).path, 0, -1))
        row = None if bar is None else self.index.row(bar)
        return row if isinstance(row, FileRow) else None

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell that other rows are in sight."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(Scrolled())

    # -- what LineView asks ---------------------------------------------------------------------

    def count(self) -> int:
        """How many rows there are, folded ones left out."""
        return len(self.index)

    def value_at(self, index: int) -> Hashable:
        """Rows of one document never change; all else that decides their look stands here."""
        return self._drawn, self._shift, self._canvas(index).cursor

    def tone_at(self, index: int) -> str:
        """The ground of a row."""
        return TONES.get(self.index.kind(index), "")

    def spans_at(self, index: int, width: int) -> Sequence[Span]:
        """A row, drawn to the width."""
        row, canvas = self.index.row(index), self._canvas(index, width)
        if canvas.wrap:
            canvas = canvas._replace(part=self.index.place(index).part)
        if isinstance(row, LineRow):
            canvas = self._with_cover(canvas, index, row)
            gutter = self.gutter_of(self.index.place(index))
            return line_spans(row, canvas._replace(split=False, gutter=gutter))
        if isinstance(row, PairRow):
            canvas = self._with_cover(canvas, index, row.right)
            sides = self.index.sides(index)
            return pair_spans(row, canvas, [place and self.gutter_of(place) for place in sides])
        if isinstance(row, FileRow):
            return file_bar(row, canvas, self.state_of(row))
        if isinstance(row, ExtraRow):
            return self.spans_of(row, canvas)
        if isinstance(row, GapRow):
            return gap_line(row, canvas, self.fold_key)
        assert isinstance(row, HunkRow | NoteRow)
        place = self.index.place(index)
        return bar(row, canvas, self.verdict_of((place.path, place.k)))

    def _with_cover(self, canvas: Canvas, index: int, line: LineRow | None) -> Canvas:
        """With the sign of whether tests run an added line."""
        if line is None or line.sign != "+" or not line.new or not self._marks:
            return canvas
        if self.document["proposal"] != self._marks_of:
            return canvas
        path = self.index.place(index).path
        return canvas._replace(covered=sign_at(self._marks, path, line.new))

    def _canvas(self, row: int, width: int = 0) -> Canvas:
        mark = ("amber" if self.has_focus else "faint") if row == self.cursor else ""
        look, numbers = self._look, self.index.number_width
        wrap = look.rows_of is not None
        return Canvas(width, self._shift, numbers, mark, self.pattern, look.split, wrap)

    # -- what rows in sight lack ----------------------------------------------------------------

    def lacks_text(self) -> queries.ShowHunkLines | None:
        """What to ask for lines in sight, or in the next page, of which the text has not come."""
        return self.supply.lacks_text(self._seen())

    def lacks_colours(self) -> queries.ShowSide | None:
        """What to ask for the exact colours of lines in sight, or in the next page."""
        return self.supply.lacks_colours(self._seen())

    def take(
        self, supply: Supply, asked: queries.ShowHunkLines | queries.ShowSide, answer: Answer
    ) -> None:
        """Take an answer to one of these; it is drawn if what it is about is still shown."""
        if supply.put(asked, answer) and supply is self.supply and is_about(asked, self._seen(1)):
            self.redraw()

    def _seen(self, pages: int = 2) -> Sequence[InSight]:
        top, height = self.scroll_offset.y, self.size.height
        wanted = (self.index, len(self.index), top, pages * height)
        if self._sight is None or self._sight[0] != wanted:
            self._sight = wanted, self.index.in_sight(top, top + pages * height)
        return self._sight[1]

    # -- other rows -----------------------------------------------------------------------------

    @property
    def place(self) -> Place | None:
        """Where the cursor is; None when nothing is shown."""
        return self.index.place(self.cursor) if self.count() else None

    def load(self, document: dict[str, Any]) -> None:
        """Take the rows of another document over; the cursor is left where it was."""
        same = DraftName.of(document) == DraftName.of(self.document)
        opened = self.index.opened if same else {}
        self.document = document
        self.supply = document.get("supply") or Supply({})
        self._look = self.look_at(document)
        self.index = DiffIndex(
            document,
            self._folded,
            look=self._look,
            extras=self._extras,
            supply=self.supply,
            hidden=self._hidden,
        )
        for place, lines in opened.items():
            self.index.open(place, lines)
        self._rows_moved()

    def look_at(self, document: Mapping[str, Any]) -> Look:
        """How a document is laid out."""
        return Look(gaps=not document.get("live"))

    def keep(self, change: Callable[[], None]) -> None:
        """Change the rows; cursor and scroll stay at their places."""
        place, below = self.place, self.cursor - self.scroll_offset.y
        stays = self.scroll_offset.y == 0 and below < self.size.height
        change()
        found = self.index.find(place) if place else None
        self.move_to(found or 0)
        if found is not None and not stays:
            self.scroll_to_row(found - below)

    def annotate(self, extras: Extras) -> None:
        """Show rows below others, e.g. comments below their lines, in the place of those before.

        They are drawn by `spans_of`; cursor and scroll stay at their places.
        """
        self._extras = extras
        self.keep(self._add_rows)

    def _add_rows(self) -> None:
        self.index.add(self._extras)
        self._rows_moved()

    def mark(self, marks: LineSigns, proposal: str) -> None:
        """Show which lines of a proposal tests run, wherever that is what is shown."""
        if (marks, proposal) != (self._marks, self._marks_of):
            self._marks, self._marks_of = marks, proposal
            self.redraw()

    def fold(self, folded: Collection[str]) -> None:
        """Show only the bars of exactly these paths."""
        self._folded = frozenset(folded)
        self.keep(self._fold_rows)

    def _fold_rows(self) -> None:
        self.index.fold(self._folded)
        self._rows_moved()

    def hide(self, hidden: Collection[str]) -> None:
        """Show nothing of exactly these paths; a cursor in one of them goes to the first row."""
        self._hidden = frozenset(hidden)
        self.keep(self._hide_rows)

    def _hide_rows(self) -> None:
        self.index.hide(self._hidden)
        self._rows_moved()

    def _rows_moved(self) -> None:
        if self.is_mounted and self.text_selection is not None:
            self.screen.clear_selection()
        self.redraw()
        self.call_after_refresh(self._rows_came)

    def _rows_came(self) -> None:
        self.post_message(Scrolled())

    def redraw(self) -> None:
        """Draw all rows in sight anew."""
        self._drawn += 1
        self.lines_changed()

    # -- moving ---------------------------------------------------------------------------------

    def validate_cursor(self, row: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(row, self.count() - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw two rows anew, no more."""
        self.refresh_line(old)
        self.refresh_line(new)

    def move_to(self, row: int) -> None:
        """Put the cursor on a row and bring it into sight."""
        self.cursor = row
        place = self.place
        if place is None:
            return
        if place.part:  # a line is gone to as a whole
            self.cursor = self.index.find(place.first) or 0
            place = place.first
        self._bring_into_sight()
        self.entered(place)
        if self.is_mounted:
            self.post_message(self.CursorMoved(place, self.index.line_number(self.cursor)))

    def scroll_to_row(self, row: int) -> None:
        """Put a row at the top, at once; the scrollbar need not have been laid out yet."""
        self.scroll_to(y=max(0, row), animate=False, immediate=True, force=True)

    def _bring_into_sight(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        last = self._last_part()
        if self.cursor < top:
            self.scroll_to_row(self.cursor)
        elif 0 < height <= last - top:
            self.scroll_to_row(min(self.cursor, last - height + 1))

    def _last_part(self) -> int:
        """The last row of the line under the cursor."""
        place = self.place
        if place is None or self._look.rows_of is None:
            return self.cursor
        return self.index.find(place._replace(part=_MANY)) or self.cursor

    def on_focus(self) -> None:
        """The mark of the cursor tells where keys go."""
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        """The mark of the cursor tells that keys go elsewhere."""
        self.refresh_line(self.cursor)

    def on_resize(self) -> None:
        """More rows may be in sight."""
        self._rows_came()

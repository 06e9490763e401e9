"""Lists about the task in focus: its files, its tests, and what the worker does for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.present.files import FileRows
from codeframe_tui.tui.present.proof import UNCHANGED
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.present.stops import Stops
from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.tui.widgets.list_search import ListSearch
from codeframe_tui.tui.widgets.messages import FilePicked, TestsFiltered
from codeframe_tui.tui.widgets.paged import PagedList
from codeframe_tui.tui.widgets.panes import Pane
from codeframe_tui.tui.widgets.seeking import Seekable

__all__ = ["ActivityPane", "FileList", "TestsPane"]


class TestsPane(Pane, Seekable):
    """One row per test; keys of rows are ``run::test id``.

    Attributes:
        found: how many tests the filter leaves.
    """

    PLACE = "tests"
    SEEKS = "filter"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tests")]
    found = ""
    _about = ""

    def begin(self, task: str) -> None:
        """The rows that come are of another task: what fails stands first, and is in sight."""
        if task != self._about:
            self._about, self.cursor = task, None
            self._scroll(0)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; a cursor that had nothing to stand on goes to what is told now."""
        alone = self.cursor == UNCHANGED and self._first == UNCHANGED
        super().set_rows(rows)
        none = self.cursor is None and self.has_focus
        if none or (alone and self._first != UNCHANGED):
            self.move_to(self._first, tell=False)

    @property
    def _first(self) -> str | None:
        first = self._stops.first
        return None if first is None else self.rows[first].key

    def seek(self, text: str) -> None:
        """Leave only tests whose id holds the text."""
        self.sought = text
        self.post_message(TestsFiltered())

    def seek_by(self, step: int) -> None:
        """Every row is a hit."""
        self.move_by(step)


class ActivityPane(PagedList, Pane, ListSearch):
    """The timeline; keys of rows are numbers of events.

    Its end stays in sight until a person goes back.
    """

    PLACE = "activity"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("activity")]

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; a cursor on the newest goes to the one that is the newest now."""
        follows = self.cursor in {None, self._newest}
        super().set_rows(rows)
        if follows:
            self.move_to(self._newest, tell=False)

    def on_resize(self) -> None:
        """The place in sight was found for another height, or for none while it was hidden."""
        super().on_resize()
        self.move_to(self.cursor, tell=False)

    @property
    def _newest(self) -> str | None:
        return next((line.key for line in reversed(self.rows) if line.key is not None), None)


class FileList(LineList, can_focus=False):
    """Files of a proposal beside the diff; keys of rows are paths."""

    def show(self, rows: FileRows) -> None:
        """Show other rows; the file that the diff comes to comes into sight."""
        was = self.rows.marks.current if isinstance(self.rows, FileRows) else ""
        self.set_rows(rows)
        line = rows.line_of(rows.marks.current)
        if line is not None and rows.marks.current != was:
            self._bring_into_sight(line)

    def stops_of(self, rows: Sequence[Row]) -> Stops:
        """The rows know their lines themselves."""
        return rows if isinstance(rows, FileRows) else super().stops_of(rows)

    def on_click(self, event: events.Click) -> None:
        """Go to the file; there is no cursor here to move."""
        event.prevent_default()
        at = event.get_content_offset(self)
        row = None if at is None else at.y + self.scroll_offset.y
        if row is not None and row < self.count() and (path := self.rows[row].key):
            self.post_message(FilePicked(path))

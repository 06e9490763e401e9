"""Reading: help, the output of a test, a whole entry of the activity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["Page", "Viewer"]


class Page(LineList):
    """Rows without a cursor; the list's keys scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def move_by(self, steps: int) -> None:
        """Scroll, for there is no cursor to move."""
        self.scroll_to(y=self.scroll_offset.y + steps, animate=False, immediate=True)

    def action_first(self) -> None:
        """To the top."""
        self.scroll_to(y=0, animate=False, immediate=True)

    def action_last(self) -> None:
        """To the end."""
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)


class Viewer(Dialog[None]):
    """Rows to read.

    Args:
        title: what is shown.
        rows: all of it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,q,question_mark", "leave", show=False)]

    def __init__(self, title: str, rows: Sequence[Row]) -> None:
        super().__init__(title, [("j k", "scroll")])
        self._rows = rows

    @staticmethod
    def room(width: int) -> int:
        """Cells of a row on a screen of so many: what its sheet leaves, beside a scrollbar."""
        return min(int(width * 0.92), 100) - 5

    def content(self) -> Iterable[Widget]:
        """The page."""
        yield Page(classes="dialog-page")

    def on_mount(self) -> None:
        """Fill the page."""
        super().on_mount()
        page = self.query_one(Page)
        page.set_rows(self._rows)
        page.focus()

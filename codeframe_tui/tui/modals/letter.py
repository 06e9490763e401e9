"""The sheet from which a review is sent, with what the worker would read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.tui.modals.dialog import hint
from codeframe_tui.tui.modals.sheet import Choice, Sheet
from codeframe_tui.tui.modals.viewer import Page
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.widgets.labels import Label

__all__ = ["LetterSheet"]

_SCROLLBAR = 2
"""Cells at the right edge that a scrollbar may take, with one of space."""


class LetterSheet(Sheet):
    """Facts, a text that can be scrolled, and the ways to send it.

    Args:
        title: what is decided.
        rows: the facts.
        letter: gives the text in rows of a width; empty when there is none.
        choices: the ways to decide.
        text: what is copied.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", show=False)]

    def __init__(
        self,
        title: str,
        rows: Sequence[Row],
        letter: Callable[[int], Sequence[Row]],
        choices: Sequence[Choice],
        *,
        text: str = "",
    ) -> None:
        super().__init__(title, rows, choices)
        self._letter = letter
        self._text = text
        if text:
            self._hints.insert(-1, ("y", "copy"))

    def content(self) -> Iterable[Widget]:
        """The facts above the text."""
        yield Label(classes="dialog-body")
        yield Page(classes="dialog-letter")

    def on_mount(self) -> None:
        """Show the text; the list's keys scroll it."""
        super().on_mount()
        self.query_one(Page).focus()
        self._wrap()

    def on_resize(self) -> None:
        """The text is wrapped to the width that it has."""
        self.call_after_refresh(self._wrap)

    def action_copy(self) -> None:
        """The whole letter to the clipboard; nothing is decided."""
        if self._text:
            self.app.copy_to_clipboard(self._text)
            self.query_one(".dialog-hint", Label).show(hint([("copied", ""), *self._hints]))

    def _wrap(self) -> None:
        page = self.query_one(Page)
        room = page.size.width or self.app.size.width
        rows = self._letter(max(room - _SCROLLBAR, 20))
        page.set_rows(rows)
        page.display = bool(rows)

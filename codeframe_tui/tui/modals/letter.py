"""The sheet from which a review is sent, with what the worker would read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.tui.modals.sheet import Choice, Sheet
from codeframe_tui.tui.modals.viewer import Page
from codeframe_tui.tui.present.rows import BLANK, Row

__all__ = ["LetterSheet"]

_SCROLLBAR = 2
"""Cells at the right edge that a scrollbar may take, with one of space."""


class LetterSheet(Sheet):
    """Facts with a text below them, both scrolled as one, and the ways to send it.

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
        yield Page(classes="dialog-body")

    def on_mount(self) -> None:
        """Show the text; the list's keys scroll it."""
        super().on_mount()
        self.query_one(Page).focus()

    def on_resize(self) -> None:
        """The text is wrapped to the width that it has."""
        self.call_after_refresh(self.show_facts)

    def action_copy(self) -> None:
        """The whole letter to the clipboard; nothing is decided."""
        if self._text:
            self.app.copy_to_clipboard(self._text)
            self.tell_keys([("copied", ""), *self._hints])

    def show_facts(self) -> None:
        """The facts, then the text in the width that there is."""
        page = self.query_one(Page)
        room = page.size.width or self.app.size.width
        letter = self._letter(max(room - _SCROLLBAR, 20))
        page.set_rows([*self._rows, *([BLANK] if letter else []), *letter])

"""The sheet from which a review is sent, with what the worker would read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from codeframe_tui.tui.modals.sheet import Choice, Sheet
from codeframe_tui.tui.modals.viewer import Page
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.widgets.labels import Label

__all__ = ["LetterSheet"]


class LetterSheet(Sheet):
    """Facts, a text that can be scrolled, and the ways to send it.

    Args:
        title: what is decided.
        rows: the facts.
        letter: the text; empty when there is none.
        choices: the ways to decide.
    """

    def __init__(
        self, title: str, rows: Sequence[Row], letter: Sequence[Row], choices: Sequence[Choice]
    ) -> None:
        super().__init__(title, rows, choices)
        self._letter = letter

    def content(self) -> Iterable[Widget]:
        """The facts above the text."""
        yield Label(classes="dialog-body")
        yield Page(classes="dialog-letter")

    def on_mount(self) -> None:
        """Show the text; the list's keys scroll it."""
        page = self.query_one(Page)
        page.set_rows(self._letter)
        page.display = bool(self._letter)
        page.focus()

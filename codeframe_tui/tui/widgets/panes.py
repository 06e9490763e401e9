"""Panes: lists with the keys of their place. What they show is computed in `present`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.tui.widgets.list_search import ListSearch

__all__ = ["BlockersPane", "Pane", "PaneResized"]


class PaneResized(Message):
    """A pane has another size."""


class Pane(LineList):
    """A list that goes by the table of keys; ``PLACE`` is its place there."""

    PLACE: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def on_resize(self) -> None:
        """Rows are made for a width; under a dialogue it is known later than the screen's."""
        self.post_message(PaneResized())


class BlockersPane(Pane, ListSearch):
    """Questions; keys of rows are blocker ids."""

    PLACE = "blockers"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("blockers")]

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; the first question is chosen if the keys are here and waited for it."""
        super().set_rows(rows)
        if self.cursor is None and self.has_focus:
            self.move_by(1)

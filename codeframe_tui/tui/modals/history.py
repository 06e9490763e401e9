"""Reading the story of a task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.history import item_rows
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.widgets.labels import Label
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["HistoryDialog"]


class _Story(LineList):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]


class HistoryDialog(Dialog[int]):
    """Gives the attempt back that the person wants to look at.

    Args:
        title: whose story it is.
        rows: one for each item; keys are their positions.
        items: what `ShowHistory` tells.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "look", show=False)]

    def __init__(self, title: str, rows: Sequence[Row], items: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(title, [("enter", "look at the attempt"), ("j k", "move")])
        self._rows = rows
        self._items = items

    def content(self) -> Iterable[Widget]:
        """The story, and all of what is under the cursor."""
        yield _Story(classes="dialog-page", id="story")
        yield Label(id="whole")

    def on_mount(self) -> None:
        """Begin at the newest attempt, else at the end."""
        super().on_mount()
        story = self.query_one(_Story)
        story.set_rows(self._rows)
        attempts = [at for at, item in enumerate(self._items) if item.get("attempt")]
        if self._items:
            story.move_to(str(attempts[-1] if attempts else len(self._items) - 1), tell=False)
        self._tell()
        story.focus()

    def action_look(self) -> None:
        """Look at the attempt under the cursor."""
        self.query_one(_Story).action_choose()

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Say all of it."""
        event.stop()
        self._tell()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Look at an attempt; other things are told already."""
        event.stop()
        attempt = self._items[int(event.key)].get("attempt")
        if attempt:
            self.decide(int(attempt))

    def _tell(self) -> None:
        key = self.query_one(_Story).cursor
        rows = item_rows(self._items[int(key)]) if key is not None else []
        self.query_one("#whole", Label).show(*rows)

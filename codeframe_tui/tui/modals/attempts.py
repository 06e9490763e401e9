"""Choosing among the attempts of a task."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["Attempts", "Look"]


class Look(NamedTuple):
    """What is to be shown: an attempt, or what changed since it."""

    attempt: int
    since: bool


class _List(LineList):
    """A list that is moved in by the keys of all lists."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]


class Attempts(Dialog[Look]):
    """A list of attempts.

    Args:
        title: whose.
        rows: one for each, whose keys are their numbers.
        at: the number under the cursor at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "look", show=False),
        Binding("i", "since", show=False),
    ]

    def __init__(self, title: str, rows: Sequence[Row], at: str) -> None:
        super().__init__(title, [("enter", "look at it"), ("i", "what changed since it")])
        self._rows = rows
        self._at = at

    def content(self) -> Iterable[Widget]:
        """The list."""
        yield _List(classes="dialog-options")

    def on_mount(self) -> None:
        """Show them."""
        super().on_mount()
        listed = self.query_one(LineList)
        listed.set_rows(self._rows)
        listed.move_to(self._at)
        listed.focus()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Look at one."""
        event.stop()
        self.decide(Look(int(event.key), since=False))

    def action_look(self) -> None:
        """Look at the one under the cursor."""
        self.query_one(LineList).action_choose()

    def action_since(self) -> None:
        """Compare with one."""
        key = self.query_one(LineList).cursor
        if key is not None:
            self.decide(Look(int(key), since=True))

"""The panes: lists with the keys of their place. What they show is computed in `present`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.present.rows import Row, Span
from codeframe_tui.tui.widgets.lines import LineList, LineView

__all__ = [
    "ActivityPane",
    "BlockersPane",
    "FileList",
    "LogView",
    "Pane",
    "PaneResized",
    "TestsPane",
]


class PaneResized(Message):
    """A pane has another size."""


class Pane(LineList):
    """A list that goes by the table of keys; ``PLACE`` is its place there."""

    PLACE: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def on_resize(self) -> None:
        """Rows are made for a width; under a dialogue it is known later than the screen's."""
        self.post_message(PaneResized())


class TestsPane(Pane):
    """One row per test; keys of rows are ``run::test id``."""

    PLACE = "tests"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tests")]


class BlockersPane(Pane):
    """Questions; keys of rows are blocker ids."""

    PLACE = "blockers"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("blockers")]


class ActivityPane(Pane):
    """The timeline; keys of rows are positions. Its end stays in sight until a person goes back."""

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


class LogView(LineView):
    """Raw lines; the end stays in sight while one is there."""

    PLACE: ClassVar[str] = "tests"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tests")]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: Sequence[str] = ()

    def show(self, lines: Sequence[str]) -> None:
        """Show lines that have passed `core.text`."""
        follow = self.scroll_offset.y >= self.max_scroll_y
        self._lines = lines
        self.lines_changed()
        if follow:
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)

    def count(self) -> int:
        """Number of lines."""
        return len(self._lines)

    def value_at(self, index: int) -> Hashable:
        """The text is the value."""
        return self._lines[index]

    def spans_at(self, index: int, width: int) -> Sequence[Span]:
        """The line, cut at the edge by the view."""
        del width
        return ((self._lines[index], "text"),)

    def action_choose(self) -> None:
        """Nothing to open in raw lines."""

"""Lines that only show something: header, banner, titles, notice, footer."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual import events
from textual.message import Message

from codeframe_tui.tui.present.rows import Row, Span, cells, laid_out, plain
from codeframe_tui.tui.widgets.lines import LineView

__all__ = ["Footer", "Label"]


class Label(LineView, can_focus=False):
    """A few rows without a cursor, as high as they are many.

    Args:
        inset: empty cells at both edges; padding is not for line widgets.
        action: what a click does where no span says another.
    """

    DEFAULT_CSS = "Label { height: auto; overflow-y: hidden; }"

    def __init__(
        self,
        *,
        inset: int = 0,
        action: str = "",
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._inset = inset
        self._action = action
        self._rows: Sequence[Row] = ()

    class Clicked(Message):
        """Something that stands for an action was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def show(self, *rows: Row) -> None:
        """Show rows; none at all hides the label."""
        if rows != self._rows:
            self._rows = rows
            self.set_class(not rows, "-empty")
            self.lines_changed()

    def count(self) -> int:
        """Number of rows."""
        return len(self._rows)

    def value_at(self, index: int) -> Hashable:
        """The row."""
        return self._rows[index]

    def spans_at(self, index: int, width: int) -> Sequence[Span]:
        """Left spans, space, right spans."""
        line, edge = self._rows[index], self._inset
        spans = laid_out(line.left, line.right, width - 2 * edge)
        return [(" " * edge, ""), *spans] if edge else spans

    def text_at(self, index: int) -> str:
        """The whole text, also what did not fit."""
        return plain(self._rows[index])

    def on_click(self, event: events.Click) -> None:
        """Do what stands under the mouse; a selection is no click."""
        offset = event.get_content_offset(self)
        if offset is None or self.text_selection is not None or offset.y >= self.count():
            return
        if action := self.action_at(offset.x, offset.y):
            clicked = self.Clicked(action)
            clicked.time = event.time  # this may wait behind a slow frame
            self.post_message(clicked)

    def action_at(self, x: int, y: int) -> str:
        """What a click on a cell does; empty for nothing."""
        at = 0
        for text, names in self.spans_at(y, self.line_width):
            at += cells(text)
            if x < at:
                own = (name[1:] for name in names.split() if name[0] == "@")
                return next(own, self._action)
        return self._action

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n".join(plain(line) for line in self._rows)


class Footer(Label):
    """The keys that work here; a click on one does it."""

    ALLOW_SELECT: ClassVar[bool] = False

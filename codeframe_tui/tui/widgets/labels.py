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
    """

    DEFAULT_CSS = "Label { height: auto; overflow-y: hidden; }"

    def __init__(
        self,
        *,
        inset: int = 0,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._inset = inset
        self._rows: Sequence[Row] = ()

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

    @property
    def text(self) -> str:
        """All that it says."""
        return "\n".join(plain(line) for line in self._rows)


class Footer(Label):
    """The keys that work here; a click on one does it."""

    ALLOW_SELECT: ClassVar[bool] = False

    class Clicked(Message):
        """A key of the footer was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, inset=1)
        self._spots: Sequence[tuple[int, int, str]] = ()

    def show_keys(self, line: Row, actions: Sequence[str]) -> None:
        """Show a row made by `present.footer.footer_row`, with the action of each of its keys."""
        self.show(line)
        spots, at = [], self._inset
        names = iter(actions)
        for text, style in line.left:
            if style == "bold":
                spots.append((at, at + cells(text), next(names)))
            elif spots and text.strip():
                spots[-1] = (spots[-1][0], at + cells(text), spots[-1][2])
            at += cells(text)
        self._spots = spots

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        offset = event.get_content_offset(self)
        for start, end, action in self._spots:
            if offset is not None and start <= offset.x < end:
                self.post_message(self.Clicked(action))

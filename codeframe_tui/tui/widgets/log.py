"""Raw output of a test program, as it comes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.present.log import Log
from codeframe_tui.tui.present.rows import Span
from codeframe_tui.tui.widgets.lines import LineView

__all__ = ["LogView"]


class _Page(LineView):
    """Lines without a cursor: the list's keys scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def action_cursor_down(self) -> None:
        """One line on."""
        self._to(self.scroll_offset.y + 1)

    def action_cursor_up(self) -> None:
        """One line back."""
        self._to(self.scroll_offset.y - 1)

    def action_page_down(self) -> None:
        """A pane on."""
        self._to(self.scroll_offset.y + max(self.size.height - 1, 1))

    def action_page_up(self) -> None:
        """A pane back."""
        self._to(self.scroll_offset.y - max(self.size.height - 1, 1))

    def action_first(self) -> None:
        """To the first line."""
        self._to(0)

    def action_last(self) -> None:
        """To the end."""
        self._to(self.max_scroll_y)

    def action_choose(self) -> None:
        """Nothing to open."""

    def _to(self, y: int) -> None:
        # by force: the scrollbar of the first lines is not laid out yet
        self.scroll_to(y=y, animate=False, immediate=True, force=True)


class LogView(_Page):
    """Raw lines. The end stays in sight until a person goes back, then what they read does."""

    PLACE: ClassVar[str] = "tests"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tests")]

    class Moved(Message):
        """It follows the end from now on, or does not any more."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._log: Log | None = None
        self._first = 0
        self._count = 0
        self.follows = True

    @property
    def where(self) -> Sequence[Span]:
        """Whether the end is in sight, and how to come back to it."""
        if self.follows:
            return ((" follows", "blue"),) if self._count else ()
        below = max(self._count - self.scroll_offset.y - self.size.height, 0)
        return ((f" {below:,} lines below", "amber"), ("  G", "bold"), (" follows", "dim"))

    def show(self, log: Log | None) -> None:
        """Show what a log has by now."""
        moved = 0 if log is not self._log or log is None else log.dropped - self._first
        self.follows = self.follows or log is not self._log
        self._log, self._count = log, len(log) if log else 0
        self._first = log.dropped if log else 0
        self.lines_changed()
        y = self.max_scroll_y if self.follows else max(self.scroll_offset.y - moved, 0)
        if y != self.scroll_offset.y:
            self._to(y)

    def count(self) -> int:
        """Number of lines."""
        return self._count

    def value_at(self, index: int) -> Hashable:
        """The text is the value."""
        return self._log.raw(index) if self._log else ""

    def spans_at(self, index: int, width: int) -> Sequence[Span]:
        """The line, cut at the edge by the view."""
        del width
        return ((self._log[index] if self._log else "", "text"),)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Whoever goes back reads on there, whoever comes to the end follows it again."""
        super().watch_scroll_y(old_value, new_value)
        follows = round(new_value) >= self.max_scroll_y
        if follows != self.follows:
            self.follows = follows
            self.post_message(self.Moved())

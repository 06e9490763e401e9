"""Raw output of a test program, as it comes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from codeframe_tui.core.search import pattern_of
from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.present.log import Log
from codeframe_tui.tui.present.rows import Span
from codeframe_tui.tui.present.words import count
from codeframe_tui.tui.widgets.lines import LineView
from codeframe_tui.tui.widgets.messages import LogMoved
from codeframe_tui.tui.widgets.seeking import NO_HIT, Seekable

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


class LogView(_Page, Seekable):
    """Raw lines. The end stays in sight until a person goes back, then what they read does."""

    PLACE: ClassVar[str] = "tests"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tests")]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._log: Log | None = None
        self._first = 0
        self._count = 0
        self.follows = True
        self._pattern: re.Pattern[str] | None = None
        self._hits: list[int] = []
        self._looked = 0  # lines up to here were searched
        self._at: int | None = None  # the hit gone to last

    @property
    def where(self) -> Sequence[Span]:
        """Whether the end is in sight, and how to come back to it."""
        if self.follows:
            return ((" follows", "blue"),) if self._count else ()
        below = max(self._count - self.scroll_offset.y - self.size.height, 0)
        return ((f" {count(below, 'line')} below", "amber"), ("  G", "bold"), (" follows", "dim"))

    def show(self, log: Log | None) -> None:
        """Show what a log has by now."""
        moved = 0 if log is not self._log or log is None else log.dropped - self._first
        self.follows = self.follows or log is not self._log
        if log is not self._log:
            self._hits, self._looked, self._at = [], 0, None
        self._log, self._count = log, len(log) if log else 0
        self._first = log.dropped if log else 0
        self._look_on()
        self.lines_changed()
        y = self.max_scroll_y if self.follows else max(self.scroll_offset.y - moved, 0)
        if y != self.scroll_offset.y:
            self._to(y)

    def count(self) -> int:
        """Number of lines."""
        return self._count

    def value_at(self, index: int) -> Hashable:
        """The text is the value, and what is marked in it."""
        return (self._log.raw(index) if self._log else "", self._pattern)

    def tone_at(self, index: int) -> str:
        """The hit gone to last stands out."""
        return "cursor-idle" if self._at is not None and self._first + index == self._at else ""

    def spans_at(self, index: int, width: int) -> Sequence[Span]:
        """The line, cut at the edge by the view."""
        del width
        text, spans, at = self._log[index] if self._log else "", list[Span](), 0
        for hit in self._pattern.finditer(text) if self._pattern else ():
            spans += [(text[at : hit.start()], "text"), (hit.group(), "text hit")]
            at = hit.end()
        return [*spans, (text[at:], "text")]

    # -- searching --------------------------------------------------------------------------------

    @property
    def found(self) -> str:
        """Which of the hits was gone to, of how many that are kept."""
        if not self.sought:
            return ""
        if not self._hits:
            return NO_HIT
        at = bisect_left(self._hits, self._at) + 1 if self._at is not None else 0
        return f"{at:,} of {len(self._hits):,}" if at else f"of {len(self._hits):,}"

    def seek(self, text: str) -> None:
        """Mark what holds the text, and go to the newest of it that is above or in sight."""
        self.sought, self._pattern = text, pattern_of(text)
        self._hits, self._looked, self._at = [], 0, None
        self._look_on()
        if self._hits:
            below = self._first + self.scroll_offset.y + self.size.height
            self._go_to_hit(max(bisect_left(self._hits, below) - 1, 0))
        self.refresh()
        self.post_message(self.Sought())

    def seek_by(self, step: int) -> None:
        """The next or previous hit, going round."""
        if not self._hits:
            return
        here = self._first + self.scroll_offset.y if self._at is None else self._at
        find = bisect_right if step > 0 else bisect_left
        self._go_to_hit((find(self._hits, here) - (step < 0)) % len(self._hits))
        self.post_message(self.Sought())

    def _look_on(self) -> None:
        """Search what came since; hits that are not kept any more go."""
        if self._pattern is None or self._log is None:
            return
        before = len(self._hits)
        self._hits = self._hits[bisect_left(self._hits, self._first) :]
        self._hits += self._log.holding(self._pattern, self._looked)
        self._looked = self._log.written
        if len(self._hits) != before:
            self.post_message(self.Sought())

    def _go_to_hit(self, at: int) -> None:
        self._at = self._hits[at]
        y, top = self._at - self._first, self.scroll_offset.y
        if not top <= y < top + self.size.height:
            self._to(y - self.size.height // 2)
        self.refresh()

    # -- following --------------------------------------------------------------------------------

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Whoever goes back reads on there, whoever comes to the end follows it again."""
        super().watch_scroll_y(old_value, new_value)
        follows = round(new_value) >= self.max_scroll_y
        if follows != self.follows:
            self.follows = follows
            self.post_message(LogMoved())

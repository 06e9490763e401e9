"""What a test printed, with its lines linked to the diff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.links import Link
from codeframe_tui.tui.present.rows import Row, row, wrap_text
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["Output"]

_SHARE, _WIDTH = 0.92, 120
"""Of the screen's width, and cells at most, as the style sheet has it."""
_FRAME, _WHERE = 5, 13
"""Cells of the frame with its scrollbar, and of what stands beside a link."""


class _Text(LineList):
    """Rows of which the links can be chosen; the list's keys scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def move_by(self, steps: int) -> None:
        """Scroll, whatever link is chosen."""
        self.scroll_to(y=self.scroll_offset.y + steps, animate=False, immediate=True)

    def on_click(self, event: events.Click) -> None:
        """A click on a link follows it."""
        super().on_click(event)
        event.prevent_default()
        offset = event.get_content_offset(self)
        if offset is not None and self.text_selection is None and event.chain == 1:
            row = offset.y + self.scroll_offset.y
            if row < self.count() and self.rows[row].key is not None:
                self.action_choose()

    def choose_by(self, steps: int) -> None:
        """The next link, or the one before."""
        super().move_by(steps)

    def action_first(self) -> None:
        """To the top."""
        self.scroll_to(y=0, animate=False, immediate=True)

    def action_last(self) -> None:
        """To the end."""
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True)


class Output(Dialog[Link]):
    """Lines to read; gives the link that a person follows.

    Args:
        title: what is shown.
        lines: all of it, harmless.
        links: those that lead into the diff; the last one that does is chosen at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", show=False),
        Binding("g,enter", "follow", show=False, priority=True),
        Binding("tab,n", "step(1)", show=False, priority=True),
        Binding("shift+tab,N", "step(-1)", show=False, priority=True),
    ]

    def __init__(self, title: str, lines: Sequence[str], links: Sequence[Link]) -> None:
        keys = [("j k", "scroll")]
        if links:
            keys += [("n N", "next link"), ("g", "go to the diff")]
        super().__init__(title, keys)
        self._lines = lines
        self._links = {str(link.row): link for link in links}

    def content(self) -> Iterable[Widget]:
        """The page."""
        yield _Text(classes="dialog-page")

    def on_mount(self) -> None:
        """Fill the page; the deepest line of the change is in sight at once."""
        super().on_mount()
        page = self.query_one(_Text)
        width = min(round(self.app.size.width * _SHARE), _WIDTH) - _FRAME
        page.set_rows(
            [
                row
                for number, line in enumerate(self._lines)
                for row in self._rows(number, line, width)
            ]
        )
        page.focus()
        leading = [key for key, link in self._links.items() if link.place is not None]
        if leading:
            self.call_after_refresh(page.move_to, leading[-1])

    def _rows(self, number: int, line: str, width: int) -> Iterable[Row]:
        """A line in pieces that fit; its first one is the link."""
        link = self._links.get(str(number))
        if link is not None:
            width -= _WHERE
        first, *others = wrap_text(line, width)
        if link is None:
            yield Row(None, ((first, "text"),))
        else:
            where = "in the diff" if link.place else "not changed"
            style = "cyan" if link.place else "text"
            yield row(str(number), (first, style), right=[(where, "faint")])
        yield from (Row(None, ((each, "text"),)) for each in others)

    def action_step(self, steps: int) -> None:
        """To another link."""
        self.query_one(_Text).choose_by(steps)

    def action_follow(self) -> None:
        """Leave for the line that is chosen; without one, just leave."""
        link = self._links.get(self.query_one(_Text).cursor or "")
        if link is not None or not self._links:
            self.decide(link)

    @on(LineList.Chosen)
    def _chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        self.action_follow()

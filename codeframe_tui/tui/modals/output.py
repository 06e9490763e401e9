"""What a test printed, with its lines linked to the diff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.links import Link
from codeframe_tui.tui.present.rows import Row, row
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["Output"]


class _Text(LineList):
    """Rows of which the links can be chosen; the list's keys scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def move_by(self, steps: int) -> None:
        """Scroll, whatever link is chosen."""
        self.scroll_to(y=self.scroll_offset.y + steps, animate=False, immediate=True)

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
            keys += [("n", "next line of the change"), ("g", "go to it in the diff")]
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
        page.set_rows([self._row(number, line) for number, line in enumerate(self._lines)])
        page.focus()
        leading = [key for key, link in self._links.items() if link.place is not None]
        if leading:
            self.call_after_refresh(page.move_to, leading[-1])

    def _row(self, number: int, line: str) -> Row:
        link = self._links.get(str(number))
        if link is None:
            return Row(None, ((line, "text"),))
        where = "in the diff" if link.place else "not changed"
        return row(str(number), (line, "cyan" if link.place else "text"), right=[(where, "faint")])

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

"""A whole file as it will be, with the marks of the diff, and which attempt brought its lines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.rows import Span, safe
from codeframe_tui.tui.present.whole_file import PAGE, WholeFile
from codeframe_tui.tui.widgets.diff.paint import TONES, Canvas, shown_text, text_spans
from codeframe_tui.tui.widgets.lines import LineView

__all__ = ["WholeFileDialog"]

_ORIGIN = 4
"""Cells of the column that names attempts."""
_SHIFT = 8
"""Cells of one step to the side."""
Ask = Callable[[int, int], Awaitable[Mapping[str, Any]]]


class _Text(LineView):
    """The lines, with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]

    def __init__(self, file: WholeFile, line: int) -> None:
        super().__init__(classes="dialog-file")
        self._file = file
        self.line = line
        self._came = 0
        self._shift = 0

    def count(self) -> int:
        """Its lines."""
        return self._file.total

    def value_at(self, index: int) -> Hashable:
        """Pages come, the cursor moves, and so does the text."""
        return index, self._came, self._shift, index + 1 == self.line

    def tone_at(self, index: int) -> str:
        """The ground of a line."""
        return TONES.get("+" if self._file.changed.is_added(index + 1) else " ", "")

    def text_at(self, index: int) -> str:
        """As it is copied: without numbers and signs."""
        return shown_text(self._file.row(index + 1))

    def spans_at(self, index: int, width: int) -> Sequence[Span]:
        """A line with its number, its sign, and who brought it."""
        line, file = index + 1, self._file
        mark = "amber" if line == self.line else ""
        gone = {line, line + (line == file.total)} & file.changed.removed
        canvas = Canvas(width, self._shift, max(4, len(str(file.total))), mark)
        canvas = canvas._replace(gutter=("−", "red") if gone else None)
        if not file.has_origins:
            return text_spans(file.row(line), canvas)
        brought = file.origin(line)
        name = f"{f'a{brought}' if brought else '':>{_ORIGIN - 1}} "
        first, *rest = text_spans(file.row(line), canvas._replace(width=width - _ORIGIN))
        return [first, (name, "violet"), *rest]

    def came(self) -> None:
        """More lines are there."""
        self._came += 1
        self.lines_changed()

    def go_to(self, line: int) -> None:
        """Put the cursor on a line and bring it into sight."""
        self.line = max(1, min(line, self._file.total))
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if not top < self.line <= top + height:
            self.scroll_to(y=self.line - 1 - height // 3, animate=False, immediate=True, force=True)
        self.refresh()

    def action_cursor_down(self) -> None:
        """One line down."""
        self.go_to(self.line + 1)

    def action_cursor_up(self) -> None:
        """One line up."""
        self.go_to(self.line - 1)

    def action_page_down(self) -> None:
        """A page down."""
        self.go_to(self.line + max(self.size.height - 1, 1))

    def action_page_up(self) -> None:
        """A page up."""
        self.go_to(self.line - max(self.size.height - 1, 1))

    def action_first(self) -> None:
        """To the first line."""
        self.go_to(1)

    def action_last(self) -> None:
        """To the last line."""
        self.go_to(self._file.total)

    def shift(self, steps: int) -> None:
        """Show more of long lines, or their start."""
        self._shift = max(0, self._shift + steps * _SHIFT)
        self.lines_changed()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor under the mouse."""
        at = event.get_content_offset(self)
        if at is not None and self.text_selection is None:
            self.go_to(self.scroll_offset.y + at.y + 1)


class WholeFileDialog(Dialog[int]):
    """Gives the line that a person wants to see in the diff.

    Args:
        file: with its first lines.
        line: where the cursor begins.
        ask: gives the lines from a first to a last one, as `core.queries.ShowSide` answers.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,t", "leave", show=False),
        Binding("enter", "follow", show=False),
        Binding("right_square_bracket", "change(1)", show=False),
        Binding("left_square_bracket", "change(-1)", show=False),
        Binding("right", "shift(1)", show=False),
        Binding("left", "shift(-1)", show=False),
    ]

    def __init__(self, file: WholeFile, line: int, ask: Ask) -> None:
        keys = [("j k", "scroll"), ("] [", "changes"), ("enter", "in the diff")]
        told = " · aN: brought by attempt N" if file.has_origins else ""
        super().__init__(f"{safe(file.path)} · as it will be{told}", keys)
        self._file = file
        self._line = line
        self._ask = ask
        self._asked: set[int] = set()

    def content(self) -> Iterable[Widget]:
        """The text."""
        yield _Text(self._file, self._line)

    def on_mount(self) -> None:
        """Begin where the cursor of the diff was."""
        super().on_mount()
        text = self.query_one(_Text)
        text.lines_changed()
        text.focus()
        self.call_after_refresh(text.go_to, self._line)
        self.watch(text, "scroll_y", self._look, init=False)
        self.call_after_refresh(self._look)

    def _look(self) -> None:
        """Ask for lines in sight that have not come, and for those of the next page."""
        text = self.query_one(_Text)
        top, height = text.scroll_offset.y + 1, max(text.size.height, 1)
        first = self._file.lacks(top, top + 2 * height)
        if first is not None and first not in self._asked:
            self._asked.add(first)
            self.run_worker(self._fetch(first), group="lines")

    async def _fetch(self, first: int) -> None:
        try:
            self._file.put(await self._ask(first, first + PAGE - 1))
        except CodeframeError:
            self._asked.discard(first)  # the next step tries again
            return
        self.query_one(_Text).came()
        self._look()

    def action_change(self, step: int) -> None:
        """To the next change, or the one before."""
        text = self.query_one(_Text)
        text.go_to(self._file.next_change(text.line, step))

    def action_shift(self, steps: int) -> None:
        """To the side."""
        self.query_one(_Text).shift(steps)

    def action_follow(self) -> None:
        """Leave for this line in the diff."""
        self.decide(self.query_one(_Text).line)

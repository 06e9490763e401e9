"""A field with a few values, all of them in sight."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from codeframe_tui.tui.present.rows import Span, cells
from codeframe_tui.tui.widgets.lines import LineView

__all__ = ["Pick"]


class Pick(LineView):
    """Arrows, the first letter and the mouse choose.

    Args:
        values: what can be chosen.
        value: what is chosen at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right,space", "step(1)", show=False),
        Binding("enter", "submit", show=False),
    ]
    ALLOW_SELECT: ClassVar[bool] = False

    class Changed(Message):
        """Another value was chosen."""

    class Submitted(Message):
        """Enter: the form is complete."""

    def __init__(self, values: Sequence[str], value: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._values = values
        self.value = value if value in values else values[0]

    def count(self) -> int:
        """One line."""
        return 1

    def value_at(self, index: int) -> Hashable:
        """What is chosen, and whether the keys come here."""
        return index, self.value, self.has_focus

    def spans_at(self, index: int, width: int) -> Sequence[Span]:
        """The values; the chosen one stands out."""
        del index, width
        spans: list[Span] = [(" ", "")]
        for each in self._values:
            chosen = "bold cursor" if self.has_focus else "bold"
            spans += [(f" {each} ", chosen if each == self.value else "dim")]
        return spans

    def choose(self, value: str) -> None:
        """Take a value."""
        if value != self.value:
            self.value = value
            self.lines_changed()
            self.post_message(self.Changed())

    def action_step(self, steps: int) -> None:
        """The value beside this one."""
        at = self._values.index(self.value) + steps
        self.choose(self._values[max(0, min(at, len(self._values) - 1))])

    def action_submit(self) -> None:
        """As in a field of text."""
        self.post_message(self.Submitted())

    def on_key(self, event: events.Key) -> None:
        """The first value that begins with what was typed."""
        typed = event.character if event.is_printable else None
        found = next((v for v in self._values if typed and v.startswith(typed)), None)
        if found is not None:
            event.stop()
            self.choose(found)

    def on_click(self, event: events.Click) -> None:
        """Take the value under the mouse."""
        offset, end = event.get_content_offset(self), 1
        for each in self._values:
            start, end = end, end + cells(each) + 2
            if offset is not None and start <= offset.x < end:
                self.choose(each)

    def on_focus(self) -> None:
        """The chosen value stands out more."""
        self.refresh()

    def on_blur(self) -> None:
        """As before."""
        self.refresh()

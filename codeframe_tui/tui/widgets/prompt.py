"""The line in which a person types what a pane should look for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from codeframe_tui.tui.present.rows import row
from codeframe_tui.tui.widgets.labels import Label

__all__ = ["Prompt"]


class Prompt(Horizontal):
    """Stands in the place of the footer while it is open; all other panes go on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave(False)", show=False),
        Binding("enter", "leave(True)", show=False, priority=True),
        Binding("down", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("tab", "app.act('app.next_pane')", show=False),
        Binding("shift+tab", "app.act('app.previous_pane')", show=False),
    ]

    class Changed(Message):
        """Another text stands there."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Stepped(Message):
        """The next (1) or previous (-1) hit is wanted."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class Left(Message):
        """It is to be closed; ``kept`` tells whether what was found stays."""

        def __init__(self, *, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self._word = Label(id="seeks")
        self._input = Input(id="sought", compact=True, select_on_focus=False)
        self._told = Label(id="found")
        self.is_open = False

    def compose(self) -> Iterable[Widget]:
        """What it is for, the text, what came of it."""
        yield self._word
        yield self._input
        yield self._told

    def on_mount(self) -> None:
        """The first time it was opened before it was there."""
        if self.is_open:
            self.screen.set_focus(self._input)

    def open(self, word: str, text: str) -> None:
        """Ready to type.

        Args:
            word: what the pane does: ``search`` or ``filter``.
            text: what stands there at first.
        """
        self.is_open = self.display = True
        self._word.show(row(None, (f"{word} ", "dim"), ("/", "bold")))
        with self.prevent(Input.Changed):
            self._input.value = text
            self._input.cursor_position = len(text)
        self.tell("")
        if self.is_mounted:
            self.screen.set_focus(self._input)

    def close(self) -> None:
        """Give the footer its place back; taken away altogether, it would be drawn once more."""
        self.is_open = self.display = False

    def type(self, character: str) -> None:
        """Take a key that was pressed before the keys came here."""
        at, text = self._input.cursor_position, self._input.value
        self._input.value = text[:at] + character + text[at:]
        self._input.cursor_position = at + 1

    def tell(self, found: str) -> None:
        """Say what came of it, and how to go on."""
        said = [(found, "text"), ("   ", "")] if found else []
        keys = [("enter", "bold"), (" keep   ", "dim"), ("esc", "bold"), (" back", "dim")]
        self._told.show(row(None, *said, *keys))
        self._told.styles.width = sum(len(text) for text, _ in (*said, *keys)) + 1

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    def action_step(self, step: int) -> None:
        """Go to another hit while typing."""
        self.post_message(self.Stepped(step))

    def action_leave(self, kept: bool) -> None:
        """Close it."""
        self.post_message(self.Left(kept=kept))

"""A sheet: facts, and a few keys to decide by."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.widgets.labels import Label

__all__ = ["Choice", "Sheet"]


class Choice(NamedTuple):
    """One way to decide: the key, what it does, and the value that the sheet gives back."""

    key: str
    label: str
    value: str


class Sheet(Dialog[str]):
    """Shows rows and waits for one of the keys.

    Args:
        title: what is decided.
        rows: the facts.
        choices: the ways to decide; a first key of ``enter`` is the expected one.
        clock: seconds that only grow.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys, f"scroll_facts('{how}')", show=False)
        for keys, how in (
            ("down,j", "down"),
            ("up,k", "up"),
            ("pagedown", "page_down"),
            ("pageup", "page_up"),
            ("home", "home"),
            ("end,G", "end"),
        )
    ]

    def __init__(
        self,
        title: str,
        rows: Sequence[Row],
        choices: Sequence[Choice],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(title, [(each.key, each.label) for each in choices], clock=clock)
        self._rows = rows
        self._values = {choice.key: choice.value for choice in choices}

    def content(self) -> Iterable[Widget]:
        """The facts."""
        yield Label(classes="dialog-body")

    def on_mount(self) -> None:
        """Show the facts."""
        super().on_mount()
        self.show_facts()

    def show_facts(self) -> None:
        """Fill their place."""
        self.query_one(".dialog-body", Label).show(*self._rows)

    def on_key(self, event: events.Key) -> None:
        """Decide, but not by a key that was meant for what stood here before.

        Nor by one of a text that somebody types: a letter that means nothing here starts the wait
        anew, so that neither the letters after it nor the ``enter`` behind it decide.
        """
        names = {event.character or "", event.key} & self._values.keys()
        if names and self.is_for_here(event):
            event.stop()
            self.decide(self._values[names.pop()])
        elif event.is_printable:
            self._appeared = min(self._clock(), event.time)

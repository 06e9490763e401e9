"""An app that holds nothing but the diff, and a clock that a test turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.theme import Theme

from codeframe_tui.tui.looks import STYLES
from codeframe_tui.tui.stylesheets import stylesheets
from codeframe_tui.tui.supplier import Ask, Supplier
from codeframe_tui.tui.theme import DARK, theme, variables
from codeframe_tui.tui.widgets import messages
from codeframe_tui.tui.widgets.diff.view import DiffView

__all__ = ["Clock", "Host", "press", "until"]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Host(App[None]):
    """The diff alone, with everything it says in a list."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [*stylesheets("app", "diff")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{name}" for name in STYLES}

    def __init__(self, document: dict[str, Any] | None = None, *, wanted: str = DARK) -> None:
        super().__init__()
        self.clock = Clock()
        self.diff = DiffView(clock=self.clock)
        self.said: list[Any] = []
        self.total = 100  # lines of each file after the change
        self.supplier: Supplier | None = None
        self._document = document
        self._wanted = wanted

    def get_theme(self, theme_name: str) -> Theme | None:
        """Ours."""
        return theme(theme_name) or super().get_theme(theme_name)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, before a theme of ours is in force."""
        return variables()

    def compose(self) -> ComposeResult:
        yield self.diff

    def on_mount(self) -> None:
        wanted = theme(self._wanted)
        assert wanted is not None
        self.register_theme(wanted)
        self.theme = self._wanted
        self.diff.focus()
        self.diff.show(self._document)

    def supply(self, ask: Ask) -> None:
        """Let somebody be asked for what rows in sight lack."""
        self.supplier = Supplier(ask, self.diff)
        self.run_worker(self.supplier.run())

    def on_scrolled(self) -> None:
        if self.supplier is not None:
            self.supplier.wake()

    async def settled(self, pilot: Pilot[None]) -> DiffView:
        """The diff, painted, and past its first moment."""
        await until(pilot, lambda: self.diff.size.height > 0 and self.diff.has_focus)
        await until(pilot, lambda: self.diff._painted)
        await pilot.pause(0)
        self.clock.now += 1
        return self.diff

    def on_lines_asked(self, message: messages.LinesAsked) -> None:
        """Lines are ``line N``, as the engine would send them from a file of so many."""
        self.said.append(message)
        last = min(message.last, self.total, message.first + 1_999)
        lines = [f"line {number}" for number in range(message.first, last + 1)]
        self.diff.give_lines(message, {"lines": lines, "total": self.total, "tokens": None})

    def on_hits_asked(self, message: messages.HitsAsked) -> None:
        self.said.append(message)

    def on_told(self, message: messages.Told) -> None:
        self.said.append(message)

    def on_draft_changed(self, message: messages.DraftChanged) -> None:
        self.said.append(message)

    def on_send_asked(self, message: messages.SendAsked) -> None:
        self.said.append(message)

    def on_approve_all_asked(self, message: messages.ApproveAllAsked) -> None:
        self.said.append(message)


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Let the app run until something is true."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it never became true"
        await pilot.pause(0)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys; each has been dealt with when this returns."""
    names = {
        "=": "equals_sign",
        "!": "exclamation_mark",
        "]": "right_square_bracket",
        "[": "left_square_bracket",
    }
    names |= {"}": "right_curly_bracket", "{": "left_curly_bracket"}
    for key in keys:
        event = events.Key(names.get(key, key), key if len(key) == 1 else None)
        pilot.app.post_message(event)
        await pilot.pause(0)
        await pilot.pause(0)

"""The frame of every dialogue: a raised surface with a title, and `esc` that decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, TextArea

from codeframe_tui.tui.present.rows import Row, Span, row
from codeframe_tui.tui.stylesheets import stylesheets
from codeframe_tui.tui.widgets.labels import Label

__all__ = ["GUARD", "Dialog", "hint"]

GUARD = 0.3
"""Seconds in which a dialogue that just appeared takes no decision."""
T = TypeVar("T")


class Dialog(ModalScreen[T | None]):
    """Title, content, a line of keys. Gives None when it is left without a decision.

    Args:
        title: what it is about, sanitised.
        hints: (key, what it does) for the line at the bottom.
        clock: seconds that only grow.
    """

    CSS_PATH: ClassVar[Any] = stylesheets("modals")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(
        self,
        title: str,
        hints: Iterable[tuple[str, str]] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]
        self._title = title
        self._decided = False
        self._clock = clock
        self._appeared = clock()
        self._hints = [*hints, ("esc", "back")]

    def content(self) -> Iterable[Widget]:
        """What stands between title and keys."""
        return ()

    def compose(self) -> ComposeResult:
        """The frame around the content."""
        with Vertical(classes="dialog"):
            yield Label(classes="dialog-title")
            yield from self.content()
            yield Label(classes="dialog-hint")

    def on_mount(self) -> None:
        """Fill the fixed lines."""
        self.query_one(".dialog-title", Label).show(row(None, (self._title, "bold")))
        self.query_one(".dialog-hint", Label).show(hint(self._hints))
        for field in self.query("Input, TextArea"):
            if isinstance(field, Input | TextArea):
                field.cursor_blink = False  # nothing blinks
        self._painted()
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self._appeared = self._clock()

    def is_for_here(self, event: events.Key) -> bool:
        """Whether a key was pressed when this had been seen, not meant for what stood here."""
        pressed = min(self._clock(), event.time)  # it may have waited behind a slow frame
        return pressed - self._appeared >= GUARD

    def action_leave(self) -> None:
        """Back, without deciding."""
        self.decide(None)

    def in_turn(self, group: str, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Run work, and no longer what of its group still runs."""
        any_work: Any = work  # not begun, so that none is left unawaited when it has no turn
        self.run_worker(any_work, group=group, exclusive=True)

    def decide(self, result: T | None) -> None:
        """Give the first decision back; keys that were pressed after it decide nothing."""
        if not self._decided:
            self._decided = True
            self.dismiss(result)


def hint(keys: Iterable[tuple[str, str]]) -> Row:
    """``enter send   esc back``."""
    spans: list[Span] = []
    for key, what in keys:
        spans += [("   ", "")] if spans else []
        spans += [(key, "bold"), (f" {what}", "dim")]
    return Row(None, tuple(spans))

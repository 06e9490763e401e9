"""The frame of every dialogue: a raised surface with a title, and `esc` that decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.worker import active_worker

from codeframe_tui.tui.modals.frame import Frame
from codeframe_tui.tui.modals.hints import Hints
from codeframe_tui.tui.present.rows import row
from codeframe_tui.tui.stylesheets import stylesheets
from codeframe_tui.tui.widgets.labels import Label
from codeframe_tui.tui.widgets.lines import LineView

__all__ = ["GUARD", "Dialog"]

GUARD = 0.3
"""Seconds in which a dialogue that just appeared takes no decision."""
T = TypeVar("T")


class Dialog(ModalScreen[T | None]):
    """Title, content, a line of keys. Gives None when it is left without a decision.

    A `LineView` of class ``dialog-body`` among the content gives way where the screen is low.

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
        self._told: list[tuple[str, str]] = []
        self._hints = [*hints, ("esc", "back")]

    def content(self) -> Iterable[Widget]:
        """What stands between title and keys."""
        return ()

    def compose(self) -> ComposeResult:
        """The frame around the content."""
        with Frame(classes="dialog"):
            yield Label(classes="dialog-title")
            yield from self.content()
            yield Hints(classes="dialog-hint")

    def on_mount(self) -> None:
        """Fill the fixed lines."""
        self.query_one(".dialog-title", Label).show(row(None, (self._title, "bold")))
        self.tell_keys(self._hints)
        for body in self.query(".dialog-body").results(LineView):
            self.watch(body, "show_vertical_scrollbar", self._moved, init=False)
            self.watch(body, "scroll_y", self._moved, init=False)
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

    def tell_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        """Show keys and what each does; and how to read on, where there is more to read."""
        self._told = [*keys]
        self._tell_more()

    def _moved(self) -> None:
        self.call_after_refresh(self._tell_more)  # it may be told in the midst of a layout

    def _tell_more(self) -> None:
        told = list(self._told)
        for body in self.query(".dialog-body").results(LineView):
            if body.show_vertical_scrollbar:
                below = body.scroll_target_y < body.max_scroll_y
                told.insert(-1, ("pgdn", "more") if below else ("pgup", "back up"))
        self.query_one(Hints).tell(told)

    def action_scroll_facts(self, how: str) -> None:
        """Read on, or back: ``down``, ``up``, ``page_down``, ``page_up``, ``home`` or ``end``."""
        body = self.query_one(".dialog-body", LineView)
        at, page = body.scroll_offset.y, max(body.size.height - 1, 1)
        steps = {"down": 1, "up": -1, "page_down": page, "page_up": -page, "home": -at}
        y = at + steps.get(how, body.virtual_size.height)
        body.scroll_to(y=y, animate=False, immediate=True)

    @on(Hints.Pressed)
    def _pressed(self, message: Hints.Pressed) -> None:
        """A click on a key is that key, and no earlier."""
        message.stop()
        clicked = min(self._clock(), message.time)
        if clicked - self._appeared >= GUARD and not self._decided:
            key = events.Key(message.key, message.character)
            key.set_sender(self.app)  # what a dialogue sends does not bubble beyond it
            self.app.post_message(key)

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
            for worker in self.workers:  # an answer would find the fields gone
                if worker.node is self and worker is not active_worker.get(None):
                    worker.cancel()
            self.dismiss(result)

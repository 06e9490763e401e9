"""What every deed works with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from textual.app import App

from codeframe_tui.core.commands import Command
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.tui.feed import Feed
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.modals.sheet import Choice, Sheet
from codeframe_tui.tui.present.rows import Row, Span, safe
from codeframe_tui.tui.present.state import State
from codeframe_tui.tui.present.truths import Ends
from codeframe_tui.tui.present.words import why_words
from codeframe_tui.tui.screens.cockpit import Cockpit
from codeframe_tui.tui.widgets.diff.view import DiffView

if TYPE_CHECKING:  # all ports at once would delay the first picture
    from codeframe_tui.ports import Document

__all__ = ["Desk"]

T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """The app as deeds see it.

    Attributes:
        focus_task: makes the panes be about a task.
        look_at: shows an attempt (None: the newest), and since which one (None: all of it).
        keep: stores verdicts that are not sent yet, at once.
        now: the time in the person's time zone.
        chosen: a person's own keys.
        preview: shows what an action of the look would give; ``""`` ends that.
    """

    app: App[int]
    cockpit: Cockpit
    feed: Feed
    state: State
    focus_task: Callable[[str | None], None]
    look_at: Callable[[int | None, int | None], None]
    keep: Callable[[], Awaitable[None]]
    now: Callable[[], datetime]
    chosen: Mapping[str, str]
    preview: Callable[[str], None]

    async def ask(self, dialog: Dialog[T], *, over: bool = False) -> T | None:
        """Show a dialogue; None when the person left it without a decision.

        None too while another is open: the same key, pressed again before the first one appeared.

        Args:
            dialog: what asks.
            over: show it above another one all the same, unless that is of its own kind.
        """
        front = self.app.screen
        if front is not self.cockpit and (not over or type(front) is type(dialog)):
            return None
        # not `push_screen_wait`: it may first wait for something else, and two would be pushed then
        return await asyncio.shield(self.app.push_screen(dialog, wait_for_dismiss=True))

    @property
    def is_free(self) -> bool:
        """Whether no dialogue is open, so that `ask` shows the next one."""
        return self.app.screen is self.cockpit

    async def choose(self, title: str, rows: Sequence[Row], *choices: Choice) -> str | None:
        """Show a sheet; the value of the choice."""
        return await self.ask(Sheet(title, rows, choices))

    async def ask_until_taken(
        self, dialog: Callable[[T | None, str], Dialog[T]], command: Callable[[T], Command | None]
    ) -> Document | None:
        """Ask and submit; what is refused stands in the dialogue again, so that nothing is lost.

        A person may have opened another dialogue meanwhile: then the refusal is told at once, and
        the text comes back when that one is closed, for keys on their way must not go into it.

        Args:
            dialog: made of what was given last (None at first) and of why it was refused.
            command: made of what was given; None when there is nothing to send. May refuse, too.

        Returns:
            What the engine answered; None when the person left, or there was nothing to send.
        """
        given: T | None = None
        why = ""
        while (given := await self.ask(dialog(given, why))) is not None:
            try:
                wish = command(given)
                return None if wish is None else await self.submit(wish)
            except CodeframeError as error:
                why = why_words(error)
            await self.in_front(why)
        return None

    async def in_front(self, why: str) -> None:
        """Wait until no dialogue is open, so that one can be shown with why it was refused.

        While another is open that is told at once, above the footer.
        """
        if not self.is_free:
            self.tell(("✘ ", "red"), (safe(why), "text"))
        signal = self.app.screen_change_signal
        while not self.is_free:
            changed = asyncio.Event()

            def heard(_: object, changed: asyncio.Event = changed) -> None:
                # here, not after the wait: by then another wait may have subscribed again
                signal.unsubscribe(self.cockpit)
                changed.set()

            signal.subscribe(self.cockpit, heard, immediate=True)
            await changed.wait()

    async def submit(self, command: Command) -> Document:
        """Send a command. Raises: CodeframeError."""
        return await self.feed.submit(command)

    def tell(self, *spans: Span, until: Ends | None = None) -> None:
        """Say one line above the footer, at most until an event makes it untrue."""
        self.cockpit.notice(*spans, until=until)

    def tell_why(self, error: CodeframeError, *, until: Ends | None = None) -> None:
        """Say what is wrong above the footer, and what to do about it where that is known."""
        hint = f" · {safe(error.hint)}" if error.hint else ""
        self.tell(("✘ ", "red"), (safe(error.message), "text"), (hint, "dim"), until=until)

    @property
    def diff(self) -> DiffView:
        """The diff under review."""
        return self.cockpit.task_parts.diff

    @property
    def number(self) -> str:
        """The task in focus; empty without one."""
        return self.state.focus or ""

"""What every deed works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from textual.app import App

from codeframe_tui.core.commands import Command
from codeframe_tui.tui.feed import Feed
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.modals.sheet import Choice, Sheet
from codeframe_tui.tui.present.rows import Row, Span
from codeframe_tui.tui.present.state import State
from codeframe_tui.tui.screens.cockpit import Cockpit
from codeframe_tui.tui.widgets.diff import DiffView

if TYPE_CHECKING:  # all ports at once would delay the first picture
    from codeframe_tui.ports import Document

__all__ = ["Desk"]

T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """The app as deeds see it.

    Attributes:
        focus_task: makes the panes be about a task.
        now: the time in the person's time zone.
        chosen: a person's own keys.
    """

    app: App[int]
    cockpit: Cockpit
    feed: Feed
    state: State
    focus_task: Callable[[str | None], None]
    now: Callable[[], datetime]
    chosen: Mapping[str, str]

    async def ask(self, dialog: Dialog[T]) -> T | None:
        """Show a dialogue; None when the person left it without a decision."""
        return await self.app.push_screen_wait(dialog)

    async def choose(self, title: str, rows: Sequence[Row], *choices: Choice) -> str | None:
        """Show a sheet; the value of the choice."""
        return await self.ask(Sheet(title, rows, choices))

    async def submit(self, command: Command) -> Document:
        """Send a command. Raises: CodeframeError."""
        return await self.feed.submit(command)

    def tell(self, *spans: Span) -> None:
        """Say one line above the footer."""
        self.cockpit.notice(*spans)

    @property
    def diff(self) -> DiffView:
        """The diff under review."""
        return self.cockpit.part("diff", DiffView)

    @property
    def number(self) -> str:
        """The task in focus; empty without one."""
        return self.state.focus or ""

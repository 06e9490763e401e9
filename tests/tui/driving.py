"""Opening the app in a test and waiting for what it shows; nothing here sleeps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from codeframe_tui.ports import Service
from codeframe_tui.tui.app import CockpitApp
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.modals.text import AnswerDialog
from codeframe_tui.tui.preferences import Preferences
from codeframe_tui.tui.widgets.labels import Label
from codeframe_tui.tui.widgets.lines import LineList, LineView
from tests.tui.fake_service import NOW, FakeService

PATIENCE = 8.0  # seconds until a condition counts as never coming


@dataclass
class Drive:
    """A running app, its keys and what it shows."""

    app: CockpitApp
    pilot: Pilot[int]
    service: FakeService

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition; fails when it never comes."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"never came: {self.screen_text()[-3000:]}"
            await self.pilot.pause(0)

    def key(self, *names: str) -> None:
        """Press keys, without waiting for what they do."""
        for name in names:
            key = _character_to_key(name) if len(name) == 1 else name
            character = name if len(name) == 1 else " " if name == "space" else None
            self.app.post_message(events.Key(key, character))

    def type(self, text: str) -> None:
        """Type a text."""
        self.key(*("space" if char == " " else char for char in text))

    async def in_pane(self, name: str) -> None:
        """Wait until a pane has the keys."""
        await self.until(lambda: self.app.focused is not None and self.app.focused.id == name)

    def pane(self, name: str) -> LineList:
        """A list of the cockpit."""
        return self.app.cockpit.query_one(f"#{name}", LineList)

    def label(self, name: str) -> str:
        """Text of a label of the cockpit."""
        return self.app.cockpit.query_one(f"#{name}", Label).text

    def screen_text(self) -> str:
        """What is on the screen in front, roughly."""
        views = self.app.screen.query(LineView)
        return "\n".join(view.text_at(i) for view in views for i in range(view.count()))

    async def ready(self) -> None:
        """Wait until the task in focus is shown with its change."""
        await self.until(lambda: self.app.cockpit.ready and self.app.state.queue is not None)
        if self.service.diffs:
            await self.until(lambda: self.app.cockpit.query_one("#diff", LineView).count())

    async def sheet(self) -> None:
        """Wait for a dialogue, and until it takes decisions."""
        await self.until(lambda: self.app.screen is not self.app.cockpit)
        await self.until(lambda: any(hint.count() for hint in self.app.screen.query(Label)))
        painted = asyncio.Event()
        self.app.screen.call_after_refresh(painted.set)
        await self.until(painted.is_set)
        if isinstance(self.app.screen, AnswerDialog):
            self.app.screen._appeared -= 1  # a question is read before it is answered

    async def past_guard(self) -> None:
        """Wait for a dialogue, as if it had been in front for a while."""
        await self.sheet()
        assert isinstance(self.app.screen, Dialog)
        self.app.screen._appeared -= 1


@asynccontextmanager
async def opened(
    service: FakeService | None = None,
    *,
    size: tuple[int, int] = (120, 40),
    keys: Mapping[str, str] | None = None,
    theme: str | None = None,
    **options: object,
) -> AsyncIterator[Drive]:
    """The app on a fake service."""
    fake = service or FakeService()

    async def connect() -> Service:
        return fake

    options.setdefault("chosen", Preferences(keys=keys or {}, theme=theme, ascii=False))
    app = CockpitApp(connect, now=lambda: NOW, tick=0, **options)  # type: ignore[arg-type] # passed on
    async with app.run_test(size=size) as pilot:
        drive = Drive(app, pilot, fake)
        await drive.ready()
        yield drive

"""The API of the engine that every front end uses, and time."""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
)
from typing import Any, Protocol

from codeframe_tui.core.commands import Command
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.queries import Query

Document = dict[str, Any]
"""A JSON object as outward documents are (CONTRACT §9)."""


class Clock(Protocol):
    """Time, so that tests can own it."""

    def now(self) -> str:
        """The time as ISO 8601 in UTC with milliseconds and ``Z``."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Service(Protocol):
    """The API of the engine; the wire client implements it too."""

    async def submit(self, command: Command) -> Document:
        """Carry a wish out; see the command for its result. Raises: CodeframeError."""
        ...

    async def query(self, query: Query) -> Document:
        """Answer a question; see the query for its document. Raises: CodeframeError."""
        ...

    def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """Replay events after a number (None = only new ones), then follow, in order, no gaps."""
        ...

    def signals(self) -> AsyncIterator[Signal]:
        """Follow transient updates; a slow reader loses some."""
        ...

"""Durable rows and the event log; one writer, many readers.

A unit of work is a short synchronous function of `Tables`. Units that write run one after the
other, each atomically; units that read see one consistent state and may not write.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Sequence,
)
from typing import Protocol, TypeVar

from codeframe_tui.core.events import Event
from codeframe_tui.ports.tables import Tables

T = TypeVar("T")


class Store(Protocol):
    """The database of one project."""

    @property
    def last_event(self) -> int:
        """Number of the newest event that listeners were told; 0 if none."""
        ...

    def listen(self, listener: Callable[[Sequence[Event]], None]) -> None:
        """Call with new events after each commit, in order, before the writers' awaits return."""
        ...

    async def write(self, unit: Callable[[Tables], T]) -> T:
        """Run a unit atomically; returns when it is durable.

        A unit that raises leaves nothing behind and its error reaches the caller. A cancelled
        caller does not withdraw its unit.

        Raises:
            Lacking: the disk did not take it, or what it holds is damaged (code
                ``state_damaged``); nothing was written.
        """
        ...

    async def read(self, unit: Callable[[Tables], T]) -> T:
        """Run a unit on one consistent state; it may not write."""
        ...

    async def close(self) -> None:
        """Write what is queued and end."""
        ...

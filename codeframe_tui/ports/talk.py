"""Rows of conversations: turns with their cost, tool calls, messages from people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from codeframe_tui.core.progress import Message, ToolResult, Turn
from codeframe_tui.core.usage import Usage

__all__ = ["MessageRows", "ReservationRows", "ToolRows", "TurnRows"]


class TurnRows(Protocol):
    """Conversations and what they cost."""

    def all(self, number: str) -> list[Turn]:
        """A task's conversation, oldest first."""
        ...

    def add(self, number: str, turn: Turn, at: str) -> bool:
        """Insert a message and count its usage; False when its index is taken."""
        ...

    def some(self, number: str, indexes: Collection[int]) -> dict[int, Turn]:
        """Those of a task that are named, by index."""
        ...

    def replies(self, number: str) -> list[int]:
        """Indexes of a task's assistant turns, in order."""
        ...

    def usage(self) -> dict[str, tuple[Usage, float | None]]:
        """Tokens and money by task, for tasks that used any."""
        ...

    def usage_by_attempt(self, number: str) -> dict[int, Usage]:
        """Tokens of a task by attempt."""
        ...

    def cost_by_attempt(self, number: str) -> dict[int, float | None]:
        """Money of a task by attempt; None where a price is unknown."""
        ...

    def by_model(self, since: str) -> dict[str, tuple[int, Usage, float | None]]:
        """Replies stored since a time: how many, tokens, and money (None = unknown), by model."""
        ...

    def spent(self, since: str) -> float | None:
        """Money of replies stored since a time; None when a price is unknown."""
        ...

    def paid(self, since: str, number: str | None, until: str = "") -> float:
        """As `spent`, of one task or of all; unknown costs count as what was reserved for them.

        Args:
            since: a moment.
            number: of the task; None = of all.
            until: a moment; empty = none.
        """
        ...


class ReservationRows(Protocol):
    """Money held for calls under way, at most one amount per task.

    A task that is no longer in progress holds nothing, whatever it was that moved it.
    """

    def hold(self, number: str, usd: float, at: str) -> None:
        """Hold an amount for a task in progress; replaces what it held."""
        ...

    def free(self, number: str) -> None:
        """Hold nothing for a task any more."""
        ...

    def held(self, but: str | None) -> float:
        """US dollars held for all tasks but one."""
        ...

    def by_task(self) -> dict[str, float]:
        """US dollars by task."""
        ...


class ToolRows(Protocol):
    """Tool calls."""

    def of_newest_turn(self, number: str) -> list[ToolResult]:
        """What is known of the calls of the newest assistant turn, in order of their start."""
        ...

    def results(self, number: str, turns: Collection[int]) -> dict[tuple[int, str], str]:
        """What the calls of some turns gave, by turn and id, as far as they have ended."""
        ...

    def save(self, number: str, result: ToolResult) -> None:
        """Insert or replace one, for the newest assistant turn."""
        ...


class MessageRows(Protocol):
    """What people said to the worker."""

    def untold(self, number: str) -> list[Message]:
        """Not yet told, oldest first."""
        ...

    def add(self, number: str, kind: str, text: str, blocker: str | None = None) -> int:
        """Insert; returns the id."""
        ...

    def tell(self, ids: Sequence[int]) -> None:
        """Mark as told."""
        ...

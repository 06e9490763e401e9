"""Where a task stands for a person who lays hands on it: rows only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codeframe_tui.core.errors import Refused
from codeframe_tui.core.hand import Hand, hand_folder
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.task import Status, Task
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.unit import Unit

__all__ = ["Stand", "hand_of", "in_hand", "keep", "leave", "stand_of", "take"]


def hand_of(tables: Tables, number: str) -> Hand | None:
    """The copy that is open of a task."""
    return Hand.of(tables.settings.get(hand_folder(number)))


def in_hand(tables: Tables, numbers: Sequence[str]) -> dict[str, Hand]:
    """The copies that are open, of these tasks."""
    found = {number: hand_of(tables, number) for number in numbers}
    return {number: hand for number, hand in found.items() if hand is not None}


@dataclass(frozen=True, slots=True)
class Stand:
    """What a person's change is laid over.

    Attributes:
        newest: the newest attempt; None before the first.
        base: tree id of the snapshot that the next attempt stands on.
    """

    task: Task
    newest: Attempt | None
    base: str
    hand: Hand | None

    @property
    def attempt(self) -> int:
        """Number of the newest attempt; 0 before the first."""
        return self.newest.number if self.newest else 0

    @property
    def tree(self) -> str | None:
        """The newest proposal, if it stands on this base."""
        return self.newest.tree if self.newest and self.newest.base == self.base else None


def stand_of(unit: Unit, number: str) -> Stand:
    """Where a task stands. Raises: Refused unless it waits for a person."""
    task = unit.task(number)
    unit.require_undecided(number)
    if task.status not in {Status.IN_REVIEW, Status.BLOCKED}:
        raise Refused(
            f"task {number} is {task.status}; it can be taken in hand while it waits for you",
            hint="`show` tells where it stands",
            code="not_waiting",
        )
    newest = unit.tables.attempts.find(number, task.attempt) if task.attempt else None
    base = unit.tables.tasks.base(number) or (newest.base if newest else None)
    if base is None:
        raise Refused(
            f"the worker has not begun task {number}",
            hint="answer its question first",
            code="not_begun",
        )
    return Stand(task, newest, base, hand_of(unit.tables, number))


def take(unit: Unit, number: str, hand: Hand, how: str = "begun") -> Document:
    """Note a copy as open; ``laid_over`` when it is made to stand on another proposal."""
    stand_of(unit, number)
    keep(unit, number, hand)
    data = {"attempt": hand.attempt, "base": hand.base, "tree": hand.tree}
    unit.emit(f"hand.{how}", number, data)
    return {}


def keep(unit: Unit, number: str, hand: Hand) -> None:
    """Note what an open copy stands on."""
    unit.tables.settings.set(hand_folder(number), hand.stored())


def leave(unit: Unit, number: str, how: str = "thrown_away") -> Document:
    """Note a copy as ended."""
    if hand_of(unit.tables, number) is not None:
        unit.tables.settings.set(hand_folder(number), None)
        unit.emit("hand.ended", number, {"how": how})
    return {}

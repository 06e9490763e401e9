"""How long a line above the footer is true: an event can end it before its time is over."""

from __future__ import annotations

from collections.abc import Callable

from codeframe_tui.core.events import Event
from codeframe_tui.tui.present.words import DECIDABLE, ENDED

__all__ = ["Ends", "at_rest", "on_its_way", "truth_of", "until"]

Ends = Callable[[Event], bool]
"""Whether an event makes a line untrue."""

_RESTS = frozenset({*DECIDABLE, *ENDED})
_OVER = frozenset(ENDED)


def until(*types: str, task: str | None = None, **data: object) -> Ends:
    """Ended by an event of one of these types, about this task and with these data."""

    def ends(event: Event) -> bool:
        about = task is None or event.task == task
        return event.type in types and about and event.data.items() >= data.items()

    return ends


def at_rest(task: str, *types: str) -> Ends:
    """Ended when a task waits for a person or is over, or by an event of these types about it."""

    def ends(event: Event) -> bool:
        if event.task != task:
            return False
        return event.type in types or _moves(event, _RESTS)

    return ends


def on_its_way(task: str) -> Ends:
    """Ended when a task that is on hold is let go, or is anything but pending."""

    def ends(event: Event) -> bool:
        moved = event.type == "task.status" and event.data.get("to") != "pending"
        return event.task == task and (moved or event.type == "task.released")

    return ends


def truth_of(told: Event) -> Ends | None:
    """What ends the line that tells of an event; None when nothing does."""
    task = told.task
    match told.type:
        case "change.applied" | "change.undone" | "change.redone" | "command.changed":
            return until("undo.requested", "redo.requested", task=task)
        case "change.refused":
            return _goes_on(told)
        case "blocker.opened":
            return _closed(told)
        case "tests.ended":
            return until("tests.started", "proposal.recorded", task=task)
        case "model.waiting":
            return until("turn.recorded", "task.status", "blocker.opened", task=task)
        case "review.answered":
            return until("task.status", "review.approved", "review.asked", task=task)
        case _:
            return None


def _goes_on(told: Event) -> Ends:
    """A refused task comes to rest right after it was told: only what is done next ends it."""
    asked = until("review.approved", "undo.requested", "redo.requested", task=told.task)

    def ends(event: Event) -> bool:
        moves = event.type == "task.status" and event.task == told.task
        return asked(event) or (moves and event.data.get("to") not in _RESTS)

    return ends


def _closed(told: Event) -> Ends:
    def ends(event: Event) -> bool:
        named = event.data.get("id") == told.data.get("id")
        answered = event.type in {"blocker.answered", "blocker.resolved"} and named
        return event.task == told.task and (answered or _moves(event, _OVER))

    return ends


def _moves(event: Event, states: frozenset[str]) -> bool:
    return event.type == "task.status" and event.data.get("to") in states

"""Why an action makes no sense just now, in a few words."""

from __future__ import annotations

from codeframe_tui.tui.present.rows import safe
from codeframe_tui.tui.present.state import OF_A_TASK, State, lacks_engine, works
from codeframe_tui.tui.present.words import status_of

__all__ = ["why_not"]


def why_not(action: str, state: State) -> str:
    """Empty when it does make sense."""
    if works(action, state):
        return ""
    if lacks_engine(action, state):
        return "there is no engine"
    place, _, name = action.partition(".")
    if action in OF_A_TASK:
        row = state.row()
        return f"{safe(row.get('number'))} is {status_of(row)}" if row else "no task is chosen"
    if place == "diff":
        return _not_in_diff(name, state)
    if place == "tests":
        return _not_in_tests(name, state)
    if place == "blockers":
        return _not_in_blockers(name, state)
    return _OTHERS.get(action, "nothing is there yet")


_OTHERS = {
    "app.urgent": "nothing needs you just now",
    "app.search_next": "nothing is searched for",
    "app.search_previous": "nothing is searched for",
    "activity.open": "nothing happened yet",
}


def _not_in_diff(name: str, state: State) -> str:
    if name == "attempts" or not (state.diff or {}).get("files"):
        return "there is no change yet"
    if name == "interdiff":
        return "there is no earlier attempt"
    return "only to read" if state.reading else f"it is {status_of(state.row())}"


def _not_in_tests(name: str, state: State) -> str:
    task = state.task or {}
    if name == "stop":
        return "no tests run again"
    if not task.get("attempts"):
        return "there is no attempt yet"
    if task.get("testing"):
        return "they run just now"
    return "the worker is at it" if task.get("status") == "in_progress" else "no test fails"


def _not_in_blockers(name: str, state: State) -> str:
    if not state.question():
        return "no question is chosen"
    return "it is not about a limit" if name == "raise" else "there is no attempt yet"

"""What a person reads first: on a fresh project, and where a pane has nothing to show yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.rows import BLANK, Row, heading, row, safe, wrap
from codeframe_tui.tui.present.state import State

__all__ = ["WAYS", "is_fresh", "no_task", "nothing_written", "welcome_rows"]

_WIDTH = 68
_SAID = (
    "You queue work. A worker reads your code, writes tests and code in a private copy and "
    "proves them there. It asks before one byte of your files changes."
)
WAYS = (
    ("o", "write a task here"),
    ("paste", "a list, one task a line"),
    ("shell", 'codeframe-tui add "Retry on 429"   or   import tasks.md'),
)
"""How tasks come into the queue."""
_FREE = (
    "Opening spends nothing: workers wait for P, which first says how many tasks, which model and "
    "at most how much."
)
_KEYS = (("1-5", "panes"), ("b", "what needs you"), ("?", "all keys"), ("ctrl+p", "any action"))


def is_fresh(state: State) -> bool:
    """Whether this is a project without a task, and not the demo."""
    overview, queue = state.overview, state.queue
    if overview is None or queue is None or overview.get("scripted"):
        return False
    return not any(int(group.get("total") or 0) for group in queue.get("groups", ()))


def welcome_rows(overview: Mapping[str, Any]) -> list[Row]:
    """All of it; with the frame of a sheet it fits 24 lines."""
    rows = [heading(line, "text") for line in wrap(_SAID, _WIDTH)]
    rows.append(BLANK)
    rows += [row(None, (f"{key:<7}", "bold"), (what, "text")) for key, what in WAYS]
    rows.append(BLANK)
    rows += [heading(line, "text") for line in wrap(_FREE, _WIDTH)]
    if overview.get("key"):
        said = wrap(safe(overview["key"]), _WIDTH - 2, limit=2)
        rows += [
            row(None, ("! " if n == 0 else "  ", "amber"), (line, "text"))
            for n, line in enumerate(said)
        ]
    spans = [span for key, what in _KEYS for span in ((key, "bold"), (f" {what}   ", "dim"))]
    return [*rows, BLANK, row(None, *spans)]


def no_task(state: State) -> Row:
    """What stands in the place of a task's title where none is shown."""
    if state.queue is None:
        return row(None, ("The queue is unknown" if state.lost else "", "dim"))
    return row(None, ("No task yet", "dim"))


def nothing_written(state: State) -> str:
    """Why there is no change to look at, and what to do; one line."""
    task = state.row()
    if state.queue is None and state.lost:
        return "What is queued is told when there is an engine."
    if not task:
        return "No task yet: o writes one." if is_fresh(state) else "No task is chosen."
    paused = bool((state.overview or {}).get("paused"))
    match task.get("status"):
        case "pending" if task.get("held"):
            return "It is on hold: p in the queue lets it go."
        case "pending" if paused:
            return "It waits: P starts the workers, and says first what that costs."
        case "pending":
            return "It waits for its turn; what the worker writes appears here."
        case "in_progress":
            return "The worker is at it; what it writes appears here."
        case "blocked":
            return "It has written nothing yet: 4 shows what it asks."
        case _:
            return "Nothing was proposed for this task."

"""The whole story of a task: what happened to it, and its attempts."""

from __future__ import annotations

from collections.abc import Mapping

from codeframe_tui.core.events import Event
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.queries import ShowHistory
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.activity_lines import detail, line
from codeframe_tui.service.unit import find_task

__all__ = ["history"]

MOST = 200
"""Events of a page."""
DETAILS = frozenset(
    {
        "context.gathered",
        "context.shortened",
        "model.waiting",
        "task.phase",
        "tool.ended",
        "tool.started",
        "turn.recorded",
        "verification.recorded",
        "verification.started",
    }
)
"""How the work went on; the activity has it, and attempts say what came of it."""


def history(tables: Tables, query: ShowHistory) -> Document:
    """See `core.queries.ShowHistory`."""
    task = find_task(tables, query.number)
    events = tables.events.of(task.number, MOST + 1, but=DETAILS, before=query.before)
    costs = tables.turns.cost_by_attempt(task.number)
    attempts = {each.number: each for each in tables.attempts.outlines(task.number)}
    page = events[-MOST:]
    told = (_told(event, attempts, costs) for event in page)
    return {
        "number": task.number,
        "title": task.title,
        "status": task.status.value,
        "items": [each for each in told if each is not None],
        "first": page[0].seq if page else 0,
        "cut": len(events) > MOST,
    }


def _told(
    event: Event, attempts: Mapping[int, Attempt], costs: Mapping[int, float | None]
) -> Document | None:
    if event.type == "task.added":
        return _line(event, "added")
    if event.type == "task.edited":
        names = (str(name).replace("_", " ") for name in event.data["fields"])
        return _line(event, f"changed: {', '.join(names)}")
    if event.type == "proposal.recorded":
        number = int(event.data["attempt"])
        if (attempt := attempts.get(number)) is not None:
            return _attempt(event, attempt, costs.get(number, 0.0))
    found = line(event)
    return None if found is None else _line(event, found[1], detail(event), found[0])


def _line(event: Event, title: str, said: str = "", kind: str = "state") -> Document:
    return {
        "seq": event.seq,
        "at": event.at,
        "kind": kind,
        "title": title,
        "detail": said,
        "attempt": None,
    }


def _attempt(event: Event, attempt: Attempt, cost: float | None) -> Document:
    found = attempt.verification
    return {
        "seq": event.seq,
        "at": event.at,
        "kind": "attempt",
        "title": f"attempt {attempt.number}",
        "detail": attempt.explanation,
        "attempt": attempt.number,
        "cause": attempt.cause,
        "verdict": found.verdict.value if found else None,
        "message": found.message if found else "",
        "files": len(attempt.files),
        "added": sum(file.added or 0 for file in attempt.files),
        "removed": sum(file.removed or 0 for file in attempt.files),
        "cost_usd": cost,
    }

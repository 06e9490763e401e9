"""Outward documents about the whole project (CONTRACT §9)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from codeframe_tui.core.blocker import Blocker, BlockerKind, blocker_document
from codeframe_tui.core.hand import hand_folder
from codeframe_tui.core.queries import MOST_ISSUES, ShowBlockers, ShowEvents, ShowIssues, ShowTasks
from codeframe_tui.core.some import some
from codeframe_tui.core.task import Group, Status, Task
from codeframe_tui.core.usage import Usage, total_cost
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.budget import caps_in_force, shared_caps
from codeframe_tui.service.switches import Halt, halt, in_force
from codeframe_tui.settings import Settings

__all__ = [
    "blockers",
    "events",
    "issues",
    "overview",
    "questions",
    "row",
    "tasks",
    "usage",
    "usage_fields",
]

TEXT_LIMIT = 200
"""Characters of a text that is looked for."""
WORKER_LIMIT = 50
PAGE_LIMIT, PAGE_BYTES = 1000, 16 * 2**20
"""Events of one page, and their data: a whole log would hold up everybody else, and pass what one
message holds."""
ENDED = frozenset({Status.CANCELLED, Status.FAILED})
"""States in which a task meets no dependency, and does not go on by itself."""


def overview(tables: Tables, *, settings: Settings, since: str, at: str) -> Document:
    """What the header shows, less the fields that only the engine knows.

    Args:
        since: start of the engine; money is counted from then, as the cap is per run.
        at: the time.
    """
    now = in_force(tables, settings)
    ready = tables.tasks.next_ready(fresh=now.tasks_left != 0) is not None
    working = tables.queue.window(Group.WORKING, 0, WORKER_LIMIT)
    counts = tables.queue.counts()
    return {
        "policy": now.policy,
        "model": now.model,
        "paused": now.paused,
        "workers": [
            {"task": t.number, "title": t.title, "phase": t.phase, "since": t.since}
            for t in working
        ],
        "worker_limit": now.workers,
        "cost_usd": tables.turns.spent(since),
        "cap_usd": _cap(tables, settings, since, at),
        "counts": {group.value: count for group, count in counts.items()},
        "ready": ready,
        "commits": settings.commit.on_apply,
        "last_event": tables.events.last(),
        "idle": (now.paused or not ready) and not _is_at_work(tables, counts),
    }


def _is_at_work(tables: Tables, counts: Mapping[Group, int]) -> bool:
    """Whether something goes on, or will before anybody says anything, also while workers pause."""
    if counts.get(Group.WORKING) or tables.decisions.pending():
        return True
    return tables.tasks.next_revised() is not None


def _cap(tables: Tables, settings: Settings, since: str, now: str) -> float | None:
    """What this run may cost in all, after what people answered; None = no cap."""
    for cap in caps_in_force(tables, settings, since, now, None):
        if cap.name == "per_run":
            paid = tables.turns.paid
            return cap.usd + paid(since, None) - paid(cap.since, None, cap.until)
    return None


def issues(tables: Tables, query: ShowIssues) -> Document:
    """See `core.queries.ShowIssues`."""
    found = tables.issues.search(query.text[:TEXT_LIMIT], MOST_ISSUES)
    return {"issues": [{"number": each.number, "title": each.title} for each in found]}


def tasks(tables: Tables, _: ShowTasks) -> Document:
    """``list``."""
    halted = halt(tables)
    unmet = tables.tasks.unmet(None)
    asked = questions(tables.blockers.open())
    return {
        "tasks": [
            row(task, unmet.get(task.number, {}), asked.get(task.number), halted)
            for task in tables.tasks.all()
        ]
    }


def row(task: Task, unmet: Mapping[str, Status], blocker: str | None, halted: Halt) -> Document:
    """One task of ``list``."""
    return {
        "number": task.number,
        "title": task.title,
        "status": task.status.value,
        "phase": task.phase.value if task.phase else None,
        "held": task.held,
        "priority": task.priority,
        "workflow_step": task.workflow_step,
        "issue": task.issue,
        "depends_on": list(task.depends_on),
        "agent": task.agent,
        "attempt": task.attempt,
        "verdict": task.verdict,
        "waiting_on": list(unmet),
        "cost_usd": task.cost_usd,
        "since": task.since,
        "reason": task.reason,
        "why": _why(task, unmet, blocker, halted),
    }


def blockers(tables: Tables, query: ShowBlockers) -> Document:
    """``blockers``, with what a person needs to order them."""
    found = tables.blockers.all() if query.all else tables.blockers.open()
    numbers = list(dict.fromkeys(blocker.task for blocker in found))
    held_up = tables.tasks.held_up(numbers)
    owners = {number: tables.tasks.find(number) for number in numbers}
    copies = {number for number in numbers if tables.settings.get(hand_folder(number))}
    return {
        "blockers": [
            _blocker(
                each, owners[each.task], held_up.get(each.task, 0), by_hand=each.task in copies
            )
            for each in found
        ]
    }


def events(tables: Tables, query: ShowEvents) -> Document:
    """A page of the log; never empty while there are more."""
    limit = min(max(query.limit, 1), PAGE_LIMIT)
    found = tables.events.after(query.after, limit, PAGE_BYTES)
    if len(found) == 1 and len(json.dumps(found[0].data)) > PAGE_BYTES:
        found = [replace(found[0], data={})]  # as it is told live: no message holds it
    return {"events": [event.document() for event in found], "last": tables.events.last()}


def usage(tables: Tables, *, settings: Settings, started: str, now: str) -> Document:
    """``usage``.

    Args:
        started: since when the cap per run counts.
        now: the day of the cap per day.
    """
    spent, held = tables.turns.usage(), tables.reservations.by_task()
    for number in held:
        spent.setdefault(number, (Usage(), 0.0))
    total = sum((each for each, _ in spent.values()), start=Usage())
    return {
        "total": usage_fields(total, total_cost([cost for _, cost in spent.values()])),
        "tasks": [
            {
                "number": number,
                **usage_fields(each, cost),
                "reserved_usd": held.get(number, 0.0),
            }
            for number, (each, cost) in spent.items()
        ],
        "caps": {name: cap or None for name, cap in settings.money.model_dump().items()},
        "reserved_usd": sum(held.values()),
        "models": [
            {"model": model, "calls": calls, **usage_fields(each, cost)}
            for model, (calls, each, cost) in sorted(tables.turns.by_model("").items())
        ],
        "periods": {
            "run": _since(tables, started),
            "today": _since(tables, f"{now[:10]}T00:00:00.000Z"),
            "month": _since(tables, f"{now[:7]}-01T00:00:00.000Z"),
        },
        "budgets": shared_caps(tables, settings, started, now),
    }


def _since(tables: Tables, since: str) -> Document:
    """Calls, tokens and money since a time."""
    found = tables.turns.by_model(since).values()
    total = sum((each for _, each, _ in found), start=Usage())
    calls = sum(many for many, _, _ in found)
    cost = total_cost([each for _, _, each in found])
    return {"since": since, "calls": calls, **usage_fields(total, cost)}


def usage_fields(tokens: Usage, cost: float | None) -> Document:
    """Tokens and money as they stand in documents."""
    return {**asdict(tokens), "cost_usd": cost}


def questions(open_blockers: Sequence[Blocker]) -> Mapping[str, str]:
    """The newest open SYNC blocker by task."""
    return {b.task: b.id for b in open_blockers if b.kind is BlockerKind.SYNC}


def _why(task: Task, unmet: Mapping[str, Status], blocker: str | None, halted: Halt) -> str | None:
    """Why nothing happens with a task, in one line; None when something does."""
    if task.status is Status.IN_REVIEW:
        return "review"
    if task.status is Status.BLOCKED:
        return f"answer to {blocker}" if blocker else task.reason
    if task.status is not Status.PENDING:
        return None
    if task.held:
        return "on hold"
    if unmet:
        return _waits_for(unmet)
    return halted.why(task.number)


def _blocker(blocker: Blocker, task: Task | None, held_up: int, *, by_hand: bool) -> Document:
    assert task is not None
    return {
        **blocker_document(blocker),
        "title": task.title,
        "holds": held_up,
        "cost_usd": task.cost_usd,
        "attempts": task.attempt,
        "by_hand": by_hand,
    }


def _waits_for(unmet: Mapping[str, Status]) -> str:
    """Which tasks must come first; of those that will not come by themselves, what they are."""
    lost = next((number for number, status in unmet.items() if status in ENDED), None)
    if lost is not None:
        return f"waits for {lost}, which was {unmet[lost].value}: retry that, or edit this"
    return f"waits for {some(unmet)}"

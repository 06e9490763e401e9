"""The queue: tasks in four groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from codeframe_tui.tui.present.countdown import time_left
from codeframe_tui.tui.present.rows import BLANK, Row, Span, cells, cut, heading, row, safe
from codeframe_tui.tui.present.times import ago, clock, elapsed, money
from codeframe_tui.tui.present.words import sign_of, state_of

__all__ = ["ATTEMPTS", "first_key", "queue_rows", "rows_needed", "task_rows", "why_waiting"]

ATTEMPTS = 4
"""A first attempt and at most three corrections."""

_GROUPS = {
    "needs_you": ("NEEDS YOU", "amber bold"),
    "working": ("WORKING", "blue bold"),
    "queued": ("QUEUED", "dim"),
    "done": ("DONE", "dim"),
}
_WIDE = 60
ROWS = 200
"""Rows of a group that are fetched while the cursor is near its start."""
_NEAR = 50
"""Rows before the end of what is known of a group; a page and more."""
_DIGITS = 8  # cells of a number at most before the titles give way

_TEACH = (
    ("The queue is empty.", "text"),
    ("", ""),
    ("o  write a task", "dim"),
    ("   or paste one: a line, a task", "dim"),
    ("", ""),
    ("In a shell:", "faint"),
    ('codeframe-tui add "Retry on 429"', "dim"),
    ("codeframe-tui import tasks.json", "dim"),
)


def task_rows(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All tasks of a queue document in the order shown."""
    return [task for group in document.get("groups", ()) for task in group.get("rows", ())]


def first_key(document: Mapping[str, Any]) -> str | None:
    """Number of the task to show first."""
    tasks = task_rows(document)
    return safe(tasks[0].get("number")) if tasks else None


def rows_needed(document: Mapping[str, Any], key: str | None) -> int:
    """How many rows of each group to ask for, so that a task is not among the last of its own."""
    for group in document.get("groups", ()):
        for depth, task in enumerate(group.get("rows", ())):
            if safe(task.get("number")) == key:
                return ROWS << ((depth + _NEAR) // ROWS).bit_length()
    return ROWS


def queue_rows(
    document: Mapping[str, Any] | None,
    *,
    width: int,
    now: datetime,
    room: int = 0,
    waits: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Row]:
    """Rows of the queue pane; keys are task numbers.

    Args:
        document: the answer to `ShowQueue`; None while it is fetched.
        width: cells of a row; from 60 on phase, cost and reason have columns of their own.
        now: aware, in the person's time zone.
        room: lines there are; the space between groups goes when they do not do; 0 = any number.
        waits: data of the newest ``waiting`` signals by task; what is left stands in the place of
            the running time, with a minus sign.
    """
    if document is None:
        return []
    rows: list[Row] = []
    digits = max((cells(safe(t.get("number"))) for t in task_rows(document)), default=0)
    for group in document.get("groups", ()):
        tasks = group.get("rows", ())
        if not tasks:
            continue
        if rows:
            rows.append(BLANK)
        title, style = _GROUPS.get(group.get("key"), (safe(group.get("key")).upper(), "dim"))
        rows.append(heading(title, style))
        rows += _group(tasks, width, now, min(digits, _DIGITS), waits or {})
        rest = int(group.get("total", 0)) - len(tasks)
        if rest > 0:
            rows.append(heading(f"  {rest:,} more", "faint"))
    if room and len(rows) > room:
        rows = [line for line in rows if line is not BLANK]
    return rows or [row(None, (text, style)) for text, style in _TEACH]


def why_waiting(task: Mapping[str, Any], *, brief: bool = False) -> str:
    """Why a waiting task does not start, short; empty when it only waits for its turn.

    Args:
        task: a row of the queue.
        brief: only what is special to this task; the title needs the room.
    """
    if task.get("held"):
        return "on hold"
    waiting = [safe(number) for number in task.get("waiting_on") or ()]
    if waiting:
        more = f" +{len(waiting) - 1}" if len(waiting) > 1 else ""
        return f"◦ {waiting[0]}{more}"
    return "" if brief else safe(task.get("why"))


def _group(
    tasks: Sequence[Mapping[str, Any]],
    width: int,
    now: datetime,
    digits: int,
    waits: Mapping[str, Mapping[str, Any]],
) -> list[Row]:
    lefts = [time_left(waits.get(str(task.get("number"))), now) for task in tasks]
    rights = [_right(task, width, now, left) for task, left in zip(tasks, lefts, strict=True)]
    if width >= _WIDE:
        rights = _columns(rights)
    return [_row(task, right, digits) for task, right in zip(tasks, rights, strict=True)]


def _row(task: Mapping[str, Any], right: list[Span], digits: int) -> Row:
    sign, sign_style = sign_of(task)
    number = safe(task.get("number"))
    ended = task.get("status") in {"completed", "cancelled"}
    title = "dim" if ended else "text"
    return row(
        number,
        (sign, sign_style),
        (" ", ""),
        (number.ljust(digits), title),
        (" ", ""),
        (safe(task.get("title")), title),
        right=right,
    )


def _right(task: Mapping[str, Any], width: int, now: datetime, left: str) -> list[Span]:
    """Right edge of a row: with 60 cells always four columns, else the one or two that matter."""
    word, style = state_of(task)
    status = task.get("status")
    attempt, time = "", ""
    if status == "in_progress":
        attempt = _attempt(task)
        time = f"wait {left}" if left else elapsed(task.get("since"), now)
    elif status == "pending":
        word = why_waiting(task, brief=width < _WIDE)
        if not word and task.get("priority", 2) != 2:
            word = f"p{task.get('priority')}"
    elif status in {"completed", "failed", "cancelled"}:
        time = clock(task.get("since"), now)
        word = safe(task.get("reason")) if status == "cancelled" and width >= _WIDE else word
    if width >= _WIDE:
        return _wide(task, (cut(word, 24), style), attempt, time, now)
    if status == "in_progress":
        return [(attempt, "dim"), (f" {time:>5}", "blue")]
    return [(cut(word or time, max(width // 3, 8)), style)]


def _wide(
    task: Mapping[str, Any], state: Span, attempt: str, time: str, now: datetime
) -> list[Span]:
    if task.get("status") in {"in_review", "blocked"}:
        time = ago(task.get("since"), now)
        attempt = _attempt(task) if task.get("attempt") else ""
    cost = task.get("cost_usd")
    paid = money(cost) if cost or cost is None else ""
    return [state, (attempt, "dim"), (time, state[1]), (paid, "faint")]


def _attempt(task: Mapping[str, Any]) -> str:
    """``2/4``; attempts that a person asked for come on top and have no limit."""
    attempt = max(int(task.get("attempt") or 0), 1)
    return f"{attempt}/{ATTEMPTS}" if attempt <= ATTEMPTS else f"{attempt}"


def _columns(rights: list[list[Span]]) -> list[list[Span]]:
    """Pad the columns of a group to one width each, text to the right."""
    floors = (10, 3, 6, 6)
    widths = [
        max(floor, *(cells(right[place][0]) for right in rights))
        for place, floor in enumerate(floors)
    ]
    return [
        [
            (" " * (size + 2 - cells(text)) + text, style)
            for (text, style), size in zip(right, widths, strict=True)
        ]
        for right in rights
    ]

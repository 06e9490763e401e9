"""The queue: tasks in four groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from codeframe_tui.tui.present.countdown import time_left
from codeframe_tui.tui.present.rows import Row, Span, cells, cut, heading, row, safe
from codeframe_tui.tui.present.times import ago, clock, elapsed, money
from codeframe_tui.tui.present.windows import QueueRows
from codeframe_tui.tui.present.words import DECIDABLE, count, sign_of, state_of

__all__ = [
    "ATTEMPTS",
    "SORTS",
    "first_key",
    "queue_rows",
    "queue_title",
    "task_rows",
    "unknown_rows",
    "why_waiting",
]

ATTEMPTS = 4
"""A first attempt and at most three corrections."""

_GROUPS = {
    "needs_you": ("NEEDS YOU", "amber bold"),
    "working": ("WORKING", "blue bold"),
    "queued": ("QUEUED", "dim"),
    "done": ("DONE", "dim"),
}
SORTS = {
    "turn": "in its own order",
    "age": "oldest first",
    "cost": "by cost",
    "changed": "newest change first",
}
"""How the orders of the queue are called."""
_WIDE = 60
_MANY = 20  # tasks of a group that nobody counts by eye
_DIGITS = 8  # cells of a number at most before the titles give way
_COLUMNS = (14, 3, 6, 6)
"""Cells of state, attempt, time and cost; the same in all groups, so that nothing moves. While
nothing has cost anything the last one is left to the titles."""

_TEACH = (
    ("The queue is empty.", "text"),
    ("", ""),
    ("o  write a task", "dim"),
    ("i  import a file of tasks", "dim"),
    ("   or paste a list, one task a line", "dim"),
    ("", ""),
    ("In a shell:", "faint"),
    ('codeframe-tui add "Retry on 429"', "dim"),
    ("codeframe-tui import tasks.json", "dim"),
)


_NOTHING = (
    ("No task fits.", "text"),
    ("", ""),
    ("Words of the title, a number,", "dim"),
    ("p0, failed, blocked, held, issue:1.2", "dim"),
    ("", ""),
    ("esc  all tasks again", "dim"),
)


def task_rows(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tasks of a queue document that are there, in the order shown."""
    return [task for group in document.get("groups", ()) for task in group.get("rows", ())]


def first_key(document: Mapping[str, Any]) -> str | None:
    """Number of the task to show first."""
    tasks = task_rows(document)
    return safe(tasks[0].get("number")) if tasks else None


def queue_title(document: Mapping[str, Any] | None, *, width: int) -> list[Span]:
    """What stands beside the name of the pane: how many tasks, and how they were chosen."""
    if document is None:
        return []
    shown = sum(int(group.get("total") or 0) for group in document.get("groups", ()))
    words = safe(document.get("filter")).strip()
    sort = str(document.get("sort") or "turn")
    order = "" if sort == "turn" else SORTS.get(sort, "")
    if not words:
        said = f" · {order}" if order else ""
        return [(cut(count(shown, "task") + said, width), "faint")]
    every = int(document.get("all") or 0)
    number = f"{shown:,} of {every:,}"
    said = f" · {words}" + (f" · {order}" if order else "")
    return [(number, "text"), (cut(said, max(width - cells(number), 1)), "amber")]


def queue_rows(
    document: Mapping[str, Any] | None,
    *,
    width: int,
    now: datetime,
    room: int = 0,
    waits: Mapping[str, Mapping[str, Any]] | None = None,
) -> Sequence[Row]:
    """Rows of the queue pane; keys are task numbers. They are made when they are drawn.

    Args:
        document: the answer to `ShowQueue`; None while it is fetched.
        width: cells of a row; from 60 on phase, cost and reason have columns of their own.
        now: aware, in the person's time zone.
        room: lines there are; the space between groups goes when they do not do; 0 = any number.
        waits: data of the newest ``waiting`` signals by task; what is left stands in the place of
            the running time.
    """
    if document is None:
        return []
    digits = max((len(str(task.get("number"))) for task in task_rows(document)), default=0)
    free = not any(task.get("cost_usd", 0) != 0 for task in task_rows(document))
    columns = _COLUMNS[:-1] if free else _COLUMNS
    draw = partial(
        _row, width=width, now=now, digits=min(digits, _DIGITS), waits=waits or {}, columns=columns
    )
    rows = QueueRows(document, head=_head, draw=draw, room=room)
    if len(rows):
        return rows
    if safe(document.get("filter")).strip():
        return [row(None, (text, style)) for text, style in _NOTHING]
    return [row(None, (text, style)) for text, style in _TEACH]


def unknown_rows() -> Sequence[Row]:
    """Of a queue for which nobody can be asked just now."""
    return [row(None, ("Unknown while there is no engine.", "dim"))]


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
    why = safe(task.get("why"))
    return "" if brief or why == "paused" else why  # that holds for all, and the header says it


def _head(key: str, total: int) -> Row:
    title, style = _GROUPS.get(key, (safe(key).upper(), "dim"))
    return heading(title, style, right=[(f"{total:,}", "faint")] if total >= _MANY else ())


def _row(
    task: Mapping[str, Any],
    *,
    width: int,
    now: datetime,
    digits: int,
    waits: Mapping[str, Mapping[str, Any]],
    columns: Sequence[int],
) -> Row:
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
        right=_right(task, width, now, time_left(waits.get(number), now), columns),
    )


def _right(
    task: Mapping[str, Any], width: int, now: datetime, left: str, columns: Sequence[int]
) -> list[Span]:
    """Right edge of a row: with 60 cells up to four columns, else the one or two that matter."""
    word, style = state_of(task)
    status = task.get("status")
    attempt, time = "", ""
    if status == "in_progress":
        attempt = _attempt(task)
        time = left or elapsed(task.get("since"), now)
        word = "waits" if left else word
    elif status == "pending":
        word = why_waiting(task, brief=width < _WIDE)
        if not word and task.get("priority", 2) != 2:
            word = f"p{task.get('priority')}"
    elif status in {"completed", "failed", "cancelled"}:
        time = clock(task.get("since"), now)
        why = safe(task.get("reason")) if status == "cancelled" and width >= _WIDE else ""
        word = why if 0 < cells(why) <= _COLUMNS[0] else word
    if width >= _WIDE:
        return _wide(task, (word, style), (attempt, time), now, columns)
    if status == "in_progress":
        time = f"wait {time}" if left else f"{time:>5}"
        return [(attempt, "dim"), (f" {time}", "blue")]
    return [(cut(word or time, max(width // 3, 8)), style)]


def _wide(
    task: Mapping[str, Any],
    state: Span,
    of_now: tuple[str, str],
    now: datetime,
    sizes: Sequence[int],
) -> list[Span]:
    """The columns; attempt and running time come as ``of_now``, while there is any."""
    attempt, time = of_now
    if task.get("status") in DECIDABLE:
        time = ago(task.get("since"), now)
        attempt = _attempt(task) if task.get("attempt") else ""
    cost = task.get("cost_usd")
    paid = money(cost) if cost or cost is None else ""
    if not (attempt or time or paid):
        return [(cut(state[0], _COLUMNS[0]), state[1])] if state[0] else []
    columns = (state, (attempt, "dim"), (time, state[1]), (paid, "faint"))
    told = [
        (_right_aligned(text, size), style)
        for (text, style), size in zip(columns, sizes, strict=False)
    ]
    while told and not told[0][0].strip():  # the title may have the room of what is not said
        del told[0]
    return [(told[0][0].lstrip(), told[0][1]), *told[1:]] if told else []


def _attempt(task: Mapping[str, Any]) -> str:
    """``2/4``; attempts that a person asked for come on top and have no limit."""
    attempt = max(int(task.get("attempt") or 0), 1)
    return f"{attempt}/{ATTEMPTS}" if attempt <= ATTEMPTS else f"{attempt}"


def _right_aligned(text: str, size: int) -> str:
    shown = cut(text, size)
    return " " * (size + 2 - cells(shown)) + shown

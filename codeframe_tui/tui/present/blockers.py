"""The inbox of questions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from codeframe_tui.core.text import clean
from codeframe_tui.tui.present.evidence import attempt_rows
from codeframe_tui.tui.present.rows import BLANK, Row, Span, heading, row, safe, wrap
from codeframe_tui.tui.present.times import ago, money, seconds_since
from codeframe_tui.tui.present.words import count

__all__ = ["blocker_rows", "by_urgency", "open_count", "options_of"]

_QUESTION_LINES = 6


def by_urgency(document: Mapping[str, Any], now: datetime) -> list[Mapping[str, Any]]:
    """Open questions, most urgent first: tasks held up times age; SYNC before ASYNC."""

    def weight(blocker: Mapping[str, Any]) -> tuple[bool, float]:
        age = seconds_since(blocker.get("created_at"), now) or 0.0
        held = len(blocker["holds"]) if isinstance(blocker.get("holds"), list) else 0
        held = held or (blocker["holds"] if isinstance(blocker.get("holds"), int) else 0)
        return blocker.get("kind") != "SYNC", -(held + 1) * age

    found = [b for b in document.get("blockers", ()) if b.get("status", "open") == "open"]
    return sorted(found, key=weight)


def open_count(document: Mapping[str, Any] | None) -> int:
    """How many questions wait."""
    return sum(b.get("status", "open") == "open" for b in (document or {}).get("blockers", ()))


def options_of(blocker: Mapping[str, Any]) -> list[str]:
    """The suggested answers as they may be shown."""
    return [safe(option) for option in blocker.get("options") or ()]


def blocker_rows(
    document: Mapping[str, Any] | None,
    *,
    width: int,
    now: datetime,
    chosen: str | None = None,
    task: Mapping[str, Any] | None = None,
) -> list[Row]:
    """Rows of the inbox; the first row of each question has its id as key.

    Args:
        document: of `ShowBlockers`.
        width: cells of a line.
        now: the time in the person's time zone.
        chosen: id of the question that is shown in full, with its evidence.
        task: `ShowTask` of the task in focus: the evidence, when that question is about it.
    """
    if document is None:
        return []
    rows: list[Row] = []
    for blocker in by_urgency(document, now):
        if rows:
            rows.append(BLANK)
        here = blocker.get("id") == chosen
        rows += _blocker(blocker, width, now, lines=0 if here else _QUESTION_LINES)
        if here and task and task.get("number") == blocker.get("task"):
            rows += attempt_rows(task, width=width)
    teach = "When a worker needs a decision, it stands here."
    return rows or [
        heading("No questions.", "dim"),
        *(heading(line, "faint") for line in wrap(teach, width)),
    ]


def _blocker(blocker: Mapping[str, Any], width: int, now: datetime, *, lines: int) -> list[Row]:
    waits = blocker.get("kind") == "SYNC"
    head: list[Span] = [
        ("? " if waits else "~ ", "amber" if waits else "dim"),
        (safe(blocker.get("task")), "bold"),
    ]
    if blocker.get("title") and width >= 60:
        head.append((" " + safe(blocker["title"]), "text"))
    about = " · ".join(part for part in (_holds(blocker), _age(blocker, now)) if part)
    rows = [row(safe(blocker.get("id")), *head, (f" {about}", "dim"))]
    question = clean(str(blocker.get("question") or ""), limit=20_000)
    rows += [heading(line, "text") for line in wrap(question, width, limit=lines)]
    for number, option in enumerate(options_of(blocker)[:9], 1):
        rows.append(row(None, (f"{number} ", "dim"), (option, "text")))
    if blocker.get("assumption"):
        assumption = f"goes on with: {safe(blocker['assumption'])}"
        rows += [heading(line, "dim") for line in wrap(assumption, width, limit=lines and 3)]
    if blocker.get("by_hand"):
        rows.append(row(None, ("● ", "violet"), ("in your hands: E goes on", "text")))
    rows.append(heading(_evidence(blocker), "faint"))
    return rows


def _holds(blocker: Mapping[str, Any]) -> str:
    holds = blocker.get("holds")
    number = len(holds) if isinstance(holds, list) else holds
    return f"holds {number}" if number else ""


def _age(blocker: Mapping[str, Any], now: datetime) -> str:
    return ago(blocker.get("created_at"), now)


def _evidence(blocker: Mapping[str, Any]) -> str:
    attempts = blocker.get("attempts")
    tried = len(attempts) if isinstance(attempts, list) else attempts
    parts = [count(int(tried), "attempt")] if tried else []
    if blocker.get("cost_usd"):
        parts.append(money(blocker["cost_usd"]))
    raises = ["l raises"] if blocker.get("limit") and not tried else []
    return " · ".join([*parts, "enter answers", *raises])

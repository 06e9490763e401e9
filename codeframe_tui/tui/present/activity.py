"""The timeline of a task: what the worker read, ran, wrote and said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from codeframe_tui.tui.present.countdown import countdown_spans
from codeframe_tui.tui.present.rows import Row, Span, heading, row, safe
from codeframe_tui.tui.present.times import clock, money

__all__ = ["activity_rows"]


def activity_rows(
    document: Mapping[str, Any] | None,
    *,
    now: datetime,
    waiting: Mapping[str, Any] | None = None,
) -> list[Row]:
    """Rows of the Activity pane, oldest first; keys are positions.

    Args:
        document: the answer to `ShowActivity`; None while it is fetched.
        now: aware, in the person's time zone.
        waiting: data of the newest ``waiting`` signal of the task; its countdown comes last.
    """
    if document is None:
        return []
    items = document.get("items", ())
    if not items:
        return [
            heading("Nothing yet.", "dim"),
            heading("What the worker reads, runs, writes and says stands here.", "faint"),
        ]
    rows = [_item(str(index), item, now) for index, item in enumerate(items)]
    left = countdown_spans(waiting, now)
    return [*rows, row("waiting", (f"{'':>6} ", ""), ("◌ ", "blue"), *left)] if left else rows


def _item(key: str, item: Mapping[str, Any], now: datetime) -> Row:
    failed = item.get("ok") is False
    sign: Span = ("✘ ", "red") if failed else ("· ", "faint")
    left: list[Span] = [
        (f"{clock(item.get('at'), now):>6} ", "faint"),
        sign,
        (f"{safe(item.get('title'))}  ", "text"),
        (safe(item.get("detail")), "dim"),
    ]
    return row(key, *left, right=_costs(item))


def _costs(item: Mapping[str, Any]) -> list[Span]:
    tokens, cost = item.get("tokens"), item.get("cost_usd")
    parts = []
    if isinstance(tokens, int) and tokens:
        parts.append(f"{tokens:,} tokens")
    if isinstance(cost, int | float) and cost:
        parts.append(f"{money(cost):>6}")
    return [("  ".join(parts), "faint")] if parts else []

"""The timeline of a task: what the worker read, ran, wrote and said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from codeframe_tui.tui.present.rows import Row, Span, heading, row, safe
from codeframe_tui.tui.present.times import clock, money

__all__ = ["activity_rows"]


def activity_rows(document: Mapping[str, Any] | None, *, now: datetime) -> list[Row]:
    """Rows of the Activity pane, oldest first; keys are positions."""
    if document is None:
        return []
    items = document.get("items", ())
    if not items:
        return [
            heading("Nothing yet.", "dim"),
            heading("What the worker reads, runs, writes and says stands here.", "faint"),
        ]
    return [_item(str(index), item, now) for index, item in enumerate(items)]


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

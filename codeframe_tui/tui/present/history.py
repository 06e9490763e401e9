"""The story of a task: what happened, and its attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from codeframe_tui.tui.present.rows import Row, Span, heading, row, safe, safe_lines, wrap
from codeframe_tui.tui.present.times import day, money, time_of_day
from codeframe_tui.tui.present.words import count

__all__ = ["history_rows", "item_rows"]

_VERDICTS = {
    "proven": ("✔", "green"),
    "failed": ("✘", "red"),
    "not_verified": ("○", "amber"),
}
_CAUSES = {
    "correction": "corrected by itself",
    "review": "after what a person said",
    "hand": "made by hand",
}
_WIDTH = 74


def history_rows(document: Mapping[str, Any], *, now: datetime) -> list[Row]:
    """Rows of the story, oldest first, with a heading for each day; keys are their numbers.

    Args:
        document: the answer to `ShowHistory`.
        now: aware, in the person's time zone.
    """
    rows: list[Row] = []
    today = ""
    if document.get("cut"):
        rows.append(heading("… more above: it comes when you go up", "faint"))
    for item in document.get("items") or ():
        date = day(item.get("at"), now)
        if date != today:
            today = date
            rows.append(heading(date, "faint"))
        key = str(item.get("seq"))
        rows.append(_attempt(key, item, now) if item.get("attempt") else _line(key, item, now))
    return rows


def _line(key: str, item: Mapping[str, Any], now: datetime) -> Row:
    return row(
        key,
        (f"{time_of_day(item.get('at'), now):>5} ", "faint"),
        ("·  ", "faint"),
        (f"{safe(item.get('title'))}  ", "text"),
        (safe(item.get("detail")), "dim"),
    )


def _attempt(key: str, item: Mapping[str, Any], now: datetime) -> Row:
    sign, style = _VERDICTS.get(str(item.get("verdict")), ("○", "dim"))
    return row(
        key,
        (f"{time_of_day(item.get('at'), now):>5} ", "faint"),
        (f"{sign}  ", style),
        (safe(item.get("title")), "bold"),
        (f"  {_verdict(item)}  ", style),
        (safe(item.get("detail")), "dim"),
        right=_sizes(item),
    )


def _verdict(item: Mapping[str, Any]) -> str:
    return safe(item.get("verdict") or "not tested").replace("_", " ")


def _sizes(item: Mapping[str, Any]) -> Sequence[Span]:
    cost = item.get("cost_usd")
    return (
        (f"+{item.get('added') or 0}", "green"),
        (f" −{item.get('removed') or 0}", "red"),
        (f"  {money(cost) if cost or cost is None else '':>6}", "faint"),
    )


def item_rows(item: Mapping[str, Any]) -> list[Row]:
    """All of one thing that happened."""
    rows = []
    if item.get("attempt"):
        files = count(int(item.get("files") or 0), "file")
        cause = _CAUSES.get(str(item.get("cause")), "")
        said = " · ".join(part for part in (_verdict(item), files, cause) if part)
        rows.append(heading(said, "text"))
    for text in filter(None, (item.get("message"), item.get("detail"))):
        for line in safe_lines(text):
            rows += [heading(part, "dim") for part in wrap(line, _WIDTH)]
    return rows

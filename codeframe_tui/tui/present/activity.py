"""The timeline of a task: what the worker read, ran, wrote and said, turn by turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from codeframe_tui.tui.present.countdown import countdown_spans
from codeframe_tui.tui.present.rows import Row, Span, heading, row, safe
from codeframe_tui.tui.present.times import clock, money

__all__ = ["Timeline", "activity_rows", "money_spans"]

_Document = Mapping[str, Any]
_WIDE, _NORMAL = 120, 84
"""From where on a turn shows all of its tokens, and any of them."""
_LEFT = 9
"""Cells before the title: time and sign."""
_QUIET = frozenset({"state", "context"})
"""Kinds that are there if you look for them."""


class Timeline:
    """Makes the rows only when there are others to make."""

    def __init__(self) -> None:
        self._document: _Document | None = None
        self._looks: tuple[int, date] | None = None
        self._made: dict[str, tuple[_Document, list[Row]]] = {}
        self._rows: list[Row] = []

    def rows(
        self,
        document: _Document | None,
        *,
        now: datetime,
        width: int = 100,
        waiting: _Document | None = None,
        doing: tuple[str, str] | None = None,
    ) -> list[Row]:
        """See `activity_rows`."""
        if document is None:
            return []
        looks = width, now.date()
        if document is not self._document or looks != self._looks:
            before = self._made if looks == self._looks else {}
            self._document, self._looks = document, looks
            self._made = {}
            for key, item in _keyed(document):  # most events add one entry to a thousand
                item_before, lines = before.get(key, (None, []))
                if item is not item_before and item != item_before:
                    lines = list(_lines(key, item, now, width))
                self._made[key] = item, lines
            self._rows = [line for _, lines in self._made.values() for line in lines]
        rows = [*_earlier(document), *self._rows, *_now(doing), *_waits(waiting, now)]
        return rows or [
            heading("Nothing yet.", "dim"),
            heading("What the worker reads, runs, writes and says stands here.", "faint"),
        ]


def activity_rows(
    document: _Document | None,
    *,
    now: datetime,
    width: int = 100,
    waiting: _Document | None = None,
    doing: tuple[str, str] | None = None,
) -> list[Row]:
    """Rows of the Activity pane, oldest first; keys are the numbers of events.

    Args:
        document: the answer to `ShowActivity`; None while it is fetched.
        now: aware, in the person's time zone.
        width: cells of a row.
        waiting: data of the newest ``waiting`` signal of the task; its countdown comes last.
        doing: what the model does just now and the newest of it, e.g. ``("thinks", "so I …")``.
    """
    return Timeline().rows(document, now=now, width=width, waiting=waiting, doing=doing)


def money_spans(document: _Document | None) -> list[Span]:
    """``task $0.31 · today $0.84``; empty while it is not known."""
    if document is None or "today_usd" not in document:
        return []
    task, today = money(document.get("task_usd")), money(document.get("today_usd"))
    return [("task ", "faint"), (task, "text"), (" · today ", "faint"), (today, "text")]


def _earlier(document: _Document) -> list[Row]:
    return [heading("… more above: it comes when you go up", "faint")] * bool(
        document.get("earlier")
    )


def _keyed(document: _Document) -> Iterable[tuple[str, _Document]]:
    for index, item in enumerate(document.get("items", ())):
        yield str(item.get("seq", index)), item


def _lines(key: str, item: _Document, now: datetime, width: int) -> Iterable[Row]:
    failed = item.get("ok") is False
    kind, turn = item.get("kind"), item.get("turn")
    is_turn = kind == "model" and isinstance(turn, int)
    if thought := safe(item.get("thinking")):
        yield row(None, (f"{'':{_LEFT}}thought  ", "faint"), (thought, "faint"))
    left: list[Span] = [
        (f"{clock(item.get('at'), now):>6} ", "faint"),
        ("✘ ", "red") if failed else ("● ", "dim") if is_turn else ("· ", "faint"),
        (f"turn {turn}  ", "bold") if is_turn else ("", ""),
        (f"{safe(item.get('title'))}  ", "dim" if kind in _QUIET else "text"),
        (_shown(item), "dim"),
    ]
    yield row(key, *left, right=_spent(item, width))


def _shown(item: _Document) -> str:
    """What there is to say on one line; of a tool's result its beginning."""
    lines = [line.strip() for line in str(item.get("detail") or "").splitlines() if line.strip()]
    if item.get("kind") == "tool":
        return safe(lines[0] if lines else "") + (" …" if len(lines) > 1 else "")
    return safe((" · " if item.get("kind") != "model" else " ").join(lines))


def _spent(item: _Document, width: int) -> list[Span]:
    """Tokens and money of a turn in columns; all of them where there is room."""
    cost, usage = item.get("cost_usd"), item.get("usage")
    paid = f"{money(cost):>7}" if isinstance(cost, int | float) and cost else ""
    if isinstance(usage, Mapping) and width >= _NORMAL:
        read = _number(usage, "cache_read_tokens")
        sent = read + _number(usage, "input_tokens") + _number(usage, "cache_write_tokens")
        tokens = f"{_short(sent):>6} in {_short(_number(usage, 'output_tokens')):>6} out"
        if width >= _WIDE:
            tokens += f"  {round(100 * read / sent) if sent else 0:>3} % cached"
        return [(f"{tokens} {paid:>7}", "faint")]
    total = item.get("tokens")
    if isinstance(total, int) and total and width >= _NORMAL:
        return [(f"{total:,} tokens  {paid}".rstrip(), "faint")]
    return [(paid, "faint")] if paid else []


def _short(tokens: int) -> str:
    """``812``, ``12.3k``, ``1.2M``."""
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if tokens >= size:
            return f"{tokens / size:.1f}{unit}"
    return str(tokens)


def _number(usage: _Document, name: str) -> int:
    found = usage.get(name)
    return found if isinstance(found, int) else 0


def _now(doing: tuple[str, str] | None) -> Iterable[Row]:
    if doing is not None:
        verb, newest = doing
        left: Span = (f"{'':>6} ", "")
        yield row("doing", left, ("● ", "blue"), (f"{verb}  ", "blue"), (safe(newest), "dim"))


def _waits(waiting: _Document | None, now: datetime) -> Iterable[Row]:
    if left := countdown_spans(waiting, now):
        yield row("waiting", (f"{'':>6} ", ""), ("◌ ", "blue"), *left)

"""What was spent: by period, model and task, and the caps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.rows import BLANK, Row, Span, cells, cut, heading, row, safe
from codeframe_tui.tui.present.times import money

__all__ = ["usage_rows"]

_PERIODS = {"run": "this run", "today": "today (UTC)", "month": "this month"}
_CAPS = {"per_task": "each task", "per_run": "this run", "per_day": "this day"}
_COLUMNS = (("calls", 7), ("sent", 12), ("written", 11), ("cached", 8), ("cost", 10))
_MOST = 50
"""Tasks told, the dearest first."""


def usage_rows(document: Mapping[str, Any], titles: Mapping[str, str], width: int) -> list[Row]:
    """The whole page.

    Args:
        document: the answer to `ShowUsage`.
        titles: of tasks that are known here.
        width: cells of a row.
    """
    periods = document.get("periods") or {}
    head = "".join(f"{name:>{size}}" for name, size in _COLUMNS)
    rows = [row(None, ("MONEY AND TOKENS", "dim"), right=[(head, "faint")]), BLANK]
    rows += [
        _line(told, periods[name], width) for name, told in _PERIODS.items() if name in periods
    ]
    total = dict(document.get("total") or {})
    total["calls"] = sum(int(each.get("calls") or 0) for each in document.get("models") or ())
    rows += [_line("in all", total, width, "bold"), BLANK, heading("CAPS"), BLANK]
    rows += _caps(document)
    if models := document.get("models"):
        rows += [BLANK, heading("BY MODEL"), BLANK]
        rows += [_line(safe(each.get("model")) or "unknown", each, width) for each in models]
    tasks = sorted(document.get("tasks") or (), key=_dearest)
    if tasks:
        rows += [BLANK, heading("BY TASK"), BLANK]
        rows += [_task(each, titles, width) for each in tasks[:_MOST]]
    if len(tasks) > _MOST:
        rows.append(heading(f"and {len(tasks) - _MOST:,} more, see `codeframe-tui usage`", "faint"))
    return rows


def _line(name: str, used: Mapping[str, Any], width: int, style: str = "text") -> Row:
    values = (_number(used.get("calls")), *_tokens(used))
    told = "".join(f"{value:>{size}}" for value, (_, size) in zip(values, _COLUMNS, strict=False))
    cost = f"{money(used.get('cost_usd')):>{_COLUMNS[-1][1]}}"
    shown = cut(name, max(width - cells(told) - cells(cost) - 1, 8))
    colour = "text" if used.get("cost_usd") is not None else "amber"
    return row(None, (shown, style), right=[(told, "dim"), (cost, colour)])


def _tokens(used: Mapping[str, Any]) -> tuple[str, str, str]:
    read = int(used.get("cache_read_tokens") or 0)
    sent = read + int(used.get("input_tokens") or 0) + int(used.get("cache_write_tokens") or 0)
    share = f"{100 * read // sent} %" if sent else "-"
    return _number(sent), _number(used.get("output_tokens")), share


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else ""


def _caps(document: Mapping[str, Any]) -> list[Row]:
    caps, budgets = document.get("caps") or {}, document.get("budgets") or ()
    known = {str(each.get("name")): each for each in budgets}
    rows: list[Row] = []
    for name, told in _CAPS.items():
        if (each := known.get(name)) is not None:
            spent, most = float(each.get("spent_usd") or 0), float(each.get("cap_usd") or 0)
            held = float(each.get("reserved_usd") or 0)
            said: list[Span] = [
                (f"{money(spent)} of {money(most)}", "red" if spent >= most else "text")
            ]
            said += [(f" · {money(held)} reserved", "dim")] if held else []
        elif caps.get(name):
            said = [(f"at most {money(float(caps[name]))}", "text")]
        else:
            said = [("no cap", "dim")]
        rows.append(row(None, (f"{told:<12}", "text"), *said, right=[(f"money.{name}", "faint")]))
    return rows


def _task(used: Mapping[str, Any], titles: Mapping[str, str], width: int) -> Row:
    number = safe(used.get("number"))
    held = float(used.get("reserved_usd") or 0)
    name = f"{number} {titles.get(number, '')}".rstrip()
    return _line(f"{name} · {money(held)} reserved" if held else name, used, width)


def _dearest(used: Mapping[str, Any]) -> tuple[float, str]:
    cost = used.get("cost_usd")
    return (-float(cost) if cost is not None else float("-inf")), str(used.get("number"))

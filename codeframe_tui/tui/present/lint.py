"""What the project's linters and type checkers find that they did not find before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.rows import Row, Span, cells, cut, row, safe

__all__ = ["lint_rows", "place_in"]

_KEY = "lint::"


def lint_rows(found: Mapping[str, Any] | None, *, width: int) -> list[Row]:
    """A row for the tools, and one for each new finding; none where the project has no tool.

    Keys are ``lint::path:line rule``, which `place_in` reads.

    Args:
        found: ``verification`` of an attempt.
        width: cells of a row.
    """
    lint = (found or {}).get("lint") or {}
    tools = lint.get("tools") or ()
    if not tools:
        return []
    head: list[Span] = [_sign(str(lint.get("verdict"))), ("lint  ", "text")]
    told = [span for tool in tools for span in _tool(tool)]
    if sum(cells(text) for text, _ in (*head, *told)) > width:
        told = [span for tool in tools for span in _tool({**tool, "message": ""})]
    rows = [row(None, *head, *told[:-1])]
    keys: dict[str, None] = {}
    for tool in tools:
        for each in tool.get("findings") or ():
            key = f"{_KEY}{each.get('path')}:{each.get('line')} {each.get('rule')}"
            while key in keys:
                key += " "
            keys[key] = None
            rows.append(_finding(key, each, width))
        hidden = (tool.get("count") or 0) - len(tool.get("findings") or ())
        if hidden > 0:
            rows.append(
                row(None, (f"    and {hidden:,} more of {safe(tool.get('tool'))}", "faint"))
            )
    return rows


def place_in(key: str) -> tuple[str, int] | None:
    """Path and line of the finding that has a key; None for keys of other rows."""
    if not key.startswith(_KEY):
        return None
    path, _, rest = key.removeprefix(_KEY).rpartition(":")
    number = rest.partition(" ")[0]
    return path, int(number) if number.isdecimal() else 0


def _sign(verdict: str) -> Span:
    return {"clean": ("✔ ", "green"), "findings": ("! ", "amber")}.get(verdict, ("○ ", "dim"))


def _tool(tool: Mapping[str, Any]) -> list[Span]:
    name, count, old = safe(tool.get("tool")), tool.get("count") or 0, tool.get("old") or 0
    if tool.get("verdict") == "not_run":
        why = safe(tool.get("message"))
        return [(f"{name} not run{f': {why}' if why else ''}", "dim"), (" · ", "faint")]
    told: list[Span] = [(f"{name} {f'{count:,} new' if count else 'clean'}", "dim")]
    return [*told, (f" of {count + old:,}" if old and count else "", "faint"), (" · ", "faint")]


def _finding(key: str, each: Mapping[str, Any], width: int) -> Row:
    rule, place = safe(each.get("rule")), f"{safe(each.get('path'))}:{safe(each.get('line'))}"
    if cells(place) + cells(rule) + 12 > width:
        place = place.rpartition("/")[2]
    room = width - cells(place) - cells(rule) - 9
    said = cut(safe(each.get("message")), room) if room > 8 else ""
    return row(
        key, ("  ! ", "amber"), (f"{rule}  ", "text"), (said, "dim"), right=[(place, "faint")]
    )

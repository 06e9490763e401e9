"""Flags of a proposal: what is said of a place, why, and whether a person acknowledged it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.tui.present.rows import BLANK, Row, Span, cut, heading, row, safe, wrap
from codeframe_tui.tui.present.tests import newest_attempt
from codeframe_tui.tui.present.words import count

__all__ = [
    "FlagPlace",
    "flag_column",
    "flag_facts",
    "flag_lines",
    "flag_places",
    "flag_state",
    "flags_of",
    "open_red",
    "place_of",
]

_WIDTH = 70
_MOST = 8
_SIDE = 4
"""Lines of what was, and of what is."""

Flag = Mapping[str, Any]


class FlagPlace(NamedTuple):
    """Where a flag stands.

    Attributes:
        line: 0 = the file.
        said: its words.
        id: names it in commands.
    """

    path: str
    line: int
    said: str
    id: str = ""


def flags_of(task: Mapping[str, Any] | None) -> list[Flag]:
    """Flags of the newest attempt: red ones first, those that nobody acknowledged before others."""
    flags = (newest_attempt(task) or {}).get("flags") or ()
    return sorted(flags, key=lambda flag: (flag.get("severity") != "red", _is_seen(flag)))


def open_red(task: Mapping[str, Any] | None, paths: Sequence[str] = ()) -> list[Flag]:
    """Red flags of the newest attempt that nobody acknowledged.

    Args:
        task: a `ShowTask` document.
        paths: only those of these files, and those of none that changes; empty = all.
    """
    red = [flag for flag in flags_of(task) if flag.get("severity") == "red" and not _is_seen(flag)]
    if not paths or not red:
        return red
    changed = {str(file.get("path")) for file in (newest_attempt(task) or {}).get("files") or ()}
    return [flag for flag in red if flag.get("path") in paths or flag.get("path") not in changed]


def flag_state(task: Mapping[str, Any] | None) -> Span | None:
    """How many flags there are, in the colour of the gravest that is open; None without any."""
    flags = flags_of(task)
    if not flags:
        return None
    left = [flag for flag in flags if not _is_seen(flag)]
    many = count(len(flags), "flag")
    return (many, _colour(left[0])) if left else (f"{many} ✔", "dim")


def flag_places(task: Mapping[str, Any] | None) -> list[FlagPlace]:
    """Where each flag stands, for going there."""
    return [
        FlagPlace(
            str(flag.get("path")),
            int(flag.get("line") or 0),
            f"{_sign(flag)[0]} {safe(flag.get('rule'))}: {safe(flag.get('message'))}",
            str(flag.get("id") or ""),
        )
        for flag in flags_of(task)
    ]


def flag_column(task: Mapping[str, Any] | None, width: int) -> list[Row]:
    """All flags, in a narrow column."""
    rows: list[Row] = []
    for flag in flags_of(task):
        message = wrap(safe(flag.get("message")), max(width - 2, 8), limit=3)
        rows += [
            row(None, _spaced(_sign(flag)), (safe(flag.get("rule")), "text")),
            *(row(None, (f"  {part}", "dim")) for part in message if part),
            row(None, (f"  {place_of(flag)}", "faint")),
        ]
        said = _reason(flag)
        rows += [
            row(None, (f"  “{part}”", "dim")) for part in wrap(said, width - 4, limit=1) if said
        ]
    return rows


def flag_lines(flags: Sequence[Flag]) -> list[Row]:
    """The first of some flags, a line each, and what a person said about them; for a sheet."""
    rows: list[Row] = []
    for flag in flags[:_MOST]:
        place: Span = (place_of(flag), "faint")
        said = f" · {_reason(flag)}" if _is_seen(flag) else ""
        words = (safe(flag.get("message")), "dim" if said else "text")
        rows.append(row(None, _spaced(_sign(flag)), words, (said, "dim"), right=[place]))
    if len(flags) > _MOST:
        rows.append(heading(f"and {count(len(flags) - _MOST, 'more flag')}", "faint"))
    return [*rows, BLANK] if rows else []


def flag_facts(flag: Flag) -> list[Row]:
    """All of one flag: rule, place, why it matters, before and after, what a person said."""
    rows = [
        row(
            None,
            _spaced(_sign(flag)),
            (f"{safe(flag.get('rule'))}  ", "bold"),
            right=[(place_of(flag), "dim")],
        ),
        *(row(None, ("  " + part, "text")) for part in wrap(safe(flag.get("message")), _WIDTH)),
        *(row(None, ("  " + part, "dim")) for part in wrap(safe(flag.get("why")), _WIDTH) if part),
    ]
    sides = [*_side(flag, "before", "− ", "red"), *_side(flag, "after", "+ ", "green")]
    rows += [BLANK, *sides] if sides else []
    if said := flag.get("acknowledged"):
        words = f"✔ attempt {safe(said.get('attempt'))}: {_reason(flag)}"
        rows += [BLANK, *(row(None, (part, "green")) for part in wrap(words, _WIDTH))]
    return rows


def place_of(flag: Flag) -> str:
    """``path:line``, or the path."""
    line = f":{flag['line']}" if flag.get("line") else ""
    return f"{safe(flag.get('path'))}{line}"


def _side(flag: Flag, name: str, sign: str, colour: str) -> list[Row]:
    lines = [line for line in str(flag.get(name) or "").split("\n") if line.strip()]
    shown = [cut(safe(line.expandtabs(4)), _WIDTH) for line in lines[:_SIDE]]
    rows = [row(None, (sign, colour), (line, "text")) for line in shown]
    if more := len(lines[_SIDE:]):
        rows.append(heading(f"  and {count(more, 'more line')}", "faint"))
    return rows


def _is_seen(flag: Flag) -> bool:
    return bool(flag.get("acknowledged"))


def _reason(flag: Flag) -> str:
    return safe((flag.get("acknowledged") or {}).get("reason"), limit=200)


def _sign(flag: Flag) -> Span:
    return ("✔", "green") if _is_seen(flag) else ("!", _colour(flag))


def _spaced(sign: Span) -> Span:
    return f"{sign[0]} ", sign[1]


def _colour(flag: Flag) -> str:
    return "red" if flag.get("severity") == "red" else "amber"

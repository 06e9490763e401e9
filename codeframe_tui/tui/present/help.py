"""The help: every key, by place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from codeframe_tui.tui.present.rows import BLANK, Row, heading, row, wrap

__all__ = ["help_rows"]

_KEYS = 15
"""Cells of the column of keys."""


def help_rows(
    table: Iterable[tuple[str, str, str]],
    places: Mapping[str, str],
    first: str,
    *,
    width: int = 96,
) -> list[Row]:
    """Rows of the help.

    Args:
        table: (place, keys as a person reads them, what they do), in order.
        places: place -> its heading.
        first: the place to begin with: where the person is.
        width: cells of a row; what does not fit goes on below.
    """
    lines = list(table)
    order = [first, *(place for place in places if place != first)]
    rows: list[Row] = []
    for place in order:
        rows += [BLANK] if rows else []
        rows.append(heading(places[place].upper(), "dim"))
        for where, keys, said in lines:
            if where == place:
                rows += _entry(keys, said, width)
    return rows


def _entry(keys: str, said: str, width: int) -> list[Row]:
    first, *more = wrap(said, max(width - _KEYS, 16))
    indent = (" " * _KEYS, "")
    return [
        row(None, (f"{keys:<{_KEYS - 1}} ", "bold"), (first, "text")),
        *(row(None, indent, (line, "text")) for line in more),
    ]

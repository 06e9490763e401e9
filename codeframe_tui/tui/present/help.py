"""The help: every key, by place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from codeframe_tui.tui.present.rows import BLANK, Row, heading, row

__all__ = ["help_rows"]


def help_rows(
    table: Iterable[tuple[str, str, str]], places: Mapping[str, str], first: str
) -> list[Row]:
    """Rows of the help.

    Args:
        table: (place, keys as a person reads them, what they do), in order.
        places: place -> its heading.
        first: the place to begin with: where the person is.
    """
    lines = list(table)
    order = [first, *(place for place in places if place != first)]
    rows: list[Row] = []
    for place in order:
        rows += [BLANK] if rows else []
        rows.append(heading(places[place].upper(), "dim"))
        rows += [
            row(None, (f"{keys:<14}", "bold"), (said, "text"))
            for where, keys, said in lines
            if where == place
        ]
    return rows

"""The help: every key, by place, and what the signs mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from codeframe_tui.tui.present.rows import BLANK, Row, Span, cells, heading, row, wrap

__all__ = ["help_rows"]

_KEYS = 15
"""Cells of the column of keys, and of signs."""
_SIGNS: tuple[tuple[tuple[Span, ...], str], ...] = (
    ((("±3", "dim"),), "At the top: files of the project that are changed and not committed"),
    ((("◆", "text"), (" ?", "text")), "A task waits for your review; it has a question"),
    ((("●", "blue"), (" ◌", "blue")), "It is worked on; something is waited for"),
    ((("◦", "faint"), (" ‖", "dim")), "It waits for another task; it is on hold"),
    (
        (("+", "green"), (" ~", "violet"), (" -", "red")),
        "A file or a function is new, changed, removed",
    ),
    (
        (("✔", "green"), (" ✘", "red"), (" ◐", "amber"), (" ○", "amber")),
        "Accepted, rejected, partly, undecided; of tests: passed and failed",
    ),
    ((("!", "red"), (" !", "amber")), "A flag: look at it; it is grave where it is red"),
    ((("•", "faint"), (" △", "amber")), "A new line that tests run; one that none runs"),
    ((("◆", "cyan"), (" ?", "cyan"), (" ~", "cyan")), "A comment: an issue, a question, a nit"),
)
"""Signs, and what each means in turn."""


def help_rows(
    table: Iterable[tuple[str, str, str]],
    places: Mapping[str, str],
    first: str,
    *,
    width: int = 96,
) -> list[Row]:
    """Rows of the help; the signs come last.

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
                rows += _entry([(keys, "bold")], said, width)
    rows += [BLANK, heading("SIGNS", "dim")]
    for signs, said in _SIGNS:
        rows += _entry(signs, said, width)
    return rows


def _entry(spans: Sequence[Span], said: str, width: int) -> list[Row]:
    first, *more = wrap(said, max(width - _KEYS, 16))
    indent = (" " * _KEYS, "")
    room = max(_KEYS - sum(cells(text) for text, _ in spans), 1)
    return [
        row(None, *spans, (" " * room, ""), (first, "text")),
        *(row(None, indent, (line, "text")) for line in more),
    ]

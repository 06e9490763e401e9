"""Rows of a diff as spans for `LineView`: everything that depends on width and cells.

A span is a text and the names of its styles; each is a component class ``line--NAME``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len

from codeframe_tui.tui.present.diff_kinds import FileRow, GapRow, HunkRow, NoteRow
from codeframe_tui.tui.present.diff_lines import LineRow
from codeframe_tui.tui.present.rows import Span
from codeframe_tui.tui.present.words import count

__all__ = [
    "STYLES",
    "TONES",
    "Canvas",
    "bar",
    "file_bar",
    "line_spans",
    "shown_text",
    "spread",
    "text_start",
]

_TAB = 4  # cells between two tab stops
_SIGNS = {"+": "green", "-": "red"}
_ACTIONS = {"create": ("+", "green"), "delete": ("-", "red"), "modify": ("~", "violet")}
STYLES = (
    *(
        "file",
        "extra",
        "hit",
        "added-word",
        "removed-word",
        "keyword",
        "string",
        "comment",
        "number",
    ),
    *("function", "class", "self", "decorator"),
)
"""Component classes of the diff beside those of `LineView`, each without its ``line--``."""

TONES = {
    "+": "added",
    "-": "removed",
    "file": "file",
    "hunk": "bar",
    "note": "bar",
    "extra": "extra",
}
"""The ground of a row by its kind; none for others."""


class Canvas(NamedTuple):
    """What a row is drawn on.

    Attributes:
        width: cells.
        shift: cells by which the text of lines is moved to the left.
        number_width: cells of one column of line numbers.
        cursor: style of the mark at the left edge; empty for none.
        pattern: what is marked as a hit wherever it is found.
        gutter: a sign of one cell between the numbers of a line and its sign.
    """

    width: int
    shift: int
    number_width: int
    cursor: str = ""
    pattern: re.Pattern[str] | None = None
    gutter: Span | None = None

    @property
    def mark(self) -> Span:
        """The left edge."""
        return ("▌", self.cursor) if self.cursor else (" ", "")


def text_start(canvas: Canvas) -> int:
    """The cell where the text of lines begins."""
    return 2 * canvas.number_width + 7


def shown_text(row: LineRow) -> str:
    """The text of a line as it stands on the screen, tabs as spaces."""
    return _untabbed(row.text, 0)[0]


def line_spans(row: LineRow, canvas: Canvas) -> list[Span]:
    """A line: numbers, gutter and sign stay, the text moves to the side."""
    width, room = canvas.number_width, max(0, canvas.width - text_start(canvas))
    text, size = _coloured(row, canvas.pattern)
    cut_left, cut_right = bool(canvas.shift and size), size > canvas.shift + room
    return [
        canvas.mark,
        (f"{row.old or '':>{width}} {row.new or '':>{width}} ", "faint"),
        canvas.gutter or (("!", "amber bold") if row.hidden else (" ", "")),
        (f" {row.sign}", _SIGNS.get(row.sign, "faint")),
        ("‹" if cut_left else " ", "faint"),
        *_window(text, canvas.shift, room - cut_right),
        ("›" if cut_right else "", "faint"),
    ]


def bar(row: HunkRow | NoteRow, canvas: Canvas, verdict: Sequence[Span]) -> list[Span]:
    """The bar of a hunk, or the note of a file that has none; at its right end the verdict."""
    if isinstance(row, NoteRow):
        return spread([canvas.mark, (row.text, "dim")], verdict, canvas.width)
    heading = f" · {row.heading}" if row.heading else ""
    left = [
        canvas.mark,
        (f"{row.k}/{row.total}", "text bold"),
        (f" @@ {row.start}{heading}", "dim"),
    ]
    return spread(left, verdict, canvas.width)


def gap_line(row: GapRow, canvas: Canvas, key: str) -> list[Span]:
    """One line for code that does not change: how much of it there is, and where."""
    inside = f" in {row.heading}" if row.heading else ""
    if row.total is None:
        said = "unchanged to the end of the file"
    elif row.shown == row.total:
        said = f"{count(row.total, 'unchanged line')} shown{inside}"
    else:
        more = "more " if row.shown else ""
        said = f"{count(row.total - row.shown, f'{more}unchanged line')}{inside}"
    sign = "⌃" if row.total and row.shown == row.total else "⋯"
    spans = [canvas.mark, (f"{sign:>{text_start(canvas) - 2}} {said}   {key}", "faint")]
    return _window(spans, 0, canvas.width)


def file_bar(row: FileRow, canvas: Canvas, state: Sequence[Span]) -> list[Span]:
    """The bar of a file; ``state`` tells how far its review is."""
    sign, colour = _ACTIONS.get(row.action, ("?", "amber"))
    left = [canvas.mark, (f"{sign} ", colour), (row.shown, "text bold"), (" ", "")]
    left.extend([(f" +{row.added}", "green")] if row.added else [])
    left.extend([(f" −{row.removed}", "red")] if row.removed else [])
    left.extend([(f" {row.mode}", "amber")] if row.mode else [])
    why = f": {row.quiet}" if row.quiet else ""
    left.extend([(f" ⋯ folded{why}", "dim")] if row.folded else [])
    right = [*state, (" · ", "faint")] if state else []
    return spread(left, [*right, (f"file {row.number} of {row.total}", "dim")], canvas.width)


def spread(left: Sequence[Span], right: Sequence[Span], width: int) -> list[Span]:
    """Left spans, cut with an ellipsis where the right ones, one cell from the edge, begin."""
    taken = sum(cell_len(text) for text, _ in right) + 1
    used = sum(cell_len(text) for text, _ in left)
    room = max(0, width - taken - 1)
    if used <= room:
        return [*left, (" " * (width - used - taken), ""), *right]
    return [*_window(left, 0, max(0, room - 1)), ("… ", "dim"), *right]


def _coloured(row: LineRow, pattern: re.Pattern[str] | None) -> tuple[list[Span], int]:
    """The text cut where a style begins or ends, tabs as spaces; also its width in cells."""
    size = len(row.text)
    styles = ["faint" if row.sign == "\\" else "text"] * size
    for start, end, kind in row.tokens:
        styles[start:end] = [kind] * (end - start)
    cuts = {0, size, *(cut for start, end, _ in row.tokens for cut in (start, end))}
    for start, end in row.marks:
        cuts.update((start, end))
        word = f" {TONES[row.sign]}-word"
        styles[start:end] = [style + word for style in styles[start:end]]
    for hit in pattern.finditer(row.text) if pattern else ():
        cuts.update(hit.span())
        styles[hit.start() : hit.end()] = [f"{style} hit" for style in styles[slice(*hit.span())]]
    spans: list[Span] = []
    column = 0
    for start, end in pairwise(sorted(cuts)):
        text, column = _untabbed(row.text[start:end], column)
        spans.append((text, styles[start]))
    return spans, column


def _untabbed(text: str, column: int) -> tuple[str, int]:
    """Tabs as spaces up to the next stop; also tells the column after the text."""
    parts: list[str] = []
    for at, part in enumerate(text.split("\t")):
        if at:
            spaces = _TAB - column % _TAB
            parts.append(" " * spaces)
            column += spaces
        parts.append(part)
        column += len(part) if part.isascii() else cell_len(part)
    return "".join(parts), column


def _window(spans: Iterable[Span], start: int, width: int) -> list[Span]:
    """The part of spans between two cells; half a wide character is a space."""
    shown: list[Span] = []
    at, end = 0, start + width
    for text, style in spans:
        if at >= end:
            break
        if text.isascii():
            part = text[max(0, start - at) : end - at]
            at += len(text)
        else:
            part, at = _wide_window(text, at, start, end)
        shown.append((part, style))
    return shown


def _wide_window(text: str, at: int, start: int, end: int) -> tuple[str, int]:
    parts: list[str] = []
    for char in text:
        after = at + cell_len(char)
        inside = min(after, end) - max(at, start)
        if start <= at and after <= end and (after > at or (parts and at <= end)):
            parts.append(char)
        elif inside > 0:
            parts.append(" " * inside)
        at = after
    return "".join(parts), at

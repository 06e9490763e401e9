"""Rows of a diff as spans for `LineView`: everything that depends on width and cells.

A span is a text and the names of its styles; each is a component class ``line--NAME``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from codeframe_tui.tui.present.diff.kinds import FileRow, GapRow, HunkRow, NoteRow, PairRow
from codeframe_tui.tui.present.diff.lines import LineRow
from codeframe_tui.tui.present.rows import Span
from codeframe_tui.tui.present.words import action_sign, count
from codeframe_tui.tui.widgets.diff.text import coloured, row_starts, untabbed, window

__all__ = [
    "TONES",
    "Canvas",
    "bar",
    "file_bar",
    "line_spans",
    "pair_spans",
    "shown_text",
    "spread",
    "text_spans",
    "text_start",
]

_SIGNS = {"+": "green", "-": "red"}
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
        split: old and new lines stand beside each other.
        wrap: long lines take several rows.
        part: which row of its line is drawn, from 0.
        gutter: a sign of one cell between the numbers of a line and its sign.
        covered: a sign of one cell before that of an added line: whether tests run it.
    """

    width: int
    shift: int
    number_width: int
    cursor: str = ""
    pattern: re.Pattern[str] | None = None
    split: bool = False
    wrap: bool = False
    part: int = 0
    gutter: Span | None = None
    covered: Span | None = None

    @property
    def mark(self) -> Span:
        """The left edge."""
        return ("▌", self.cursor) if self.cursor else (" ", "")

    @property
    def half(self) -> int:
        """The cell where the new side begins, when they stand beside each other."""
        return self.width // 2

    @property
    def room(self) -> int:
        """Cells for the text of a line."""
        return max(0, (self.half if self.split else self.width) - text_start(self))


def text_start(canvas: Canvas) -> int:
    """The cell where the text of lines begins, of each side when they stand beside each other."""
    return canvas.number_width + 6 if canvas.split else 2 * canvas.number_width + 7


def shown_text(row: LineRow) -> str:
    """The text of a line as it stands on the screen, tabs as spaces."""
    return untabbed(row.text, 0)[0]


def line_spans(row: LineRow, canvas: Canvas) -> list[Span]:
    """A line: numbers, gutter and sign stay, the text moves to the side or goes on below."""
    width = canvas.number_width
    numbers = f"{row.old or '':>{width}} {row.new or '':>{width}} "
    return [canvas.mark, *_numbered(row, numbers, canvas)]


def text_spans(row: LineRow, canvas: Canvas) -> list[Span]:
    """A line of a whole file: as `line_spans`, with the number after the change only."""
    width = canvas.number_width
    wider = canvas._replace(width=canvas.width + width + 1)  # the column that is not there
    return [canvas.mark, *_numbered(row, f"{row.new or '':>{width}} ", wider)]


def pair_spans(row: PairRow, canvas: Canvas, gutters: Sequence[Span | None]) -> list[Span]:
    """Two lines beside each other, each on its own ground and with its own gutter."""
    old, new = (canvas._replace(gutter=gutter) for gutter in gutters)
    left = [canvas.mark, *_half(row.left, "old", canvas.half - 1, old)]
    return [*left, (" ", ""), *_half(row.right, "new", canvas.width - canvas.half - 1, new)]


def _half(row: LineRow | None, side: str, width: int, canvas: Canvas) -> list[Span]:
    if row is None:
        return [(" " * width, "")]
    number = row.old if side == "old" else row.new
    spans = _numbered(row, f"{number or '':>{canvas.number_width}} ", canvas)
    used = sum(cell_len(text) for text, _ in spans)
    tone = TONES.get(row.sign, "")
    return [(text, f"{tone} {style}") for text, style in [*spans, (" " * (width - used), "")]]


def _numbered(row: LineRow, numbers: str, canvas: Canvas) -> list[Span]:
    text, size = coloured(row, canvas.pattern)
    room, shift = canvas.room, canvas.shift
    if canvas.wrap:
        return _wrapped(row, text, numbers, canvas)
    cut_left, cut_right = bool(shift and size), size > shift + room
    return [
        (numbers, "faint"),
        _gutter(row, canvas),
        *_sign(row, canvas),
        ("‹" if cut_left else " ", "faint"),
        *window(text, shift, room - cut_right),
        ("›" if cut_right else "", "faint"),
        *_moved(row, max(0, size - shift), room),
    ]


def _moved(row: LineRow, used: int, room: int) -> list[Span]:
    """At the right end, where a block that begins here moved, if there is room for it."""
    space = room - used - cell_len(row.moved) - 1
    return [(" " * space, ""), (row.moved, "faint")] if row.moved and space >= 2 else []


def _gutter(row: LineRow, canvas: Canvas) -> Span:
    return canvas.gutter or (("!", "amber bold") if row.hidden else (" ", ""))


def _sign(row: LineRow, canvas: Canvas, after: str = "") -> list[Span]:
    style = _SIGNS.get(row.sign, "faint")
    if canvas.covered and row.sign == "+":
        return [canvas.covered, (f"{row.sign}{after}", style)]
    return [(f" {row.sign}{after}", style)]


def _wrapped(row: LineRow, text: list[Span], numbers: str, canvas: Canvas) -> list[Span]:
    starts = row_starts("".join(part for part, _ in text), canvas.room)
    if canvas.part >= len(starts):
        return []
    start = starts[canvas.part]
    end = starts[canvas.part + 1] if canvas.part + 1 < len(starts) else start + canvas.room
    shown = window(text, start, end - start)
    if canvas.part:
        return [(" " * len(numbers), ""), ("  ↳ ", "faint"), *shown]
    return [
        (numbers, "faint"),
        _gutter(row, canvas),
        *_sign(row, canvas, " "),
        *shown,
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
    return window(spans, 0, canvas.width)


def file_bar(row: FileRow, canvas: Canvas, state: Sequence[Span]) -> list[Span]:
    """The bar of a file; ``state`` tells how far its review is."""
    sign, colour = action_sign(row.action)
    left = [canvas.mark, (f"{sign} ", colour), (row.shown, "text bold"), (" ", "")]
    left.extend([(f" +{row.added}", "green")] if row.added else [])
    left.extend([(f" −{row.removed}", "red")] if row.removed else [])
    left.extend([(f" {row.mode}", "amber")] if row.mode else [])
    left.extend([(f"  {row.moved}", "violet")] if row.moved else [])
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
    return [*window(left, 0, max(0, room - 1)), ("… ", "dim"), *right]

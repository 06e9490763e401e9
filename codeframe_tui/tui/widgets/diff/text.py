"""The text of a line of a diff in cells: tabs, wide characters, colours, marks, wrapping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rich.cells import cell_len

from codeframe_tui.tui.present.diff.lines import LineRow, shown
from codeframe_tui.tui.present.rows import Span

__all__ = ["coloured", "row_starts", "rows_in", "untabbed", "window"]

_TAB = 4  # cells between two tab stops
_NEAR = 24  # cells from the end of a row in which a space ends it
_WORDS = {"+": " added-word", "-": " removed-word"}


def coloured(row: LineRow, pattern: re.Pattern[str] | None) -> tuple[list[Span], int]:
    """The text cut where a style begins or ends, tabs as spaces; also its width in cells."""
    size = len(row.text)
    styles = ["faint" if row.sign == "\\" else "text"] * size
    for start, end, kind in row.tokens:
        styles[start:end] = [kind] * (end - start)
    cuts = {0, size, *(cut for start, end, _ in row.tokens for cut in (start, end))}
    for start, end in row.marks:
        cuts.update((start, end))
        styles[start:end] = [style + _WORDS.get(row.sign, "") for style in styles[start:end]]
    for hit in pattern.finditer(row.text) if pattern else ():
        cuts.update(hit.span())
        styles[hit.start() : hit.end()] = [f"{style} hit" for style in styles[slice(*hit.span())]]
    spans: list[Span] = []
    column = 0
    for start, end in pairwise(sorted(cuts)):
        text, column = untabbed(row.text[start:end], column)
        spans.append((text, styles[start]))
    return spans, column


def untabbed(text: str, column: int) -> tuple[str, int]:
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


def rows_in(raw: str, room: int) -> int:
    """How many rows of so many cells a line of the document takes."""
    if len(raw) <= room and raw.isascii() and raw.isprintable():
        return 1
    return len(row_starts(untabbed(shown(raw)[0], 0)[0], room))


def row_starts(text: str, room: int) -> Sequence[int]:
    """The cells at which the rows of a text without tabs begin, after a space if one is near."""
    room = max(room, 2)
    if text.isascii():
        return _ascii_starts(text, room)
    starts, column, space = [0], 0, 0
    for char in text:
        after = column + cell_len(char)
        if after > starts[-1] + room:
            near = max(starts[-1], starts[-1] + room - _NEAR)
            starts.append(space if space > near else column)
        column = after
        space = column if char == " " else space
    return starts


def _ascii_starts(text: str, room: int) -> Sequence[int]:
    starts = [0]
    while len(text) > (end := starts[-1] + room):
        space = text.rfind(" ", max(starts[-1], end - _NEAR), end) + 1
        starts.append(space or end)
    return starts


def window(spans: Iterable[Span], start: int, width: int) -> list[Span]:
    """The part of spans between two cells; half a wide character is a space."""
    found: list[Span] = []
    at, end = 0, start + width
    for text, style in spans:
        if at >= end:
            break
        if text.isascii():
            part = text[max(0, start - at) : end - at]
            at += len(text)
        else:
            part, at = _wide_window(text, at, start, end)
        found.append((part, style))
    return found


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

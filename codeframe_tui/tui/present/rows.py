"""What a pane shows, as values: rows of spans, and the width of text in terminal cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from unicodedata import east_asian_width

from codeframe_tui.core.text import clean, clean_line, is_mark

__all__ = [
    "BLANK",
    "Row",
    "Span",
    "cells",
    "cut",
    "heading",
    "laid_out",
    "plain",
    "row",
    "safe",
    "safe_lines",
    "wrap",
    "wrap_text",
]

Span = tuple[str, str]
"""Text and the names of its styles, separated by spaces, e.g. ``("blocked", "amber bold")``.

Names: ``text dim faint amber blue green red violet cyan bold``; each is a component class
``line--NAME`` of `LineView`. ``@ACTION`` among them is what a click on the text does, where a
label shows it. Text has passed `core.text`.
"""


class Row(NamedTuple):
    """One line of a pane.

    Attributes:
        key: names the row for the cursor; None for headings and space, which the cursor skips.
        left: spans from the left edge; cut with an ellipsis where the right ones begin.
        right: spans at the right edge.
        tone: component class of the whole line (``bar``), or empty.
    """

    key: str | None
    left: tuple[Span, ...] = ()
    right: tuple[Span, ...] = ()
    tone: str = ""


BLANK = Row(None)


def row(key: str | None, *left: Span, right: Iterable[Span] = (), tone: str = "") -> Row:
    """A row from spans."""
    return Row(key, left, tuple(right), tone)


def heading(text: str, style: str = "dim", *, right: Iterable[Span] = ()) -> Row:
    """A row that the cursor skips."""
    return Row(None, ((text, style),), tuple(right))


def safe(value: object, *, limit: int = 400) -> str:
    """Any value of a document as one harmless line; None is empty."""
    text = "" if value is None else str(value)
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text  # most are; ten thousand names of tests would be felt
    return clean_line(text, limit=limit)


def safe_lines(text: object, *, limit: int = 262_144) -> list[str]:
    """A text of several lines, harmless, tabs as spaces."""
    shown = "" if text is None else clean(str(text), limit=limit)
    return [line.expandtabs(4) for line in shown.split("\n")]


def plain(line: Row) -> str:
    """The text of a row without its styles, left and right parts with two spaces between."""
    left = "".join(text for text, _ in line.left)
    right = "".join(text for text, _ in line.right)
    return f"{left}  {right}" if right else left


def cells(text: str) -> int:
    """Width in terminal cells."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if is_mark(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def cut(text: str, width: int) -> str:
    """Text in at most ``width`` cells, with an ellipsis where something is missing."""
    if cells(text) <= width:
        return text
    kept, used = [], 1
    for char in text:
        used += _cells(char)
        if used > width:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…" if width > 0 else ""


def wrap(text: str, width: int, *, limit: int = 0) -> list[str]:
    """Words of a text in lines of at most ``width`` cells.

    Args:
        text: one or more lines.
        width: at least 1.
        limit: most lines to give, the last one cut; 0 = all.
    """
    width = max(width, 1)
    lines = [line for part in text.split("\n") for line in _wrap_line(part, width)]
    if limit and len(lines) > limit:
        lines = [*lines[: limit - 1], cut(" ".join(lines[limit - 1 : limit + 1]), width)]
    return lines


def wrap_text(line: str, width: int) -> list[str]:
    """A line of code or output in pieces of at most ``width`` cells; its spaces stay."""
    return _parts(line, max(width, 1))


def _wrap_line(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for word in (part for whole in text.split() for part in _parts(whole, width)):
        joined = f"{line} {word}" if line else word
        if cells(joined) <= width:
            line = joined
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def _parts(word: str, width: int) -> list[str]:
    """A word, cut into pieces where it is wider than a line."""
    if cells(word) <= width:
        return [word]
    parts, part, used = [], "", 0
    for char in word:
        size = _cells(char)
        if part and used + size > width:
            parts.append(part)
            part, used = "", 0
        part, used = part + char, used + size
    return [*parts, part]


def laid_out(left: Iterable[Span], right: Sequence[Span], width: int) -> list[Span]:
    """Spans of one line of ``width`` cells: the left ones cut where the right ones begin."""
    taken = sum(cells(text) for text, _ in right)
    room = max(width - taken - (2 if right else 0), 0)
    spans: list[Span] = []
    used = 0
    for text, names in left:
        shown = cut(text, room - used)
        spans.append((shown, names))
        used += cells(shown)
        if shown != text:
            break
    if right:
        spans += [(" " * max(width - used - taken, 1), ""), *right]
    return spans

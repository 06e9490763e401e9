"""Statements of a Python text that define nothing: parsing them is most of the work of an index.

Lines are left out only where that cannot change what is around them, which one look at lines can
tell: their quotes and brackets end where they begin, they neither define nor import, and the next
line that stays is another statement of the same block. So no block becomes empty or shorter, and
inside a string that goes over many lines nothing happens at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Point, Range

__all__ = ["ranges"]

_STRING = (
    r"""'[^'"\\\n]*+(?:(?:\\[^\n]|"(?!"))[^'"\\\n]*+)*+'(?!')"""
    r"""|"[^'"\\\n]*+(?:(?:\\[^\n]|'(?!'))[^'"\\\n]*+)*+"(?!")"""
)
"""On one line; three quotes are never in it, for they may end a string that began above."""
_INSIDE = r"""[^()\[\]{}"'#\\\n]*+"""
"""What stands in brackets besides others; three in each other are seldom exceeded."""
_ONE = rf"{_INSIDE}(?:(?:{_STRING}){_INSIDE})*+"
_TWO = rf"{_INSIDE}(?:(?:[(\[{{]{_ONE}[)\]}}]|{_STRING}){_INSIDE})*+"
_THREE = rf"{_INSIDE}(?:(?:[(\[{{]{_TWO}[)\]}}]|{_STRING}){_INSIDE})*+"
_PART = r"""[^()\[\]{}"'#\\:;\n]*+"""
_REST = rf"{_PART}(?:(?:[(\[{{]{_THREE}[)\]}}]|{_STRING}){_PART})*+"
_OTHERS = r"""(?!(?:import|from|def|class|async)\b|[A-Za-z]{1,2}["'])"""
"""What may define, and strings, which may describe."""
_LINE = rf"{_OTHERS}[A-Za-z_(\[]{_REST}:?+(?=\n)"
_NEXT = r"\n(?:[ \t]*+\n)*+\1"
_STATEMENT = rf"(?>{_LINE}(?:{_NEXT}[ \t]++{_LINE})*+)"
_ENDED = r"(?<=[\w)\]}'\"])" + "".join(
    rf"(?<!\b{word})" for word in ("in", "is", "or", "if", "and", "not", "for", "else", "lambda")
)
"""Nothing goes on behind it."""
_GOES_ON = r"(?!(?:else|elif|except|finally|for|and|or|not|in|is|as|if|await|case|lambda)\b)"
_BEGINS = rf"""{_OTHERS}(?:{_GOES_ON}[A-Za-z_]|(?:if|for)\b{_REST}:\n)"""
"""A new statement: behind something whole no bracket could hold it."""
_MOST = 40
"""Statements at once: what looks like many and is none is looked at again from each of them."""
_PLAIN = re.compile(
    rf"\n(?<!\\\n)([ \t]++){_STATEMENT}(?:{_NEXT}{_STATEMENT}){{0,{_MOST}}}{_ENDED}"
    rf"(?={_NEXT}{_BEGINS})".encode("ascii")
)


def ranges(content: bytes) -> Iterator[Range]:
    """The parts of a text that are worth parsing, in order."""
    at = row = 0
    for plain in _PLAIN.finditer(content):
        first, last = plain.start() + 1, plain.end() + 1
        if first > at:
            until = row + content.count(b"\n", at, first)
            yield Range(Point(row, 0), Point(until, 0), at, first)
            row = until
        row += content.count(b"\n", first, last)
        at = last
    yield Range(Point(row, 0), Point(2**32 - 1, 2**32 - 1), at, 2**32 - 1)

"""Statements of a Python text that define nothing: parsing them is most of the work of an index.

Of a run of such statements the first letter stays, as a name, where that cannot change what is
around it. Their quotes and brackets end where they begin, they neither define nor import, and they
may stand where a name may, also in brackets, whatever stands before and behind them. So no block
becomes empty, and inside a string that goes over many lines only letters are missing, which
`Thin.said` puts back.
"""

from __future__ import annotations

import re
from bisect import bisect
from dataclasses import dataclass

from tree_sitter import Node

__all__ = ["Thin", "thinned"]

_STRING = (
    r"""'[^'"\\\n]*+(?:(?:\\[^\n]|"(?!"))[^'"\\\n]*+)*+'(?!')"""
    r"""|"[^'"\\\n]*+(?:(?:\\[^\n]|'(?!'))[^'"\\\n]*+)*+"(?!")"""
)
"""On one line; three quotes are never in it, for they may end a string that began above."""
_INSIDE = r"""[^()\[\]{}"'#\\]*+"""
"""What stands in brackets, on many lines too, besides others; three in each other are seldom
exceeded. Comments stay."""
_ONE = rf"{_INSIDE}(?:(?:{_STRING}){_INSIDE})*+"
_TWO = rf"{_INSIDE}(?:(?:[(\[{{]{_ONE}[)\]}}]|{_STRING}){_INSIDE})*+"
_THREE = rf"{_INSIDE}(?:(?:[(\[{{]{_TWO}[)\]}}]|{_STRING}){_INSIDE})*+"
_PART = r"""[^()\[\]{}"'#\\:;\n]*+"""
_REST = rf"{_PART}(?:(?:[(\[{{]{_THREE}[)\]}}]|{_STRING}){_PART})*+"
_OTHERS = r"""(?!(?:import|from|def|class|async)\b|[A-Za-z]{1,2}["'])"""
"""What may define, and strings, which may describe."""
_LINE = rf"{_OTHERS}(?=[A-Za-z_(\[]){_REST}:?+(?=\n)"
_NEXT = r"\n(?:[ \t]*+\n)*+\1"
_STATEMENT = rf"(?>{_LINE}(?:{_NEXT}[ \t]++{_LINE})*+)"
_BEGINS = (
    r"(?!(?:else|elif|except|finally|case|and|or|not|in|is|as|lambda)\b"
    rf"|(?:if|for)\b{_REST}[^:]|\w++(?:, ?\w++)*+ in\b)(?=[A-Za-z_])"
)
"""A statement, or a part in brackets that goes on with nothing that stands before it."""
_OPEN = "and as await else for from if in is lambda not or yield"
_ENDED = r"(?<=[\w)\]}'\"])" + "".join(rf"(?<!\b{word})" for word in _OPEN.split())
"""It does not go on behind its end."""
_FOLLOWED = (
    r"(?!\n(?:[ \t]*+(?:\#[^\n]*+)?\n)*+(?:\1(?:[ \t]|(?:else|elif|except|finally)\b)|[ \t]*+"
    rf"""(?:else\b(?!:)|if\b{_REST}[^:]|(?:and|or|not|in|is)\b"""
    r"""|["'(\[+\-*/%&|^<>=.]|[A-Za-z]{1,2}["'])))"""
)
"""Neither by what belongs to it nor, in brackets, by what may not follow a name or goes on."""
_MOST = 40
"""Statements at once: what looks like many and is none is looked at again from each of them."""
_PLAIN = re.compile(
    rf"\n(?<!\\\n)([ \t]++){_BEGINS}{_STATEMENT}"
    rf"(?:{_NEXT}{_STATEMENT}){{0,{_MOST}}}{_ENDED}{_FOLLOWED}".encode("ascii")
)


@dataclass(frozen=True, slots=True)
class Thin:
    """A text of which something is left out, and where all that is left stood before.

    Attributes:
        content: the whole.
        text: what is left.
        ends: where in it what stays of a run ends, in order.
        bytes_gone: how many are missing before the first of these, from it on, and so on.
        lines_gone: the same of lines.
    """

    content: bytes
    text: bytes
    ends: list[int]
    bytes_gone: list[int]
    lines_gone: list[int]

    def said(self, first: Node, last: Node) -> bytes:
        """What stands in the whole from the begin of one node of the text to the end of another."""
        begin, end = first.start_byte, last.end_byte
        gone, ends = self.bytes_gone, self.ends
        return self.content[begin + gone[bisect(ends, begin)] : end + gone[bisect(ends, end)]]

    def lines(self, node: Node) -> tuple[int, int]:
        """The first and the last line of the whole, from 1, on which something of a node stands."""
        (first, _), (row, column) = node.start_point, node.end_point
        gone, ends = self.lines_gone, self.ends
        first += gone[bisect(ends, node.start_byte)] + 1
        return first, max(row + gone[bisect(ends, node.end_byte)] + (column > 0), first)


def thinned(content: bytes) -> Thin:
    """A text without what is not worth parsing."""
    kept: list[bytes] = []
    ends, bytes_gone, lines_gone = [], [0], [0]
    at = gone = lines = 0
    for plain in _PLAIN.finditer(content):
        first, last = plain.end(1) + 1, plain.end()
        kept.append(content[at:first])
        ends.append(first - gone)
        bytes_gone.append(gone := gone + last - first)
        lines_gone.append(lines := lines + content.count(b"\n", first, last))
        at = last
    kept.append(content[at:])
    return Thin(content, b"".join(kept), ends, bytes_gone, lines_gone)

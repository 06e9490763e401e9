"""What a program may write to a terminal: drawing, its own modes, and nothing from a text."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

__all__ = ["MARK", "foreign", "mark", "requests"]

_PIECE = re.compile(
    rb"(?P<csi>\x1b\[[<-?]?[0-9;:]*[ -/]*[@-~])"
    rb"|(?P<osc>\x1b\][^\x07\x1b]*(?:\x07|\x1b\\))"
    rb"|(?P<other>[\x00-\x1f\x7f])"
)
_DRAWING = re.compile(
    rb"\x1b\[(?:"
    rb"[0-9]+;[0-9]+H"  # a place
    rb"|\?2026[hl]"  # a frame begins or ends
    rb"|(?:0|(?:[123479]|2[234579]|[34]9|38;2;\d+;\d+;\d+|48;2;\d+;\d+;\d+)"
    rb"(?:;(?:[123479]|38;2;\d+;\d+;\d+|48;2;\d+;\d+;\d+))*)?m"
    rb")"
)
"""How Textual draws in true colour: places, frames, and styles that never name an ANSI colour."""
MARK = re.compile(rb"\x1b\]5522;([^\x07]*)\x07")
_BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def mark(name: str) -> str:
    """What a test writes between two parts of a session; no program of ours does."""
    return f"\x1b]5522;{name}\x07"


def requests(written: bytes) -> Counter[bytes]:
    """Sequences that do more than draw, each as its kind: modes, titles, copies, bells."""
    found: Counter[bytes] = Counter()
    for piece in _PIECE.finditer(written):
        kind, data = piece.lastgroup, piece.group()
        if kind == "osc":
            found[data.partition(b";")[0]] += 1
        elif (kind == "csi" and not _DRAWING.fullmatch(data)) or data == b"\x07":
            found[data] += 1
    return found


def foreign(written: bytes) -> list[str]:
    """What no program of ours writes by itself: other sequences, controls, hidden characters."""
    found = []
    for piece in _PIECE.finditer(written):
        if piece.lastgroup == "other" and piece.group() not in {b"\n", b"\r", b"\x07"}:
            found.append(repr(written[max(0, piece.start() - 20) : piece.end() + 20]))
        if piece.lastgroup == "osc":
            found += _hidden(piece.group()[2:].rstrip(b"\x07\x1b\\"))
    return found + _hidden(_PIECE.sub(b"", written))


def _hidden(data: bytes) -> list[str]:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return [f"not UTF-8: {data[max(0, error.start - 10) : error.end + 10]!r}"]
    return [
        f"U+{ord(char):04X}"
        for char in set(text)
        if unicodedata.category(char) in _INVISIBLE or unicodedata.bidirectional(char) in _BIDI
    ]

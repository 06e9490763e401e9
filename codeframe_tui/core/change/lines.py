"""Text addressed by line, without a copy of every line."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import AnyStr, Generic, Protocol, TypeVar

__all__ = ["Lines", "Sliced"]

T_co = TypeVar("T_co", covariant=True)

_BLOCK = 4_096  # bytes or characters between two remembered counts
_BLOCKS = 64  # that are taken from the text at once


class Sliced(Protocol[T_co]):
    """Text of which pieces are taken: a string, bytes, or a mapped file."""

    def __len__(self) -> int:
        """Characters or bytes."""
        ...

    def __getitem__(self, piece: slice, /) -> T_co:
        """A copy of a piece."""
        ...


class Lines(Generic[AnyStr]):
    """The lines of a text as git counts them: only a line feed ends one.

    Opening looks at the text once, as fast as memory is read; a line is then found by its number
    at a cost that does not depend on where it stands.

    Args:
        text: all of it; what follows the last line feed is a line too.
        end: a line feed, of the same kind as the text.
    """

    def __init__(self, text: Sliced[AnyStr], end: AnyStr) -> None:
        self.text: Sliced[AnyStr] = text
        self._end: AnyStr = end
        self._counts = array("Q", [0])  # line ends before each block
        for start in range(0, len(text), _BLOCKS * _BLOCK):
            piece = text[start : start + _BLOCKS * _BLOCK]
            for at in range(0, len(piece), _BLOCK):
                self._counts.append(self._counts[-1] + piece.count(end, at, at + _BLOCK))
        open_end = bool(len(text)) and text[len(text) - 1 : len(text)] != end
        self._total = self._counts[-1] + open_end

    def __len__(self) -> int:
        return self._total

    def start(self, line: int) -> int:
        """Where a line begins, by its position from 0; the end of the text after the last one."""
        if line <= 0:
            return 0
        if line >= self._total:
            return len(self.text)
        block = bisect_left(self._counts, line) - 1
        piece = self.text[block * _BLOCK : (block + 1) * _BLOCK]
        rest = piece.split(self._end, line - self._counts[block])[-1]
        return block * _BLOCK + len(piece) - len(rest)

    def number(self, place: int) -> int:
        """The position of the line that a place in the text is in."""
        block = min(place, len(self.text)) // _BLOCK
        return self._counts[block] + self.text[block * _BLOCK : place].count(self._end)

    def raw(self, first: int, last: int) -> AnyStr:
        """Lines by position from 0 with their ends, as they stand; ``last`` is left out."""
        return self.text[self.start(first) : self.start(last)]

    def read(self, first: int, last: int) -> list[AnyStr]:
        """Lines by position from 0, without their ends; ``last`` is left out."""
        first, last = max(0, first), min(last, self._total)
        if first >= last:
            return []
        lines: list[AnyStr] = self.raw(first, last).split(self._end)
        return lines[: last - first]

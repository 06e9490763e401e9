"""Text addressed by line, without a copy of every line."""

from __future__ import annotations

from bisect import bisect_left
from typing import AnyStr, Generic

__all__ = ["Lines"]

_BLOCK = 16_384  # bytes or characters between two remembered counts


class Lines(Generic[AnyStr]):
    """The lines of a text as git counts them: only a line feed ends one.

    Opening looks at the text once, as fast as memory is read; a line is then found by its number
    at a cost that does not depend on where it stands.

    Args:
        text: all of it; what follows the last line feed is a line too.
        end: a line feed, of the same kind as the text.
    """

    def __init__(self, text: AnyStr, end: AnyStr) -> None:
        self.text: AnyStr = text
        self._end: AnyStr = end
        self._counts = [0]  # line ends before each block
        for start in range(0, len(text), _BLOCK):
            ends = text.count(self._end, start, start + _BLOCK)
            self._counts.append(self._counts[-1] + ends)
        open_end = bool(text) and not text.endswith(self._end)
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
        at = block * _BLOCK
        for _ in range(line - self._counts[block]):
            at = self.text.index(self._end, at) + 1
        return at

    def read(self, first: int, last: int) -> list[AnyStr]:
        """Lines by position from 0, without their ends; ``last`` is left out."""
        first, last = max(0, first), min(last, self._total)
        if first >= last:
            return []
        lines = self.text[self.start(first) : self.start(last)].split(self._end)
        return lines[: last - first]

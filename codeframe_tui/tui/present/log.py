"""Raw output of a test program: a ring of its newest lines, cleaned where they are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeframe_tui.core.text import clean

__all__ = ["LOG_LINES", "Log"]

LOG_LINES = 5_000
"""Lines of raw output kept per task."""
_LINE = 2_000
"""Characters kept of a line."""
_TEXT = 262_144
_PARTIAL = 8_192


class Log:
    """Lines by number; what is read here is harmless.

    Twenty thousand lines a second may come and a few dozen of them are seen, so that a line is
    cleaned when it is read, not when it comes.

    Attributes:
        written: whole lines that ever came; those that are not kept any more were the first.
    """

    def __init__(self, limit: int = LOG_LINES) -> None:
        self._limit = limit
        self._lines: list[str] = []
        self._partial = ""
        self.written = 0

    def write(self, text: str) -> None:
        """Add output; a line without its end waits for it."""
        *lines, partial = (self._partial + text[-_TEXT:]).split("\n")
        self._partial = partial[-_PARTIAL:]
        self.written += len(lines)
        self._lines += [line[:_LINE] for line in lines[-self._limit :]]
        if len(self._lines) > 2 * self._limit:  # seldom: what is moved then is moved once
            del self._lines[: -self._limit]

    def __len__(self) -> int:
        return min(len(self._lines), self._limit)

    def __getitem__(self, index: int) -> str:
        return clean(self.raw(index), limit=_LINE).replace("\n", " ").expandtabs(4)

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(len(self)))

    def holding(self, pattern: re.Pattern[str], since: int) -> list[int]:
        """Numbers, counted from the first line ever, of lines from ``since`` on that hold it."""
        first = max(since, self.dropped)
        lines = self._lines[len(self._lines) - (self.written - first) :]
        return [first + at for at, line in enumerate(lines) if pattern.search(line)]

    def raw(self, index: int) -> str:
        """A line as it came; only to tell it from others."""
        return self._lines[index if index < 0 else index - len(self)]

    @property
    def dropped(self) -> int:
        """Number of the first line that is kept, from 0."""
        return self.written - len(self)

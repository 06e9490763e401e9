"""Searching lines of text as a person means it: plain, and blind to case unless they are not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["MOST_HITS", "matches", "pattern_of"]

MOST_HITS = 10_000
"""Lines that are counted as hits of one search."""


def pattern_of(text: str) -> re.Pattern[str] | None:
    """What finds a text: plain, and blind to case unless it has an upper one. None for nothing."""
    flags = re.NOFLAG if any(map(str.isupper, text)) else re.IGNORECASE
    return re.compile(re.escape(text), flags) if text else None


def matches(texts: Sequence[str], pattern: re.Pattern[str]) -> Iterator[int]:
    """Positions of the texts that hold it; all are looked through at once, which is quick."""
    whole = "\n".join(texts)
    line, at = 0, 0
    while match := pattern.search(whole, at):
        line += whole.count("\n", at, match.start())
        yield line
        end = whole.find("\n", match.end())
        if end < 0:
            return
        at, line = end + 1, line + 1

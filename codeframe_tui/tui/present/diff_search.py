"""Searching a diff: the lines that hold a text, in slices, since a diff may have millions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from codeframe_tui.tui.present.diff_kinds import Place

__all__ = ["MOST_HITS", "hits", "pattern_of"]

MOST_HITS = 10_000
"""Hits that are counted."""
_SLICE = 4_000  # lines between two pauses


def pattern_of(text: str) -> re.Pattern[str] | None:
    """What finds a text: plain, and blind to case unless it has an upper one. None for nothing."""
    flags = re.NOFLAG if any(map(str.isupper, text)) else re.IGNORECASE
    return re.compile(re.escape(text), flags) if text else None


def hits(files: Sequence[Mapping[str, Any]], pattern: re.Pattern[str]) -> Iterator[Place | None]:
    """Places of the lines that a pattern is found in, in order; None is time for a pause."""
    looked = 0
    for file in files:
        for hunk in file["hunks"]:
            lines = hunk["lines"]
            for start in range(0, len(lines), _SLICE):
                part = lines[start : start + _SLICE]
                for line in _found([text for _, text in part], pattern):
                    if part[line][0] != "\\":
                        yield Place(file["path"], hunk["k"], start + line)
                looked += len(part)
                if looked >= _SLICE:
                    looked = 0
                    yield None


def _found(texts: Sequence[str], pattern: re.Pattern[str]) -> Iterator[int]:
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

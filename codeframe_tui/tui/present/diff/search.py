"""Searching a diff: the lines that hold a text, in slices, so that nothing waits for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from codeframe_tui.core.search import matches
from codeframe_tui.tui.present.diff.kinds import Place

__all__ = ["hits"]

_SLICE = 4_000  # lines between two pauses


def hits(files: Sequence[Mapping[str, Any]], pattern: re.Pattern[str]) -> Iterator[Place | None]:
    """Places of the lines that a pattern is found in, in order; None is time for a pause."""
    looked = 0
    for file in files:
        for hunk in file["hunks"]:
            lines = hunk["lines"]
            for start in range(0, len(lines), _SLICE):
                part = lines[start : start + _SLICE]
                for line in matches([text for _, text in part], pattern):
                    if part[line][0] != "\\":
                        yield Place(file["path"], hunk["k"], start + line)
                looked += len(part)
                if looked >= _SLICE:
                    looked = 0
                    yield None

"""Earlier work that a task may be about, so that nothing is asked twice."""

from __future__ import annotations

from codeframe_tui.core.code.earlier import find, told
from codeframe_tui.core.tokens import Gauge
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables

__all__ = ["earlier"]

_NEWEST = 1_000
"""Of each kind of what was said, so many are looked at."""


def earlier(tables: Tables, number: str | None, text: str, gauge: Gauge) -> list[Document]:
    """``[{"task", "title", "kind", "text", "score", "reasons", "tokens"}]``.

    It takes a while, and belongs into a thread.

    Args:
        number: the task itself, whose own words are left out.
        text: what the task is about.
        gauge: what a text costs.
    """
    pieces = [each for each in tables.earlier.newest(_NEWEST) if each.task != number]
    return [
        {
            "task": found.piece.task,
            "title": found.piece.title,
            "kind": found.piece.kind,
            "text": told(found.piece),
            "score": found.score,
            "reasons": list(found.reasons),
            "tokens": found.tokens,
        }
        for found in find(pieces, text, gauge)
    ]

"""The last door before the terminal: every drawn line of every widget goes through it.

Texts are made harmless where they become rows; what Textual's own fields show never was a row.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from codeframe_tui.core.text import printable

__all__ = ["DOOR"]


class _Door(LineFilter):
    """Takes characters out that a terminal may act on, and leaves the cells as they were."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Leave the others, and all styles, as they are."""
        del background
        if all(text.isprintable() for text, _, _ in segments):
            return segments
        return [
            Segment(printable(text, cell_len), style, control) for text, style, control in segments
        ]


DOOR = _Door()

"""The last door before the terminal: every drawn line of every widget goes through it.

Texts are made harmless where they become rows; what Textual's own fields show never was a row. Our
signs become plain ASCII here too, for terminals that lack them: one sign, one cell, one place.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from codeframe_tui.core.text import printable

__all__ = ["Door"]

_PAIRS = (
    "✔v ✘x ○o ●* •* △^ ◆# ◦. ◌~ ‖= ±+ −- →> ↑^ ↓v …~ ⋯~ ·- "
    "▌| ▎| │| ─- ━- ‹< ›> «< »> ⇄= ↵$ ␉> ␊$ ␛^"
)
_PLAIN = str.maketrans(
    {pair[0]: pair[1] for pair in _PAIRS.split()}
    | dict.fromkeys("▁▂▃▄▅▆▇▉▊▋▍▏", " ")
    | {"█": "#", "🔎": "/ "}
)
"""Each sign and what stands for it, as many cells wide; scroll bars are told by their colours."""


class Door(LineFilter):
    """Takes characters out that a terminal may act on, and leaves the cells as they were.

    Args:
        plain: draw our signs in ASCII.
    """

    def __init__(self, *, plain: bool = False) -> None:
        super().__init__()
        self._plain = plain

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Leave the others, and all styles, as they are."""
        del background
        if self._plain:
            segments = [
                Segment(text.translate(_PLAIN), style, control) for text, style, control in segments
            ]
        if all(text.isprintable() for text, _, _ in segments):
            return segments
        return [
            Segment(printable(text, cell_len), style, control) for text, style, control in segments
        ]

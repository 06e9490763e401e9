"""What is stored that decides what a task is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codeframe_tui.core.code.chosen import Chosen
from codeframe_tui.core.code.earlier import Piece
from codeframe_tui.core.tokens import Gauge

__all__ = ["Ground"]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is stored that decides what a task is shown.

    Attributes:
        text: what it is about.
        chosen: files that people pinned or excluded.
        gauge: what a text costs.
        pieces: what was said for others, the newest of each kind first.
    """

    text: str
    chosen: Chosen
    gauge: Gauge
    pieces: Sequence[Piece]

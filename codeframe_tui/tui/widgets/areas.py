"""Surfaces that hold other parts. Bare: no border, title or text of their own."""

from __future__ import annotations

from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from codeframe_tui.tui.widgets.lines import filtered

__all__ = ["Area", "Bench", "Surface"]


class Surface(Widget):
    """A widget that shows nothing but its ground: one line, drawn once, stands for all of them."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """The ground of a region."""
        ground = Strip.blank(crop.width, self.visual_style.rich_style)
        return [filtered(self, ground)] * crop.height


class Area(Vertical, Surface):
    """Parts below each other."""


class Bench(Horizontal, Surface):
    """Parts beside each other."""

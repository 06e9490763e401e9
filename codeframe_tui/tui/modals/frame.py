"""The surface of a dialogue: its facts give way, so that field and keys stay in sight."""

from __future__ import annotations

from textual.containers import Vertical
from textual.geometry import Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.vertical import VerticalLayout
from textual.widget import Widget

__all__ = ["Frame"]


class _GivingWay(VerticalLayout):
    """One below the other; what is too much is taken from the facts, which scroll."""

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Rows that are missing are missing in the facts alone, down to one."""
        placed = list(super().arrange(parent, children, size, greedy))
        at = next((n for n, each in enumerate(placed) if each.widget.has_class("dialog-body")), -1)
        if at < 0 or not size.height:  # without a height the wanted one is asked for
            return placed
        body = placed[at].region
        end = max(each.region.bottom + each.margin.bottom for each in placed)
        over = min(end - size.height, body.height - 1)
        if over > 0:
            placed[at] = placed[at]._replace(region=body.shrink((0, 0, over, 0)))
            placed[at + 1 :] = [
                each._replace(region=each.region.translate((0, -over))) for each in placed[at + 1 :]
            ]
        return placed


class Frame(Vertical):
    """Title, content and keys."""

    _giving_way = _GivingWay()

    @property
    def layout(self) -> Layout:
        """How they stand."""
        return self._giving_way

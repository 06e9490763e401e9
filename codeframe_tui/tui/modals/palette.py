"""The palette: every action by a few letters of what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codeframe_tui.tui.modals.picker import Pickable, Picker
from codeframe_tui.tui.present.palette import GROUPS, Entry, left_of, right_of
from codeframe_tui.tui.widgets.lines import LineList

__all__ = ["Palette"]

_COSTS = (0.0, 0.0, 8.0)
"""Of each group against a better match: what cannot be done now comes after its like."""
_AWAY = 2.0
"""The same, of what belongs to another pane."""


class Palette(Picker):
    """Gives the position of the entry that is to be done.

    Args:
        entries: in their order.
        look: is told the action under the cursor, e.g. to show a theme before it is chosen.
    """

    def __init__(self, entries: Sequence[Entry], *, look: Callable[[str], None]) -> None:
        items = [
            Pickable(each.typed, left_of(each), right_of(each), GROUPS[each.group])
            for each in entries
        ]
        costs = [_COSTS[each.group] + _AWAY * bool(each.place) for each in entries]
        super().__init__("All actions", items, nothing="", does="do it", costs=costs)
        self._entries = entries
        self._look = look

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Tell what is under the cursor."""
        super().on_line_list_highlighted(event)
        self._look(self._entries[int(event.key)].action if event.key is not None else "")

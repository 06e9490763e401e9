"""Lists whose older rows come when a person goes to their top."""

from __future__ import annotations

from textual import events

from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.tui.widgets.messages import EarlierAsked

__all__ = ["PagedList"]


class PagedList(LineList):
    """Asks for older rows at its top; what is in sight stays there when they come.

    Attributes:
        earlier: whether there are older rows than the ones here.
    """

    earlier = False
    _asked = False

    def answered(self) -> None:
        """They can be asked for again."""
        self._asked = False

    def move_by(self, steps: int) -> None:
        """Move the cursor; from the first row on older ones are wanted."""
        super().move_by(steps)
        if steps < 0 and self._stops.line_of(self.cursor) == self._stops.first:
            self._ask()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Their top is in sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(new_value) == 0 < round(old_value):
            self._ask()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel asks for more at the top, where it cannot move anything."""
        del event
        if self.scroll_offset.y == 0:
            self._ask()

    def _ask(self) -> None:
        if self.earlier and not self._asked:
            self._asked = True
            self.post_message(EarlierAsked(self.answered))

    def _top_key(self) -> tuple[str, int] | None:
        """At the top too, while older rows are on their way: they come above it."""
        if not self._asked or self.scroll_offset.y:
            return super()._top_key()
        return next(((r.key, at) for at, r in enumerate(self.rows) if r.key is not None), None)

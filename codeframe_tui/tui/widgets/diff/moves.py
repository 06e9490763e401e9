"""How a person moves in a diff."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from codeframe_tui.tui.present.comments import place_at
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.draft import Unit
from codeframe_tui.tui.present.flags import FlagPlace
from codeframe_tui.tui.present.rows import safe
from codeframe_tui.tui.widgets.diff.looks import DiffLooks
from codeframe_tui.tui.widgets.messages import FlagAsked, JumpAsked, Told

__all__ = ["DiffMoves"]


class DiffMoves(DiffLooks):
    """A diff whose cursor goes by keys and the mouse.

    Attributes:
        flags: where each stands.
        flag_asked: id of the flag that `FlagAsked` is about.
    """

    flags: Sequence[FlagPlace] = ()
    flag_asked = ""
    _flag: tuple[Place, FlagPlace] | None = None

    def reach(self, place: Place, *, top: bool = False) -> None:
        """Put the cursor on a place, unfolding its file.

        Args:
            place: where to.
            top: put it at the top; else it comes to the middle unless it is in sight.
        """
        if place.path in self._folded:
            self.fold(self._folded - {place.path})
        row = self.index.find(place)
        if row is None:
            return
        if top:
            self.scroll_to_row(row)
        elif not 0 <= row - self.scroll_offset.y < self.size.height:
            self.scroll_to_row(row - self.size.height // 3)
        self.move_to(row)

    def go_to(self, unit: Unit) -> None:
        """Put the cursor on a unit's bar, with as much of the unit in sight as fits."""
        if self.index.find(Place(unit[0])) is None:
            self.reach(Place(unit[0]))  # its file was out of sight
        if unit[0] in self._folded:
            self.fold(self._folded - {unit[0]})
        row, end = self.row_of(unit)
        height = self.size.height
        if end > self.scroll_offset.y + height:
            top = max(end - height, row - height // 3)
            self.scroll_to_row(min(top, max(0, row - 1)))
        self.move_to(row)

    def row_of(self, unit: Unit) -> tuple[int, int]:
        """The row of a unit's bar, and the one after its last."""
        path, k = unit
        row = self.index.find(Place(path, k, -1 if k else 0)) or 0
        after = [self.index.next_stop(row, 1), self.index.next_file(row, 1)]
        return row, min((stop for stop in after if stop > row), default=self.count())

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor and shows what is folded there; it never decides."""
        at = event.get_content_offset(self)
        if at is not None and self.text_selection is None:
            row = self.scroll_offset.y + at.y
            if row < self.count():
                self.move_to(row)
                self.unfold()

    def unfold(self) -> None:
        """Show more of what is folded under the cursor, if anything is."""

    def action_cursor_down(self) -> None:
        """Go down a line."""
        self.move_to(self._last_part() + 1)

    def action_cursor_up(self) -> None:
        """Go up a line."""
        self.move_to(self.cursor - 1)

    def action_page_down(self) -> None:
        """Go down a page."""
        self._page(1)

    def action_page_up(self) -> None:
        """Go up a page."""
        self._page(-1)

    def _page(self, step: int) -> None:
        rows = step * max(1, self.size.height - 1)
        self.scroll_to_row(self.scroll_offset.y + rows)
        self.move_to(self.cursor + rows)

    def action_top(self) -> None:
        """Go to the first row."""
        self.move_to(0)

    def action_bottom(self) -> None:
        """Go to the last row."""
        self.move_to(self.count() - 1)

    def action_next_hunk(self) -> None:
        """Go to the next hunk."""
        self._step(1)

    def action_previous_hunk(self) -> None:
        """Go to the bar of this hunk, or to the previous one."""
        self._step(-1)

    def _step(self, step: int) -> None:
        row = self.index.next_stop(self.cursor, step)
        if row != self.cursor:
            place = self.index.place(row)
            self.go_to((place.path, place.k))

    def action_next_file(self) -> None:
        """Go to the next file."""
        self._step_file(1)

    def action_previous_file(self) -> None:
        """Go to the bar of this file, or to the previous one."""
        self._step_file(-1)

    def _step_file(self, step: int) -> None:
        row = self.index.next_file(self.cursor, step)
        if row != self.cursor:
            self.scroll_to_row(row)
            self.move_to(row)

    def action_copy_place(self) -> None:
        """Copy path and line, ``path:12``."""
        if self.place:
            text = f"{self.place.path}:{self.index.line_number(self.cursor)}"
            self.app.copy_to_clipboard(text)
            self.post_message(Told(f"copied {safe(text)}"))

    def action_jump(self) -> None:
        """Ask which file to go to."""
        self.post_message(JumpAsked("jump"))

    def action_whole_file(self) -> None:
        """Ask for the whole file under the cursor."""
        self.post_message(JumpAsked("whole_file"))

    def action_symbols(self) -> None:
        """Ask which function or class to go to."""
        self.post_message(JumpAsked("symbols"))

    def action_next_flag(self) -> None:
        """Go to the next flag, going round, and say what it is about."""
        if self.place is None:
            return
        stops = self._flag_stops()
        if not stops:
            self.post_message(Told("no flags here"))
            return
        here = self.index.order(self.place)
        at = next((n for n, (place, _) in enumerate(stops) if self.index.order(place) > here), 0)
        last = next((n for n, stop in enumerate(stops) if stop == self._flag), None)
        if last is not None and stops[last][0] == self.place:  # another may stand at the same place
            at = (last + 1) % len(stops)
        self._flag = stops[at]
        place, flag = stops[at]
        self.reach(place)
        self.post_message(Told(f"{flag.said}   flag {at + 1} of {len(stops)}", "amber"))

    def action_acknowledge(self) -> None:
        """Ask about the flag here, else about the first of this file, else about the first."""
        if self.place is None:
            return
        stops = self._flag_stops()
        here = [flag for place, flag in stops if place == self.place]
        near = [flag for place, flag in stops if place.path == self.place.path]
        if self._flag is not None and self._flag in stops and self._flag[0] == self.place:
            here = [self._flag[1]]
        every = [*here, *near, *(flag for _, flag in stops)]
        if not every:
            self.post_message(Told("no flags here"))
            return
        self.flag_asked = every[0].id
        self.post_message(FlagAsked())

    def _flag_stops(self) -> list[tuple[Place, FlagPlace]]:
        """The flags with their places, in the order of the diff."""
        stops = [
            (place, flag)
            for flag in self.flags
            if self.index.find(Place(flag.path)) is not None
            if (
                place := place_at(self.document, flag.path, flag.line)
                if flag.line
                else Place(flag.path)
            )
        ]
        return sorted(stops, key=lambda stop: self.index.order(stop[0]))

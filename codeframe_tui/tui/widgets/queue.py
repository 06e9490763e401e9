"""The queue on the screen: any number of tasks, of which only windows are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.present.stops import Stops
from codeframe_tui.tui.present.windows import QueueRows, Window, is_task
from codeframe_tui.tui.widgets.panes import Pane
from codeframe_tui.tui.widgets.seeking import Seekable

__all__ = ["QueuePane"]


class QueuePane(Pane, Seekable):
    """Tasks in groups; keys of rows are task numbers, or places whose rows are on their way.

    The engine filters; the app hears by `Looked` that other rows are wanted.

    Attributes:
        wanted: the task that the cursor goes to as soon as its place is known.
    """

    PLACE = "queue"
    SEEKS = "filter"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("queue")]

    class Looked(Message):
        """Other rows are in sight or under the cursor than the ones last asked for."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.wanted: str | None = None
        self._line = 0  # of the cursor, when that had a line
        self._filtered = False  # another filter than the rows before had

    @property
    def number(self) -> str | None:
        """Number of the task under the cursor; None while its row is on its way."""
        return self.cursor if is_task(self.cursor) else None

    @property
    def windows(self) -> tuple[Window, ...]:
        """The rows that are wanted; empty while nothing is known of the queue."""
        if isinstance(self.rows, QueueRows):
            return self.rows.windows(self.scroll_offset.y, self.size.height)
        return ()

    @property
    def complete(self) -> bool:
        """Whether all rows in sight are there, and the place of the task that is wanted."""
        rows, top = self.rows, self.scroll_offset.y
        return self.wanted is None and (
            not isinstance(rows, QueueRows) or rows.holds(top, self.size.height)
        )

    @property
    def anchors(self) -> tuple[str, ...]:
        """Tasks whose place must be known when the queue changes: wanted, chosen, at the top."""
        top = self._top_key()
        keys = (self.wanted, self.cursor, top[0] if top else None)
        return tuple(dict.fromkeys(key for key in keys if key is not None and is_task(key)))

    @property
    def found(self) -> str:
        """How many tasks the filter leaves."""
        if not self.sought:
            return ""
        if not isinstance(self.rows, QueueRows):
            return "no task fits"
        shown, every = self.rows.counted
        return f"{shown:,} of {every:,}" if self.rows.filter == self.sought else "…"

    def seek(self, text: str) -> None:
        """Show only tasks that fit from now on; empty: all again."""
        self.sought = text
        self.call_later(self._tell)

    def seek_by(self, step: int) -> None:
        """The next or previous task, for all that are shown fit."""
        self.call_later(self.move_by, step)

    def _tell(self) -> None:
        """From here, not from the screen: a message of the screen's would end there."""
        self.post_message(self.Looked())

    def bring(self, number: str | None) -> None:
        """Put the cursor on a task, once it is known where that stands."""
        known = number is None or self._stops.line_of(number) is not None
        self.wanted = None if known else number
        if known:
            self.move_to(number, tell=False)

    def stops_of(self, rows: Sequence[Row]) -> Stops:
        """Rows of the queue know their lines themselves."""
        return rows if isinstance(rows, QueueRows) else super().stops_of(rows)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; a cursor that was in sight stays in sight with its task."""
        line = self._stops.line_of(self.cursor)
        seen, was = self._in_sight(line), self._filter_of(self.rows)
        self._filtered = self._filter_of(rows) != was
        self._line = self._line if line is None else line
        super().set_rows(rows)
        if self.sought or self._filtered:
            self.post_message(self.Sought())
        if self.wanted is not None and self._tells(self.wanted):
            self.bring(self.wanted)
            self.wanted = None
        line = self._stops.line_of(self.cursor)
        if line is None:
            return
        if seen:
            self._bring_into_sight(line)
        if not is_task(self.cursor):  # its row may have arrived
            self.move_to(self.rows[line].key)

    def move_to(self, key: str | None, *, tell: bool = True) -> None:
        """Put the cursor on a row; a person who moves it wants no other any more."""
        if tell:
            self.wanted = None
        super().move_to(key, tell=tell)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows are in sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Looked())

    def _inherit(self, old_rows: Sequence[Row], at: int) -> None:
        """A task without a row here may have moved: ask where it is before another is chosen."""
        del old_rows, at
        if self.cursor is not None and is_task(self.cursor) and not self._tells(self.cursor):
            self.wanted = self.cursor
            return
        line = self._stops.first if self._filtered else self._stops.beyond(self._line, 0)
        if line is None:
            self.cursor = None
        self.move_to(None if line is None else self.rows[line].key)

    def _filter_of(self, rows: Sequence[Row]) -> str:
        return rows.filter if isinstance(rows, QueueRows) else ""

    def _tells(self, number: str) -> bool:
        return not isinstance(self.rows, QueueRows) or self.rows.tells(number)

    def _in_sight(self, line: int | None) -> bool:
        top = self.scroll_offset.y
        return line is not None and top <= line < top + self.size.height

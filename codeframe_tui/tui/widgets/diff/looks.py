"""How a diff is laid out: one side or two, long lines moved to the side or wrapped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codeframe_tui.tui.present.diff.pages import line_count
from codeframe_tui.tui.present.diff.segments import Look
from codeframe_tui.tui.widgets.diff.copy import DiffCopy
from codeframe_tui.tui.widgets.diff.text import rows_in
from codeframe_tui.tui.widgets.messages import Told

__all__ = ["MOST_LINES", "DiffLooks"]

SPLIT_COLUMNS = 120
"""From where on two sides stand beside each other unless a person wants it otherwise."""
MOST_LINES = 100_000
"""Lines up to which a diff is wrapped, or shown in two sides: each of them must be looked at."""
_SHIFT = 8  # cells of one step to the side


@dataclass(frozen=True)
class _Wrapped:
    """How many rows a line takes, where each has room for so many cells."""

    room: int

    def __call__(self, raw: str) -> int:
        return rows_in(raw, self.room)


class DiffLooks(DiffCopy):
    """A diff with two sides or one."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._wants_split: bool | None = None  # None: by the width
        self._wraps = False

    @property
    def is_split(self) -> bool:
        """Whether old and new lines stand beside each other."""
        return self._look.split

    def look_at(self, document: Mapping[str, Any]) -> Look:
        """By what a person wants, the width, and how much there is."""
        look = super().look_at(document)
        if not self._fits(document):
            return look
        wide = self.size.width >= SPLIT_COLUMNS
        look = look._replace(split=wide if self._wants_split is None else self._wants_split)
        if not self._wraps:
            return look
        self._look = look
        canvas = self._canvas(0, self.line_width)
        whole = canvas._replace(split=False)
        return look._replace(rows_of=_Wrapped(canvas.room), rows_of_whole=_Wrapped(whole.room))

    def _fits(self, document: Mapping[str, Any]) -> bool:
        return sum(line_count(file["hunks"]) for file in document["files"]) <= MOST_LINES

    def lay_out(self) -> None:
        """Lay the rows out anew where something else is due; cursor and scroll stay."""
        look, self._look = self._look, self.look_at(self.document)
        if look == self._look:
            self._bring_into_sight()
            return

        def change() -> None:
            self.index.look(self._look)
            self._rows_moved()

        self.keep(change)

    def on_resize(self) -> None:
        """Another width may be for another look."""
        self.lay_out()

    def action_split(self) -> None:
        """Show old and new lines beside each other, or below each other again."""
        if self._too_many("shown in two sides"):
            return
        self._wants_split = not self._look.split
        self.lay_out()

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them again."""
        if not self._wraps and self._too_many("wrapped"):
            return
        self._wraps = not self._wraps
        self._shift = 0
        self.lay_out()
        self.redraw()

    def _too_many(self, done: str) -> bool:
        if self._fits(self.document):
            return False
        self.post_message(
            Told(f"a diff of more than {MOST_LINES:,} lines is not {done}: it would take long")
        )
        return True

    def action_shift_right(self) -> None:
        """Show more of long lines."""
        if self._look.rows_of is None:
            self._shift += _SHIFT
            self.redraw()

    def action_shift_left(self) -> None:
        """Show the start of long lines."""
        self._shift = max(0, self._shift - _SHIFT)
        self.redraw()

"""A range of lines in a diff: begun with a key, grown by moving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.draft import Unit
from codeframe_tui.tui.widgets.diff.paint import Canvas
from codeframe_tui.tui.widgets.diff.search import DiffSearch
from codeframe_tui.tui.widgets.messages import Choosing

__all__ = ["DiffRanges"]


class DiffRanges(DiffSearch):
    """A diff in which lines can be chosen."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._anchor: Place | None = None

    @property
    def chosen_rows(self) -> range:
        """The rows from where the range began to the cursor; none without a range."""
        start = self.index.find(self._anchor) if self._anchor and self.count() else None
        if start is None:
            return range(0)
        return range(min(start, self.cursor), max(start, self.cursor) + 1)

    @property
    def has_range(self) -> bool:
        """Whether lines are being chosen."""
        return self._anchor is not None

    def action_range(self) -> None:
        """Begin a range at the cursor, or leave it."""
        if self._anchor is not None or self.place is None:
            self.leave_range()
        else:
            self._anchor = self.place
            self.redraw()
            self.post_message(Choosing(on=True))

    def leave_range(self) -> bool:
        """Choose nothing any more; whether there was a range."""
        was, self._anchor = self._anchor, None
        if was is not None:
            self.redraw()
            self.post_message(Choosing(on=False))
        return was is not None

    def load(self, document: dict[str, Any]) -> None:
        """Another document has other lines."""
        if document is not self.document and document["proposal"] != self.document["proposal"]:
            self.leave_range()
        super().load(document)

    def chosen_lines(self) -> dict[Unit, list[int]]:
        """The chosen lines by unit, as positions in their hunk."""
        found: dict[Unit, set[int]] = {}
        for row in self.chosen_rows:
            for place in self.index.sides(row):  # where two stand beside each other, both
                if place is not None:
                    found.setdefault((place.path, place.k), set()).add(place.line)
        return {unit: sorted(lines) for unit, lines in found.items()}

    def hunk(self, unit: Unit) -> Mapping[str, Any] | None:
        """A hunk as it stands in the document."""
        path, k = unit
        at = self.index.position(path)
        hunks = () if at is None else self.document["files"][at]["hunks"]
        return hunks[k - 1] if 0 < k <= len(hunks) and hunks[k - 1]["k"] == k else None

    def watch_cursor(self, old: int, new: int) -> None:
        """A range grows with the cursor, by more than the two rows."""
        super().watch_cursor(old, new)
        if self._anchor is not None:
            self.refresh()

    def _canvas(self, row: int, width: int = 0) -> Canvas:
        canvas = super()._canvas(row, width)
        if self._anchor is None or row == self.cursor or row not in self.chosen_rows:
            return canvas
        return canvas._replace(cursor="blue")

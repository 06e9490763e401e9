"""Searching in a list: rows that hold a text are marked, counted and gone to."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from codeframe_tui.core.search import pattern_of
from codeframe_tui.tui.present.rows import Row, Span
from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.tui.widgets.seeking import NO_HIT, Seekable

__all__ = ["ListSearch"]


class ListSearch(LineList, Seekable):
    """A list that can be searched; rows without a key belong to the one above that has one."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._pattern: re.Pattern[str] | None = None
        self._hits: list[str] = []

    @property
    def found(self) -> str:
        """Which of the hits the cursor is at, of how many."""
        if not self.sought:
            return ""
        if not self._hits:
            return NO_HIT
        at = f"{self._hits.index(self.cursor) + 1:,} " if self.cursor in self._hits else ""
        return f"{at}of {len(self._hits):,}"

    def seek(self, text: str) -> None:
        """Mark what holds the text, and go to the first of it from the cursor on."""
        self.sought, self._pattern = text, pattern_of(text)
        self._look()
        if self._hits and self.cursor not in self._hits:
            self.seek_by(1)
        self.refresh()
        self.post_message(self.Sought())

    def seek_by(self, step: int) -> None:
        """Go to the next or previous hit, going round."""
        lines = [(self._stops.line_of(key) or 0, key) for key in self._hits]
        here = self._stops.line_of(self.cursor)
        if not lines:
            return
        others = lines if step > 0 else lines[::-1]
        beyond = (key for line, key in others if here is None or (line - here) * step > 0)
        self.move_to(next(beyond, others[0][1]))
        self.post_message(self.Sought())

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; what is sought is sought in them."""
        same = rows == self.rows
        super().set_rows(rows)
        if self._pattern is not None and not same:
            before, was = self._hits, self.found
            self._look()
            if (before, was) != (self._hits, self.found):
                self.post_message(self.Sought())

    def value_at(self, index: int) -> Hashable:
        """The row, and what is marked in it."""
        return super().value_at(index), self._pattern

    def spans_at(self, index: int, width: int) -> Sequence[Span]:
        """The row with its hits marked."""
        spans = super().spans_at(index, width)
        if self._pattern is None:
            return spans
        return [part for span in spans for part in _marked(span, self._pattern)]

    def _look(self) -> None:
        hits: dict[str, None] = {}
        if self._pattern is not None:
            key = None
            for index, line in enumerate(self.rows):
                key = line.key or key
                if key is not None and self._pattern.search(self.text_at(index)):
                    hits[key] = None
        self._hits = list(hits)


def _marked(span: Span, pattern: re.Pattern[str]) -> list[Span]:
    text, names = span
    parts: list[Span] = []
    at = 0
    for hit in pattern.finditer(text):
        parts += [(text[at : hit.start()], names), (hit.group(), f"{names} hit")]
        at = hit.end()
    return [*parts, (text[at:], names)]

"""Where the cursor of a list can stand: the lines that have a key."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Protocol

from codeframe_tui.tui.present.rows import Row

__all__ = ["Stops", "StopsOf"]


class Stops(Protocol):
    """Lines by key, and keyed lines in order."""

    @property
    def first(self) -> int | None:
        """The first line with a key; None when there is none."""
        ...

    def line_of(self, key: str | None) -> int | None:
        """The line of a key; None when it has none."""
        ...

    def beyond(self, line: int | None, steps: int) -> int | None:
        """The keyed line so many keyed lines after (before) one, or the last (first) there is.

        Without a line one step is to the first, a step back to the last.
        """
        ...


class StopsOf:
    """Fulfils `Stops` for rows that are all there."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._lines: dict[str, int] = {}
        for line, each in enumerate(rows):
            if each.key is not None:
                self._lines.setdefault(each.key, line)
        self._order = list(self._lines.values())

    @property
    def first(self) -> int | None:
        """See `Stops`."""
        return self._order[0] if self._order else None

    def line_of(self, key: str | None) -> int | None:
        """See `Stops`."""
        return None if key is None else self._lines.get(key)

    def beyond(self, line: int | None, steps: int) -> int | None:
        """See `Stops`."""
        if not self._order:
            return None
        if line is None:
            at = 0 if steps > 0 else len(self._order)
        else:
            at = bisect_left(self._order, line) + steps
        return self._order[max(0, min(at, len(self._order) - 1))]

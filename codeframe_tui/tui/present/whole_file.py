"""A file as it will be, with what a diff changes of it: signs of lines, and where some went."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.tui.present.diff.lines import LineRow, context_row
from codeframe_tui.tui.present.diff.pages import signs_of
from codeframe_tui.tui.present.diff.python import is_python

__all__ = ["PAGE", "Changed", "WholeFile", "changed_in"]

PAGE = 500
"""Lines that are asked for at once."""


class Changed(NamedTuple):
    """What a diff does to a file, by lines after the change.

    Attributes:
        added: first and last line of each run, in order.
        removed: lines above which some were removed; one beyond the last for those at the end.
    """

    added: tuple[tuple[int, int], ...] = ()
    removed: frozenset[int] = frozenset()

    def is_added(self, line: int) -> bool:
        """Whether a line is new."""
        at = bisect_right(self.added, (line, 1 << 62)) - 1
        return at >= 0 and self.added[at][0] <= line <= self.added[at][1]


def changed_in(file: Mapping[str, Any]) -> Changed:
    """What a file of a diff document changes."""
    added: list[tuple[int, int]] = []
    removed: set[int] = set()
    for hunk in file["hunks"]:
        line = hunk["new_start"] + (not hunk["new_lines"])  # an empty range names the one before
        for sign in signs_of(hunk["lines"]):
            if sign == "-":
                removed.add(line)
            elif sign == "+" and added and added[-1][1] == line - 1:
                added[-1] = (added[-1][0], line)
            elif sign == "+":
                added.append((line, line))
            line += sign in "+ "
    replaced = {first for first, _ in added}
    return Changed(tuple(added), frozenset(removed - replaced))


class WholeFile:
    """The lines of a file, as far as they have come.

    Args:
        path: of the file.
        changed: what a diff does to it.
        runs: lines and the attempt that brought them, see `core.queries.ShowOrigins`.
    """

    def __init__(self, path: str, changed: Changed, runs: Sequence[Sequence[int]] = ()) -> None:
        self.path = path
        self.changed = changed
        self.total = 0
        self._runs = [tuple(run) for run in runs]
        self._pages: dict[int, Mapping[str, Any]] = {}
        stops = sorted({*(first for first, _ in changed.added), *changed.removed})
        self._stops = stops

    def put(self, side: Mapping[str, Any]) -> None:
        """Take the answer to a `ShowSide` over whose first line begins a page."""
        self.total = side["total"]
        self._pages[(side["first"] - 1) // PAGE] = side

    def lacks(self, first: int, last: int) -> int | None:
        """The first line of a page that has lines of these, and has not come; None = all have."""
        pages = range((first - 1) // PAGE, (min(last, self.total) - 1) // PAGE + 1)
        return next((at * PAGE + 1 for at in pages if at not in self._pages), None)

    def row(self, line: int) -> LineRow:
        """A line by its number."""
        side = self._pages.get((line - 1) // PAGE)
        at = (line - 1) % PAGE
        sign = "+" if self.changed.is_added(line) else " "
        if side is None or at >= len(side["lines"]):
            return LineRow(sign, None, line, "…", tokens=((0, 1, "faint"),))
        tokens = [tuple(each) for each in side["tokens"][at]] if side["tokens"] else None
        python = is_python(self.path)
        found = context_row(side["lines"][at], tokens, line, line, python=python)
        return found._replace(sign=sign, old=None)

    @property
    def has_origins(self) -> bool:
        """Whether it is known of some lines which attempt brought them."""
        return bool(self._runs)

    def origin(self, line: int) -> int:
        """The attempt that brought a line; 0 when it was there before, or is not known."""
        at = bisect_right(self._runs, line, key=lambda run: run[0]) - 1
        return int(self._runs[at][2]) if at >= 0 and line <= self._runs[at][1] else 0

    def next_change(self, line: int, step: int) -> int:
        """The line at which the next (1) or previous (-1) change begins; stays without one."""
        at = bisect_right(self._stops, line) if step > 0 else bisect_left(self._stops, line) - 1
        return min(self._stops[at], self.total) if 0 <= at < len(self._stops) else line

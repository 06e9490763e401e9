"""A diff as rows: addressed by number, built when they are looked at.

Theory of operation: the index holds where the rows of each file start, and each file where its
segments start (see `diff_file`). A row is found by bisection; opening costs by hunks, not by lines.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate
from typing import Any

from codeframe_tui.tui.present.diff.file import FileRows
from codeframe_tui.tui.present.diff.gaps import Gap, Opened
from codeframe_tui.tui.present.diff.kinds import Place, Row
from codeframe_tui.tui.present.diff.renames import renames
from codeframe_tui.tui.present.diff.segments import Extras, Look
from codeframe_tui.tui.present.diff.supply import InSight, Supply

__all__ = ["DiffIndex"]


class DiffIndex:
    """The rows of a diff document (CONTRACT §9).

    Args:
        document: the diff; it is read, never changed.
        folded: paths of which only the bar is a row.
        look: how it is laid out.
        extras: rows added below others; the index gives them back as `ExtraRow`.
        supply: what the document does not hold.
        hidden: paths that have no rows at all.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        folded: Collection[str] = (),
        *,
        look: Look | None = None,
        extras: Extras | None = None,
        supply: Supply | None = None,
        hidden: Collection[str] = (),
    ) -> None:
        files: Sequence[Mapping[str, Any]] = document["files"]
        self._look = look or Look()
        moved = renames(files)
        self._files = [
            FileRows(file, n, len(files), self._look, moved.get(file["path"], ""), supply)
            for n, file in enumerate(files, 1)
        ]
        self._numbers = {file["path"]: at for at, file in enumerate(files)}
        last_line = max((file.last_line for file in self._files), default=0)
        self.number_width = max(4, len(str(last_line)))
        """Cells that the widest line number takes, at least 4."""
        self._folded: frozenset[str] = frozenset()
        self._hidden = frozenset(hidden)
        self.add(extras or {})
        self.fold(folded)

    # -- how it is laid out: each of these changes the numbers of rows ----------------------------

    def fold(self, folded: Collection[str]) -> None:
        """Fold exactly these paths."""
        changed = self._folded ^ frozenset(folded)
        self._folded = frozenset(folded)
        for at in {self._numbers[path] for path in changed if path in self._numbers}:
            self._files[at].fold(folded=self._files[at].path in self._folded)
        self._count()

    def hide(self, hidden: Collection[str]) -> None:
        """Leave out exactly these paths."""
        self._hidden = frozenset(hidden)
        self._count()

    def look(self, look: Look) -> None:
        """Lay all files out otherwise."""
        self._look = look
        for file in self._files:
            file.look(look)
        self._count()

    def add(self, extras: Extras) -> None:
        """Add exactly these rows; what is added elsewhere than in this diff is left out."""
        by_path: dict[str, dict[Place, Sequence[Any]]] = {}
        for place, rows in extras.items():
            by_path.setdefault(place.path, {})[place] = rows
        for file in self._files:
            file.add(by_path.get(file.path, {}))
        self._count()

    def open(self, place: Place, opened: Opened | None) -> None:
        """Show lines of the gap at a place, or none of them."""
        if place.path in self._numbers:
            self._files[self._numbers[place.path]].open(place, opened)
            self._count()

    @property
    def opened(self) -> Mapping[Place, Opened]:
        """What is shown of all gaps."""
        return {place: lines for file in self._files for place, lines in file.opened.items()}

    def position(self, path: str) -> int | None:
        """Where a file is among those of the document; None when it is not there."""
        return self._numbers.get(path)

    @property
    def lines(self) -> int:
        """How many lines the hunks of all files have."""
        return sum(file.lines for file in self._files)

    def gap(self, place: Place) -> tuple[Gap, Opened | None]:
        """The gap at a place of one, and what is shown of it."""
        return self._files[self._numbers[place.path]].gap(place)

    def _count(self) -> None:
        counts = (0 if file.path in self._hidden else file.count for file in self._files)
        self._starts = list(accumulate(counts, initial=0))

    # -- rows -----------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._starts[-1]

    def row(self, number: int) -> Row:
        """Build a row by its number from 0."""
        file, row = self._locate(number)
        return file.row(row)

    def kind(self, number: int) -> str:
        """What a row is, without building it.

        ``file``, ``hunk``, ``note``, ``gap``, ``extra``, ``pair`` where old and new lines that
        differ stand beside each other, or a line's sign.
        """
        file, row = self._locate(number)
        return file.kind(row)

    def place(self, number: int) -> Place:
        """Where a row is."""
        file, row = self._locate(number)
        return file.place(row)

    def sides(self, number: int) -> tuple[Place | None, Place | None]:
        """The places of the old and of the new line in a row; the same of one that is both.

        Both None for a row that is no line of a hunk.
        """
        file, row = self._locate(number)
        return file.sides(row)

    def find(self, place: Place) -> int | None:
        """The row at a place, or the nearest in the same file; None when the file is not shown."""
        at = None if place.path in self._hidden else self._numbers.get(place.path)
        return None if at is None else self._starts[at] + self._files[at].find(place)

    def order(self, place: Place) -> tuple[int, int, int]:
        """What places compare by: the order of their lines in the document."""
        at = self._numbers.get(place.path, -1)
        return at, self._files[at].order(place.k) if at >= 0 else 0, place.line

    def next_stop(self, number: int, step: int) -> int:
        """The bar of the next (1) or previous (-1) hunk; stays where there is none."""
        if not len(self):
            return number
        at = bisect_right(self._starts, number) - 1
        while 0 <= at < len(self._files):
            file = self._files[at]
            start, stops = self._starts[at], () if file.path in self._hidden else file.stops
            stop = _step(stops, number - start, step)
            if stop is not None:
                return start + stop
            at += step
        return number

    def next_file(self, number: int, step: int) -> int:
        """The bar of the next (1) or previous (-1) file; stays where there is none."""
        found = _step(self._starts[:-1], number, step)
        return number if found is None or found == len(self) else found

    def line_number(self, number: int) -> int:
        """The line of the file after the change that a row is at or before."""
        file, row = self._locate(number)
        return file.line_number(row)

    def in_sight(self, first: int, last: int) -> Sequence[InSight]:
        """Which lines stand in rows, file by file; the last row is left out."""
        seen = []
        while first < min(last, len(self)):
            at = bisect_right(self._starts, first) - 1
            start, end = self._starts[at], min(last, self._starts[at + 1])
            seen.append(self._files[at].in_sight(first - start, end - start))
            first = end
        return seen

    def _locate(self, number: int) -> tuple[FileRows, int]:
        if not 0 <= number < len(self):
            raise IndexError(number)
        at = bisect_right(self._starts, number) - 1
        return self._files[at], number - self._starts[at]


def _step(stops: Sequence[int], number: int, step: int) -> int | None:
    at = bisect_right(stops, number) if step > 0 else bisect_left(stops, number) - 1
    return stops[at] if 0 <= at < len(stops) else None

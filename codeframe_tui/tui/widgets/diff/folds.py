"""What is folded in a diff: files to their bars, and code that does not change to a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.diff.gaps import Opened
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.quiet import quiet_reason
from codeframe_tui.tui.present.diff.renames import renames
from codeframe_tui.tui.widgets.diff.moves import DiffMoves
from codeframe_tui.tui.widgets.messages import LinesAsked

__all__ = ["DiffFolds"]

_FIRST = 20  # lines of unchanged code that the first key shows
_MORE = 2_000  # lines that each further one shows: as many as come at once


class DiffFolds(DiffMoves):
    """A diff that can be folded and unfolded."""

    def quiet_paths(self, document: dict[str, Any]) -> frozenset[str]:
        """The files of a new document that are folded at first."""
        files = document["files"]
        quiet = (file["path"] for file in files if quiet_reason(file))
        return frozenset((*quiet, *renames(files)))

    def action_fold(self) -> None:
        """Show more of the unchanged code under the cursor, or hide it; elsewhere fold the file."""
        place = self.place
        if place is None:
            return
        if place.k < 0:
            self._fold_gap(place)
        else:
            self.fold(self._folded ^ {place.path})

    def unfold(self) -> None:
        """Show more of the unchanged code under the cursor, or a file of which only the bar is."""
        place = self.place
        if place is None:
            return
        if place.path in self._folded:
            self.fold(self._folded - {place.path})
        elif place.k < 0 and place.line < 0:
            _, opened = self.index.gap(place)
            if opened is None or len(opened.lines) < opened.total:
                self._fold_gap(place)

    def action_fold_all(self) -> None:
        """Fold all files to their bars, or unfold them when all are folded."""
        paths = frozenset(file["path"] for file in self.document["files"])
        self.fold(frozenset() if paths <= self._folded else paths)

    def _fold_gap(self, place: Place) -> None:
        gap, opened = self.index.gap(place)
        shown = 0 if opened is None else len(opened.lines)
        if opened is not None and (place.line >= 0 or shown == opened.total):
            self._open_gap(place._replace(line=-1), None)
            return
        more = _MORE if shown else _FIRST
        if gap.last:
            first = gap.first + shown
            last = first + more - 1
        else:
            last = gap.first + (gap.total or 0) - shown - 1
            first = max(gap.first, last - more + 1)
        shown_of = (
            self.document["proposal"],
            self.document.get("attempt"),
            self.document.get("since"),
        )
        self.post_message(LinesAsked(shown_of, place, first, last))

    def give_lines(self, asked: LinesAsked, side: Mapping[str, Any]) -> None:
        """Show lines that were asked for, unless something else is shown by now.

        Args:
            asked: what was asked.
            side: the answer to `core.queries.ShowSide`; perhaps it has fewer lines.
        """
        tokens = side.get("tokens") or [None] * len(side["lines"])
        lines = list(zip(side["lines"], tokens, strict=True))
        if asked.proposal != self.document["proposal"] or self.index.find(asked.place) is None:
            return
        gap, opened = self.index.gap(asked.place)
        shown = () if opened is None else opened.lines
        if gap.last:
            if asked.first == gap.first + len(shown):
                rest = max(0, side["total"] - gap.first + 1)
                self._open_gap(asked.place, Opened([*shown, *lines][:rest], rest))
        elif gap.total and asked.first + len(lines) == gap.first + gap.total - len(shown):
            self._open_gap(asked.place, Opened([*lines, *shown], gap.total))

    def _open_gap(self, place: Place, opened: Opened | None) -> None:
        def change() -> None:
            self.index.open(place, opened)
            self._rows_moved()

        if self.place and self.place.path == place.path and self.place.k == place.k:
            self.move_to(self.index.find(place._replace(line=-1)) or self.cursor)
        self.keep(change)

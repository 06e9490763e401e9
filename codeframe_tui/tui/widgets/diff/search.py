"""Searching in a diff: hits are marked, counted while they are found, and gone to one by one."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from codeframe_tui.core.search import MOST_HITS, pattern_of
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.pages import PagedHunks
from codeframe_tui.tui.present.diff.search import hits
from codeframe_tui.tui.widgets.diff.narrowing import DiffNarrowing
from codeframe_tui.tui.widgets.messages import HitsAsked
from codeframe_tui.tui.widgets.seeking import NO_HIT, Seekable

__all__ = ["DiffSearch"]

_TYPING = 0.15  # seconds without another letter before the engine is asked
_SLICE = 0.008  # seconds of searching between two pauses, so that no key waits


class DiffSearch(DiffNarrowing, Seekable):
    """A diff that can be searched. Lines that do not change and are not shown are not looked at."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._hits: list[Place] = []
        self._all = False  # whether all hits are known
        self._at: tuple[int, Place] | None = None  # the hit gone to last, and where that led
        self._origin: Place | None = None
        self._goes: Place | None = None  # from where to go to the first hit, once there is one
        self._looking: Iterator[Place | None] | None = None

    @property
    def found(self) -> str:
        """Which of the hits the cursor is at, of how many."""
        if not self.sought:
            return ""
        if not self._hits:
            return NO_HIT if self._all else "…"
        more = "" if self._all else "…" if len(self._hits) < MOST_HITS else "+"
        total = f"{len(self._hits):,}{more}"
        return f"{self._at[0] + 1:,} of {total}" if self._at else f"of {total}"

    def seek(self, text: str) -> None:
        """Mark what holds the text, and go to the first of it below where the search began."""
        if not self.sought:
            self._origin = self.place
        self.sought, self.pattern = text, pattern_of(text)
        self._look_anew()
        if not text:
            self._origin = None

    def load(self, document: dict[str, Any]) -> None:
        """Take the rows of another document over; what is sought is sought there, too."""
        super().load(document)
        self._look_anew(stay=True)

    def look_for_hits(self) -> None:
        """Other files are shown."""
        self._look_anew(stay=True)

    def _look_anew(self, *, stay: bool = False) -> None:
        self._hits, self._at, self._all = [], None, False
        self._looking = None
        if self.pattern is not None:
            self._goes = None if stay else self._origin
            if any(isinstance(file["hunks"], PagedHunks) for file in self.document["files"]):
                self.set_timer(_TYPING, partial(self._ask, self._name_of_text()))
            else:
                self._looking = hits(self.document["files"], self.pattern)
                self._look_on(self._looking)
        if self.is_mounted:
            self.redraw()
            self.post_message(self.Sought())

    def _name_of_text(self) -> tuple[str, int | None, int | None, bool, str]:
        shown = self.document
        space = shown.get("space", True)
        return shown["proposal"], shown.get("attempt"), shown.get("since"), space, self.sought

    def _ask(self, about: tuple[str, int | None, int | None, bool, str]) -> None:
        """Ask unless a person typed on."""
        if about == self._name_of_text():
            self.post_message(HitsAsked(about))

    def give_hits(self, asked: HitsAsked, found: Mapping[str, Any]) -> None:
        """Take hits over that were asked for, unless something else is sought by now.

        Args:
            asked: what was asked.
            found: the answer to `core.queries.ShowHits`.
        """
        if asked.about != self._name_of_text():
            return
        places = (Place(*hit) for hit in found["hits"])
        known = [place for place in places if self.index.find(place) is not None]
        self._hits = sorted(known, key=self.index.order)
        self._all = found["all"]
        if self._goes is not None and self._hits:
            at = bisect_left(self._hits, self.index.order(self._goes), key=self.index.order)
            self._goes = None
            self._go_to_hit(at % len(self._hits))
        self.post_message(self.Sought())

    def _look_on(self, looking: Iterator[Place | None]) -> None:
        """Look for a moment, and again when others had theirs."""
        if looking is not self._looking:
            return
        ends = time.monotonic() + _SLICE
        for place in looking:
            if place is not None and place.path in self._hidden:
                continue
            if place is not None:
                self._hits.append(place)
                if self._goes is not None:
                    self._go_from(self._goes, place)
                if len(self._hits) == MOST_HITS:
                    break
            elif time.monotonic() > ends:
                self.call_later(self._look_on, looking)
                break
        else:
            self._all = True
            if self._goes is not None and self._hits:
                self._go_to_hit(0)
        self.post_message(self.Sought())

    def _go_from(self, origin: Place, place: Place) -> None:
        """Go to the newest hit if it is the first one below where the search began."""
        if self.index.order(place) >= self.index.order(origin):
            self._goes = None
            self._go_to_hit(len(self._hits) - 1)

    def seek_by(self, step: int) -> None:
        """Go to the next or previous hit, going round, also in files that are folded."""
        if not self._hits or self.place is None:
            return
        if self._at is not None and self._at[1] == self.place:
            at = self._at[0] + step
        else:
            here = self.index.order(self.place)
            find = bisect_right if step > 0 else bisect_left
            at = find(self._hits, here, key=self.index.order) - (step < 0)
        self._go_to_hit(at % len(self._hits))

    def _go_to_hit(self, at: int) -> None:
        place = self._hits[at]
        self.reach(place)
        if self.place is not None:
            self._at = at, self.place
        self.post_message(self.Sought())

"""Comments in a diff: each stands below its lines, and is written where the cursor is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.tui.present.comment_list import comment_places
from codeframe_tui.tui.present.comments import CommentLine, ExplanationLine, comment_rows
from codeframe_tui.tui.present.diff.kinds import ExtraRow, PairRow, Place
from codeframe_tui.tui.present.diff.lines import LineRow
from codeframe_tui.tui.present.rows import Span, safe
from codeframe_tui.tui.widgets.diff.paint import Canvas, spread
from codeframe_tui.tui.widgets.diff.ranges import DiffRanges
from codeframe_tui.tui.widgets.messages import CommentAsked, JumpAsked, Told

__all__ = ["CommentSpot", "DiffComments"]

Explained = Mapping[Place, Sequence[ExplanationLine]]


class CommentSpot(NamedTuple):
    """What a comment is to be about.

    Attributes:
        path: empty = the whole proposal.
        first: 0 = the whole file.
        side: ``new`` or ``old``; empty where there is none.
        text: the first of the lines.
        comment: id of the comment that stands there, to be changed; 0 for a new one.
    """

    path: str = ""
    first: int = 0
    last: int = 0
    side: str = ""
    text: str = ""
    comment: int = 0


class DiffComments(DiffRanges):
    """A diff with comments."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._comments: Sequence[Mapping[str, Any]] = ()
        self._explanation = ""
        self._said: tuple[tuple[str, int], Mapping[str, Any], Explained] = (("", 0), {}, {})
        self._explains = True
        self.asked = CommentSpot()

    def show_comments(self, comments: Iterable[Mapping[str, Any]]) -> None:
        """Show exactly these comments of a `ShowReview` document."""
        self._comments = list(comments)
        self._lay_comments()

    def show_explanation(self, explanation: str) -> None:
        """Let sentences stand beside the code that they name; empty: none do."""
        if explanation != self._explanation:
            self._explanation = explanation
            self._lay_comments()

    def _lay_comments(self) -> None:
        """Of one place what the worker says comes first, for a comment may be about it."""
        width = self.line_width
        rows: dict[Place, Sequence[Hashable]] = {}
        if self._explanation and self._explains and not self.document.get("live"):
            rows.update(self._explained(width))
        for place, lines in comment_rows(self._comments, self.document, width).items():
            rows[place] = (*rows.get(place, ()), *lines)
        if rows != self._extras:
            self.annotate(rows)

    def _explained(self, width: int) -> Explained:
        """They are sought once in a document, for that looks at its lines."""
        about = (self._explanation, width)
        if self._said[0] != about or self._said[1] is not self.document:
            from codeframe_tui.tui.present.explanation import explanation_rows  # noqa: PLC0415 - later

            found = explanation_rows(self._explanation, self.document, width)
            self._said = about, self.document, found
        return self._said[2]

    def on_resize(self) -> None:
        """Comments are wrapped to the width."""
        if self._extras:
            self.call_after_refresh(self._lay_comments)

    def action_explanation(self) -> None:
        """Show what the worker says beside the code, or leave it out."""
        self._explains = not self._explains
        self._lay_comments()
        if self._explains and not self._names_a_part:
            self.post_message(Told("the worker names no part of this"))

    @property
    def _names_a_part(self) -> bool:
        return any(
            isinstance(line, ExplanationLine) for lines in self._extras.values() for line in lines
        )

    def action_intent(self) -> None:
        """Ask for what the task asks, and what the worker says that it did."""
        self.post_message(JumpAsked("intent"))

    def spans_of(self, row: ExtraRow, canvas: Canvas) -> Sequence[Span]:
        """One row of a comment, or of what the worker says."""
        if isinstance(row.value, ExplanationLine):
            sign = ("  ↳ " if row.value.first else "    ", "violet")
            right = [("the worker", "faint")] if row.value.first else []
            return spread([canvas.mark, sign, (row.value.text, "dim")], right, canvas.width)
        if not isinstance(row.value, CommentLine):
            return super().spans_of(row, canvas)
        return spread([canvas.mark, *row.value.left], row.value.right, canvas.width)

    # -- writing --------------------------------------------------------------------------------

    def action_comment(self) -> None:
        """Write about the line or range here; change the comment that stands here."""
        if (spot := self._spot()) is not None:
            self._ask_about(spot)

    def action_comment_file(self) -> None:
        """Write about this file; on the first row of all about the whole proposal."""
        place = self.place
        if place is not None:
            self._ask_about(CommentSpot("" if self.cursor == 0 else place.path))

    def _ask_about(self, spot: CommentSpot) -> None:
        self.asked = spot
        self.leave_range()
        self.post_message(CommentAsked())

    def action_next_comment(self) -> None:
        """Go to the next comment, going round."""
        self._step_comment(1)

    def action_previous_comment(self) -> None:
        """Go to the comment before, going round."""
        self._step_comment(-1)

    def _step_comment(self, step: int) -> None:
        """Also to one whose file is folded, not to one whose file is out of sight."""
        places = [each for each in comment_places(self._extras).values() if self.shows(each.path)]
        stops = sorted((*self.index.order(place), place.extra, place) for place in places)
        if not stops or self.place is None:
            self.post_message(Told("no comments here"))
            return
        here = (*self.index.order(self.place), self.place.extra)
        before = bisect_left(stops, here, key=lambda stop: stop[:-1])
        after = bisect_right(stops, here, key=lambda stop: stop[:-1])
        at = (after if step > 0 else before - 1) % len(stops)
        self.reach(stops[at][-1])

    def reach_comment(self, comment: int) -> bool:
        """Put the cursor on a comment; whether it stands here."""
        place = comment_places(self._extras).get(comment)
        if place is not None:
            self.reach(place)
        return place is not None

    def action_comments(self) -> None:
        """Ask which comment to go to."""
        self.post_message(JumpAsked("comments"))

    def _spot(self) -> CommentSpot | None:
        place = self.place
        if place is None:
            return None
        row = self.index.row(self.cursor)
        if isinstance(row, ExtraRow):
            value = row.value
            return CommentSpot(comment=value.comment) if isinstance(value, CommentLine) else None
        if self.has_range:
            return self._spot_of(place.path, self.chosen_rows)
        if isinstance(row, LineRow | PairRow):
            return self._spot_of(place.path, range(self.cursor, self.cursor + 1))
        hunk = self.hunk((place.path, place.k)) if place.k > 0 else None
        return CommentSpot(place.path) if hunk is None else _spot_of_hunk(place, hunk)

    def _spot_of(self, path: str, rows: Iterable[int]) -> CommentSpot:
        """The lines of a file in some rows: those after the change, else those before it."""
        lines: list[LineRow] = []
        for number in rows:
            row = self.index.row(number)
            each = (row.left, row.right) if isinstance(row, PairRow) else (row,)
            if self.index.place(number).path == path:
                lines += [line for line in each if isinstance(line, LineRow)]
        for side in ("new", "old"):
            found = [(number, line) for line in lines if (number := getattr(line, side))]
            if found:
                text = safe(found[0][1].text.strip())
                return CommentSpot(path, found[0][0], found[-1][0], side, text)
        return CommentSpot(path)


def _spot_of_hunk(place: Place, hunk: Mapping[str, Any]) -> CommentSpot:
    """All of a hunk."""
    side = "new" if hunk["new_lines"] else "old"
    first = hunk[f"{side}_start"]
    text = next((text for sign, text in hunk["lines"] if sign in "+-"), "")
    return CommentSpot(
        place.path, first, first + hunk[f"{side}_lines"] - 1, side, safe(text.strip())
    )

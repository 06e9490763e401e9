"""What a person says about a place of a proposal, and where that place is on a later attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Comment", "CommentState", "CommentType", "Spot", "anchor", "comment_document"]

NEIGHBOURS = 3
"""Lines before and after the commented ones that are kept to tell equal places apart."""


class CommentType(StrEnum):
    """What a comment wants of the worker."""

    ISSUE = "issue"
    QUESTION = "question"
    NIT = "nit"


class CommentState(StrEnum):
    """What became of a comment, as seen from one attempt.

    Attributes:
        OPEN: what it is about is there.
        ADDRESSED: the worker answered the question.
        OUTDATED: what it was about is not there any more.
    """

    OPEN = "open"
    ADDRESSED = "addressed"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class Spot:
    """Lines of one side of a file, with what stands around them.

    Attributes:
        path: empty = the whole proposal.
        first: from 1; 0 = the whole file.
        last: the last line; ``first`` for a single one.
        side: ``new`` or ``old``.
        excerpt: the lines themselves.
        before: up to `NEIGHBOURS` lines before them, the nearest last.
        after: up to `NEIGHBOURS` lines after them.
    """

    path: str = ""
    first: int = 0
    last: int = 0
    side: str = "new"
    excerpt: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @classmethod
    def of(cls, path: str, first: int, last: int, side: str, lines: Sequence[str]) -> Spot:
        """The spot of lines in a file. Raises: ValueError when it has no such lines."""
        if not 1 <= first <= last <= len(lines):
            raise ValueError(f"{path} has {len(lines)} lines")
        start = first - 1
        return cls(
            path,
            first,
            last,
            side,
            tuple(lines[start:last]),
            tuple(lines[max(0, start - NEIGHBOURS) : start]),
            tuple(lines[last : last + NEIGHBOURS]),
        )

    @property
    def place(self) -> str:
        """``path:3-5`` in words for people and the model."""
        if not self.path:
            return "the whole proposal"
        if not self.first:
            return self.path
        last = f"-{self.last}" if self.last != self.first else ""
        side = " (before the change)" if self.side == "old" else ""
        return f"{self.path}:{self.first}{last}{side}"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of a person.

    Attributes:
        id: row number.
        attempt: the attempt it was made on.
        sent: the attempt with which the worker was told last; None = not yet.
        answer: what the worker answered to a question.
        author: ``person``, for what a later release lets others say.
    """

    id: int
    task: str
    attempt: int
    spot: Spot
    type: CommentType
    text: str
    author: str = "person"
    created_at: str = ""
    sent: int | None = None
    answer: str | None = None


def anchor(spot: Spot, lines: Sequence[str]) -> int | None:
    """The first line, from 1, at which the lines of a spot stand in a file; None = nowhere.

    The text must be the same. Of several such places the one with most of the same neighbours
    is taken, of these the nearest; one without any same neighbour only if it is the only one.
    """
    size = len(spot.excerpt)
    if not size:
        return None
    first, wanted = spot.excerpt[0], list(spot.excerpt)
    places = [
        at
        for at, line in enumerate(lines[: len(lines) - size + 1])
        if line == first and list(lines[at : at + size]) == wanted
    ]
    if not places:
        return None
    score, _, best = max((_same(spot, lines, at), -abs(at + 1 - spot.first), at) for at in places)
    blank = not any(line.strip() for line in spot.excerpt)
    if not score and (blank or len(places) > 1) and (spot.before or spot.after):
        return None
    return best + 1


def _same(spot: Spot, lines: Sequence[str], at: int) -> int:
    """How many neighbours of a place are those of the spot, counted outwards from it."""
    end = at + len(spot.excerpt)
    before = zip(reversed(spot.before), reversed(lines[max(0, at - NEIGHBOURS) : at]), strict=False)
    after = zip(spot.after, lines[end : end + NEIGHBOURS], strict=False)
    return sum(old == new for pairs in (before, after) for old, new in pairs)


def comment_document(comment: Comment, state: CommentState, first: int) -> dict[str, Any]:
    """The outward form.

    Args:
        comment: the comment.
        state: as seen from the attempt that is shown.
        first: the line at which it stands there; the one it was made at when it is outdated.
    """
    spot = comment.spot
    return {
        "id": comment.id,
        "attempt": comment.attempt,
        "path": spot.path,
        "first": first,
        "last": first + spot.last - spot.first,
        "side": spot.side,
        "type": comment.type.value,
        "text": comment.text,
        "author": comment.author,
        "created_at": comment.created_at,
        "excerpt": list(spot.excerpt),
        "state": state.value,
        "sent": comment.sent,
        "answer": comment.answer,
    }

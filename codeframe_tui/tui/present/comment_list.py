"""All comments of a proposal as a list: where each is, what it says, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.tui.present.comments import SIGNS, CommentLine, became_of
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.rows import Span, cells, cut, safe

__all__ = ["CommentItem", "comment_items", "comment_places"]

_PLACE = 30
"""Cells that the place of a comment may take."""


class CommentItem(NamedTuple):
    """A row of the list.

    Attributes:
        comment: its id.
        text: what is typed for: place, state and what was said.
        left: spans from the left edge.
        right: what became of it.
        sent: whether the worker was told.
    """

    comment: int
    text: str
    left: tuple[Span, ...]
    right: tuple[Span, ...]
    sent: bool


def comment_items(comments: Sequence[Mapping[str, Any]]) -> list[CommentItem]:
    """One item a comment, in the order of a `ShowReview` document."""
    items = []
    for each in comments:
        path, said = safe(each["path"]) or "the whole proposal", safe(each["text"], limit=200)
        place = f"{path}:{each['first']}" if each["path"] and each["first"] else path
        if cells(place) > _PLACE:
            place = cut(place.rpartition("/")[2], _PLACE)
        state = _state(each)
        left: tuple[Span, ...] = (SIGNS[each["type"]], (f" {place}  ", "dim"), (said, "text"))
        typed = f"{path}:{each['first']} {each['type']} {state[0]} {said}"
        sent = each["sent"] is not None
        items.append(CommentItem(int(each["id"]), typed, left, (state,), sent))
    return items


def _state(comment: Mapping[str, Any]) -> Span:
    if (became := became_of(comment)) is not None:
        more = {"changed": f" attempt {comment['sent']}", "stands": ": as it was"}
        return became[0] + more.get(comment.get("became") or "", ""), became[1]
    if comment["state"] == "addressed":
        return "answered", "green"
    if comment["sent"] is not None:
        return f"sent with attempt {comment['sent']}", "faint"
    return "not sent", "cyan"


def comment_places(extras: Mapping[Place, Sequence[Any]]) -> dict[int, Place]:
    """Comment -> the place of its first row, of all that stand in a diff."""
    found: dict[int, Place] = {}
    for place, rows in extras.items():
        for at, each in enumerate(rows, 1):
            if isinstance(each, CommentLine):
                found.setdefault(each.comment, place._replace(extra=at))
    return found

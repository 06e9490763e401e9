"""Deeds about comments, and about which attempt is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from codeframe_tui.core.commands import AddComment, Command, DeleteComment, EditComment
from codeframe_tui.core.hand import COPY
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.keymap import find, key_names
from codeframe_tui.tui.modals.attempts import Attempts
from codeframe_tui.tui.modals.comment import CommentDialog, Said
from codeframe_tui.tui.present.comments import comment_words
from codeframe_tui.tui.present.rows import Row, Span, row, safe
from codeframe_tui.tui.present.sheets import attempt_list
from codeframe_tui.tui.present.state import works
from codeframe_tui.tui.present.truths import until
from codeframe_tui.tui.widgets.diff.comments import CommentSpot

__all__ = ["attempts", "comment"]


async def comment(desk: Desk) -> None:
    """Write about the lines that were asked about, or change the comment that stands there."""
    spot, number = desk.diff.asked, desk.number
    if not desk.state.shows_focus:
        desk.tell((f"one moment, the change of {safe(number)} is on its way", "dim"))
        return
    if not works("diff.comment", desk.state) or desk.diff.is_live:
        desk.tell(("there is no proposal to comment on", "dim"))
        return
    if spot.side == "old" and desk.state.since is not None:
        desk.tell(("comments go to the newer lines; `i` shows the proposal again", "dim"))
        return
    known = _known(desk.state.review, spot.comment) if spot.comment else None
    if spot.comment and known is None:
        return
    shown = desk.state.diff or {}
    attempt = int(shown.get("attempt") or 0)
    begun = Said(str(known["text"]), str(known["type"])) if known else Said("")
    title, rows = _about(spot, known)
    done = await desk.ask_until_taken(
        lambda said, wrong: CommentDialog(
            title, rows, said or begun, exists=known is not None, wrong=wrong
        ),
        lambda said: _wish(number, spot, attempt, begun, said),
    )
    if done is not None and known is None:
        sent = until("review.approved", "review.rejected", "review.asked", task=number)
        desk.tell(("✔ ", "green"), ("kept; ", "text"), *_goes(desk), until=sent)


def _goes(desk: Desk) -> Sequence[Span]:
    """How a comment gets to the worker from here."""
    state = desk.state

    def key(action: str) -> Span:
        return key_names(desk.chosen.get(action, find(action).keys)), "bold"

    if state.sendable:
        return key("diff.send"), (" sends it to the worker", "dim")
    if state.decidable:
        back, send = key("app.back"), key("diff.send")
        return back, (" shows the newest attempt, where ", "dim"), send, (" sends it", "dim")
    return (("it goes to the worker with your next review", "dim"),)


def _known(review: Mapping[str, Any] | None, number: int) -> Mapping[str, Any] | None:
    comments = (review or {}).get("comments") or ()
    return next((each for each in comments if each["id"] == number), None)


def _about(spot: CommentSpot, known: Mapping[str, Any] | None) -> tuple[str, list[Row]]:
    if known is not None:
        place = safe(known["path"])
        quoted = safe((known["excerpt"] or ("",))[0].strip())
        title = f"Your comment on {comment_words(known)}{' of ' + place if place else ''}"
    else:
        lines = {"first": spot.first, "last": spot.last, "path": spot.path}
        quoted = spot.text
        where = comment_words(lines)
        title = f"Comment on {where}{' of ' + safe(spot.path) if spot.first else ''}"
        title = f"Comment on {safe(spot.path)}" if spot.path and not spot.first else title
    return title, [row(None, (quoted, "dim"))] if quoted else []


def _wish(number: str, spot: CommentSpot, attempt: int, begun: Said, said: Said) -> Command | None:
    if not spot.comment:
        place = (spot.path, spot.first, spot.last, spot.side)
        return AddComment(number, said.text, *place, said.type, attempt)
    if not said.text:
        return DeleteComment(number, spot.comment)
    if said == begun:
        return None
    return EditComment(number, spot.comment, said.text, said.type)


async def attempts(desk: Desk) -> None:
    """Choose an attempt to look at, or to compare what is shown with."""
    task, state = desk.state.task or {}, desk.state
    if not state.newest:
        desk.tell((f"{desk.number} has no attempt yet", "dim"))
        return
    shown = COPY if state.shows_copy else state.attempt_shown or state.newest
    rows = attempt_list(task, shown=shown, since=state.since)
    look = await desk.ask(Attempts(f"Attempts of {desk.number}", rows, str(shown)))
    if look is None:
        return
    if COPY in {shown, look.attempt} and look.since:
        desk.tell(("a copy is compared with what it began with only", "dim"))
    elif not look.since:
        newest = look.attempt == state.newest and not task.get("by_hand")
        desk.look_at(None if newest else look.attempt, None)
    elif look.attempt < shown:
        desk.look_at(state.attempt_shown, look.attempt)
    elif look.attempt > shown:
        desk.look_at(None if look.attempt == state.newest else look.attempt, shown)
    else:
        desk.tell((f"attempt {shown} is what is shown: choose another to compare with", "dim"))

"""What people say about proposals, and what the worker answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from codeframe_tui.core.commands import AddComment, DeleteComment, EditComment, Explain
from codeframe_tui.core.errors import NotFound, Refused
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.review.comment import Comment, CommentType, Spot
from codeframe_tui.core.review.letter import split_answers
from codeframe_tui.core.task import Status, Task
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.unit import Unit, spoken

__all__ = [
    "Letter",
    "add",
    "ask",
    "being_answered",
    "check_letter",
    "check_type",
    "delete",
    "edit",
    "mark_sent",
    "record_explanation",
]


@dataclass(frozen=True, slots=True)
class Letter:
    """What the worker is told of a review.

    Attributes:
        text: word for word.
        comments: those that it holds, as they were when it was written.
    """

    text: str
    comments: tuple[Comment, ...] = ()


def add(unit: Unit, command: AddComment, attempt: Attempt, spot: Spot) -> Document:
    """See `core.commands.AddComment`; the spot was read from the attempt."""
    task = unit.task(command.number)
    comment = Comment(
        id=0,
        task=task.number,
        attempt=attempt.number,
        spot=spot,
        type=check_type(command.type),
        text=spoken(command.text, "the comment"),
        created_at=unit.at,
    )
    number = unit.tables.comments.add(comment)
    data = {
        "comment": number,
        "attempt": attempt.number,
        "path": spot.path,
        "first": spot.first,
        "last": spot.last,
        "type": comment.type.value,
        "text": comment.text,
    }
    unit.emit("review.commented", task.number, data)
    return {"comment": number}


def edit(unit: Unit, command: EditComment) -> Document:
    """See `core.commands.EditComment`."""
    comment = _changeable(unit, command.number, command.comment)
    text = comment.text if command.text is None else spoken(command.text, "the comment")
    type_ = comment.type if command.type is None else check_type(command.type)
    if (text, type_) != (comment.text, comment.type):
        changed = replace(comment, text=text, type=type_, sent=None, answer=None)
        unit.tables.comments.save(changed)
        data = {"comment": comment.id, "type": type_.value, "text": text}
        unit.emit("review.comment_edited", comment.task, data)
    return {}


def delete(unit: Unit, command: DeleteComment) -> Document:
    """See `core.commands.DeleteComment`."""
    comment = _changeable(unit, command.number, command.comment)
    unit.tables.comments.delete(comment.id)
    unit.emit("review.comment_deleted", comment.task, {"comment": comment.id})
    return {}


def ask(unit: Unit, command: Explain, task: Task, letter: Letter) -> Document:
    """See `core.commands.Explain`, of a task whose proposal can be decided."""
    if not letter.comments:
        raise Refused(
            f"there is no open question about the proposal of task {command.number}",
            hint="write a comment of the type question first",
            code="nothing_to_ask",
        )
    mark_sent(unit, task, letter)
    unit.tables.messages.add(task.number, "question", letter.text)
    unit.emit("review.asked", task.number, _told(task, letter))
    unit.move(task, Status.PENDING)
    return {"text": letter.text}


def check_letter(letter: Letter, shown: str) -> Letter:
    """The letter, if it is the one that a person saw. Raises: Refused."""
    if shown and letter.text != shown:
        raise Refused(
            "what the worker would be told changed meanwhile",
            hint="look at what is sent again, then send",
            code="changed_meanwhile",
        )
    return letter


def mark_sent(unit: Unit, task: Task, letter: Letter) -> None:
    """Note with which attempt the comments were told. Raises: Refused when one is another now."""
    for comment in letter.comments:
        if unit.tables.comments.find(comment.id) != comment:
            raise Refused(
                f"comment {comment.id} was changed meanwhile",
                hint="look at what is sent again, then send",
                code="changed_meanwhile",
            )
        unit.tables.comments.save(replace(comment, sent=task.attempt))


def being_answered(tables: Tables, task: Task) -> list[Comment]:
    """Questions that were told with the newest attempt and have no answer yet."""
    return [
        comment
        for comment in tables.comments.of(task.number)
        if comment.type is CommentType.QUESTION
        and comment.answer is None
        and comment.sent == task.attempt > 0
    ]


def record_explanation(unit: Unit, number: str, text: str) -> None:
    """See `ports.Ledger.record_explanation`."""
    task = unit.working(number)
    asked = being_answered(unit.tables, task)
    for comment, answer in zip(asked, split_answers(text, len(asked)), strict=True):
        unit.tables.comments.save(replace(comment, answer=answer))
    unit.emit("review.answered", number, _told(task, Letter(text, tuple(asked))))
    if any(message.kind == "answer" for message in unit.tables.messages.untold(number)):
        unit.move(task, Status.PENDING)
    else:
        held = unit.is_held_by_question(number)
        unit.move(task, Status.BLOCKED if held else Status.IN_REVIEW)


def check_type(text: str) -> CommentType:
    """A type by its name. Raises: Refused."""
    try:
        return CommentType(text)
    except ValueError:
        allowed = ", ".join(CommentType)
        raise Refused(
            f"{text!r} is no type of comment", hint=f"allowed: {allowed}", code="bad_type"
        ) from None


def _changeable(unit: Unit, number: str, comment_id: int) -> Comment:
    task = unit.task(number)
    comment = unit.tables.comments.find(comment_id)
    if comment is None or comment.task != task.number:
        raise NotFound(f"task {number} has no comment {comment_id}", hint="`show` lists them")
    if task.status in {Status.PENDING, Status.IN_PROGRESS} and comment in being_answered(
        unit.tables, task
    ):
        raise Refused(
            "the worker is answering this question",
            hint="wait for its answer; then it can be changed",
            code="being_answered",
        )
    return comment


def _told(task: Task, letter: Letter) -> dict[str, Any]:
    ids: Sequence[int] = [comment.id for comment in letter.comments]
    return {"attempt": task.attempt, "comments": list(ids), "text": letter.text}

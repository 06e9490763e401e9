"""Rows of reviews under way: comments, unsent verdicts, acknowledged flags."""

# ruff: noqa: D102 - each method is told in the port
from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from codeframe_tui.adapters.store import schema
from codeframe_tui.core.review.acknowledgement import Acknowledgement
from codeframe_tui.core.review.comment import Comment, CommentType, Spot
from codeframe_tui.core.review.draft import Draft

__all__ = ["SqlAcknowledgements", "SqlComments", "SqlDrafts"]

COMMENTS = schema.comments
DRAFTS = schema.drafts
ACKNOWLEDGEMENTS = schema.acknowledgements


class SqlComments:
    """Fulfils `ports.tables.CommentRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, comment_id: int) -> Comment | None:
        statement = select(COMMENTS).where(COMMENTS.c.id == comment_id)
        row = self._connection.execute(statement).one_or_none()
        return _comment(row) if row else None

    def of(self, number: str) -> list[Comment]:
        statement = select(COMMENTS).where(COMMENTS.c.task == number).order_by(COMMENTS.c.id)
        return [_comment(row) for row in self._connection.execute(statement)]

    def add(self, comment: Comment) -> int:
        row = {
            "task": comment.task,
            "attempt": comment.attempt,
            **asdict(comment.spot),
            **_said(comment),
            "author": comment.author,
            "created_at": comment.created_at,
        }
        key = self._connection.execute(insert(COMMENTS), row).inserted_primary_key
        assert key is not None
        return int(key[0])

    def save(self, comment: Comment) -> None:
        statement = update(COMMENTS).where(COMMENTS.c.id == comment.id)
        self._connection.execute(statement, _said(comment))

    def delete(self, comment_id: int) -> None:
        self._connection.execute(delete(COMMENTS).where(COMMENTS.c.id == comment_id))


class SqlDrafts:
    """Fulfils `ports.tables.DraftRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, number: str) -> dict[int, Draft]:
        statement = select(DRAFTS).where(DRAFTS.c.task == number).order_by(DRAFTS.c.attempt)
        return {row.attempt: Draft.of(row.draft) for row in self._connection.execute(statement)}

    def save(self, number: str, attempt: int, draft: Draft) -> None:
        row = {"task": number, "attempt": attempt, "draft": draft.document}
        statement = upsert(DRAFTS).on_conflict_do_update(
            index_elements=["task", "attempt"], set_={"draft": draft.document}
        )
        self._connection.execute(statement, row)


class SqlAcknowledgements:
    """Fulfils `ports.tables.AcknowledgementRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, number: str) -> list[Acknowledgement]:
        columns = [column for column in ACKNOWLEDGEMENTS.c if column.name != "id"]
        statement = select(*columns).where(ACKNOWLEDGEMENTS.c.task == number)
        rows = self._connection.execute(statement.order_by(ACKNOWLEDGEMENTS.c.id)).mappings()
        return [Acknowledgement(**row) for row in rows]

    def add(self, said: Acknowledgement) -> None:
        self._connection.execute(insert(ACKNOWLEDGEMENTS), asdict(said))


def _said(comment: Comment) -> dict[str, Any]:
    """What can change of a comment."""
    return {
        "type": comment.type.value,
        "text": comment.text,
        "sent": comment.sent,
        "answer": comment.answer,
    }


def _comment(row: Row[Any]) -> Comment:
    spot = Spot(
        row.path,
        row.first,
        row.last,
        row.side,
        tuple(row.excerpt),
        tuple(row.before),
        tuple(row.after),
    )
    return Comment(
        id=row.id,
        task=row.task,
        attempt=row.attempt,
        spot=spot,
        type=CommentType(row.type),
        text=row.text,
        author=row.author,
        created_at=row.created_at,
        sent=row.sent,
        answer=row.answer,
    )

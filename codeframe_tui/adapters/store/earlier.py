"""What was said in all tasks, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, text

from codeframe_tui.adapters.store import schema
from codeframe_tui.core.code.earlier import Piece
from codeframe_tui.core.task import Status

__all__ = ["SqlEarlier"]

TASKS, ATTEMPTS = schema.tasks, schema.attempts
BLOCKERS, COMMENTS, MESSAGES = schema.blockers, schema.comments, schema.messages
_POINT = re.compile(r"1\. ")
"""Where the points of a letter begin; each is a comment, or code."""


class SqlEarlier:
    """Fulfils `ports.tables.EarlierRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self, limit: int) -> list[Piece]:
        """See the port."""
        return [*self._answers(limit), *self._reviews(limit), *self._comments(limit),
                *self._proposals(limit)]  # fmt: skip

    def _answers(self, limit: int) -> Iterator[Piece]:
        chosen = (BLOCKERS.c.answer.is_not(None), BLOCKERS.c.cause == "question")
        for row in self._of(BLOCKERS, limit, BLOCKERS.c.question, BLOCKERS.c.answer, only=chosen):
            yield Piece(row.task, row.title, "answer", row.answer, row.question)

    def _reviews(self, limit: int) -> Iterator[Piece]:
        for row in self._of(
            MESSAGES, limit, MESSAGES.c.text, only=(MESSAGES.c.kind == "rejection",)
        ):
            overall = row.text.partition("\n\n")[0]
            if overall and not _POINT.match(overall):
                yield Piece(row.task, row.title, "review", overall)

    def _comments(self, limit: int) -> Iterator[Piece]:
        for row in self._of(COMMENTS, limit, COMMENTS.c.path, COMMENTS.c.first, COMMENTS.c.text):
            place = f"{row.path}:{row.first}" if row.first else row.path
            yield Piece(row.task, row.title, "comment", row.text, place)

    def _proposals(self, limit: int) -> Iterator[Piece]:
        done = (ATTEMPTS.c.number == TASKS.c.attempt, TASKS.c.status == Status.COMPLETED.value)
        for row in self._of(ATTEMPTS, limit, ATTEMPTS.c.explanation, only=done):
            yield Piece(row.task, row.title, "task", row.explanation)

    def _of(
        self,
        table: Any,  # noqa: ANN401 - a table of the schema
        limit: int,
        *columns: ColumnElement[Any],
        only: tuple[ColumnElement[bool], ...] = (),
    ) -> Iterator[Row[Any]]:
        """Newest rows with the title of their task."""
        statement = (
            select(table.c.task, TASKS.c.title, *columns)
            .join(TASKS, TASKS.c.number == table.c.task)
            .where(*only)
            .order_by(text(f"{table.name}.rowid DESC"))
            .limit(limit)
        )
        yield from self._connection.execute(statement)

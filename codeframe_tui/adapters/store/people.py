"""Rows of what people are asked and decide: blockers and decisions."""

# ruff: noqa: D102 - each method is told in the port
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, TextClause, insert, select, text, update

from codeframe_tui.adapters.store import schema
from codeframe_tui.core.blocker import Blocker, BlockerKind, BlockerStatus
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.progress import Decision

__all__ = ["SqlBlockers", "SqlDecisions"]

BLOCKERS = schema.blockers
DECISIONS = schema.decisions


class SqlBlockers:
    """Fulfils `ports.tables.BlockerRows`; ids are ``b`` and the row's number."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, blocker_id: str) -> Blocker | None:
        number = _row_number(blocker_id)
        return next(iter(self._where(BLOCKERS.c.id == number)), None) if number else None

    def all(self) -> list[Blocker]:
        return self._where()

    def open(self) -> list[Blocker]:
        return self._where(text("status = 'open'"))

    def open_of(self, numbers: Sequence[str]) -> list[Blocker]:
        return self._where(BLOCKERS.c.task.in_(numbers), BLOCKERS.c.status == "open")

    def of(self, number: str) -> list[Blocker]:
        return self._where(BLOCKERS.c.task == number)

    def add(self, blocker: Blocker) -> str:
        row = {
            "task": blocker.task,
            "kind": blocker.kind.value,
            "status": blocker.status.value,
            "cause": blocker.cause,
            "question": blocker.question,
            "options": list(blocker.options),
            "assumption": blocker.assumption,
            "answer": blocker.answer,
            "created_at": blocker.created_at,
            "key": blocker.key,
        }
        key = self._connection.execute(insert(BLOCKERS), row).inserted_primary_key
        assert key is not None
        return f"b{key[0]}"

    def save(self, blocker: Blocker) -> None:
        statement = update(BLOCKERS).where(BLOCKERS.c.id == _row_number(blocker.id))
        values = {"status": blocker.status.value, "answer": blocker.answer}
        self._connection.execute(statement, values)

    def _where(self, *conditions: ColumnElement[bool] | TextClause) -> list[Blocker]:
        statement = select(BLOCKERS).where(*conditions).order_by(BLOCKERS.c.id)
        return [_blocker(row) for row in self._connection.execute(statement)]


class SqlDecisions:
    """Fulfils `ports.tables.DecisionRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, decision_id: int) -> Decision | None:
        return next(iter(self._where(DECISIONS.c.id == decision_id)), None)

    def pending(self) -> list[Decision]:
        return self._where(text("state = 'pending'"))

    def of(self, number: str) -> list[Decision]:
        return self._where(DECISIONS.c.task == number)

    def done_after(self, decision_id: int) -> list[Decision]:
        return self._where(DECISIONS.c.id > decision_id, text("state = 'done'"))

    def refusal(self, decision_id: int) -> str | None:
        statement = select(DECISIONS.c.refusal).where(DECISIONS.c.id == decision_id)
        return self._connection.execute(statement).scalar_one_or_none()

    def add(self, decision: Decision) -> int:
        row = {
            "task": decision.task,
            "kind": decision.kind,
            "proposal": decision.proposal,
            "parts": decision.parts.document,
            "rest_to_worker": decision.rest_to_worker,
            "by": decision.by,
            "state": decision.state,
        }
        key = self._connection.execute(insert(DECISIONS), row).inserted_primary_key
        assert key is not None
        return int(key[0])

    def save(self, decision: Decision, refusal: str | None = None) -> None:
        statement = update(DECISIONS).where(DECISIONS.c.id == decision.id)
        values = {
            "state": decision.state,
            "refusal": refusal,
            "applied_base": decision.applied_base,
            "applied_tree": decision.applied_tree,
        }
        self._connection.execute(statement, values)

    def _where(self, *conditions: ColumnElement[bool] | TextClause) -> list[Decision]:
        statement = select(DECISIONS).where(*conditions).order_by(DECISIONS.c.id)
        return [_decision(row) for row in self._connection.execute(statement)]


def _row_number(blocker_id: str) -> int | None:
    digits = blocker_id.removeprefix("b")
    plain = digits.isascii() and digits.isdigit() and len(digits) < 16
    return int(digits) if plain and blocker_id.startswith("b") else None


def _blocker(row: Row[Any]) -> Blocker:
    return Blocker(
        task=row.task,
        kind=BlockerKind(row.kind),
        question=row.question,
        cause=row.cause,
        options=tuple(row.options),
        assumption=row.assumption,
        id=f"b{row.id}",
        status=BlockerStatus(row.status),
        answer=row.answer,
        created_at=row.created_at,
        key=row.key,
    )


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        id=row.id,
        task=row.task,
        kind=row.kind,
        proposal=row.proposal,
        parts=Parts.of(row.parts),
        rest_to_worker=row.rest_to_worker,
        by=row.by,
        state=row.state,
        applied_base=row.applied_base,
        applied_tree=row.applied_tree,
    )

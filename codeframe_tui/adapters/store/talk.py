"""Rows of conversations: turns with their cost, tool calls, messages from people."""

# ruff: noqa: D102 - each method is told in the port
from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, false, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from codeframe_tui.adapters.store import schema
from codeframe_tui.core.progress import Message, ToolResult, Turn
from codeframe_tui.core.usage import Usage, total_cost

__all__ = ["SqlMessages", "SqlReservations", "SqlTools", "SqlTurns"]

TURNS = schema.turns
USAGE = schema.usage
RESERVATIONS = schema.reservations
TOOLS = schema.tools
MESSAGES = schema.messages
_TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
_PLAIN = ("index", "role", "purpose", "attempt", "stop_reason", "model", "cost_usd", "held_usd")


class SqlTurns:
    """Fulfils `ports.talk.TurnRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, number: str) -> list[Turn]:
        statement = select(TURNS).where(TURNS.c.task == number).order_by(TURNS.c.index)
        return [_turn(row) for row in self._connection.execute(statement).mappings()]

    def some(self, number: str, indexes: Collection[int]) -> dict[int, Turn]:
        statement = select(TURNS).where(TURNS.c.task == number, TURNS.c.index.in_(indexes))
        found = self._connection.execute(statement).mappings() if indexes else ()
        return {row["index"]: _turn(row) for row in found}

    def replies(self, number: str) -> list[int]:
        statement = select(TURNS.c.index).where(TURNS.c.task == number)
        statement = statement.where(TURNS.c.role == "assistant").order_by(TURNS.c.index)
        return list(self._connection.execute(statement).scalars())

    def add(self, number: str, turn: Turn, at: str) -> bool:
        tokens = asdict(turn.usage) if turn.usage else dict.fromkeys(_TOKENS)
        row = {
            "task": number,
            "index": turn.index,
            "role": turn.role,
            "purpose": turn.purpose,
            "attempt": turn.attempt,
            "stop_reason": turn.stop_reason,
            "model": turn.model,
            "cost_usd": turn.cost_usd,
            "held_usd": turn.held_usd,
            "at": at,
            "content": list(turn.content),
            **tokens,
        }
        statement = upsert(TURNS).on_conflict_do_nothing()
        added = self._connection.execute(statement, row).rowcount == 1
        if added and turn.role == "assistant":
            self._count(number, turn.usage or Usage(), turn.cost_usd)
        return added

    def usage(self) -> dict[str, tuple[Usage, float | None]]:
        rows = self._connection.execute(select(USAGE)).mappings()
        return {row["task"]: (_usage(row), row["cost_usd"]) for row in rows}

    def usage_by_attempt(self, number: str) -> dict[int, Usage]:
        sums = [func.sum(TURNS.c[name]).label(name) for name in _TOKENS]
        statement = select(TURNS.c.attempt, *sums).group_by(TURNS.c.attempt)
        statement = statement.where(TURNS.c.task == number, TURNS.c.input_tokens.is_not(None))
        rows = self._connection.execute(statement).mappings()
        return {row["attempt"]: _usage(row) for row in rows}

    def cost_by_attempt(self, number: str) -> dict[int, float | None]:
        statement = select(TURNS.c.attempt, TURNS.c.cost_usd)
        statement = statement.where(TURNS.c.task == number, TURNS.c.role == "assistant")
        costs: dict[int, list[float | None]] = {}
        for row in self._connection.execute(statement):
            costs.setdefault(row.attempt, []).append(row.cost_usd)
        return {attempt: total_cost(each) for attempt, each in costs.items()}

    def by_model(self, since: str) -> dict[str, tuple[int, Usage, float | None]]:
        sums = [func.coalesce(func.sum(TURNS.c[name]), 0).label(name) for name in _TOKENS]
        counts = func.count().label("calls"), func.count(TURNS.c.cost_usd).label("known")
        cost = func.total(TURNS.c.cost_usd).label("cost")
        statement = select(TURNS.c.model, *sums, *counts, cost).group_by(TURNS.c.model)
        statement = statement.where(TURNS.c.role == "assistant", TURNS.c.at >= since)
        return {
            row["model"] or "": (
                row["calls"],
                _usage(row),
                row["cost"] if row["known"] == row["calls"] else None,
            )
            for row in self._connection.execute(statement).mappings()
        }

    def spent(self, since: str) -> float | None:
        statement = select(TURNS.c.cost_usd)
        statement = statement.where(TURNS.c.role == "assistant", TURNS.c.at >= since)
        return total_cost(list(self._connection.execute(statement).scalars()))

    def paid(self, since: str, number: str | None, until: str = "") -> float:
        counted = func.coalesce(TURNS.c.cost_usd, TURNS.c.held_usd)
        statement = select(func.total(counted))
        statement = statement.where(TURNS.c.role == "assistant", TURNS.c.at >= since)
        if number is not None:
            statement = statement.where(TURNS.c.task == number)
        if until:
            statement = statement.where(TURNS.c.at <= until)
        return float(self._connection.execute(statement).scalar_one())

    def _count(self, number: str, usage: Usage, cost: float | None) -> None:
        new = upsert(USAGE)
        added = {name: USAGE.c[name] + new.excluded[name] for name in (*_TOKENS, "cost_usd")}
        statement = new.on_conflict_do_update(index_elements=["task"], set_=added)
        self._connection.execute(statement, {"task": number, "cost_usd": cost, **asdict(usage)})


class SqlReservations:
    """Fulfils `ports.talk.ReservationRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, number: str, usd: float, at: str) -> None:
        row = {"task": number, "usd": usd, "at": at}
        statement = upsert(RESERVATIONS).on_conflict_do_update(
            index_elements=["task"], set_={"usd": usd, "at": at}
        )
        self._connection.execute(statement, row)

    def free(self, number: str) -> None:
        self._connection.execute(delete(RESERVATIONS).where(RESERVATIONS.c.task == number))

    def held(self, but: str | None) -> float:
        statement = select(func.total(RESERVATIONS.c.usd))
        if but is not None:
            statement = statement.where(RESERVATIONS.c.task != but)
        return float(self._connection.execute(statement).scalar_one())

    def by_task(self) -> dict[str, float]:
        rows = self._connection.execute(select(RESERVATIONS.c.task, RESERVATIONS.c.usd))
        return {row.task: row.usd for row in rows}


class SqlTools:
    """Fulfils `ports.talk.ToolRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_newest_turn(self, number: str) -> list[ToolResult]:
        statement = select(TOOLS).order_by(TOOLS.c.id)
        statement = statement.where(TOOLS.c.task == number, TOOLS.c.turn == self._newest(number))
        return [
            ToolResult(row.tool_use, row.name, row.content, row.ok)
            for row in self._connection.execute(statement)
        ]

    def results(self, number: str, turns: Collection[int]) -> dict[tuple[int, str], str]:
        statement = select(TOOLS.c.turn, TOOLS.c.tool_use, TOOLS.c.content)
        statement = statement.where(TOOLS.c.task == number, TOOLS.c.turn.in_(turns))
        found = self._connection.execute(statement.where(TOOLS.c.content.is_not(None)))
        return {(turn, use): content for turn, use, content in found}

    def save(self, number: str, result: ToolResult) -> None:
        row = {"task": number, "turn": self._newest(number), **asdict(result)}
        statement = upsert(TOOLS).on_conflict_do_update(
            index_elements=["task", "turn", "tool_use"],
            set_={"content": result.content, "ok": result.ok},
        )
        self._connection.execute(statement, row)

    def _newest(self, number: str) -> int:
        statement = select(func.max(TURNS.c.index))
        statement = statement.where(TURNS.c.task == number, TURNS.c.role == "assistant")
        found = self._connection.execute(statement).scalar_one()
        return -1 if found is None else int(found)


class SqlMessages:
    """Fulfils `ports.talk.MessageRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def untold(self, number: str) -> list[Message]:
        statement = select(MESSAGES).order_by(MESSAGES.c.id)
        statement = statement.where(MESSAGES.c.task == number, MESSAGES.c.told == false())
        return [
            Message(row.id, row.kind, row.text, row.blocker)
            for row in self._connection.execute(statement)
        ]

    def add(self, number: str, kind: str, text: str, blocker: str | None = None) -> int:
        row = {"task": number, "kind": kind, "text": text, "blocker": blocker, "told": False}
        result = self._connection.execute(insert(MESSAGES), row)
        return int(result.inserted_primary_key[0]) if result.inserted_primary_key else 0

    def tell(self, ids: Sequence[int]) -> None:
        if ids:
            statement = update(MESSAGES).where(MESSAGES.c.id.in_(ids))
            self._connection.execute(statement, {"told": True})


def _usage(row: RowMapping) -> Usage:
    return Usage(**{name: row[name] for name in _TOKENS})


def _turn(row: RowMapping) -> Turn:
    fields: dict[str, Any] = {name: row[name] for name in _PLAIN}
    usage = None if row["input_tokens"] is None else _usage(row)
    return Turn(content=tuple(row["content"]), usage=usage, **fields)

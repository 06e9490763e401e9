"""Rows of issues, tasks and dependencies. See `ports.store` for what each method promises."""

# ruff: noqa: D102 - each method is told in the port
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    bindparam,
    false,
    func,
    insert,
    select,
    text,
    update,
)

from codeframe_tui.adapters.store import schema
from codeframe_tui.core.hand import BY_HAND
from codeframe_tui.core.task import Evidence, Issue, Phase, Status, Task, group_of

__all__ = ["SqlIssues", "SqlTasks", "place_of", "read_tasks"]

TASKS = schema.tasks
DECISIONS = schema.decisions
MESSAGES = schema.messages
NEEDS = schema.dependencies
MOST_HELD_UP = 20_000
"""Waiting tasks that are counted at once: it is done for each picture of the queue."""
CHUNK = 10_000
"""Most values in one IN; SQLite takes 32,766."""

_TURN = (TASKS.c.priority, TASKS.c.fresh, TASKS.c.workflow_step, TASKS.c.place)
_NATURALLY = (
    text("CAST(number AS INTEGER)"),
    text("CAST(substr(number, instr(number, '.') + 1) AS INTEGER)"),
)
_NEEDED = text(
    "WITH RECURSIVE needed (number) AS ("
    " SELECT needs FROM dependencies WHERE task = :number"
    " UNION SELECT d.needs FROM needed JOIN dependencies d ON d.task = needed.number)"
    " SELECT number FROM needed"
)
_HELD_UP = text(
    "WITH RECURSIVE waiting (root, number) AS ("
    " SELECT d.needs, d.task FROM dependencies d JOIN tasks t ON t.number = d.task"
    " WHERE d.needs IN :numbers AND t.grp <> 'done'"
    " UNION SELECT waiting.root, d.task FROM waiting"
    " JOIN dependencies d ON d.needs = waiting.number"
    " JOIN tasks t ON t.number = d.task WHERE t.grp <> 'done'"
    " LIMIT :most)"  # the nearest come first, whichever they wait for
    " SELECT root, count(*) AS tasks FROM waiting GROUP BY root"
).bindparams(bindparam("numbers", expanding=True))


class SqlIssues:
    """Fulfils `ports.tables.IssueRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, number: str) -> Issue | None:
        statement = select(schema.issues).where(schema.issues.c.number == number)
        row = self._connection.execute(statement).mappings().one_or_none()
        return Issue(**row) if row else None

    def known(self, numbers: Iterable[str]) -> set[str]:
        return _known(self._connection, schema.issues, numbers)

    def search(self, text: str, limit: int) -> list[Issue]:
        columns = schema.issues.c
        fits = columns.number.startswith(text, autoescape=True) | columns.title.contains(
            text, autoescape=True
        )
        statement = select(schema.issues).where(fits).order_by(*_NATURALLY).limit(limit)
        return [Issue(**row) for row in self._connection.execute(statement).mappings()]

    def add(self, issues: Sequence[Issue]) -> None:
        rows = [
            {"number": i.number, "title": i.title, "description": i.description} for i in issues
        ]
        if rows:
            self._connection.execute(insert(schema.issues), rows)


class SqlTasks:
    """Fulfils `ports.tables.TaskRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, number: str) -> Task | None:
        statement = select(TASKS).where(TASKS.c.number == number)
        row = self._connection.execute(statement).mappings().one_or_none()
        return _task(row, _needs(self._connection, [number])[number]) if row else None

    def known(self, numbers: Iterable[str]) -> set[str]:
        return _known(self._connection, TASKS, numbers)

    def several(self, numbers: Sequence[str]) -> list[Task]:
        return read_tasks(self._connection, numbers)

    def all(self) -> list[Task]:
        order = (TASKS.c.priority, TASKS.c.workflow_step, TASKS.c.place)
        rows = self._connection.execute(select(TASKS).order_by(*order)).mappings().all()
        needs = _needs(self._connection, None)
        return [_task(row, needs[row["number"]]) for row in rows]

    def last_in(self, issue: str | None) -> int:
        family = place_of(issue) if issue else ""
        statement = select(func.max(TASKS.c.place)).where(TASKS.c.family == family)
        last = self._connection.execute(statement).scalar_one()
        return int(last.rpartition(".")[2]) if last else 0

    def add(self, tasks: Sequence[Task]) -> None:
        if not tasks:
            return
        rows = [
            {"number": task.number, **_identity(task.number), **_values(task)} for task in tasks
        ]
        self._connection.execute(insert(TASKS), rows)
        needs = [need for task in tasks for need in _need_rows(task.number, task.depends_on)]
        if needs:
            self._connection.execute(insert(NEEDS), needs)

    def save(self, task: Task) -> None:
        self._set(task.number, _values(task))

    def depend(self, number: str, needs: Sequence[str]) -> None:
        self._connection.execute(NEEDS.delete().where(NEEDS.c.task == number))
        rows = _need_rows(number, needs)
        if rows:
            self._connection.execute(insert(NEEDS), rows)

    def unmet(self, numbers: Sequence[str] | None) -> dict[str, dict[str, Status]]:
        statement = (
            select(NEEDS.c.task, NEEDS.c.needs, TASKS.c.status)
            .join(TASKS, TASKS.c.number == NEEDS.c.needs)
            .where(TASKS.c.status != Status.COMPLETED.value)
            .order_by(NEEDS.c.task, NEEDS.c.position)
        )
        found: dict[str, dict[str, Status]] = defaultdict(dict)
        for condition in _conditions(NEEDS.c.task, numbers):
            for task, needed, status in self._connection.execute(statement.where(*condition)):
                found[task][needed] = Status(status)
        return found

    def needs(self, number: str) -> set[str]:
        return set(self._connection.execute(_NEEDED, {"number": number}).scalars())

    def dependants(self, number: str) -> list[str]:
        statement = select(TASKS.c.number).join(NEEDS, NEEDS.c.task == TASKS.c.number)
        statement = statement.where(NEEDS.c.needs == number).order_by(TASKS.c.place)
        return list(self._connection.execute(statement).scalars())

    def held_up(self, numbers: Sequence[str]) -> dict[str, int]:
        if not numbers:
            return {}
        rows = self._connection.execute(_HELD_UP, {"numbers": list(numbers), "most": MOST_HELD_UP})
        return dict.fromkeys(numbers, 0) | {row.root: row.tasks for row in rows}

    def next_ready(self, *, fresh: bool) -> str | None:
        statement = select(TASKS.c.number).where(
            # written as the partial index is, values included, or it is not used
            text("grp = 'queued' AND held = 0 AND waits = 0")
        )
        deciding = select(DECISIONS.c.task).where(text("state = 'pending'"))
        statement = statement.where(TASKS.c.number.not_in(deciding))
        if not fresh:
            statement = statement.where(TASKS.c.fresh == false())
        statement = statement.order_by(*_TURN).limit(1)
        return self._connection.execute(statement).scalar_one_or_none()

    def next_revised(self) -> str | None:
        told = select(MESSAGES.c.task).where(MESSAGES.c.told == false(), MESSAGES.c.kind == BY_HAND)
        numbers = list(self._connection.execute(told.distinct()).scalars())
        if not numbers:
            return None
        statement = select(TASKS.c.number).where(TASKS.c.number.in_(numbers))
        statement = statement.where(text("grp = 'queued' AND held = 0"), TASKS.c.verdict.is_(None))
        return self._connection.execute(statement.order_by(*_TURN).limit(1)).scalar_one_or_none()

    def begun(self) -> set[str]:
        statement = select(TASKS.c.number).where(text("grp = 'queued'"), TASKS.c.fresh == false())
        return set(self._connection.execute(statement).scalars())

    def statuses(self, numbers: Sequence[str]) -> dict[str, Status]:
        found: dict[str, Status] = {}
        for condition in _conditions(TASKS.c.number, numbers):
            statement = select(TASKS.c.number, TASKS.c.status).where(*condition)
            rows = self._connection.execute(statement)
            found.update((row.number, Status(row.status)) for row in rows)
        return found

    def start(self, number: str, worker: str) -> bool:
        first = bool(self._field(number, "fresh"))
        self._set(number, {"fresh": False, "worker": worker})
        return first

    def base(self, number: str) -> str | None:
        base: str | None = self._field(number, "base")
        return base

    def set_base(self, number: str, tree: str | None) -> None:
        self._set(number, {"base": tree})

    def strikes(self, number: str) -> int:
        return int(self._field(number, "strikes"))

    def set_strikes(self, number: str, strikes: int) -> None:
        self._set(number, {"strikes": strikes})

    def _field(self, number: str, name: str) -> Any:  # noqa: ANN401 - a column's value
        statement = select(TASKS.c[name]).where(TASKS.c.number == number)
        return self._connection.execute(statement).scalar_one()

    def _set(self, number: str, values: dict[str, Any]) -> None:
        self._connection.execute(update(TASKS).where(TASKS.c.number == number), values)


def read_tasks(connection: Connection, numbers: Sequence[str]) -> list[Task]:
    """The tasks of numbers that exist, in their order."""
    found: dict[str, RowMapping] = {}
    for condition in _conditions(TASKS.c.number, numbers):
        rows = connection.execute(select(TASKS).where(*condition)).mappings()
        found.update((row["number"], row) for row in rows)
    needs = _needs(connection, numbers)
    return [_task(found[number], needs[number]) for number in numbers if number in found]


def _needs(connection: Connection, numbers: Sequence[str] | None) -> dict[str, tuple[str, ...]]:
    statement = select(NEEDS.c.task, NEEDS.c.needs).order_by(NEEDS.c.task, NEEDS.c.position)
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for condition in _conditions(NEEDS.c.task, numbers):
        for task, needed in connection.execute(statement.where(*condition)):
            found[task] += (needed,)
    return found


def _known(connection: Connection, table: Table, numbers: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for condition in _conditions(table.c.number, list(numbers)):
        found.update(connection.execute(select(table.c.number).where(*condition)).scalars())
    return found


def _conditions(
    column: ColumnElement[str], values: Sequence[str] | None
) -> Iterator[list[ColumnElement[bool]]]:
    if values is None:
        yield []
        return
    for start in range(0, len(values), CHUNK):
        yield [column.in_(values[start : start + CHUNK])]


def place_of(number: str) -> str:
    """A number, written so that text sorts naturally."""
    return ".".join(part.zfill(9) for part in number.split("."))


def _identity(number: str) -> dict[str, str]:
    place = place_of(number)
    return {"place": place, "family": place.rpartition(".")[0]}


def _need_rows(number: str, needs: Sequence[str]) -> list[dict[str, Any]]:
    return [{"task": number, "needs": need, "position": i} for i, need in enumerate(needs)]


def _values(task: Task) -> dict[str, Any]:
    return {
        "title": task.title,
        "description": task.description,
        "status": task.status.value,
        "grp": group_of(task.status).value,
        "phase": task.phase.value if task.phase else None,
        "held": task.held,
        "priority": task.priority,
        "workflow_step": task.workflow_step,
        "issue": task.issue,
        "agent": task.agent,
        "evidence": task.evidence.value,
        "attempt": task.attempt,
        "corrections": task.corrections,
        "verdict": task.verdict,
        "proposal": task.proposal,
        "reason": task.reason,
        "cost_usd": task.cost_usd,
        "since": task.since,
    }


def _task(row: RowMapping, needs: tuple[str, ...]) -> Task:
    return Task(
        number=row["number"],
        title=row["title"],
        description=row["description"],
        status=Status(row["status"]),
        phase=Phase(row["phase"]) if row["phase"] else None,
        held=row["held"],
        priority=row["priority"],
        workflow_step=row["workflow_step"],
        issue=row["issue"],
        depends_on=needs,
        agent=row["agent"],
        evidence=Evidence(row["evidence"]),
        attempt=row["attempt"],
        corrections=row["corrections"],
        verdict=row["verdict"],
        proposal=row["proposal"],
        reason=row["reason"],
        cost_usd=row["cost_usd"],
        since=row["since"],
    )

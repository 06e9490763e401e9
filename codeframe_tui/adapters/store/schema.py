"""The tables. A change here is a new number in `VERSION` and a step in `migrations`.

Derived columns (`tasks.waits`, `tallies`) are kept by triggers, so that no writer can forget them.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator

VERSION = 6
"""Number of this schema, kept in ``PRAGMA user_version``."""


class Words(TypeDecorator[str]):
    """Text; lone surrogates, which a model's JSON may hold and UTF-8 may not, are replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Make the text storable."""
        del dialect
        if value is None or value.isascii():
            return value
        return value.encode("utf-8", "replace").decode("utf-8")


class Json(TypeDecorator[Any]):
    """A JSON value as ASCII text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """Write; None is no value."""
        del dialect
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401 - JSON
        """Read."""
        del dialect
        return None if value is None else json.loads(value)


KNOWN_COST = "ifnull(cost_usd, -1)"
"""Orders tasks by cost, those of unknown price below all others."""

metadata = MetaData()

issues = Table(
    "issues",
    metadata,
    Column("number", Text, primary_key=True),
    Column("title", Words, nullable=False),
    Column("description", Words, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("number", Text, primary_key=True),
    Column("place", Text, nullable=False),  # the number so that text sorts naturally
    Column("family", Text, nullable=False),  # place without its last part
    Column("title", Words, nullable=False),
    Column("description", Words, nullable=False),
    Column("status", Text, nullable=False),
    Column("grp", Text, nullable=False),
    Column("phase", Text),
    Column("held", Boolean, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("workflow_step", Integer, nullable=False),
    Column("issue", Text, ForeignKey("issues.number")),
    Column("agent", Words),
    Column("evidence", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("corrections", Integer, nullable=False),
    Column("verdict", Text),
    Column("proposal", Text),
    Column("reason", Words),
    Column("cost_usd", Float),
    Column("since", Text, nullable=False),
    Column("waits", Integer, nullable=False, server_default="0"),  # dependencies not completed
    Column("fresh", Boolean, nullable=False, server_default="1"),  # never claimed
    Column("worker", Text),
    Column("base", Text),
    Column("strikes", Integer, nullable=False, server_default="0"),
)
Index("tasks_by_family", tasks.c.family, tasks.c.place)
tasks_by_entry = Index("tasks_by_entry", tasks.c.grp)  # rows of one group in the order of entry
tasks_by_cost = Index("tasks_by_cost", tasks.c.grp, text(KNOWN_COST), tasks.c.place)
Index("tasks_by_since", tasks.c.grp, tasks.c.since, tasks.c.place)
Index(
    "tasks_by_turn",
    tasks.c.grp,
    tasks.c.priority,
    tasks.c.fresh,
    tasks.c.workflow_step,
    tasks.c.place,
)
Index(
    "tasks_ready",
    tasks.c.priority,
    tasks.c.fresh,
    tasks.c.workflow_step,
    tasks.c.place,
    sqlite_where=(tasks.c.grp == "queued") & (tasks.c.held == false()) & (tasks.c.waits == 0),
)

tallies = Table(
    "tallies",
    metadata,
    Column("grp", Text, primary_key=True),
    Column("n", Integer, nullable=False),
)

dependencies = Table(
    "dependencies",
    metadata,
    Column("task", Text, ForeignKey("tasks.number"), primary_key=True),
    Column("needs", Text, ForeignKey("tasks.number"), primary_key=True),
    Column("position", Integer, nullable=False),
)
Index("dependencies_by_needs", dependencies.c.needs, dependencies.c.task)

turns = Table(
    "turns",
    metadata,
    Column("task", Text, ForeignKey("tasks.number"), primary_key=True),
    Column("index", Integer, primary_key=True),
    Column("role", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("stop_reason", Text),
    Column("model", Words),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("cache_read_tokens", Integer),
    Column("cache_write_tokens", Integer),
    Column("cost_usd", Float),
    Column("at", Text, nullable=False),
    Column("content", Json, nullable=False),
    Column("held_usd", Float, nullable=False, server_default="0"),
)
turns_by_time = Index(
    "turns_by_time",
    turns.c.at,
    turns.c.cost_usd,
    turns.c.held_usd,
    sqlite_where=turns.c.role == "assistant",
)

usage = Table(
    "usage",
    metadata,
    Column("task", Text, ForeignKey("tasks.number"), primary_key=True),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cache_read_tokens", Integer, nullable=False),
    Column("cache_write_tokens", Integer, nullable=False),
    Column("cost_usd", Float),
)

reservations = Table(
    "reservations",
    metadata,
    Column("task", Text, ForeignKey("tasks.number"), primary_key=True),
    Column("usd", Float, nullable=False),
    Column("at", Text, nullable=False),
)

tools = Table(
    "tools",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", Text, ForeignKey("tasks.number"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("tool_use", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("content", Words),
    Column("ok", Boolean, nullable=False),
)
Index("tools_by_use", tools.c.task, tools.c.turn, tools.c.tool_use, unique=True)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", Text, ForeignKey("tasks.number"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Words, nullable=False),
    Column("blocker", Text),
    Column("told", Boolean, nullable=False),
)
Index("messages_untold", messages.c.task, messages.c.id, sqlite_where=messages.c.told == false())

attempts = Table(
    "attempts",
    metadata,
    Column("task", Text, ForeignKey("tasks.number"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("base", Text, nullable=False),
    Column("tree", Text, nullable=False),
    Column("proposal", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("explanation", Words, nullable=False),
    Column("files", Json, nullable=False),
    Column("flags", Json, nullable=False),
    Column("usage", Json, nullable=False),
    Column("verification", Json),  # without test cases and output
)

runs = Table(
    "runs",
    metadata,
    Column("task", Text, ForeignKey("tasks.number"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("run", Text, primary_key=True),
    Column("output", Words, nullable=False),
)

test_cases = Table(
    "test_cases",
    metadata,
    Column("task", Text, ForeignKey("tasks.number"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("run", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("id", Words, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("duration", Float, nullable=False),
    Column("error", Words, nullable=False),
    Column("message", Words, nullable=False),
    Column("detail", Words, nullable=False),
)

blockers = Table(
    "blockers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", Text, ForeignKey("tasks.number"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("question", Words, nullable=False),
    Column("options", Json, nullable=False),
    Column("assumption", Words),
    Column("answer", Words),
    Column("created_at", Text, nullable=False),
    Column("key", Text),
)
Index("blockers_by_task", blockers.c.task, blockers.c.id)
Index("blockers_open", blockers.c.id, sqlite_where=blockers.c.status == "open")

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", Text, ForeignKey("tasks.number"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("proposal", Text, nullable=False),
    Column("parts", Json, nullable=False),
    Column("rest_to_worker", Boolean, nullable=False),
    Column("by", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("refusal", Text),
    Column("applied_base", Text),
    Column("applied_tree", Text),
)
Index("decisions_by_task", decisions.c.task, decisions.c.id)
Index("decisions_pending", decisions.c.id, sqlite_where=decisions.c.state == "pending")

comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", Text, ForeignKey("tasks.number"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("path", Words, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("excerpt", Json, nullable=False),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
    Column("type", Text, nullable=False),
    Column("text", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("sent", Integer),
    Column("answer", Words),
    sqlite_autoincrement=True,  # an id that someone still shows never names another comment
)
Index("comments_by_task", comments.c.task, comments.c.id)

drafts = Table(
    "drafts",
    metadata,
    Column("task", Text, ForeignKey("tasks.number"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("draft", Json, nullable=False),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", Text, ForeignKey("tasks.number"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("proposal", Text, nullable=False),
    Column("flag", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("path", Words, nullable=False),
    Column("line", Integer),
    Column("reason", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Text, nullable=False),
)
Index("acknowledgements_by_task", acknowledgements.c.task, acknowledgements.c.id)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("task", Text),
    Column("data", Json, nullable=False),
)
Index("events_by_task", events.c.task, events.c.seq)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Json),
)

RESERVATION_FREED = """
CREATE TRIGGER reservation_freed AFTER UPDATE OF status ON tasks
WHEN new.status <> 'in_progress' BEGIN
  DELETE FROM reservations WHERE task = new.number;
END
"""
"""Whatever takes a task from its worker frees what was held for its call."""

TRIGGERS = """
CREATE TRIGGER task_counted AFTER INSERT ON tasks BEGIN
  INSERT INTO tallies VALUES (new.grp, 1) ON CONFLICT (grp) DO UPDATE SET n = n + 1;
END;;
CREATE TRIGGER task_moved AFTER UPDATE OF grp ON tasks WHEN old.grp <> new.grp BEGIN
  UPDATE tallies SET n = n - 1 WHERE grp = old.grp;
  INSERT INTO tallies VALUES (new.grp, 1) ON CONFLICT (grp) DO UPDATE SET n = n + 1;
END;;
CREATE TRIGGER dependency_met AFTER UPDATE OF status ON tasks
WHEN (old.status = 'completed') <> (new.status = 'completed') BEGIN
  UPDATE tasks SET waits = waits + iif(new.status = 'completed', -1, 1)
  WHERE number IN (SELECT task FROM dependencies WHERE needs = new.number);
END;;
CREATE TRIGGER dependency_added AFTER INSERT ON dependencies BEGIN
  UPDATE tasks SET waits = waits + 1
  WHERE number = new.task
  AND (SELECT status FROM tasks WHERE number = new.needs) <> 'completed';
END;;
CREATE TRIGGER dependency_removed AFTER DELETE ON dependencies BEGIN
  UPDATE tasks SET waits = waits - 1
  WHERE number = old.task
  AND (SELECT status FROM tasks WHERE number = old.needs) <> 'completed';
END
"""


def create(connection: Connection) -> None:
    """Make everything in an empty database."""
    metadata.create_all(connection)
    for trigger in TRIGGERS.split(";;"):
        connection.exec_driver_sql(trigger)
    connection.exec_driver_sql(RESERVATION_FREED)
    connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")

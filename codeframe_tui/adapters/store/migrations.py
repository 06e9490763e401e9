"""Steps from one schema to the next; imported only when one is due, because Alembic is heavy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from codeframe_tui.adapters.store import schema
from codeframe_tui.ports.points import passing

__all__ = ["STEPS", "Step", "migrate"]

_log = logging.getLogger(__name__)

Step = Callable[[Operations], None]


def _reservations(operations: Operations) -> None:
    """2: money is reserved before a call."""
    operations.execute(
        "CREATE TABLE reservations (task TEXT NOT NULL, usd FLOAT NOT NULL, at TEXT NOT NULL, "
        "PRIMARY KEY (task), FOREIGN KEY(task) REFERENCES tasks (number))"
    )
    operations.execute(
        "CREATE TRIGGER reservation_freed AFTER UPDATE OF status ON tasks "
        "WHEN new.status <> 'in_progress' BEGIN "
        "DELETE FROM reservations WHERE task = new.number; END"
    )


def _held(operations: Operations) -> None:
    """3: a reply of unknown cost counts as what was reserved for it."""
    operations.execute("ALTER TABLE turns ADD COLUMN held_usd FLOAT DEFAULT '0' NOT NULL")
    operations.execute("DROP INDEX IF EXISTS turns_by_time")
    operations.execute(
        "CREATE INDEX turns_by_time ON turns (at, cost_usd, held_usd) WHERE role = 'assistant'"
    )


def _reviews(operations: Operations) -> None:
    """4: comments and unsent verdicts are kept."""
    operations.execute(
        "CREATE TABLE comments (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, task TEXT NOT NULL, "
        "attempt INTEGER NOT NULL, path TEXT NOT NULL, first INTEGER NOT NULL, "
        "last INTEGER NOT NULL, side TEXT NOT NULL, excerpt TEXT NOT NULL, "
        '"before" TEXT NOT NULL, "after" TEXT NOT NULL, type TEXT NOT NULL, text TEXT NOT NULL, '
        "author TEXT NOT NULL, created_at TEXT NOT NULL, sent INTEGER, answer TEXT, "
        "FOREIGN KEY(task) REFERENCES tasks (number))"
    )
    operations.execute("CREATE INDEX comments_by_task ON comments (task, id)")
    operations.execute(
        "CREATE TABLE drafts (task TEXT NOT NULL, attempt INTEGER NOT NULL, draft TEXT NOT NULL, "
        "PRIMARY KEY (task, attempt), FOREIGN KEY(task) REFERENCES tasks (number))"
    )


def _orders(operations: Operations) -> None:
    """5: the queue can be shown by age and by cost."""
    operations.execute("DROP INDEX IF EXISTS tasks_by_entry")
    operations.execute("CREATE INDEX tasks_by_entry ON tasks (grp)")
    operations.execute("DROP INDEX IF EXISTS tasks_by_cost")
    operations.execute("CREATE INDEX tasks_by_cost ON tasks (grp, ifnull(cost_usd, -1), place)")


def _acknowledgements(operations: Operations) -> None:
    """6: people say why a flag may stand. Written out: later schemas change the table, not this."""
    operations.execute(
        "CREATE TABLE acknowledgements (id INTEGER NOT NULL, task TEXT NOT NULL, "
        "attempt INTEGER NOT NULL, proposal TEXT NOT NULL, flag TEXT NOT NULL, rule TEXT NOT NULL, "
        'path TEXT NOT NULL, line INTEGER, reason TEXT NOT NULL, "by" TEXT NOT NULL, '
        "at TEXT NOT NULL, PRIMARY KEY (id), FOREIGN KEY(task) REFERENCES tasks (number))"
    )
    operations.execute("CREATE INDEX acknowledgements_by_task ON acknowledgements (task, id)")


STEPS: Mapping[int, Step] = {
    2: _reservations,
    3: _held,
    4: _reviews,
    5: _orders,
    6: _acknowledgements,
}
"""By the number of the schema a step leads to. Each is written out: it does what it did when it
was made, whatever the tables of today are. A step that rebuilds a table makes its triggers
and indexes again."""


def migrate(
    connection: Connection,
    path: Path,
    steps: Mapping[int, Step] = STEPS,
    to: int = schema.VERSION,
) -> None:
    """Bring an older database to a schema, one transaction a step, after a copy of it was kept.

    The copy is ``<name>.v<old>`` beside the database.
    """
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    connection.rollback()
    _keep_copy(connection, path.with_name(f"{path.name}.v{version}"))
    for number in range(version + 1, to + 1):
        _log.info("migrating the state database to schema %d", number)
        with connection.begin():
            steps[number](Operations(MigrationContext.configure(connection)))
            connection.execute(text(f"PRAGMA user_version={number}"))
            passing(f"migrate.{number}")
        passing(f"migrated.{number}")


def _keep_copy(connection: Connection, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("VACUUM INTO ?", (str(copy),))
    passing("migrate.copied")
    copy.chmod(0o600)

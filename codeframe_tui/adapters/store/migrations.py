"""Steps from one schema to the next; imported only when one is due, because Alembic is heavy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, Float, text

from codeframe_tui.adapters.store import schema

__all__ = ["STEPS", "Step", "migrate"]

_log = logging.getLogger(__name__)

Step = Callable[[Operations], None]


def _reservations(operations: Operations) -> None:
    """2: money is reserved before a call."""
    schema.reservations.create(operations.get_bind())
    operations.execute(schema.RESERVATION_FREED)


def _held(operations: Operations) -> None:
    """3: a reply of unknown cost counts as what was reserved for it."""
    held = Column("held_usd", Float, nullable=False, server_default="0")
    operations.add_column("turns", held)
    operations.execute("DROP INDEX IF EXISTS turns_by_time")
    schema.turns_by_time.create(operations.get_bind())


def _reviews(operations: Operations) -> None:
    """4: comments and unsent verdicts are kept."""
    schema.comments.create(operations.get_bind())
    schema.drafts.create(operations.get_bind())


def _orders(operations: Operations) -> None:
    """5: the queue can be shown by age and by cost."""
    for index in (schema.tasks_by_entry, schema.tasks_by_cost):
        operations.execute(f"DROP INDEX IF EXISTS {index.name}")
        index.create(operations.get_bind())


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
"""By the number of the schema a step leads to. A step that rebuilds a table makes its triggers
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


def _keep_copy(connection: Connection, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("VACUUM INTO ?", (str(copy),))
    copy.chmod(0o600)

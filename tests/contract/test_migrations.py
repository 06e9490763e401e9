"""Databases of every old schema become what a fresh one is, with their rows.

``schemas/vN.sql`` is a schema as it was when N was its number; these files never change.
"""

from __future__ import annotations

import ast
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.store import SqlStore, migrations, schema

SCHEMAS = Path(__file__).with_name("schemas")
OLD = range(1, schema.VERSION)


def shape(connection: sqlite3.Connection) -> dict[str, Any]:
    """Tables by their columns and keys, all else by its text: an added column stands at the end."""
    found: dict[str, Any] = {}
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()
    for kind, name, sql in rows:
        if kind == "table":
            columns = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
            keys = connection.execute(f"PRAGMA foreign_key_list({name})").fetchall()
            counts = "AUTOINCREMENT" in (sql or "")
            found[name] = (columns, keys, counts)
        else:
            found[name] = (kind, " ".join((sql or "").replace('"', "").split()))
    return found


def fill(connection: sqlite3.Connection) -> dict[str, list[dict[str, Any]]]:
    """One row in every table; returns all rows, by table."""
    connection.execute("PRAGMA foreign_keys=OFF")
    for table in tables(connection):
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        values = {name: value(name, kind) for _, name, kind, *_ in columns}
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        statement = f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})"
        connection.execute(statement, list(values.values()))
    connection.commit()
    return rows_of(connection)


def value(name: str, kind: str) -> object:
    if name in {"task", "number", "needs", "issue"}:
        return "1"
    return {"TEXT": '"text"', "INTEGER": 1, "FLOAT": 0.5, "BOOLEAN": 1}[kind]


def tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return [name for (name,) in found]


def rows_of(connection: sqlite3.Connection) -> dict[str, list[dict[str, Any]]]:
    connection.row_factory = sqlite3.Row
    found = {
        name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]
        for name in tables(connection)
    }
    connection.row_factory = None
    return found


@pytest.mark.parametrize("version", OLD)
async def test_a_database_of_any_old_schema_becomes_as_a_fresh_one_with_its_rows(
    version: int, tmp_path: Path
) -> None:
    path = tmp_path / "state.db"
    old = sqlite3.connect(path)
    old.executescript((SCHEMAS / f"v{version}.sql").read_text())
    before = fill(old)
    old.close()
    await (await SqlStore.open(path)).close()
    await (await SqlStore.open(tmp_path / "fresh.db")).close()
    migrated, fresh = sqlite3.connect(path), sqlite3.connect(tmp_path / "fresh.db")
    assert shape(migrated) == shape(fresh)
    assert migrated.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    assert migrated.execute("PRAGMA foreign_key_check").fetchall() == []
    after = rows_of(migrated)
    for table, rows in before.items():
        assert len(rows) == 1
        kept = {name: after[table][0][name] for name in rows[0]}
        assert (len(after[table]), kept) == (1, rows[0])
    for connection in (migrated, fresh):
        connection.close()
    kept_copy = sqlite3.connect(tmp_path / f"state.db.v{version}")
    assert rows_of(kept_copy) == before
    kept_copy.close()


def test_every_old_schema_is_kept_and_has_a_step_to_the_next() -> None:
    kept = {path.stem for path in SCHEMAS.iterdir()}
    assert kept - {f"v{schema.VERSION}"} == {f"v{number}" for number in OLD}
    assert set(migrations.STEPS) == {*range(2, schema.VERSION + 1)}


def test_steps_know_nothing_of_the_tables_of_today() -> None:
    """Whatever a later schema changes, an old step does what it did."""
    tree = ast.parse(Path(migrations.__file__).read_text())
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "schema"
    }
    assert used == {"VERSION"}

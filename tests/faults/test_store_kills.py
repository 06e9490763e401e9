"""Kill -9 of writers of the database: in commits, checkpoints and migrations."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from codeframe_tui.adapters.store import SqlStore, schema
from tests.contract.test_migrations import OLD, SCHEMAS, fill, rows_of, shape
from tests.e2e.points import ROOT
from tests.faults.databases import KILLED, dying

KILLS = int(os.environ.get("CODEFRAME_TUI_STORE_KILLS", "20"))
SEED = int(os.environ.get("CODEFRAME_TUI_SEED", "0")) or random.randrange(1, 2**32)


def killing(kills: int, how: str) -> dict[str, int]:
    argv = [sys.executable, "-m", "tests.faults.killing", str(kills), str(SEED), how]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.mark.fault(
    "kill",
    "kill -9 in the middle of a commit, a checkpoint or a migration of the database, again and "
    "again",
    sees="the next start goes on",
    kept="every acknowledged row and event; a migration is done once",
)
@pytest.mark.timeout(60 + 2 * KILLS)
@pytest.mark.goal("G9", "kills of a writer of the database")
def test_no_kill_costs_an_acknowledged_row(
    record_property: Callable[[str, object], None],
) -> None:
    found = killing(KILLS, "durable")
    record_property("table", f"{found} seed={SEED}")
    record_property("count", found["kills"])
    record_property("note", f"{found['acknowledged']} rows acknowledged; seed {SEED}")
    bad = {name: found[name] for name in ("lost", "torn", "corrupt", "unmigrated")}
    assert bad == dict.fromkeys(bad, 0)
    assert (found["kills"], found["migrations"]) == (KILLS, KILLS // 5)
    assert found["acknowledged"] >= KILLS - KILLS // 5


@pytest.mark.goal("G9", "writer that acknowledges too early, found as it must be")
def test_rows_that_are_acknowledged_too_early_are_found() -> None:
    assert killing(10, "hasty")["lost"] > 0


@pytest.mark.fault(
    "kill",
    "kill -9 at any step of a migration of the database",
    sees="the next start ends it",
    kept="every row, and a copy of the old database",
)
@pytest.mark.goal("G9", "migration killed at each step")
async def test_a_killed_migration_is_ended_by_the_next_start(tmp_path: Path) -> None:
    steps = range(2, schema.VERSION + 1)
    points = ["migrate.copied", *(f"{kind}.{n}" for n in steps for kind in ("migrate", "migrated"))]
    before = {}
    for point in points:
        (tmp_path / point).mkdir()
        with closing(sqlite3.connect(tmp_path / point / "state.db")) as old:
            old.executescript((SCHEMAS / f"v{OLD[0]}.sql").read_text())
            before = fill(old)
    ends = dying([("open", point, tmp_path / point) for point in points])
    assert ends == [KILLED] * len(points)
    await (await SqlStore.open(tmp_path / "fresh.db")).close()
    with closing(sqlite3.connect(tmp_path / "fresh.db")) as connection:
        fresh = shape(connection)
    for point in points:
        path = tmp_path / point / "state.db"
        await (await SqlStore.open(path)).close()
        with closing(sqlite3.connect(path)) as connection:
            assert shape(connection) == fresh
            after = rows_of(connection)
        with closing(sqlite3.connect(tmp_path / point / f"state.db.v{OLD[0]}")) as copy:
            assert rows_of(copy) == before
        for table, rows in before.items():
            assert [{name: row[name] for name in rows[0]} for row in after[table]] == rows

"""The Store port on SQLite, and what is special about a file."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, create_engine, event
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from codeframe_tui.adapters.store import SqlStore, schema
from codeframe_tui.adapters.store import tasks as rows_of_tasks
from codeframe_tui.adapters.store.database import open_writer
from codeframe_tui.adapters.store.migrations import migrate
from codeframe_tui.adapters.store.tables import SqlTables
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.progress import Attempt, Turn
from codeframe_tui.core.queries import Sort
from codeframe_tui.core.review.acknowledgement import Acknowledgement
from codeframe_tui.core.review.comment import Comment, CommentType, Spot
from codeframe_tui.core.review.draft import Draft
from codeframe_tui.core.task import Group, Status, Task, group_of
from codeframe_tui.ports import Store

pytest.register_assert_rewrite("tests.contract.store_suite")

from tests.contract.numbers import natural_key  # noqa: E402
from tests.contract.service_kit import evidence  # noqa: E402
from tests.contract.store_suite import *  # noqa: E402, F403 - the suite is its functions
from tests.contract.store_suite import adds, moves, stored  # noqa: E402
from tests.contract.writing import WRITER  # noqa: E402


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await SqlStore.open(tmp_path / "new" / "state.db")
    yield store
    await store.close()


async def test_only_the_owner_can_read_the_file(store: Store, tmp_path: Path) -> None:
    assert (tmp_path / "new" / "state.db").stat().st_mode & 0o777 == 0o600


async def test_a_state_folder_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "odd ?#%41 name" / "state.db"
    store = await SqlStore.open(path)
    await store.write(adds("1"))
    await store.close()
    assert path.exists()


def test_the_writer_waits_for_the_disk(tmp_path: Path) -> None:
    engine = open_writer(tmp_path / "state.db")
    pragmas = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5_000}
    with engine.connect() as connection:
        found = {n: connection.exec_driver_sql(f"PRAGMA {n}").scalar_one() for n in pragmas}
    engine.dispose()
    assert found == pragmas


@pytest.mark.fault(
    "kill",
    "kill -9 in the middle of writes of the database",
    sees="the next start goes on",
    kept="every acknowledged row and event",
)
@pytest.mark.parametrize("acknowledged", [1, 40, 300])
async def test_a_killed_writer_loses_nothing_it_acknowledged(
    tmp_path: Path, acknowledged: int
) -> None:
    path = tmp_path / "state.db"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline().strip() for _ in range(acknowledged)]
        writer.send_signal(signal.SIGKILL)
        told += writer.stdout.read().split()
    store = await SqlStore.open(path)
    tasks, events = await store.read(stored)
    await store.close()
    assert len(told) >= acknowledged
    assert set(told) <= set(tasks)
    assert set(events) == set(tasks)


@pytest.mark.fault(
    "disk",
    "the database is damaged",
    sees="the path, and how to start with an empty queue",
    kept="the file, and the project",
)
@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" * 99])
async def test_a_damaged_file_is_told_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(content)
    with pytest.raises(Lacking, match="is damaged") as caught:
        await SqlStore.open(path)
    assert "project is untouched" in caught.value.hint
    assert path.read_bytes() == content


@pytest.mark.fault(
    "disk",
    "the database is damaged",
    sees="the path, and how to start with an empty queue",
    kept="the file, and the project",
)
async def test_a_page_that_rotted_is_found_at_open(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    store = await SqlStore.open(path)
    await asyncio.gather(*(store.write(adds(str(i))) for i in range(1, 200)))
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        [size] = connection.execute("PRAGMA page_size").fetchone()
        of_tasks = "SELECT rootpage FROM sqlite_master WHERE name = 'tasks'"
        [page] = connection.execute(of_tasks).fetchone()  # nothing else reads it when it is opened
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)
    with pytest.raises(Lacking, match="is damaged"):
        await SqlStore.open(path)


@pytest.mark.fault(
    "disk",
    "the database was written by a newer version",
    sees="what to install",
    kept="the file",
)
async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    await (await SqlStore.open(path)).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(Lacking, match="newer codeframe-tui"):
        await SqlStore.open(path)


@pytest.mark.fault(
    "disk",
    "the state folder cannot be made",
    sees="the path and the option that names another",
    kept="the project",
)
async def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Lacking, match="cannot be opened"):
        await SqlStore.open(tmp_path / "file" / "state.db")


async def test_a_migration_keeps_rows_and_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    store = await SqlStore.open(path)
    await store.write(adds("1"))
    await store.close()
    now = schema.VERSION
    steps = {
        now + 1: lambda op: op.add_column("tasks", Column("points", Integer)),
        now + 2: lambda op: op.execute("UPDATE tasks SET points = 5"),
    }
    engine = open_writer(path)
    with engine.connect() as connection:
        migrate(connection, path, steps, to=now + 2)
        with connection.begin():
            found = connection.exec_driver_sql("SELECT number, points FROM tasks").all()
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    engine.dispose()
    assert (version, [tuple(row) for row in found]) == (now + 2, [("1", 5)])
    copy = sqlite3.connect(tmp_path / f"state.db.v{now}")
    assert copy.execute("SELECT count(*) FROM tasks").fetchone() == (1,)
    copy.close()


async def test_a_database_of_the_first_schema_learns_to_hold_money(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    store = await SqlStore.open(path)
    await store.write(adds("1"))
    await store.close()
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TRIGGER reservation_freed; DROP TABLE reservations; DROP INDEX turns_by_time;"
        "ALTER TABLE turns DROP COLUMN held_usd; DROP TABLE comments; DROP TABLE drafts;"
        "DROP TABLE acknowledgements; PRAGMA user_version=1"
    )
    connection.close()
    store = await SqlStore.open(path)
    await store.write(moves("1", Status.IN_PROGRESS))
    await store.write(lambda t: t.reservations.hold("1", 0.5, ""))
    assert await store.read(lambda t: t.reservations.by_task()) == {"1": 0.5}
    await store.write(moves("1", Status.PENDING))
    assert await store.read(lambda t: t.reservations.by_task()) == {}
    await store.close()
    assert (tmp_path / "state.db.v1").exists()


async def test_a_database_of_the_second_schema_counts_what_was_held(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    store = await SqlStore.open(path)
    await store.write(adds("1"))
    await store.write(lambda t: t.turns.add("1", Turn(0, "assistant", (), "reply", 1), "1"))
    await store.close()
    connection = sqlite3.connect(path)
    index = "SELECT sql FROM sqlite_schema WHERE name = 'turns_by_time'"
    (fresh,) = connection.execute(index).fetchone()
    connection.executescript(
        "DROP INDEX turns_by_time; ALTER TABLE turns DROP COLUMN held_usd;"
        "CREATE INDEX turns_by_time ON turns (at, cost_usd) WHERE role = 'assistant';"
        "UPDATE turns SET cost_usd = NULL; DROP TABLE comments; DROP TABLE drafts;"
        "DROP TABLE acknowledgements; PRAGMA user_version=2"
    )
    connection.close()
    store = await SqlStore.open(path)
    assert await store.read(lambda t: t.turns.paid("", None)) == 0.0
    turn = Turn(1, "assistant", (), "reply", 1, cost_usd=None, held_usd=0.5)
    await store.write(lambda t: t.turns.add("1", turn, "2"))
    assert await store.read(lambda t: t.turns.paid("", None)) == 0.5
    assert (await store.read(lambda t: t.turns.all("1")))[1] == turn
    await store.close()
    connection = sqlite3.connect(path)
    assert connection.execute(index).fetchone() == (fresh,)
    connection.close()


async def test_a_database_of_the_third_schema_learns_to_keep_reviews(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    store = await SqlStore.open(path)
    await store.write(adds("1"))
    await store.close()
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TABLE comments; DROP TABLE drafts; DROP TABLE acknowledgements;PRAGMA user_version=3"
    )
    connection.close()
    store = await SqlStore.open(path)
    spot = Spot("a.py", 2, 2, "new", ("b",), ("a",), ("c",))
    said = Comment(0, "1", 1, spot, CommentType.QUESTION, "why?", created_at="now")
    await store.write(lambda t: t.comments.add(said))
    await store.write(lambda t: t.drafts.save("1", 1, Draft(Parts(("a.py",)), sent=True)))
    assert await store.read(lambda t: t.comments.of("1")) == [replace(said, id=1)]
    assert await store.read(lambda t: t.drafts.of("1")) == {1: Draft(Parts(("a.py",)), sent=True)}
    await store.close()


async def test_a_database_of_the_fourth_schema_learns_the_orders_of_the_queue(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.db"
    await (await SqlStore.open(path)).close()
    connection = sqlite3.connect(path)
    indexes = "SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'tasks' ORDER BY name"
    fresh = connection.execute(indexes).fetchall()
    connection.executescript(
        "DROP INDEX tasks_by_entry; DROP INDEX tasks_by_cost; DROP TABLE acknowledgements;"
        "PRAGMA user_version=4"
    )
    connection.close()
    await (await SqlStore.open(path)).close()
    connection = sqlite3.connect(path)
    assert connection.execute(indexes).fetchall() == fresh
    connection.close()


async def test_a_database_of_the_fifth_schema_learns_what_people_say_of_flags(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.db"
    store = await SqlStore.open(path)
    await store.write(adds("1"))
    await store.close()
    connection = sqlite3.connect(path)
    made = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'acknowledgements' ORDER BY name"
    fresh = [" ".join(str(sql).split()) for (sql,) in connection.execute(made)]
    connection.executescript("DROP TABLE acknowledgements; PRAGMA user_version=5")
    connection.close()
    store = await SqlStore.open(path)
    said = Acknowledgement("1", 1, "p", "f", "secret", "a.py", 3, "a test key", "person", "now")
    await store.write(lambda t: t.acknowledgements.add(said))
    await store.write(lambda t: t.acknowledgements.add(replace(said, line=None)))
    found = await store.read(lambda t: t.acknowledgements.of("1"))
    assert found == [said, replace(said, line=None)]
    assert await store.read(lambda t: t.acknowledgements.of("2")) == []
    await store.close()
    connection = sqlite3.connect(path)
    migrated = [" ".join(str(sql).split()) for (sql,) in connection.execute(made)]
    connection.close()
    assert [sql.replace("( ", "(").replace(" )", ")") for sql in fresh] == migrated


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("group", list(Group))
def test_no_order_of_the_queue_sorts_rows(tmp_path: Path, group: Group, sort: Sort) -> None:
    engine = open_writer(tmp_path / "state.db")
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    with engine.connect() as connection, connection.begin():
        SqlTables(connection, 0).tasks.add([Task("1", "t", since="now")])
        SqlTables(connection, 0).queue.window(group, 0, 5, sort=sort)
        statement, values = next(each for each in asked if "ORDER BY" in each[0])
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    engine.dispose()
    said = [str(row[-1]) for row in plan]
    assert len(said) == 1
    assert "USING" in said[0]
    assert "INDEX" in said[0]


OPENS_TWICE = """
import asyncio, sys
from pathlib import Path
from typing import Any
from codeframe_tui.adapters.store import SqlStore

async def main():
    for _ in range(2):
        await (await SqlStore.open(Path(sys.argv[1]))).close()
    print("alembic" in sys.modules)

asyncio.run(main())
"""


def test_alembic_is_imported_only_when_a_migration_is_due(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENS_TWICE, str(tmp_path / "state.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


NUMBERS = st.integers(1, 6).map(str)


@given(
    needs=st.sets(st.tuples(NUMBERS, NUMBERS).filter(lambda pair: pair[0] > pair[1])),
    moves=st.lists(st.tuples(NUMBERS, st.sampled_from(Status), st.booleans())),
    depends=st.sets(st.integers(1, 5).map(str)),
)
def test_derived_columns_say_what_the_rows_say(
    needs: set[tuple[str, str]], moves: list[tuple[str, Status, bool]], depends: set[str]
) -> None:
    tasks = {
        str(i): Task(str(i), "t", priority=i % 2, depends_on=_needs(needs, str(i)))
        for i in range(1, 7)
    }
    with empty_tables() as tables:
        tables.tasks.add(list(tasks.values()))
        for number, status, held in moves:
            tasks[number] = replace(tasks[number], status=status, held=held)
            tables.tasks.save(tasks[number])
        tables.tasks.depend("6", sorted(depends))
        tasks["6"] = replace(tasks["6"], depends_on=tuple(sorted(depends)))
        assert tables.tasks.next_ready(fresh=True) == first_ready(list(tasks.values()))
        groups = [group_of(task.status) for task in tasks.values()]
        assert tables.queue.counts() == {group: groups.count(group) for group in Group}


def first_ready(tasks: list[Task]) -> str | None:
    """The same by looking at every task."""
    met = {task.number for task in tasks if task.status is Status.COMPLETED}
    ready = [
        task
        for task in tasks
        if task.status is Status.PENDING and not task.held and met.issuperset(task.depends_on)
    ]
    order = sorted(ready, key=lambda t: (t.priority, t.workflow_step, natural_key(t.number)))
    return order[0].number if order else None


@contextmanager
def empty_tables() -> Iterator[SqlTables]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        schema.create(connection)
        yield SqlTables(connection, 0)
    engine.dispose()


def _needs(pairs: set[tuple[str, str]], number: str) -> tuple[str, ...]:
    return tuple(sorted(needed for task, needed in pairs if task == number))


@pytest.mark.fault(
    "disk",
    "a commit fails",
    sees="the wish is refused, with the reason",
    kept="all that was acknowledged before",
)
async def test_who_waits_is_counted_only_so_far_the_nearest_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [Task("1", "a"), Task("2", "b")]
    for number in range(3, 13):  # two chains
        rows.append(Task(str(number), "waits", depends_on=(str(number - 2),)))
    await store.write(lambda tables: tables.tasks.add(rows))
    every = await store.read(lambda tables: tables.tasks.held_up(["1", "2"]))
    assert every == {"1": 5, "2": 5}
    monkeypatch.setattr(rows_of_tasks, "MOST_HELD_UP", 6)
    some = await store.read(lambda tables: tables.tasks.held_up(["1", "2"]))
    assert some == {"1": 3, "2": 3}


async def test_a_commit_that_fails_is_told_to_its_whole_group(store: Store) -> None:
    def breaks_at_commit(tables: Any) -> None:
        adds("1")(tables)
        connection = tables.tasks._connection
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.exec_driver_sql("INSERT INTO dependencies VALUES ('1', '99', 0)")

    with pytest.raises(IntegrityError):  # a fault of ours, which no waiting mends
        await store.write(breaks_at_commit)
    assert (store.last_event, await store.read(stored)) == (0, ([], []))
    await store.write(adds("2"))
    assert (store.last_event, await store.read(stored)) == (1, (["2"], ["2"]))


async def test_a_disk_without_room_is_told_as_such(store: Store) -> None:
    def fills(tables: Any) -> None:
        connection = tables.tasks._connection
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # no more pages than there are
        connection.exec_driver_sql("CREATE TABLE large (bytes BLOB)")
        connection.exec_driver_sql("INSERT INTO large VALUES (zeroblob(1000000))")

    with pytest.raises(Lacking, match=r"could not be written.*full"):
        await store.write(fills)
    assert await store.read(stored) == ([], [])


def _fault(code: int) -> Callable[[Any], None]:
    """A unit that meets what SQLite tells by an (extended) code."""
    cause = sqlite3.OperationalError("told by SQLite")
    cause.sqlite_errorcode = code

    def unit(tables: Any) -> None:
        raise DatabaseError("INSERT", {}, cause)

    return unit


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "environment"),
        (sqlite3.SQLITE_FULL, "environment"),
        (sqlite3.SQLITE_IOERR_FSYNC, "environment"),
        (sqlite3.SQLITE_READONLY, "environment"),
        (sqlite3.SQLITE_CORRUPT_INDEX, "state_damaged"),
        (sqlite3.SQLITE_NOTADB, "state_damaged"),
    ],
)
async def test_what_the_disk_does_is_told_by_its_code(store: Store, code: int, told: str) -> None:
    with pytest.raises(Lacking) as caught:
        await store.write(_fault(code))
    assert caught.value.code == told


async def test_a_statement_that_no_waiting_mends_stays_what_it_is(store: Store) -> None:
    def asks_wrongly(tables: Any) -> None:
        tables.tasks._connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(OperationalError, match="no such table"):
        await store.write(asks_wrongly)
    with pytest.raises(DatabaseError):
        await store.write(_fault(sqlite3.SQLITE_TOOBIG))


async def test_evidence_that_an_earlier_release_stored_is_counted_when_it_is_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.db"
    store = await SqlStore.open(path)
    await store.write(adds("1"))
    await store.write(lambda t: t.attempts.add("1", Attempt(1, "b", "t", "p", "", ()), "now"))
    found = replace(evidence(), green=replace(evidence().red, verdict="failing"))
    await store.write(lambda t: t.attempts.verify("1", 1, found, ()))

    async def outline() -> Attempt:
        return (await store.read(lambda t: t.attempts.outlines("1")))[0]

    new = await outline()
    with sqlite3.connect(path) as database:
        gone = ", ".join(f"'$.{name}.counts'" for name in ("red", "green", "regression", "lint"))
        statement = (
            f"UPDATE attempts SET verification = json_remove(verification, {gone}, '$.failed')"
        )
        database.execute(statement)
    assert await outline() == new
    assert new.verification is not None
    assert (new.verification.failed, new.verification.red.counts) == (1, {"failed": 1})
    assert (new.verification.red.tests, new.verification.red.output) == ((), "")
    assert (await store.read(lambda t: t.attempts.all("1")))[0].verification == found
    await store.close()

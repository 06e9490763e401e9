"""A database that lost its end is known by the number that stands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.adapters.store import SqlStore, check_database
from codeframe_tui.adapters.store.acknowledged import Acknowledged, Told, acknowledged
from codeframe_tui.adapters.store.repair import BLOCK, begin_repair
from codeframe_tui.core.errors import Lacking
from codeframe_tui.ports.tables import Tables


async def write(database: Path, count: int = 3, at: str = "2026-01-01T00:00:00.000Z") -> None:
    def event(tables: Tables) -> None:
        tables.events.add(at, "problem", None, {})

    store = await SqlStore.open(database)
    try:
        for _ in range(count):
            await store.write(event)
    finally:
        await store.close()


async def test_the_number_follows_every_commit(tmp_path: Path) -> None:
    database = tmp_path / "state.db"
    await write(database, 3)
    assert acknowledged(database).number == 3
    await write(database, 2)
    assert acknowledged(database).number == 5
    check_database(database)


async def test_an_older_database_in_its_place_is_told_and_not_gone_on_from(tmp_path: Path) -> None:
    database = tmp_path / "state.db"
    await write(database, 3)
    older = database.read_bytes()
    await write(database, 2)
    database.write_bytes(older)
    with pytest.raises(Lacking) as caught:
        await SqlStore.open(database)
    assert caught.value.code == "state_damaged"
    assert "its end is gone (events 4 to 5)" in caught.value.message
    with pytest.raises(Lacking):
        check_database(database)
    assert database.read_bytes() == older


async def test_a_database_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    database = tmp_path / "state.db"
    await write(database, 3)
    database.rename(tmp_path / "away.db")
    await write(database, 1)
    assert acknowledged(database).number == 1


OTHER = "2026-02-02T00:00:00.000Z"


async def test_another_database_in_its_place_is_gone_on_from_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database, other = tmp_path / "state.db", tmp_path / "other/state.db"
    await write(database, 5)
    await write(other, 2, OTHER)
    other.replace(database)
    assert check_database(database)
    await write(database, 1, OTHER)
    assert "is another database than" in caplog.text
    assert (check_database(database), acknowledged(database).number) == (False, 3)
    shorter = database.read_bytes()
    await write(database, 1, OTHER)
    database.write_bytes(shorter)
    with pytest.raises(Lacking, match=r"its end is gone \(events 4 to 4\)"):
        await SqlStore.open(database)


async def test_a_number_without_an_identity_is_read_and_completed(tmp_path: Path) -> None:
    database, last = tmp_path / "state.db", tmp_path / "state.last"
    await write(database, 3)
    whole = last.read_bytes()
    last.write_bytes(whole[:21])
    assert acknowledged(database) == Told(3)
    await write(database, 1)
    assert acknowledged(database).birth == Told(4, whole[21:-1].decode()).birth
    last.write_bytes(b"%020d\n" % 9)
    with pytest.raises(Lacking, match=r"its end is gone \(events 5 to 9\)"):
        await SqlStore.open(database)


async def test_an_older_program_that_knows_no_identity_leaves_it(tmp_path: Path) -> None:
    database, last = tmp_path / "state.db", tmp_path / "state.last"
    await write(database, 3)
    born = acknowledged(database).birth
    with last.open("r+b") as file:
        file.write(b"%020d\n" % 7)
    assert acknowledged(database) == Told(7, born)


@pytest.mark.parametrize("left", [b"", None], ids=["empty", "as it was made"])
async def test_a_database_that_lost_all_events_is_no_other(
    tmp_path: Path, left: bytes | None
) -> None:
    database = tmp_path / "state.db"
    await write(database, 0)
    made = database.read_bytes() if left is None else left
    await write(database, 3)
    database.write_bytes(made)
    with pytest.raises(Lacking, match=r"all of it is gone \(events 1 to 3\)"):
        await SqlStore.open(database)


async def test_a_repair_begins_above_what_was_told_though_no_database_knows_it(
    tmp_path: Path,
) -> None:
    database = tmp_path / "state.db"
    await write(database, 3)
    kept = Acknowledged(database)
    kept.note(3 * BLOCK + 5)
    kept.close()
    assert begin_repair(database, OTHER).first == 4 * BLOCK


@pytest.mark.parametrize(
    "text", [b"", b"\0" * 21, b"9" * 20, b"9" * 20 + b"\n", b"x" * 20 + b"\n", b"7\n", None]
)
async def test_a_number_that_cannot_be_read_says_nothing(
    tmp_path: Path, text: bytes | None
) -> None:
    database = tmp_path / "state.db"
    await write(database, 1)
    (tmp_path / "state.last").unlink()
    if text is None:
        (tmp_path / "state.last").mkdir()
    else:
        (tmp_path / "state.last").write_bytes(text)
    assert acknowledged(database).number == 0
    await write(database, 1)


def test_a_full_disk_only_costs_the_number(tmp_path: Path) -> None:
    kept = Acknowledged(tmp_path / "missing" / "state.db")
    kept.note(7)
    kept.close()
    assert acknowledged(tmp_path / "missing" / "state.db") == Told()

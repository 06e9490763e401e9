"""A database that lost its end is known by the number that stands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.adapters.store import SqlStore, check_database
from codeframe_tui.adapters.store.acknowledged import Acknowledged, acknowledged
from codeframe_tui.core.errors import Lacking
from codeframe_tui.ports.tables import Tables


async def write(database: Path, count: int = 3) -> None:
    store = await SqlStore.open(database)
    try:
        for _ in range(count):
            await store.write(_event)
    finally:
        await store.close()


def _event(tables: Tables) -> None:
    tables.events.add("2026-01-01T00:00:00.000Z", "problem", None, {})


async def test_the_number_follows_every_commit(tmp_path: Path) -> None:
    database = tmp_path / "state.db"
    await write(database, 3)
    assert acknowledged(database) == 3
    await write(database, 2)
    assert acknowledged(database) == 5
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
    assert acknowledged(database) == 1


@pytest.mark.parametrize("text", [b"", b"\0" * 21, b"9" * 20, b"x" * 20 + b"\n", b"7\n", None])
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
    assert acknowledged(database) == 0
    await write(database, 1)


def test_a_full_disk_only_costs_the_number(tmp_path: Path) -> None:
    kept = Acknowledged(tmp_path / "missing" / "state.db")
    kept.note(7)
    kept.close()
    assert acknowledged(tmp_path / "missing" / "state.db") == 0

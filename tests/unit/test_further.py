"""Signals that find what others pass over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from codeframe_tui.adapters.index.inside import further
from codeframe_tui.adapters.index.inside.context import rank
from codeframe_tui.adapters.index.inside.database import open_database
from codeframe_tui.adapters.index.inside.describe import Known
from codeframe_tui.adapters.index.inside.further import like, of_tests
from codeframe_tui.adapters.index.inside.git import Objects
from codeframe_tui.adapters.index.inside.past import Past
from codeframe_tui.adapters.index.inside.postings import Posting, forget, packed, unpacked
from codeframe_tui.adapters.index.inside.shelf import Shelf, Tree
from codeframe_tui.core.code.chosen import Chosen
from codeframe_tui.core.code.ranking import HEAD

HELD = (
    {"authentic": 3, "token": 1}, {"async": 2, "config": 1}, {"auth": 1, "token": 4}, {"token": 1},
)  # fmt: skip


def over(*paths: str) -> Tree:
    """A tree whose files have the documents 1, 2, 3…"""
    numbers = tuple(range(1, len(paths) + 1))
    files = {number: (number - 1,) for number in numbers}
    return Tree(paths, numbers, files, tuple("0" * 40 for _ in paths), 0, paths)


def write(database: sqlite3.Connection, document: int, counts: dict[str, int]) -> None:
    """What words stand in a document."""
    rows = packed(document, [(document, Known(counts))])
    database.executemany("INSERT INTO posting VALUES(?,?,?)", rows)


class Most:
    """A database that tells how many rows it was asked for at once."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.most = 0

    def execute(self, *query: Any) -> Any:
        found = self._database.execute(*query).fetchall()
        self.most = max(self.most, len(found))
        return Found(found)


class Found(list[Any]):
    def fetchall(self) -> list[Any]:
        return self


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    database = open_database(tmp_path / "index.db")
    for number, counts in enumerate(HELD, 1):
        database.execute("INSERT INTO document VALUES(?,?,9,0,0,'[]')", (number, f"p{number}"))
        write(database, number, counts)
    shelf = Shelf(database, Objects(tmp_path), tmp_path / "at-work")
    yield shelf
    shelf.close()
    database.close()


def test_words_that_begin_alike_are_found_both_ways(shelf: Shelf) -> None:
    tree = over("a.py", "b.py", "c.py", "d.py")
    scores, words = like(shelf, tree, {"asyncio": 1.0, "authenticator": 1.0})
    assert words == {0: "authenticator", 1: "asyncio"}
    assert scores.keys() == {0, 1}
    # what is short begins too many, and the word itself is what others look for
    assert like(shelf, tree, {"auth": 1.0, "token": 1.0, "12": 1.0}) == ({}, {})


def test_what_begins_too_many_words_says_nothing_and_other_trees_do_not_matter(
    shelf: Shelf,
) -> None:
    write(shelf.database, 4, {f"token{n}": 1 for n in range(30)})
    every, fewer = over("a.py", "b.py", "c.py", "d.py"), over("a.py", "b.py", "c.py")
    write(shelf.database, 1, {"tokens": 1})
    assert like(shelf, every, {"token": 1.0})[0] == {}
    assert like(shelf, fewer, {"token": 1.0})[0].keys() == {0}


def test_of_what_begins_very_many_words_only_the_first_are_read(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(shelf.database, 4, {f"token{n}": 1 for n in range(300)})
    read: list[bytes] = []

    def counted(held: bytes) -> Iterator[Posting]:
        read.append(held)
        return unpacked(held)

    monkeypatch.setattr(further, "unpacked", counted)
    assert like(shelf, over("a.py", "b.py", "c.py", "d.py"), {"token": 1.0}) == ({}, {})
    assert len(read) < 30


def test_documents_are_taken_out_of_all_rows_a_few_at_a_time(shelf: Shelf) -> None:
    write(shelf.database, 5, {f"word{n:04}": 1 for n in range(2_500)})
    write(shelf.database, 6, {f"word{n:04}": 2 for n in range(0, 2_500, 3)})
    database = Most(shelf.database)
    forget(cast("sqlite3.Connection", database), {5, 1})
    assert database.most <= 1_000
    left = shelf.database.execute("SELECT word, counts FROM posting ORDER BY word, first")
    held = {word: [n for n, *_ in unpacked(counts)] for word, counts in left}
    expected = {f"word{n:04}": [6] for n in range(0, 2_500, 3)}
    assert held == expected | {"async": [2], "config": [2], "auth": [3], "token": [4]}


def test_a_test_speaks_for_the_file_that_it_is_named_after() -> None:
    tree = over("app/retry.py", "app/_net.py", "tests/test_retry.py", "tests/net_test.py", "x.md")
    values = {2: 4.0, 3: 1.0, 0: 9.0}
    assert of_tests(tree, values) == (
        {0: 4.0, 1: 1.0}, {0: "tests/test_retry.py", 1: "tests/net_test.py"},
    )  # fmt: skip


def test_tests_of_other_languages_speak_too_and_for_files_of_theirs_only() -> None:
    tree = over("net/retry.go", "net/retry_test.go", "web/retry.ts", "x/Retry.java")
    assert of_tests(tree, {1: 2.0}) == ({0: 2.0}, {0: "net/retry_test.go"})
    tree = over("web/retry.ts", "web/retry.spec.ts", "x/Retry.java", "x/RetryTest.java")
    assert of_tests(tree, {1: 2.0, 3: 1.0})[0] == {0: 2.0, 2: 1.0}


def test_several_files_of_one_name_share_what_the_best_test_says() -> None:
    tree = over("one/base.py", "two/base.py", "tests/one/test_base.py", "tests/two/test_base.py")
    scores, names = of_tests(tree, {2: 1.0, 3: 3.0})
    assert scores == {0: 1.5, 1: 1.5}
    assert set(names.values()) == {"tests/two/test_base.py"}
    assert of_tests(tree, {}) == ({}, {})


def test_many_messages_that_each_say_a_part_speak_for_a_file(tmp_path: Path) -> None:
    database = open_database(tmp_path / "index.db")
    said = [
        ('["pool"]', '["a.py"]'), ('["connect"]', '["a.py"]'), ('["pool"]', '["b.py", "c.py"]'),
        ('["retri"]', '["c.py"]'), ('["pool", "connect"]', str([f"{n}.py" for n in range(40)])),
    ]  # fmt: skip
    database.executemany(
        "INSERT INTO past VALUES(?,?,'',?,?)",
        [(n, str(n), words, files.replace("'", '"')) for n, (words, files) in enumerate(said)],
    )
    numbers = {"a.py": 0, "b.py": 1, "c.py": 2, "0.py": 3}
    scores, words = Past(database, tmp_path).messages({"pool": 1.0, "connect": 1.0}, numbers)
    assert sorted(scores, key=lambda file: -scores[file]) == [0, 1, 2]
    assert words == {0: "connect", 1: "pool", 2: "pool"}
    assert Past(database, tmp_path).messages({"sky": 1.0}, numbers) == ({}, {})
    database.close()


@pytest.mark.parametrize("has_past", [True, False])
def test_words_like_and_tests_by_name_count_where_there_is_a_past(
    tmp_path: Path, has_past: bool
) -> None:
    database = open_database(tmp_path / "index.db")
    told = [*({"token": 9} for _ in range(HEAD)), {"authentic": 1}, {"sky": 1}, {"token": 1}]
    for number, counts in enumerate(told, 1):
        database.execute("INSERT INTO document VALUES(?,?,9,0,0,'[]')", (number, f"p{number}"))
        write(database, number, counts)
    if has_past:
        database.execute("""INSERT INTO past VALUES(0, 'c', 'Paint', '["paint"]', '["x.py"]')""")
    shelf = Shelf(database, Objects(tmp_path), tmp_path / "at-work")
    best = (f"best/{n}.py" for n in range(HEAD))
    tree = over(*best, "alike/file.py", "sky/retry.py", "tests/test_retry.py")
    ranked = rank(shelf, Past(database, tmp_path), tree, "token of an authenticator")
    reasons = {each.path: each.reasons for each in ranked}
    found = {"alike/file.py", "sky/retry.py"} & reasons.keys()
    assert found == ({"alike/file.py", "sky/retry.py"} if has_past else set())
    if has_past:
        assert reasons["alike/file.py"] == ("words like: authenticator",)
        assert reasons["sky/retry.py"] == ("told of by tests/test_retry.py",)
    shelf.close()
    database.close()


@pytest.mark.parametrize("test", ["odd \udcff/test_retry.py", "tests/test_retry.py"])
def test_no_reason_names_a_test_of_which_a_model_is_not_told(tmp_path: Path, test: str) -> None:
    database = open_database(tmp_path / "index.db")
    told = [*({"token": 9} for _ in range(HEAD)), {"sky": 1}, {"token": 1}]
    for number, counts in enumerate(told, 1):
        database.execute("INSERT INTO document VALUES(?,?,9,0,0,'[]')", (number, f"p{number}"))
        write(database, number, counts)
    database.execute("""INSERT INTO past VALUES(0, 'c', 'Paint', '["paint"]', '["x.py"]')""")
    shelf = Shelf(database, Objects(tmp_path), tmp_path / "at-work")
    best = (f"best/{n}.py" for n in range(HEAD))
    tree, past = over(*best, "sky/retry.py", test), Past(database, tmp_path)
    ranked = rank(shelf, past, tree, "token", Chosen(excluded=("tests",)))
    reasons = {each.path: each.reasons for each in ranked}
    assert not any("told of by" in reason for reason in reasons["sky/retry.py"])
    shelf.close()
    database.close()

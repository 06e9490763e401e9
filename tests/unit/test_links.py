"""From what a test printed to lines of the diff."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.links import definition, links_of
from tests.tui.fake_service import diff

TEXT = """
    def test_never_retries_400() -> None:
>       assert run(400).calls == 1
tests/test_retry.py:11: AssertionError
client/retry.py:44: in run
  File "/srv/shop-api/client/limit.py", line 5, in __init__
  File "/usr/lib/python3.11/asyncio/base.py", line 41, in run
client/retry.py:4000: in far
other/retry.py:41: in run
./client/limit.py:1: note, and tests/test_retry.py:10: too
http://127.0.0.1:41/client/retry.py
""".splitlines()[1:]


def test_lines_of_a_traceback_lead_to_lines_of_the_proposal() -> None:
    found = [(link.row, link.path, link.line, link.place) for link in links_of(TEXT, diff())]
    assert found == [
        (2, "tests/test_retry.py", 11, Place("tests/test_retry.py", 1, 1)),
        (3, "client/retry.py", 44, Place("client/retry.py", 1, 5)),
        (4, "client/limit.py", 5, Place("client/limit.py", 1, 4)),
        (6, "client/retry.py", 4000, None),
        (8, "client/limit.py", 1, Place("client/limit.py", 1, 0)),
    ]
    assert links_of(TEXT, None) == []


def _place(document: Any, path: str, line: int) -> Place | None:
    return links_of([f"{path}:{line}: AssertionError"], document)[0].place


def test_a_place_is_the_line_after_the_change() -> None:
    document = diff()
    lines = document["files"][0]["hunks"][0]["lines"]
    for number in range(41, 48):
        place = _place(document, "client/retry.py", number)
        if place is not None:
            assert lines[place.line][0] != "-"
            before = sum(sign != "-" for sign, _ in lines[: place.line])
            assert 41 + before == number
    assert _place(document, "client/retry.py", 40) is None
    assert links_of(["not/there.py:1: AssertionError"], document) == []


@pytest.mark.parametrize(
    ("test", "place"),
    [
        ("tests/test_retry.py::test_never_retries_400", Place("tests/test_retry.py", 1, 0)),
        ("tests/test_retry.py::TestIt::test_never_retries_400[a::b]",
         Place("tests/test_retry.py", 1, 0)),
        ("tests/test_retry.py::test_never", None),
        ("tests/test_retry.py", None),
        ("client/limit.py::__init__", Place("client/limit.py", 1, 3)),
        ("tests/test_other.py::test_never_retries_400", None),
    ],
)  # fmt: skip
def test_a_test_is_found_where_the_change_defines_it(test: str, place: Place | None) -> None:
    assert definition(diff(), test) == place


def test_a_hostile_text_costs_linear_time() -> None:
    assert links_of(["a" * 200_000, ":1" * 50_000, 'File "' * 20_000], diff()) == []

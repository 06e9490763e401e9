"""What every implementation of the Service port promises about diffs; see `service_suite`."""

from __future__ import annotations

import pytest

from codeframe_tui.core.change.outline import unpack_numbers, unpack_signs
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import Approve
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.queries import (
    MOST_LINES,
    Query,
    ShowDiff,
    ShowHits,
    ShowHunkLines,
    ShowSide,
)
from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from tests.contract.service_kit import add, in_review

# -- one side of a file ---------------------------------------------------------------------------


async def test_lines_of_a_side_come_with_their_colours(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    assert await service.query(ShowSide(number, None, "b.py", "proposal", 1, 3)) == {
        "task": number, "attempt": 1, "path": "b.py", "side": "proposal", "first": 1, "total": 3,
        "lines": ["one", "", "three"],
        "tokens": [[[0, 3, "keyword"]], [], [[0, 5, "keyword"]]],
    }  # fmt: skip
    found = await service.query(ShowSide(number, 1, "b.py", "base", 2, 9, syntax=False))
    assert (found["first"], found["lines"], found["tokens"]) == (2, ["", "three"], None)


@pytest.mark.parametrize(
    ("path", "first", "last", "lines"),
    [
        ("long.py", -3, 2, ["x", "x"]),
        ("long.py", 1, 10**9, ["x"] * MOST_LINES),
        ("long.py", 4_999, 10**9, ["x", "x"]),
        ("long.py", 7, 6, []),
        ("long.py", 10**9, 10**9, []),
        ("c.bin", 1, 5, []),
        ("gone.py", 1, 5, []),
    ],
)
async def test_only_lines_that_there_are_come_and_never_too_many(
    service: Service, engine: Supervisor, path: str, first: int, last: int, lines: list[str]
) -> None:
    number = await in_review(engine)
    found = await service.query(ShowSide(number, None, path, "base", first, last))
    assert found["lines"] == lines
    assert found["total"] == (5_000 if path == "long.py" else 0)
    assert (found["tokens"] is None) == (not lines)


async def test_a_line_without_an_end_is_cut(service: Service, engine: Supervisor) -> None:
    number = await in_review(engine)
    found = await service.query(ShowSide(number, None, "huge.txt", "base", 1, 1))
    assert [len(line) for line in found["lines"]] == [65_536]
    assert found["tokens"] is None


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (ShowSide("7", None, "a.py", "base", 1, 2), "not_found"),
        (ShowSide("1", None, "a.py", "base", 1, 2), "not_found"),
        (ShowSide("2", 4, "a.py", "base", 1, 2), "not_found"),
        (ShowSide("2", None, "a.py", "base", 1, 2, since=5), "not_found"),
        (ShowSide("2", None, "../a.py", "base", 1, 2), "path_refused"),
        (ShowHunkLines("7", None, None, "a.py", 1, 0, 9), "not_found"),
        (ShowHunkLines("2", None, None, "b.bin", 1, 0, 9), "not_found"),
        (ShowHunkLines("2", None, None, "a.py", 3, 0, 9), "not_found"),
        (ShowHunkLines("2", None, None, "a.py", 0, 0, 9), "not_found"),
        (ShowHunkLines("2", None, None, "c.py", 1, 0, 9), "not_found"),
        (ShowHunkLines("2", None, 5, "a.py", 1, 0, 9), "not_found"),
        (ShowHits("7", None, None, "x"), "not_found"),
        (ShowHits("2", 4, None, "x"), "not_found"),
    ],
    ids=str,
)
async def test_a_side_of_nothing_is_refused(
    service: Service, engine: Supervisor, query: Query, code: str
) -> None:
    await add(service)
    assert await in_review(engine, priority=0) == "2"
    with pytest.raises(CodeframeError) as caught:
        await service.query(query)
    assert caught.value.code == code


# -- a diff in pages ------------------------------------------------------------------------------


async def test_a_diff_comes_whole_or_as_far_as_there_is_room(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    whole = await service.query(ShowDiff(number))
    assert await service.query(ShowDiff(number, room=100)) == whole
    first, second = whole["files"]
    assert (first["added"], first["removed"]) == (2, 2)
    part = await service.query(ShowDiff(number, room=5))
    assert part["files"][1] == second
    assert part["files"][0]["hunks"] == first["hunks"][:1]
    more = part["files"][0]["more"]
    assert list(unpack_numbers(more["outline"])) == [2, 1, 2, 1, 2]
    assert unpack_signs(more["signs"], 2) == "-+"
    assert more["lines"] == [["-", "old"]]
    assert more["verdicts"] == []


@pytest.mark.parametrize(
    ("first", "count", "lines"),
    [
        (0, 9, [["-", "old"], ["+", "new"]]),
        (1, 1, [["+", "new"]]),
        (-1, 1, [["-", "old"]]),
        (0, -1, []),
        (9, 9, []),
    ],
)
async def test_lines_of_a_hunk_come_in_pages(
    service: Service, engine: Supervisor, first: int, count: int, lines: list[list[str]]
) -> None:
    number = await in_review(engine)
    found = await service.query(ShowHunkLines(number, None, None, "a.py", 2, first, count))
    proposal = (await service.query(ShowDiff(number)))["proposal"]
    assert found == {
        "task": number, "attempt": 1, "proposal": proposal, "since": None, "path": "a.py", "k": 2,
        "first": max(0, first), "heading": "", "lines": lines,
    }  # fmt: skip


async def test_outlined_hunks_are_decided_like_others(service: Service, engine: Supervisor) -> None:
    number = await in_review(engine)
    await service.submit(Approve(number, parts=Parts(hunks=(("a.py", 2),))))
    found = await service.query(ShowDiff(number, room=0))
    assert found["files"][0]["hunks"] == []
    assert found["files"][0]["more"]["verdicts"] == [["declined", 1], ["accepted", 1]]


async def test_white_space_is_left_out_where_it_is_asked_for(
    service: Service, engine: Supervisor
) -> None:
    number = await in_review(engine)
    whole = await service.query(ShowDiff(number))
    assert "space" not in whole
    found = await service.query(ShowDiff(number, space=False))
    assert found["space"] is False
    assert [(file["path"], file["hunks"]) for file in found["files"]] == [("a.py", [])]
    with pytest.raises(CodeframeError):
        await service.query(ShowHunkLines(number, None, None, "a.py", 1, 0, 9, space=False))
    assert (await service.query(ShowDiff(number))) == whole


# -- searching -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["e", "x", "no such text", ""])
async def test_lines_that_hold_a_text_are_found(
    service: Service, engine: Supervisor, text: str
) -> None:
    number = await in_review(engine)
    whole = await service.query(ShowDiff(number))
    found = await service.query(ShowHits(number, None, None, text))
    told = [
        [file["path"], hunk["k"], at]
        for file in whole["files"]
        for hunk in file["hunks"]
        for at, (sign, line) in enumerate(hunk["lines"])
        if text and text in line and sign != "\\"
    ]
    assert found == {
        "task": number, "attempt": 1, "proposal": whole["proposal"], "since": None, "text": text,
        "hits": told, "all": True,
    }  # fmt: skip

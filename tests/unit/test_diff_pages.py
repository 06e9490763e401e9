"""A diff that came in outline looks like one that came whole, once its pages are there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeframe_tui.core.change.diff import FileDiff, Hunk, file_document
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.queries import ShowHunkLines, ShowSide
from codeframe_tui.tui.present.diff.index import DiffIndex
from codeframe_tui.tui.present.diff.kinds import HunkRow, PairRow, Row
from codeframe_tui.tui.present.diff.lines import HunkLines, LineRow
from codeframe_tui.tui.present.diff.pages import PAGE, Pages
from codeframe_tui.tui.present.diff.segments import Look
from codeframe_tui.tui.present.diff.supply import InSight, Supply, opened
from codeframe_tui.tui.present.draft import ReviewDraft
from tests.diff_documents import large, retry

VERDICTS = ("accepted", None, "rejected")
WHO = {"task": "7", "attempt": 2}


def in_room(document: dict[str, Any], room: int) -> dict[str, Any]:
    """A document as the engine gives it when there is only so much room."""
    files = []
    for file in document["files"]:
        hunks = tuple(
            Hunk(
                h["k"], h["old_start"], h["old_lines"], h["new_start"], h["new_lines"],
                tuple((sign, text) for sign, text in h["lines"]), h.get("heading") or "",
            )
            for h in file["hunks"]
        )  # fmt: skip
        mode, action = file["mode"], Action(file["action"])
        diff = FileDiff(file["path"], action, mode, mode, file["binary"], hunks)
        verdicts = [h.get("verdict") for h in file["hunks"]]
        files.append(
            {**file_document(diff, verdicts, room), "old_mode": file.get("old_mode", mode)}
        )
        room = max(0, room - sum(1 + len(h.lines) for h in hunks))
    return {**document, **WHO, "files": files}


def supply_all(document: dict[str, Any], whole: dict[str, Any]) -> None:
    """Answer every question about text that the rows have."""
    supply: Supply = document["supply"]
    index = DiffIndex(document)
    lines = {(f["path"], h["k"]): h for f in whole["files"] for h in f["hunks"]}
    seen = index.in_sight(0, len(index))
    while (asked := supply.lacks_text(seen)) is not None:
        hunk = lines[asked.path, asked.k]
        page = hunk["lines"][asked.first : asked.first + asked.count]
        assert supply.put(asked, {"lines": page, "heading": hunk.get("heading") or ""})


def plain(row: Row) -> Row:
    """Without what is worked out from lines far away, and what comes with a page."""
    if isinstance(row, HunkRow):
        return row._replace(heading="")
    if isinstance(row, PairRow):
        left, right = (line and plain(line) for line in row)
        return PairRow(left, right)  # type: ignore[arg-type]  # lines stay lines
    return row._replace(tokens=()) if isinstance(row, LineRow) else row


@pytest.mark.parametrize("split", [False, True])
@given(room=st.integers(0, 700), data=st.data())
@settings(max_examples=20)
def test_rows_are_those_of_the_whole_document(split: bool, room: int, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([retry(), large(160)]))
    for hunk in (hunk for file in whole["files"] for hunk in file["hunks"]):
        hunk["verdict"] = VERDICTS[hunk["k"] // 3 % len(VERDICTS)]
    look = Look(split=split, gaps=True)
    document = opened(in_room(whole, room))
    index, wanted = DiffIndex(document, look=look), DiffIndex(whole, look=look)
    assert len(index) == len(wanted)
    assert index.number_width == wanted.number_width
    rows = range(0, len(index), 7)
    assert [index.kind(row) for row in rows] == [wanted.kind(row) for row in rows]
    assert [index.place(row) for row in rows] == [wanted.place(row) for row in rows]
    supply_all(document, whole)
    index = DiffIndex(document, look=look)
    assert [plain(index.row(row)) for row in rows] == [plain(wanted.row(row)) for row in rows]
    for row in rows:
        assert index.find(index.place(row)) == row
        assert index.next_stop(row, 1) == wanted.next_stop(row, 1)
        assert index.line_number(row) == wanted.line_number(row)
    assert ReviewDraft.of(document) == ReviewDraft.of(whole | {"task": document["task"]})


def test_text_that_has_not_come_is_three_dots_with_the_numbers_of_its_line() -> None:
    index = DiffIndex(opened(in_room(retry(), 0)))
    row = index.row(2)
    assert row == LineRow("+", None, 12, "…", tokens=((0, 1, "faint"),))


def test_what_comes_whole_is_asked_for_by_nobody() -> None:
    document = opened(in_room(retry(), 10_000))
    index = DiffIndex(document)
    assert document["supply"].lacks_text(index.in_sight(0, len(index))) is None
    plain_one = opened(retry())
    seen = DiffIndex(plain_one).in_sight(0, 9)
    assert plain_one["supply"].lacks_colours(seen) is None, "nobody knows which task it is of"


def test_colours_are_asked_for_in_blocks_of_one_side_and_once() -> None:
    document = opened(in_room(retry(), 10_000))
    supply: Supply = document["supply"]
    seen = [InSight("a.py", (), [("proposal", 60), ("proposal", 70), ("base", 300)])]
    first = supply.lacks_colours(seen)
    assert first == ShowSide("7", 2, "a.py", "base", 257, 320)
    supply.put(first, None)
    second = supply.lacks_colours(seen)
    assert second == ShowSide("7", 2, "a.py", "proposal", 1, 128)
    supply.put(second, {"tokens": [[[0, 3, "keyword"]]] * 100})
    assert supply.lacks_colours(seen) is None
    assert supply.tokens("a.py", "proposal", 1) == ((0, 3, "keyword"),)
    assert supply.tokens("a.py", "proposal", 101) is None
    assert supply.tokens("a.py", "base", 300) is None


def test_the_same_diff_that_comes_again_has_what_came_before() -> None:
    first = opened(in_room(retry(), 5))
    supply: Supply = first["supply"]
    supply.put(ShowSide("7", 2, "a.py", "base", 1, 64), {"tokens": [[]]})
    assert opened(in_room(retry(), 5), first)["supply"] is supply
    assert opened({**in_room(retry(), 5), "attempt": 3}, first)["supply"] is not supply
    assert opened(first)["supply"] is supply


def test_pages_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codeframe_tui.tui.present.diff.pages._KEPT", 2 * PAGE)
    pages = Pages()
    pages.put("f", 1, 0, [("+", "a")] * (2 * PAGE))
    pages.look("f", 1, 0)
    pages.put("f", 1, 2 * PAGE, [("+", "b")] * PAGE)
    assert [pages.has("f", 1, page) for page in range(3)] == [True, False, True]
    pages.put("f", 1, 0, [("+", "a")] * 10)
    assert pages.text("f", 1, 9) == "a"
    assert pages.text("f", 1, 10) is None


def test_exact_colours_stand_where_the_line_is_shown() -> None:
    hunk = {
        "k": 1, "old_start": 1, "old_lines": 1, "new_start": 1, "new_lines": 2,
        "lines": [[" ", "a\x1bb cd"], ["+", "x" * 30_000]],
    }  # fmt: skip

    def colours(side: str, number: int) -> tuple[tuple[int, int, str], ...]:
        assert side == "proposal"
        return {1: ((0, 2, "number"), (4, 6, "string")), 2: ((10, 25_000, "comment"),)}[number]

    lines = HunkLines(hunk, python=True, colours=colours)
    shown = lines.row(0)
    assert shown.hidden
    assert [shown.text[start:end] for start, end, _ in shown.tokens] == ["a␛", "cd"]
    assert lines.row(1).tokens == ((10, 20_000, "comment"),)


def test_an_unknown_page_is_not_asked_for_again_and_again() -> None:
    document = opened(in_room(retry(), 0))
    supply: Supply = document["supply"]
    index = DiffIndex(document)
    seen = index.in_sight(0, 3)
    asked = supply.lacks_text(seen)
    assert asked == ShowHunkLines("7", 2, None, "client/retry.py", 1, 0, PAGE)
    assert not supply.put(asked, None)
    assert supply.lacks_text(seen) is None

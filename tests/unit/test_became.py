"""What the next attempt did at a place that the worker was told about: read from lines alone."""

from __future__ import annotations

import pytest

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.review.became import Became, became, removal_became
from codeframe_tui.core.review.comment import Spot

FILE = [f"line {n}" for n in range(1, 21)]


def told(first: int, last: int | None = None, lines: list[str] = FILE) -> Spot:
    return Spot.of("a.py", first, last or first, "new", lines)


def without(*numbers: int) -> list[str]:
    return [line for n, line in enumerate(FILE, 1) if n not in numbers]


@pytest.mark.parametrize(
    "lines",
    [FILE, ["new", *FILE], [*FILE, "new"], ["other", *FILE[1:]], without(15), without(1, 2)],
    ids=["same", "moved", "longer", "far away", "far below", "far above"],
)
def test_lines_that_stand_with_what_is_around_them_stand(lines: list[str]) -> None:
    assert became(told(10), lines) is Became.STANDS
    assert became(told(8, 11), lines) is Became.STANDS


@pytest.mark.parametrize(
    "lines",
    [
        [*FILE[:9], "ten", *FILE[10:]],
        [*FILE[:9], "ten", "and more", *FILE[10:]],
        [*FILE[:9], "guard", *FILE[9:]],
        [*FILE[:10], "guard", *FILE[10:]],
        without(9),
        [*FILE[:8], "nine", "ten", *FILE[10:]],
        [*FILE[:6], *FILE[16:]],
    ],
    ids=["replaced", "by two", "before", "after", "less", "with others", "all of it"],
)
def test_lines_that_changed_or_have_a_changed_neighbour_changed(lines: list[str]) -> None:
    assert became(told(10), lines) is Became.CHANGED


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        (told(10), without(10)),
        (told(9, 11), without(9, 10, 11)),
        (told(1), FILE[1:]),
        (told(20), FILE[:-1]),
        (told(1, 20), []),
        (told(10), ["new", *without(10)]),
    ],
    ids=["one", "three", "the first", "the last", "all", "moved"],
)
def test_lines_that_left_no_more_than_a_gap_are_gone(place: Spot, lines: list[str]) -> None:
    assert became(place, lines) is Became.GONE


def test_a_range_of_which_a_line_is_left_changed() -> None:
    assert became(told(9, 11), without(9, 11)) is Became.CHANGED


def test_a_gap_between_empty_lines_names_no_place() -> None:
    spot = Spot("a.py", 4, 4, "new", ("x",), ("", "", ""), ("", "", ""))
    assert became(spot, [""] * 8) is Became.CHANGED


def test_a_file_that_is_not_there_leaves_nothing() -> None:
    assert became(told(10), None) is Became.GONE


def removing(*texts: str, at: int = 10, by: str = "new") -> FileDiff:
    lines = (*(("-", text) for text in texts), ("+", by))
    hunk = Hunk(1, at, len(texts), at, 1, lines)
    return FileDiff("a.py", Action.MODIFY, "100644", "100644", False, (hunk,))


def test_a_removal_stands_while_the_same_hunk_removes_it() -> None:
    told_of = Spot("a.py", 10, 10, "old", ("ten",)), removing("ten")
    spot, moved = told_of[0], Spot("a.py", 12, 12, "old", ("ten",))
    assert removal_became(told_of, (spot, removing("ten"))) is Became.STANDS
    assert removal_became(told_of, (moved, removing("ten", at=12))) is Became.STANDS
    assert removal_became(told_of, (spot, removing("ten", by="other"))) is Became.CHANGED
    assert removal_became(told_of, (spot, removing("ten", "eleven"))) is Became.CHANGED
    assert removal_became(told_of, (spot, removing("four", at=4))) is Became.CHANGED
    assert removal_became(told_of, (spot, None)) is Became.CHANGED, "it was taken back"
    assert removal_became(told_of, (None, None)) is Became.CHANGED

"""Where a comment stands on a later attempt, and what the worker is told of it."""

from __future__ import annotations

import pytest

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.review.comment import Comment, CommentType, Spot, anchor
from codeframe_tui.core.review.letter import changes_letter, questions_letter, split_answers

FILE = ["def one():", "    return 1", "", "", "def two():", "    return 1", ""]


def spot(first: int, last: int | None = None, lines: list[str] = FILE) -> Spot:
    return Spot.of("a.py", first, last or first, "new", lines)


def test_a_spot_knows_its_lines_and_what_stands_around_them() -> None:
    found = spot(5, 6)
    assert found.excerpt == ("def two():", "    return 1")
    assert found.before == ("    return 1", "", "")
    assert found.after == ("",)
    assert found.place == "a.py:5-6"


@pytest.mark.parametrize(("first", "last"), [(0, 1), (8, 8), (3, 2), (7, 8)])
def test_a_spot_outside_of_the_file_is_refused(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="7 lines"):
        Spot.of("a.py", first, last, "new", FILE)


def test_a_comment_moves_with_its_line() -> None:
    assert anchor(spot(1), ["# new", "", *FILE]) == 3


def test_of_equal_lines_the_one_with_the_same_neighbours_is_taken() -> None:
    assert anchor(spot(6), ["# new", *FILE]) == 7
    assert anchor(spot(2), ["# new", *FILE]) == 3


def test_of_equal_places_the_nearest_is_taken() -> None:
    twice = ["a", "b", "c"] * 3
    assert anchor(spot(5, lines=twice), ["x", *twice]) == 6


def test_equal_lines_without_a_known_neighbour_are_not_guessed() -> None:
    assert anchor(spot(2), ["x", "    return 1", "y", "    return 1", "z"]) is None
    assert anchor(spot(2), ["x", "    return 1", "y"]) == 2
    assert anchor(spot(3), ["x", "", "y"]) is None


def test_a_changed_line_is_nowhere() -> None:
    assert anchor(spot(2), ["def one():", "    return 2"]) is None
    assert anchor(spot(1, 2), ["def one():", "", "    return 1"]) is None
    assert anchor(spot(1), []) is None


def said(text: str, place: Spot, type_: str = "issue", sent: int | None = None) -> Comment:
    return Comment(1, "1", 1, place, CommentType(type_), text, sent=sent)


HUNKS = (
    Hunk(1, 1, 1, 1, 1, (("-", "old"), ("+", "new"))),
    Hunk(2, 5, 3, 5, 4, ((" ", "x"), ("-", "a"), ("+", "b"), ("+", "c"), (" ", "y"))),
)
DIFF = FileDiff("a.py", Action.MODIFY, "100644", "100644", False, HUNKS)


def test_the_letter_numbers_comments_and_rejected_parts_with_place_and_excerpt() -> None:
    comments = [
        said("too clever", spot(2)),
        said("name it", Spot("b.py"), "nit", sent=1),
        said("split it", Spot()),
    ]
    rejected = Parts(("c.bin",), (("a.py", 1),), (("a.py", 7, 7),))
    assert changes_letter("  slower\nthan before ", comments, rejected, [DIFF]) == (
        "slower\nthan before\n\n"
        "1. a.py:2 (issue): too clever\n   >     return 1\n\n"
        "2. b.py (nit; said before, and still as it was): name it\n\n"
        "3. the whole proposal (issue): split it\n\n"
        "4. c.bin (rejected): all that the proposal does to this file\n\n"
        "5. a.py:1 (rejected): hunk 1\n   > -old\n   > +new\n\n"
        "6. a.py:7 (rejected)\n   > +c"
    )


def test_an_accepted_removal_in_a_rejected_range_is_not_quoted() -> None:
    lines = ((" ", "a"), ("-", "wrong"), (" ", "b"), ("-", "right"))
    diff = FileDiff("a.py", Action.MODIFY, "1", "1", False, (Hunk(1, 1, 4, 1, 2, lines),))
    rejected, accepted = Parts(lines=(("a.py", 1, 2),)), Parts(lines=(("a.py", 2, 2),))
    assert changes_letter("", (), rejected, [diff]).endswith("> -wrong\n   > -right")
    assert changes_letter("", (), rejected, [diff], accepted).endswith("(rejected)\n   > -wrong")
    again = changes_letter("", (), accepted, [diff], accepted)
    assert again.endswith("> -right"), "what is named is told, whatever was said before"


def test_a_long_excerpt_is_cut_and_says_so() -> None:
    lines = [f"line {n}" for n in range(30)]
    letter = questions_letter([said("why?", spot(1, 30, lines), "question")])
    assert letter.startswith("1. a.py:1-30 (question): why?\n   > line 0\n")
    assert letter.endswith("   > line 23\n   > … and 6 more lines")


@pytest.mark.parametrize(
    ("text", "count", "answers"),
    [
        ("1. Because.\n2. Never.", 2, ["Because.", "Never."]),
        ("1) One\nmore\n\n2) Two", 2, ["One\nmore", "Two"]),
        ("**1.** One\n**2.** Two", 2, ["One", "Two"]),
        ("Both are fine.", 2, ["Both are fine."] * 2),
        ("1. Only this one.", 2, ["1. Only this one."] * 2),
        ("1. Because.", 1, ["Because."]),
        ("Well:\n1. a\n2. b", 1, ["Well:\n1. a\n2. b"]),
        ("", 0, []),
    ],
)
def test_an_answer_is_split_by_its_numbers(text: str, count: int, answers: list[str]) -> None:
    assert split_answers(text, count) == answers

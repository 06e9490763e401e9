"""Which attempt brought a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.review.origins import MOST_LINES, origins

LINES = st.lists(st.sampled_from("abcd"), max_size=8)


def test_a_line_is_of_the_attempt_that_brought_it_and_stays_so() -> None:
    before, first = ["a", "b"], ["a", "new", "b"]
    second = ["top", "a", "new", "b", "end"]
    assert origins(before, [first, second]) == [(1, 1, 2), (3, 3, 1), (5, 5, 2)]


def test_a_line_that_went_and_came_again_is_of_the_later_attempt() -> None:
    assert origins([], [["x", "y"], ["x"], ["x", "y"]]) == [(1, 1, 1), (2, 2, 3)]


def test_what_the_project_brought_between_two_attempts_is_of_none() -> None:
    assert origins(["a", "theirs"], [["a", "mine"], ["a", "theirs", "mine"]]) == [(3, 3, 1)]


def test_a_new_file_and_one_that_is_gone() -> None:
    assert origins([], [["a", "b"]]) == [(1, 2, 1)]
    assert origins(["a"], [[]]) == []
    assert origins(["a"], []) == []


@pytest.mark.timeout(20)
def test_too_long_a_file_is_not_compared_and_a_long_one_is() -> None:
    assert origins([], [["x"] * (MOST_LINES + 1)]) == []
    old = [f"line {n}" for n in range(MOST_LINES)]
    assert origins(old, [old[::2], old[1::2]]) == []


@given(LINES, st.lists(LINES, min_size=1, max_size=4))
def test_runs_are_in_order_and_name_attempts_that_have_the_line(
    before: list[str], attempts: list[list[str]]
) -> None:
    last = 0
    for first, end, number in origins(before, attempts):
        assert last < first <= end <= len(attempts[-1])
        for line in attempts[-1][first - 1 : end]:
            assert line in attempts[number - 1]
        last = end

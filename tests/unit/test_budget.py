"""Caps of money: what an answer allows, and which call fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.budget import Answer, Cap, Room, allowed, raised, room_under

CAP = Cap("per_run", 5.0, "2026-03-02T10")


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("10", 10.0),
        (" $7.50 ", 7.5),
        ("7,5", 7.5),
        ("raise to 20.00", 20.0),
        ("Raise it to $20", 20.0),
        ("up to 3 dollars", 3.0),
        ("go on", None),
        ("", None),
        ("use 2 workers", None),
        ("10 more, but be careful", None),
        ("-3", None),
    ],
)
def test_an_amount_in_an_answer_is_read_and_nothing_is_guessed(
    said: str, amount: float | None
) -> None:
    assert raised(said) == amount


def test_an_amount_replaces_the_cap_and_other_words_allow_the_same_again() -> None:
    first, second = Answer("2026-03-02T11", "go on"), Answer("2026-03-02T12", "12")
    assert allowed(CAP, []) == CAP
    assert allowed(CAP, [first]) == Cap("per_run", 5.0, first.at)
    assert allowed(CAP, [second]) == Cap("per_run", 12.0, CAP.since)
    assert allowed(CAP, [first, second]) == Cap("per_run", 12.0, CAP.since)
    assert allowed(CAP, [second, first]) == Cap("per_run", 12.0, first.at)


def test_what_was_answered_in_an_earlier_run_says_nothing_about_this_one() -> None:
    assert allowed(CAP, [Answer("2026-03-02T09", "100"), Answer("2026-03-01", "go on")]) == CAP


@pytest.mark.parametrize(
    ("spent", "held", "wanted", "room"),
    [
        (0.0, 0.0, 1.0, Room.YES),
        (4.9, 0.0, 1.0, Room.YES),
        (5.0, 0.0, 0.0, Room.NO),
        (3.0, 1.0, 1.0, Room.YES),
        (3.5, 1.0, 1.0, Room.LATER),
        (5.0, 1.0, 1.0, Room.NO),
    ],
)
def test_a_call_fits_waits_or_stops(spent: float, held: float, wanted: float, room: Room) -> None:
    assert room_under(CAP, spent=spent, held=held, wanted=wanted) is room


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0.01, 3), st.floats(0, 1)), max_size=60))
def test_any_number_of_workers_overrun_a_cap_by_one_call_at_most(
    moves: list[tuple[int, float, float]],
) -> None:
    """Worker n asks for the most its call can cost, or pays a share of what it holds."""
    spent, held, most = 0.0, dict[int, float](), 0.0
    for worker, wanted, share in moves:
        if worker in held:
            spent += held.pop(worker) * share
            continue
        others = sum(held.values())
        if room_under(CAP, spent=spent, held=others, wanted=wanted) is Room.YES:
            held[worker] = wanted
            most = max(most, wanted)
        assert spent + sum(held.values()) <= CAP.usd + most + 1e-9

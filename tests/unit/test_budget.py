"""Caps of money: what an answer allows, and which call fits."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.budget import Answer, Cap, Room, allowed, per_call, raised, room_under

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
        ("1,000", 1_000.0),
        ("raise to $12,345,678.50", 12_345_678.5),
        ("0,125", 0.125),
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


@pytest.mark.parametrize("said", ["+2.50", "raise by 2,5", "Raise it by $2.50 dollars", "+ $2.5"])
def test_an_amount_with_a_plus_is_added_to_what_the_cap_is_by_then(said: str) -> None:
    first, second = Answer("2026-03-02T11", "7"), Answer("2026-03-02T12", said)
    assert allowed(CAP, [second]).usd == 7.5
    assert allowed(CAP, [first, second]).usd == 9.5
    assert allowed(CAP, [second, second]).usd == 10.0


def test_thousands_are_added_too() -> None:
    assert raised("+1,000", 5.0) == raised("raise by 1,000 usd", 5.0) == 1_005.0


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("count each call as 0.50", 0.5),
        ("$0,25 a call", 0.25),
        ("3", 3.0),
        ("run uncounted", 0.0),
        ("gpt4 is fine", 0.0),
        ("treat it like gpt-4", 0.0),
        ("as claude-3.5, please", 0.0),
        ("gpt 4-turbo is fine", 0.0),
        ("-$4", 0.0),
        ("as 1,000 a call", 1_000.0),
        ("", 0.0),
    ],
)
def test_what_a_call_of_unknown_price_counts_as(said: str, amount: float) -> None:
    assert per_call(said) == amount


CALLS = st.lists(st.tuples(st.floats(0.01, 3.0), st.floats(0.0, 1.0)), min_size=1, max_size=12)


@given(st.lists(CALLS, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_workers_together_overrun_a_cap_by_no_more_than_one_call(
    works: list[list[tuple[float, float]]], random: Random
) -> None:
    """Each worker holds the most of a call, then settles a share of it; in any order."""
    spent, held = 0.0, dict.fromkeys(range(len(works)), 0.0)
    left = {worker: list(calls) for worker, calls in enumerate(works)}
    most = max(wanted for calls in works for wanted, _ in calls)
    waiting: set[int] = set()
    while ready := [worker for worker, calls in left.items() if calls and worker not in waiting]:
        worker = random.choice(ready)
        wanted, share = left[worker][0]
        if held[worker]:
            spent += wanted * share
            held[worker] = 0.0
            left[worker].pop(0)
            waiting.clear()
            continue
        room = room_under(CAP, spent=spent, held=sum(held.values()), wanted=wanted)
        if room is Room.YES:
            held[worker] = wanted
        elif room is Room.LATER:
            assert any(held.values()), "nobody would wake it"
            waiting.add(worker)
        else:
            left[worker].clear()
        assert spent + sum(held.values()) <= CAP.usd + most + 1e-9
    assert spent <= CAP.usd + most + 1e-9


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


@pytest.mark.timeout(20)
@pytest.mark.parametrize("between", [" ", "1", ",", "1,", "$ "])
def test_a_hostile_answer_is_read_in_its_length(between: str) -> None:
    for said in ("raise to", "raise by", "1"):
        assert raised(f"{said}{between * 100_000}!") is None
    assert per_call(between * 100_000 + "x") == 0

"""Caps of money: what an answer allows, and which call fits."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.budget import (
    Answer,
    Cap,
    NextCall,
    Room,
    allowed,
    least,
    per_call,
    raised,
    room_under,
)

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


WORKS = st.lists(
    st.lists(
        st.tuples(st.floats(0.01, 6.0), st.floats(0.0, 1.5), st.booleans()), min_size=1, max_size=12
    ),
    min_size=1,
    max_size=5,
)


@given(WORKS, st.randoms(use_true_random=False))
def test_workers_overrun_a_cap_by_no_more_than_their_estimates_are_wrong_and_none_waits_for_ever(
    works: list[list[tuple[float, float, bool]]], random: Random
) -> None:
    """Each worker holds the most of a call, then pays a part of it or more, or gives it up."""
    spent, held, wrong = 0.0, dict.fromkeys(range(len(works)), 0.0), 0.0
    left = {worker: list(calls) for worker, calls in enumerate(works)}
    waiting: set[int] = set()
    while ready := [worker for worker, calls in left.items() if calls and worker not in waiting]:
        worker = random.choice(ready)
        wanted, part, given_up = left[worker][0]
        if held[worker]:
            paid = 0.0 if given_up else wanted * part
            spent, wrong = spent + paid, wrong + max(0.0, paid - wanted)
            held[worker] = 0.0
            left[worker].pop(0)
            waiting.clear()
            continue
        room = room_under(CAP, spent=spent, held=sum(held.values()), wanted=wanted)
        if room is Room.YES:
            held[worker] = wanted
        elif room is Room.LATER:
            assert any(held.values()), "nobody would wake it"
            assert spent + wanted <= CAP.usd + 1e-6, "it would wait in vain"
            waiting.add(worker)
        else:
            left[worker].clear()
        assert spent + sum(held.values()) <= CAP.usd + wrong + 1e-6
    assert spent <= CAP.usd + wrong + 1e-6
    assert not any(left.values()), "somebody waits for ever"


def test_what_was_answered_in_an_earlier_run_says_nothing_about_this_one() -> None:
    assert allowed(CAP, [Answer("2026-03-02T09", "100"), Answer("2026-03-01", "go on")]) == CAP


@pytest.mark.parametrize(
    ("spent", "held", "wanted", "room"),
    [
        (0.0, 0.0, 1.0, Room.YES),
        (4.0, 0.0, 1.0, Room.YES),
        (4.9, 0.0, 0.1, Room.YES),
        (4.9, 0.0, 1.0, Room.NO),
        (0.0, 0.0, 5.1, Room.NO),
        (4.9, 0.1, 1.0, Room.NO),
        (5.0, 0.0, 0.0, Room.NO),
        (3.0, 1.0, 1.0, Room.YES),
        (3.5, 1.0, 1.0, Room.LATER),
        (5.0, 1.0, 1.0, Room.NO),
    ],
)
def test_a_call_fits_waits_or_stops(spent: float, held: float, wanted: float, room: Room) -> None:
    assert room_under(CAP, spent=spent, held=held, wanted=wanted) is room


MONEY = st.floats(0.001, 20.0)


@given(cap=MONEY, spent=MONEY, held=MONEY, wanted=st.one_of(st.just(0.0), MONEY))
def test_what_is_offered_is_enough_for_the_call_that_did_not_fit(
    cap: float, spent: float, held: float, wanted: float
) -> None:
    call = NextCall(wanted, held)
    raised_ = Cap("per_run", least(spent, call.needs))
    assert room_under(raised_, spent=spent, held=held, wanted=wanted) is Room.YES
    assert raised_.usd < spent + call.needs + 0.02
    told = NextCall.read(f"{call}.")
    again = allowed(Cap("per_run", cap), [Answer("2026-03-02T11", "go on", needs=told.needs)])
    assert again.usd >= cap
    assert again.usd == cap or again.usd <= call.needs + 0.02
    if wanted:  # what others held is paid by then
        assert room_under(again, spent=held, held=0.0, wanted=wanted) is Room.YES


def test_going_on_allows_what_the_call_needs_where_that_is_more_and_only_once() -> None:
    asked = Answer("2026-03-02T11", "go on", needs=7.25)
    later = Answer("2026-03-02T12", "go on", needs=0.5)
    assert allowed(CAP, [asked]) == Cap("per_run", 7.25, asked.at)
    assert allowed(CAP, [asked, later]) == Cap("per_run", 5.0, later.at)
    assert allowed(CAP, [Answer(asked.at, "6", needs=7.25)]).usd == 6.0, "an amount is an amount"


def test_an_amount_that_is_added_after_going_on_leaves_what_was_spent_before_alone() -> None:
    first, second = Answer("2026-03-02T11", "go on"), Answer("2026-03-02T12", "+2")
    assert allowed(CAP, [first, second]) == Cap("per_run", 7.0, first.at)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (NextCall(0.1234, 0.0), "the next call may cost up to $0.13"),
        (NextCall(0.1, 0.0), "the next call may cost up to $0.10"),
        (
            NextCall(1200.0, 0.301),
            "the next call may cost up to $1200.00, beside $0.31 that is reserved for other calls",
        ),
    ],
)
def test_what_a_question_says_of_the_next_call_is_read_again(call: NextCall, said: str) -> None:
    assert str(call) == said
    read = NextCall.read(f"The cap is reached: $0.10 is left, and {said}. An amount raises it.")
    assert 0.0 <= read.usd - call.usd < 0.01
    assert 0.0 <= read.held - call.held < 0.01
    assert NextCall.read("The cap is reached.") == NextCall()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("between", [" ", "1", ",", "1,", "$ "])
def test_a_hostile_answer_is_read_in_its_length(between: str) -> None:
    for said in ("raise to", "raise by", "1"):
        assert raised(f"{said}{between * 100_000}!") is None
    assert per_call(between * 100_000 + "x") == 0

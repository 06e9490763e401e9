"""What texts cost in tokens: estimated first, then by what replies counted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.tokens import GUESS, Asked, Gauge, Learned, size
from codeframe_tui.core.usage import Usage

ASKED = Asked("m", 30_000)


def after(*counts: int, known: Learned | None = None) -> Learned:
    """What replies that counted so many tokens for 30,000 bytes tell."""
    learned = known or Learned()
    for count in counts:
        learned = learned.after(ASKED, Usage(input_tokens=count))
    return learned


def test_tokens_are_counted_in_bytes_not_characters() -> None:
    assert [GUESS.tokens(text) for text in ("", "abcd", "ääää")] == [0, 1, 2]


def test_texts_inside_a_value_are_not_escaped() -> None:
    lines = '"\n' * 500
    assert size(lines) == 1_000
    told = {"type": "text", "text": lines}
    assert size([told]) - size([{**told, "text": ""}]) == 1_000
    plain = [{"role": "user", "content": [{"type": "text", "text": "x" * 50}]}, 7, None, True]
    assert abs(size(plain) - len(json.dumps(plain))) < 20


def test_all_that_was_sent_counts_cached_or_not() -> None:
    usage = Usage(100, 5_000, cache_read_tokens=9_000, cache_write_tokens=900)
    assert Learned().after(ASKED, usage).gauge == Gauge(3.0, "model")


def test_the_guess_holds_until_a_reply_counts() -> None:
    assert Learned().gauge == GUESS
    assert Learned().after(ASKED, None).gauge == GUESS
    assert after(0).gauge == GUESS
    assert after(10_000).gauge.by == "model"


def test_where_tokens_must_not_be_too_few_part_of_a_tokens_bytes_is_reckoned_with() -> None:
    assert Gauge(3.0).at_most("x" * 2_700) == 1_000
    assert GUESS.at_most("x" * 3_000) == 1_000


def test_who_counts_as_no_model_can_is_not_heard() -> None:
    learned = after(10_000)
    assert after(4, 3_000, 20_000, known=learned) == learned


def test_some_odd_replies_move_nothing() -> None:
    assert after(*[10_000] * 5, 14_000, 4_000, *[10_000] * 3).gauge.bytes_each == 3.0


def test_of_two_replies_the_one_with_more_tokens_decides() -> None:
    assert [after(*two).gauge.bytes_each for two in ((10_000, 6_000), (6_000, 10_000))] == [3, 3]


def test_the_newest_replies_decide() -> None:
    learned = after(*[10_000] * 30)
    assert len(learned.ratios) == 20
    assert after(*[7_500] * 20, known=learned).gauge.bytes_each == 4.0


def test_a_small_difference_moves_nothing_so_that_the_cached_prefix_holds() -> None:
    learned = after(10_000)
    assert after(*[9_700] * 30, known=learned).gauge == learned.gauge
    assert after(*[9_000] * 30, known=learned).gauge != learned.gauge


@pytest.mark.parametrize("kept", [None, "", "x", 7, True, "7", "[]", "[3.0]", "[9, 9]", "[3, null]",
                                  '{"a": 1}', "[NaN, 3]", '["x", 3]', "[0, 3]",
                                  "[" * 100_000])  # fmt: skip
def test_nothing_is_learned_from_what_is_none(kept: object) -> None:
    assert Learned.read(kept) == Learned()


@given(st.lists(st.integers(0, 100_000), max_size=40), st.text())
def test_a_gauge_stays_in_bounds_is_kept_and_is_careful(counts: list[int], text: str) -> None:
    learned = after(*counts)
    gauge = learned.gauge
    assert 2.0 <= gauge.bytes_each <= 8.0
    assert gauge.tokens(text) <= gauge.at_most(text) <= size(text)
    assert Learned.read(learned.kept()) == learned

"""What of earlier tasks a new one is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.code import earlier
from codeframe_tui.core.code.earlier import Piece, find, told
from codeframe_tui.core.code.words import words
from codeframe_tui.core.tokens import GUESS

ROUNDING = Piece(
    "1.2.1", "Currency rounding", "answer", "half even", "Round half up or half even for amounts?"
)
HEALTH = Piece("1.1.4", "Health endpoint", "task", "GET /health answers with the version.")
COMMENT = Piece("1.1.5", "Invoices", "comment", "never use float amounts", "shop/invoice.py:12")


def test_what_shares_words_with_the_task_is_found_with_its_reason() -> None:
    found = find([HEALTH, COMMENT, ROUNDING], "Round the amounts of an invoice")
    assert [each.piece for each in found] == [ROUNDING, COMMENT]
    assert found[0].reasons == ("words: round, amounts",)
    assert found[1].reasons == ("words: invoice, amounts",)
    assert [each.tokens for each in found] == [GUESS.tokens(told(each.piece)) for each in found]


def test_the_words_of_a_piece_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str) -> list[str]:
        read.append(text)
        return words(text)

    monkeypatch.setattr(earlier, "words", counted)
    pieces = [Piece(str(n), "retry client", "task", "rate limit") for n in range(3)]
    for text in ("retry limit", "client rate"):
        assert len(find(pieces, text)) == 3
    assert len([text for text in read if text.startswith("retry client ")]) == 3


def test_one_word_in_common_says_nothing() -> None:
    assert find([HEALTH, ROUNDING, COMMENT], "Rounding errors of the scheduler") == []
    assert find([], "Round the amounts") == []


def test_what_a_person_answered_counts_more_than_what_a_worker_said() -> None:
    same = "retries of the client wait a second"
    pieces = [Piece("1", "t", kind, same) for kind in ("task", "comment", "answer")]
    found = find(pieces, "client retries")
    assert [each.piece.kind for each in found] == ["answer", "comment", "task"]


def test_question_answer_place_and_task_are_told() -> None:
    assert told(ROUNDING) == (
        "Task 1.2.1 (Currency rounding), the worker asked: "
        "Round half up or half even for amounts?\nA person answered: half even"
    )
    assert "a person said of shop/invoice.py:12: never use float amounts" in told(COMMENT)
    assert told(Piece("7", "Old", "task", "")) == "Task 7 (Old)"
    assert told(Piece("7", "Old", "review", "x" * 900)).endswith("x…")


WORDS = st.lists(st.sampled_from(["retry", "client", "delay", "rate", "limit", "zone"]), max_size=5)


@given(st.lists(WORDS, max_size=12), WORDS)
def test_what_is_given_is_little_and_about_the_text(
    texts: list[list[str]], text: list[str]
) -> None:
    pieces = [Piece(str(n), "", "task", " ".join(each * 20)) for n, each in enumerate(texts)]
    found = find(pieces, " ".join(text))
    assert len(found) <= 8
    assert sum(each.tokens for each in found) <= 1_500
    for each in found:
        assert len(set(text) & set(texts[int(each.piece.task)])) >= 2

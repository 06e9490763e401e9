"""What the worker says, beside the code that it names."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.explanation import explanation_rows
from tests.diff_documents import document, file, hunk

SHOWN = document(
    file(
        "src/retry.py",
        hunk(1, 1, "+class TimeBudget:", "+    def is_spent(self):", "+        return run()"),
        hunk(2, 40, " def run():", "-    pass", "+    go()"),
    ),
    file("src/__init__.py", hunk(1, 1, "+x = 1")),
    file("tests/__init__.py", hunk(1, 1, "+x = 1")),
)
RETRY = Place("src/retry.py")


def said(explanation: str, shown: dict[str, Any] = SHOWN) -> dict[Place, list[str]]:
    """Place -> the rows."""
    rows = explanation_rows(explanation, shown, 100)
    return {place: [line.text for line in lines] for place, lines in rows.items()}


@pytest.mark.parametrize(
    ("explanation", "where"),
    [
        ("src/retry.py spends time now.", RETRY),
        ("Look at retry.py: it spends time.", RETRY),
        ("`TimeBudget` counts down.", RETRY._replace(k=1)),
        ("Calls is_spent() first.", RETRY._replace(k=1)),
        ("TimeBudget.is_spent. That is all", RETRY._replace(k=1)),
        ("In retry.py the TimeBudget counts.", RETRY._replace(k=1)),
        ("run() goes.", RETRY._replace(k=2)),
        ("We run tests.", None),
        ("__init__.py exports it.", None),
        ("src/__init__.py exports it.", Place("src/__init__.py")),
        ("other.py is not here.", None),
        ("", None),
    ],
)
def test_a_sentence_stands_where_the_one_thing_it_names_is(
    explanation: str, where: Place | None
) -> None:
    assert set(said(explanation)) == ({where} if where else set())


def test_sentences_and_points_are_told_apart_and_at_most_three_stand_together() -> None:
    text = "It is slow. retry.py waits. Nothing else.\n- retry.py two\n* retry.py three\nretry.py 4"
    assert said(text) == {RETRY: ["retry.py waits.", "retry.py two", "retry.py three"]}


def test_nothing_hidden_comes_through_and_long_sentences_are_cut() -> None:
    rows = said("retry.py \x1b[31mred\u202e " + "word " * 400)[RETRY]
    assert not set("".join(rows)) & {"\x1b", "\u202e"}
    assert len(rows) == 4


@pytest.mark.timeout(20)
def test_a_hostile_explanation_on_a_large_change_comes_to_an_end() -> None:
    large = document(*(file(f"p/m_{n}.py", hunk(1, 1, "+a")) for n in range(10_000)))
    said("a_b." * 40_000 + "m_1.py" + "!? " * 9_000 + "_" * 30_000, large)

"""Rows, widths, times and words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from codeframe_tui.tui.present.footer import Offer, footer_row
from codeframe_tui.tui.present.rows import cells, cut, plain, row, safe, wrap
from codeframe_tui.tui.present.times import ago, clock, elapsed, milliseconds, money

NOW = datetime(2026, 3, 2, 14, 20, tzinfo=UTC)


def _before(seconds: float) -> str:
    return (NOW - timedelta(seconds=seconds)).isoformat()


@pytest.mark.parametrize(
    ("seconds", "running", "age"),
    [(12, "0:12", "12 s"), (1080, "18:00", "18 min"), (11_100, "3:05 h", "3 h")],
)
def test_times_are_short(seconds: float, running: str, age: str) -> None:
    assert elapsed(_before(seconds), NOW) == running
    assert ago(_before(seconds), NOW) == age


@pytest.mark.parametrize("at", [None, "", "yesterday", "2026-03-02T14:00:00", 7])
def test_a_moment_that_is_none_is_empty(at: object) -> None:
    assert (elapsed(at, NOW), ago(at, NOW), clock(at, NOW)) == ("", "", "")


def test_a_clock_that_runs_backwards_shows_nothing_negative() -> None:
    assert elapsed(_before(-30), NOW) == "0:00"


def test_another_day_is_shown_by_its_date() -> None:
    assert clock(_before(60), NOW) == "14:19"
    assert clock(_before(86_400), NOW) == "01 Mar"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.008, "8 ms"), (0.9999, "1.0 s"), (4.14, "4.1 s"), (125.0, "2:05")]
)
def test_durations_have_one_unit(seconds: float, said: str) -> None:
    assert milliseconds(seconds) == said


def test_an_unknown_price_is_not_zero() -> None:
    assert (money(0.0), money(None)) == ("$0.00", "$?")


def test_text_is_cut_by_cells_not_characters() -> None:
    assert cut("日本語テキスト", 7) == "日本語…"
    assert cells(cut("日本語テキスト", 6)) <= 6
    assert cut("short", 5) == "short"


@pytest.mark.parametrize("width", [1, 2, 5, 9, 40])
def test_wrapped_lines_fit_and_lose_nothing(width: int) -> None:
    text = "Round half up or 日本語 half-even-or-something-very-long for JPY?"
    lines = wrap(text, width)
    assert all(cells(line) <= max(width, 2) for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_too_many_lines_end_with_an_ellipsis() -> None:
    lines = wrap("one two three four five six", 5, limit=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")


def test_nothing_but_text_comes_out_of_safe() -> None:
    assert safe("a\x1b[31mb\x07\nc\u202ed") == "ab cd"
    assert safe(None) == ""


def test_the_footer_drops_what_does_not_fit_but_never_the_help() -> None:
    offers = [Offer(f"queue.{n}", str(n), "something") for n in range(9)]
    line = footer_row(
        offers,
        Offer("app.palette", "ctrl+p", "all"),
        width=60,
        always=[Offer("app.help", "?", "help")],
    )
    assert plain(line).endswith("ctrl+p all")
    assert line.left[-1] == (" help", "dim @app.help")
    assert cells(plain(line)) <= 60
    assert sum("bold" in names for _, names in line.left) == 3


def test_plain_text_of_a_row_has_both_edges() -> None:
    assert plain(row("k", ("a", "dim"), ("b", ""), right=[("c", "")])) == "ab  c"


def test_marks_take_no_cell_of_their_own() -> None:
    assert cells("กั") == 1  # a Thai vowel sign has no combining class
    assert cells("\u1100\u1161\u11a8") == 2  # Hangul vowels and finals are drawn into the first

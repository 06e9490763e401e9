"""Recorded moments only grow, but for those of a clock that was far off."""

from __future__ import annotations

from codeframe_tui.core.moment import after, believable


def test_a_clock_that_goes_on_is_believed_and_one_that_went_back_is_not() -> None:
    assert after("", "2026-01-01T05:00:00.000Z") == "2026-01-01T05:00:00.000Z"
    assert after("2026-01-01T05:00:00.000Z", "2026-01-01T09:00:00.000Z").startswith("2026-01-01T09")
    assert after("2026-01-01T05:00:00.999Z", "2026-01-01T04:00:00.000Z") == (
        "2026-01-01T05:00:01.000Z"
    )
    assert after("2026-12-31T23:59:59.999Z", "2026-12-31T23:59:59.999Z") == (
        "2027-01-01T00:00:00.000Z"
    )


def test_a_moment_that_was_a_day_ahead_does_not_hold_what_comes_after_it() -> None:
    now = "2026-01-01T05:00:00.000Z"
    assert believable(now) == "2026-01-02T05:00:00.000Z"
    assert after("2026-01-02T05:00:00.000Z", now) == "2026-01-02T05:00:00.001Z"
    assert after("2026-01-02T05:00:00.001Z", now) == now
    assert after("2099-01-01T00:00:00.000Z", now) == now

"""Recorded moments only grow."""

from __future__ import annotations

from codeframe_tui.core.moment import after


def test_a_clock_that_goes_on_is_believed_and_one_that_went_back_is_not() -> None:
    assert after("", "2026-01-01T05:00:00.000Z") == "2026-01-01T05:00:00.000Z"
    assert after("2026-01-01T05:00:00.000Z", "2026-01-01T09:00:00.000Z").startswith("2026-01-01T09")
    assert after("2026-01-01T05:00:00.999Z", "2026-01-01T04:00:00.000Z") == (
        "2026-01-01T05:00:01.000Z"
    )
    assert after("2026-12-31T23:59:59.999Z", "2026-12-31T23:59:59.999Z") == (
        "2027-01-01T00:00:00.000Z"
    )

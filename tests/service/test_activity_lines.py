"""Events of a task, told to a person."""

from __future__ import annotations

from codeframe_tui.core.events import Event
from codeframe_tui.service.activity_lines import detail


def _ran(reason: str, message: str) -> Event:
    data = {"attempt": 1, "verdict": "failed", "reason": reason, "message": message}
    return Event(1, "2026-05-04T09:00:00.000Z", "verification.recorded", "1.1.1", data)


def test_a_verdict_is_told_in_words_and_not_by_its_code() -> None:
    assert detail(_ran("new_test_fails", "fails on the proposal: a")) == "fails on the proposal: a"
    assert detail(_ran("new_test_fails", "")) == "new test fails"

"""Events of a task, told to a person."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.core.events import Event
from codeframe_tui.core.task import Phase
from codeframe_tui.service.activity_lines import detail, line


def _ran(reason: str, message: str) -> Event:
    data = {"attempt": 1, "verdict": "failed", "reason": reason, "message": message}
    return Event(1, "2026-05-04T09:00:00.000Z", "verification.recorded", "1.1.1", data)


def test_a_verdict_is_told_in_words_and_not_by_its_code() -> None:
    assert detail(_ran("new_test_fails", "fails on the proposal: a")) == "fails on the proposal: a"
    assert detail(_ran("new_test_fails", "")) == "new test fails"


def _happened(type_: str, **data: Any) -> Event:
    return Event(1, "2026-05-04T09:00:00.000Z", type_, "1.1.1", data)


def test_a_question_is_told_by_what_was_asked_and_not_by_its_number() -> None:
    asked = _happened("blocker.opened", id="b1", kind="SYNC", question="Half up or half even?")
    assert (line(asked), detail(asked)) == (("blocker", "asked you"), "Half up or half even?")
    passed = _happened("blocker.opened", id="b1", kind="ASYNC", question="Half up?")
    assert line(passed) == ("blocker", "asked, and goes on meanwhile")
    answered = _happened("blocker.answered", id="b1", answer="half up")
    assert (line(answered), detail(answered)) == (("blocker", "a person answered"), "half up")
    closed = _happened("blocker.resolved", id="b1", how="skipped")
    assert line(closed) == ("blocker", "question closed: skipped")


@pytest.mark.parametrize("phase", [each.value for each in Phase])
def test_a_phase_is_told_as_what_the_worker_does(phase: str) -> None:
    told = line(_happened("task.phase", phase=phase))
    assert told is not None
    assert " " in told[1]


def test_what_a_change_could_not_keep_of_its_files_is_told() -> None:
    told = line(_happened("change.applied", files=["a", "b"], not_kept=["a: its group"]))
    assert told == ("change", "applied a, b; not kept: a: its group")
    told = line(_happened("change.undone", files=["a"], not_kept=[f"{n}: x" for n in range(5)]))
    assert told == ("change", "undid a; not kept: 0: x, 1: x, 2: x …")
    assert line(_happened("change.redone", files=["a"])) == ("change", "redid a")

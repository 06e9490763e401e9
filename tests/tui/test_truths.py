"""The line above the footer goes when what it says is not true any more."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.core.commands import Retry, SetWorkers
from codeframe_tui.core.events import Event
from codeframe_tui.tui.present.truths import at_rest, truth_of
from tests.tui.driving import Drive, opened

TASK = "1.2.3"


def _event(type_: str, **data: Any) -> Event:
    return Event(1, "", type_, TASK, data)


async def _says(drive: Drive, text: str) -> None:
    await drive.until(lambda: text in drive.label("notice"))


async def _says_nothing(drive: Drive) -> None:
    await drive.until(lambda: not drive.label("notice"))


async def test_a_question_that_was_answered_elsewhere_is_not_told_any_longer() -> None:
    async with opened() as drive:
        drive.service.happen("blocker.opened", TASK, id="b7", kind="SYNC")
        await _says(drive, "1.2.3 has a question")
        drive.service.happen("blocker.answered", TASK, id="b6")
        drive.service.happen("blocker.answered", "1.2.1", id="b7")
        drive.service.happen("policy.changed", None, policy="green")
        await drive.until(lambda: drive.app.feed._seen == drive.service._seq)
        await drive.pilot.pause()
        assert "1.2.3 has a question" in drive.label("notice")
        drive.service.happen("blocker.answered", TASK, id="b7")
        await _says_nothing(drive)


async def test_how_to_take_a_change_back_goes_when_that_was_asked_for() -> None:
    async with opened() as drive:
        drive.service.happen("change.applied", TASK, files=["a.py"])
        await _says(drive, "u in the queue takes it back")
        drive.service.happen("task.status", TASK, to="completed")
        await drive.pilot.pause()
        assert "takes it back" in drive.label("notice")
        drive.service.happen("undo.requested", TASK, decision=1)
        await _says_nothing(drive)


async def test_that_the_workers_pause_is_said_until_they_do_not() -> None:
    async with opened() as drive:
        drive.key("P")
        await _says(drive, "paused: nothing new is started")
        assert drive.service.submitted[-1] == SetWorkers(paused=True)
        drive.service.happen("workers.changed", None, paused=True, workers=2)
        await drive.pilot.pause()
        assert "paused" in drive.label("notice")
        drive.service.happen("workers.changed", None, paused=False, workers=2)
        await _says_nothing(drive)


async def test_a_task_that_came_back_does_not_go_back_to_work() -> None:
    async with opened() as drive:
        drive.key("1")
        await drive.in_pane("queue")
        drive.key("t")
        await drive.sheet()
        drive.type("again")
        drive.key("enter")
        await _says(drive, "1.2.3 goes back to work")
        assert isinstance(drive.service.submitted[-1], Retry)
        drive.service.happen("task.status", TASK, to="pending")
        drive.service.happen("task.status", TASK, to="in_progress")
        await drive.pilot.pause()
        assert "goes back to work" in drive.label("notice")
        drive.service.happen("task.status", TASK, to="in_review")
        await _says_nothing(drive)


@pytest.mark.parametrize(
    ("told", "later"),
    [
        (_event("change.undone"), _event("redo.requested")),
        (_event("change.refused", kind="apply"), _event("task.status", to="pending")),
        (_event("blocker.opened", id="b1"), _event("blocker.resolved", id="b1")),
        (_event("blocker.opened", id="b1"), _event("task.status", to="cancelled")),
        (_event("tests.ended", ok=True), _event("tests.started")),
        (_event("model.waiting"), _event("turn.recorded", turn=1)),
        (_event("review.answered"), _event("review.approved")),
    ],
)
def test_what_happened_is_told_until_something_else_did(told: Event, later: Event) -> None:
    ends = truth_of(told)
    assert ends is not None
    assert ends(later)
    assert not ends(told)
    assert not ends(Event(2, "", later.type, "9", later.data))
    assert not ends(_event("tool.ended"))


@pytest.mark.parametrize("rest", ["in_review", "completed", "cancelled"])
def test_a_refusal_outlives_the_rest_that_its_task_comes_to(rest: str) -> None:
    ends = truth_of(_event("change.refused", kind="apply"))
    assert ends is not None
    assert not ends(_event("task.status", to=rest))


def test_what_went_wrong_inside_is_told_for_its_time() -> None:
    assert truth_of(_event("problem", message="x")) is None


def test_a_task_rests_when_a_person_can_do_something_with_it() -> None:
    ends = at_rest(TASK, "note.told")
    assert ends(_event("task.status", to="blocked"))
    assert ends(_event("note.told"))
    assert not ends(_event("task.status", to="pending"))
    assert not ends(Event(1, "", "task.status", "9", {"to": "blocked"}))

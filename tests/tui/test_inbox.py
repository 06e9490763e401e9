"""The inbox of questions, in the words of a person."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from codeframe_tui.core.commands import Answer, RaiseLimit, Skip, Split
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.queries import ShowTestOutput
from codeframe_tui.tui.modals.sheet import Sheet
from codeframe_tui.tui.modals.text import AnswerDialog, Words
from codeframe_tui.tui.widgets.labels import Label
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, at, blockers, shown

LONG = " ".join(f"word{number}" for number in range(400))


def asking(**more: Any) -> FakeService:
    """A service whose question has other fields, and whose task has two attempts."""
    service = FakeService()
    service.blockers["blockers"][0] |= more
    task = shown() | {"number": "1.2.1", "status": "blocked", "title": "Currency rounding"}
    failed = deepcopy(task["attempts"][0]) | {"attempt": 2, "cost_usd": 0.2, "cause": "correction"}
    failed["verification"]["green"]["tests"][-1]["message"] = "assert 4 == 3"
    task["attempts"] = [deepcopy(task["attempts"][0]) | {"cost_usd": 0.11}, failed]
    service.tasks["1.2.1"] = task
    return service


async def in_inbox(drive: Drive) -> None:
    drive.key("4")
    await drive.in_pane("blockers")
    await drive.until(drive.app.state.question)


async def emptied(drive: Drive) -> None:
    """Delete what stands in the field."""
    field = drive.app.screen.query_one(Words)
    drive.key(*["backspace"] * len(field.text))
    await drive.until(lambda: not field.text)


def inbox(drive: Drive) -> str:
    pane = drive.pane("blockers")
    return "\n".join(pane.text_at(i) for i in range(pane.count()))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=str)
async def test_the_chosen_question_is_read_in_full_with_its_evidence(size: tuple[int, int]) -> None:
    async with opened(asking(question=LONG), size=size) as drive:
        assert "word399" not in inbox(drive)
        await in_inbox(drive)
        await drive.until(lambda: "word399" in inbox(drive))
        await drive.until(lambda: "1  ✘ failed" in inbox(drive))
        said = inbox(drive)
        assert "2  ✘ failed" in said
        assert "$0.20" in said
        assert "test_never_retries_400" in said
        assert "assert 4 == 3" in said


async def test_the_most_urgent_question_stands_first() -> None:
    service = FakeService()
    other = blockers()["blockers"][0]
    service.blockers["blockers"] += [
        other | {"id": "b2", "task": "1.3.1", "holds": [], "created_at": at(60)},
        other | {"id": "b3", "task": "1.3.2", "kind": "ASYNC", "created_at": at(500)},
    ]
    async with opened(service) as drive:
        await in_inbox(drive)
        keys = [row.key for row in drive.pane("blockers").rows if row.key]
        assert keys == ["b1", "b2", "b3"], "tasks held up times age; what goes on comes last"


async def test_the_answer_dialogue_says_what_an_answer_does_and_shows_the_last_output() -> None:
    service = asking(cause="corrections", limit={"name": "attempts", "spent": 4})
    service.output = {"text": "line one\nE   assert 4 == 3\n", "outcome": "failed"}
    async with opened(service) as drive:
        await in_inbox(drive)
        drive.key("enter")
        await drive.until(lambda: "WHAT WAS TRIED" in drive.screen_text())
        said = drive.screen_text()
        assert "→ Your answer goes to the worker, who makes one more attempt." in said
        assert "E goes on by hand" in said
        assert "l raises the limit" in said
        assert "E   assert 4 == 3" in said
        test = "tests/test_retry.py::test_never_retries_400"
        assert ShowTestOutput("1.2.1", 2, "green", test) in service.asked


async def test_a_second_enter_for_the_list_answers_nothing() -> None:
    async with opened(asking(options=["allow", "deny"])) as drive:
        await in_inbox(drive)
        drive.key("enter")
        await drive.sheet()
        assert isinstance(drive.app.screen, AnswerDialog)
        drive.app.screen._appeared = drive.app.screen._clock()
        drive.key("enter")
        await drive.pilot.pause(0)
        assert isinstance(drive.app.screen, AnswerDialog)
        assert drive.service.submitted == []
        drive.app.screen._appeared -= 1
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted == [Answer("b1", "allow")])


async def test_what_goes_on_meanwhile_tells_its_assumption() -> None:
    async with opened(asking(kind="ASYNC", assumption="half up")) as drive:
        await in_inbox(drive)
        assert "goes on with: half up" in inbox(drive)
        drive.key("enter")
        await drive.until(lambda: "It goes on with this assumption: half up" in drive.screen_text())
        assert "→ The worker goes on meanwhile" in drive.screen_text()


async def test_a_long_question_scrolls_in_its_dialogue_while_an_answer_is_written() -> None:
    async with opened(asking(question=LONG, options=[]), size=(80, 24)) as drive:
        await in_inbox(drive)
        drive.key("enter")
        await drive.until(lambda: "WHAT WAS TRIED" in drive.screen_text())
        body = drive.app.screen.query_one(".dialog-body", Label)
        await drive.until(lambda: body.max_scroll_y > 0)
        assert drive.app.screen.query_one(".dialog-hint").region.bottom <= 24
        drive.type("half")
        drive.key("pagedown")
        await drive.until(lambda: body.scroll_offset.y > 0)
        drive.type("-up")
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [Answer("b1", "half-up")]


async def test_more_attempts_are_allowed_with_two_keys() -> None:
    async with opened(asking(limit={"name": "attempts", "spent": 4})) as drive:
        await in_inbox(drive)
        drive.key("l")
        await drive.past_guard()
        assert "4 attempts failed. How many more" in drive.screen_text()
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [RaiseLimit("b1", 3.0)]


async def test_a_cap_is_raised_after_what_is_spent_was_said_and_nonsense_is_not_sent() -> None:
    limit = {"name": "per_task", "cap_usd": 0.5, "spent_usd": 0.52}
    async with opened(asking(limit=limit)) as drive:
        await in_inbox(drive)
        drive.key("l")
        await drive.past_guard()
        assert "$0.52 of $0.50 are spent" in drive.screen_text()
        await drive.until(lambda: isinstance(drive.app.focused, Words))
        await emptied(drive)
        drive.type("two")
        drive.key("enter")
        await drive.until(lambda: "✘ two is no number" in drive.screen_text())
        await drive.until(lambda: isinstance(drive.app.focused, Words))
        await emptied(drive)
        drive.type("$2,50")
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [RaiseLimit("b1", 2.5)]


async def test_a_cap_is_raised_at_least_to_what_the_next_call_needs() -> None:
    limit = {"name": "per_task", "cap_usd": 0.5, "spent_usd": 0.42, "least_usd": 1.75}
    async with opened(asking(limit=limit)) as drive:
        await in_inbox(drive)
        drive.key("l")
        await drive.past_guard()
        assert "needs a cap of $1.75 at least" in " ".join(drive.screen_text().split())
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [RaiseLimit("b1", 1.75)]


async def test_a_cap_is_raised_by_an_amount_with_a_plus() -> None:
    limit = {"name": "per_task", "cap_usd": 0.5, "spent_usd": 0.52}
    async with opened(asking(limit=limit)) as drive:
        await in_inbox(drive)
        drive.key("l")
        await drive.past_guard()
        await drive.until(lambda: isinstance(drive.app.focused, Words))
        assert "new line" not in drive.screen_text()
        await emptied(drive)
        drive.key("ctrl+j")
        drive.type("+2.50")
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [RaiseLimit("b1", 3.0)]


async def test_a_question_without_a_limit_says_so() -> None:
    async with opened(asking()) as drive:
        await in_inbox(drive)
        drive.key("l")
        await drive.until(lambda: "is not about one" in drive.label("notice"))
        assert drive.service.submitted == []


async def test_skipping_asks_and_says_what_becomes_of_the_task() -> None:
    async with opened(asking()) as drive:
        await in_inbox(drive)
        drive.key("s")
        await drive.past_guard()
        assert "on hold" in drive.screen_text()
        drive.key("escape", "s")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        drive.key("s")
        await drive.past_guard()
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [Skip("b1")]
        await drive.until(lambda: "1.2.1 is put aside" in drive.label("notice"))
        drive.service.happen("task.status", "1.2.1", to="pending")
        await drive.until(lambda: drive.app.feed._seen == drive.service._seq)
        await drive.pilot.pause()
        assert "1.2.1 is put aside" in drive.label("notice")
        drive.service.happen("task.released", "1.2.1")
        await drive.until(lambda: not drive.label("notice"))


async def test_a_task_that_goes_on_without_an_answer_is_not_called_put_aside() -> None:
    async with opened(asking(kind="ASYNC", assumption="half up")) as drive:
        await in_inbox(drive)
        drive.key("s")
        await drive.past_guard()
        assert "goes on with its own assumption" in drive.screen_text()
        drive.key("enter")
        await drive.until(lambda: "the question of 1.2.1 is closed" in drive.label("notice"))


async def test_a_task_is_split_into_the_points_of_its_description() -> None:
    service = asking()
    service.tasks["1.2.1"]["description"] = "Round money.\n\n- JPY has no cents\n- KWD has three\n"
    service.refuse = Refused("a title is too long", hint="shorten it")
    async with opened(service) as drive:
        await in_inbox(drive)
        drive.key("S")
        await drive.past_guard()
        drive.key("ctrl+j", "tab")
        drive.type("test both")
        drive.key("ctrl+o", "enter")
        await drive.until(lambda: "a title is too long" in drive.screen_text())
        drive.key("enter")
        await drive.until(lambda: len(service.submitted) == 2)
        parts = (("JPY has no cents", ""), ("KWD has three", ""))
        assert isinstance(service.submitted[1], Split)
        assert service.submitted[1].tasks[:2] == parts
        assert service.submitted[1].in_order is False
        await drive.until(lambda: "1.2.1 is split into 1.9.8, 1.9.9" in drive.label("notice"))


async def test_a_question_that_comes_to_an_empty_inbox_can_be_answered_at_once() -> None:
    service = FakeService()
    asked, service.blockers["blockers"] = service.blockers["blockers"], []
    async with opened(service) as drive:
        drive.key("4")
        await drive.in_pane("blockers")
        assert "answer" not in drive.label("footer")
        service.blockers["blockers"] = asked
        service.happen("blocker.opened", "1.2.1", id="b1", kind="SYNC")
        await drive.until(lambda: drive.pane("blockers").cursor == "b1")
        await drive.until(lambda: "enter answer" in drive.label("footer"))
        assert drive.app.state.focus == "1.2.1"


async def test_a_text_that_is_typed_into_the_inbox_decides_nothing() -> None:
    async with opened(asking()) as drive:
        await in_inbox(drive)
        drive.key("s")
        await drive.past_guard()
        assert "Skip this question?" in drive.screen_text()
        drive.type("ort by remainder")
        drive.key("enter")
        await drive.pilot.pause()
        assert isinstance(drive.app.screen, Sheet)
        assert not drive.service.submitted
        drive.app.screen._appeared -= 1  # and a look at it later
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted == [Skip("b1")])

"""The Tests pane, the raw log and tests that run again, by their keys."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from codeframe_tui.core.commands import RunTests, StopTests
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.queries import ShowTestOutput
from codeframe_tui.tui.widgets.diff.view import DiffView
from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.tui.widgets.log import LogView
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, at, shown, verification

FIRST = "tests/test_retry.py::test_stops_when_budget_is_spent"
BAD = "tests/test_retry.py::test_never_retries_400"
TRACE = """def test_never_retries_400() -> None:
>   assert run(400).calls == 1
E   assert 2 == 1

tests/test_retry.py:11: AssertionError
"""


def _failing() -> FakeService:
    """A task in review with one test that fails."""
    service = FakeService()
    found = verification() | {"verdict": "failed", "message": "1 new test fails"}
    tests = [dict(test) for test in found["green"]["tests"]]
    tests[2] |= {"outcome": "failed", "message": "assert 2 == 1"}
    found["green"] = {"verdict": "failing", "tests": tests}
    found["regression"] = {"verdict": "clean", "tests": [*tests, *found["regression"]["tests"][3:]]}
    document = shown()
    document["attempts"][-1]["verification"] = found
    service.tasks["1.2.3"] = document
    service.outputs = {"green": {"text": TRACE, "outcome": "failed"},
                       "red": {"text": "E   AttributeError", "outcome": "failed"}}  # fmt: skip
    return service


async def _in_tests(drive: Drive) -> None:
    drive.key("3")
    await drive.in_pane("tests")
    await drive.until(lambda: drive.pane("tests").cursor)


def _rows(drive: Drive) -> list[str]:
    pane = drive.pane("tests")
    return [pane.text_at(index) for index in range(pane.count())]


async def test_what_fails_stands_first_with_its_reason_and_can_stand_alone() -> None:
    async with opened(_failing()) as drive:
        await _in_tests(drive)
        assert _rows(drive)[0] == "1 new test fails"
        assert _rows(drive)[1].startswith(f"✘ → ✘  {BAD}  assert 2 == 1")
        assert len(_rows(drive)) == 5
        drive.key("F")
        await drive.until(lambda: len(_rows(drive)) == 2)
        assert "all tests" in drive.label("footer")
        drive.key("F")
        await drive.until(lambda: len(_rows(drive)) == 5)


async def test_unchanged_tests_are_one_row_that_opens() -> None:
    async with opened() as drive:
        await _in_tests(drive)
        drive.key("G", "enter")
        await drive.until(lambda: len(_rows(drive)) == 213)
        assert drive.app.screen is drive.app.cockpit
        drive.key("enter")
        await drive.until(lambda: len(_rows(drive)) == 4)


async def test_g_goes_to_the_line_where_the_test_fails() -> None:
    async with opened(_failing()) as drive:
        await _in_tests(drive)
        drive.key("g")
        await drive.in_pane("diff")
        diff = drive.app.cockpit.query_one(DiffView)
        assert diff.place == ("tests/test_retry.py", 1, 1, 0, 0)


async def test_g_goes_to_the_definition_of_a_test_that_passes_and_says_where_it_has_none() -> None:
    async with opened() as drive:
        drive.service.output = {"text": "", "outcome": "passed"}
        await _in_tests(drive)
        drive.key("j", "j", "g")
        await drive.in_pane("diff")
        diff = drive.app.cockpit.query_one(DiffView)
        assert diff.place == ("tests/test_retry.py", 1, 0, 0, 0)
        await _in_tests(drive)
        drive.key("k", "g")
        await drive.until(lambda: "no line of the diff belongs to" in drive.label("notice"))
        assert "test_retries_429_with_retry_after" in drive.label("notice")


async def test_lines_of_the_output_lead_into_the_diff() -> None:
    async with opened(_failing()) as drive:
        await _in_tests(drive)
        drive.key("enter")
        await drive.until(lambda: "AssertionError" in drive.screen_text())
        said = drive.screen_text()
        assert f"failed  {BAD}" in said
        assert said.index("GREEN  failed") < said.index("RED  failed")
        assert "tests/test_retry.py:11: AssertionError  in the diff" in said
        drive.key("g")
        await drive.in_pane("diff")
        assert drive.app.screen is drive.app.cockpit
        diff = drive.app.cockpit.query_one(DiffView)
        assert diff.place == ("tests/test_retry.py", 1, 1, 0, 0)


async def test_output_without_a_line_of_the_change_is_only_read() -> None:
    async with opened() as drive:
        await _in_tests(drive)
        drive.key("enter")
        await drive.until(lambda: "E  assert 1 == 2" in drive.screen_text())
        drive.key("n", "escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        assert drive.app.focused is drive.pane("tests")


@pytest.mark.parametrize(("key", "tests"), [("r", (BAD,)), ("R", (BAD,)), ("A", ())])
async def test_tests_run_again_by_a_key_and_name_the_proposal(
    key: str, tests: tuple[str, ...]
) -> None:
    async with opened(_failing()) as drive:
        await _in_tests(drive)
        drive.key(key)
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [RunTests("1.2.3", tests, "p2")]
        await drive.until(lambda: "the verdict stays" in drive.label("notice"))


async def test_without_a_failing_test_nothing_runs_again() -> None:
    async with opened() as drive:
        await _in_tests(drive)
        assert "run failed" not in drive.label("footer")
        drive.key("R")
        await drive.until(lambda: "no test fails" in drive.label("notice"))
        assert drive.service.submitted == []


async def test_a_repetition_is_live_can_be_stopped_and_ends_as_a_line() -> None:
    async with opened(size=(160, 45)) as drive:
        await _in_tests(drive)
        service, document = drive.service, drive.service.tasks["1.2.3"]
        document["testing"] = True
        document["attempts"][-1]["again"] = {"at": at(0.1), "reason": "interrupted", "tests": []}
        service.happen("tests.started", "1.2.3", attempt=2, proposal="p2", count=1)
        await drive.until(lambda: "● again" in _rows(drive)[0])
        service.signal("test", "1.2.3", key="1", run="again", id=FIRST, outcome="failed",
                       duration=0.3)  # fmt: skip
        service.signal("test.progress", "1.2.3", key="again", run="again", done=1, total=2,
                       running=BAD)  # fmt: skip
        await drive.until(lambda: f"again 1 of 2  0:06  {BAD}" in _rows(drive)[0])
        assert "flaky" in _rows(drive)[1]
        assert "again ✘" in _rows(drive)[1]
        assert "stop" in drive.label("footer")
        drive.key("X")
        await drive.until(lambda: service.submitted)
        assert service.submitted == [StopTests("1.2.3")]
        document["testing"] = False
        document["attempts"][-1]["again"] |= {"reason": "stopped", "message": "stopped by a person"}
        service.happen("tests.ended", "1.2.3", attempt=2, ok=False, reason="stopped")
        await drive.until(lambda: "○ again 14:19: stopped by a person" in _rows(drive)[0])
        assert "PROVEN" in drive.label("proof-title")


async def test_tests_of_an_applied_change_are_live_when_they_run_again() -> None:
    service = FakeService()
    done: dict[str, Any] = shown() | {"number": "1.1.4", "status": "completed", "testing": False}
    service.tasks["1.1.4"] = done
    service.diffs["1.1.4"] = service.diffs["1.2.3"]
    async with opened(service) as drive:
        drive.app.focus_task("1.1.4")
        await drive.until(lambda: (drive.app.state.task or {}).get("number") == "1.1.4")
        await _in_tests(drive)
        done["testing"] = True
        service.happen("tests.started", "1.1.4", attempt=2, proposal="p2", count=0)
        await drive.until(lambda: "● again" in _rows(drive)[0])
        service.signal("test.output", "1.1.4", key="again", append=True, run="again", text="hm\n")
        await drive.until(lambda: "hm" in drive.app.state.live["1.1.4"].log)
        done["testing"] = False
        service.happen("tests.ended", "1.1.4", attempt=2, ok=True, reason="")
        await drive.until(lambda: "● again" not in _rows(drive)[0])
        service.signal("test.output", "1.1.4", key="again", append=True, run="again", text="late\n")
        service.signal("test.output", "1.2.3", key="green", append=True, run="green", text="end\n")
        await drive.until(lambda: "1.2.3" in drive.app.state.live)
        assert "late" not in drive.app.state.live["1.1.4"].log


async def test_why_tests_cannot_run_again_is_told_with_what_to_do() -> None:
    async with opened() as drive:
        await _in_tests(drive)
        drive.service.refuse = Lacking("tests do not run: no bwrap", hint="run the doctor")
        drive.key("r")
        await drive.until(lambda: "run the doctor" in drive.label("notice"))
        assert "tests do not run: no bwrap" in drive.label("notice")


def _print(drive: Drive, first: int, last: int) -> None:
    text = "".join(f"line {number}\n" for number in range(first, last))
    drive.service.signal("test.output", "1.2.3", key="g", append=True, run="green", text=text)


async def test_the_raw_log_follows_its_end_until_a_person_goes_back_and_again_by_a_key() -> None:
    async with opened() as drive:
        await _in_tests(drive)
        drive.key("l")
        await drive.in_pane("log")
        log = drive.app.cockpit.query_one(LogView)
        _print(drive, 0, 1_000)
        await drive.until(lambda: log.count() == 1_000)
        assert "raw log follows" in drive.label("proof-title")
        assert log.scroll_offset.y == log.max_scroll_y > 0
        drive.key("k")
        await drive.until(lambda: "1 line below  G follows" in drive.label("proof-title"))
        seen = log.text_at(log.scroll_offset.y)
        _print(drive, 1_000, 7_000)  # more than is kept
        await drive.until(lambda: log.text_at(log.count() - 1) == "line 6999")
        assert log.text_at(0) == "line 2000"
        drive.key("G")
        await drive.until(lambda: log.scroll_offset.y == log.max_scroll_y)
        await drive.until(lambda: "raw log follows" in drive.label("proof-title"))
        _print(drive, 7_000, 7_001)
        await drive.until(lambda: log.text_at(log.count() - 1) == "line 7000")
        assert log.scroll_offset.y == log.max_scroll_y
        assert seen.startswith("line 9")


async def test_what_a_person_reads_in_the_raw_log_stays_in_sight_while_more_comes() -> None:
    async with opened() as drive:
        await _in_tests(drive)
        drive.key("l")
        await drive.in_pane("log")
        log = drive.app.cockpit.query_one(LogView)
        _print(drive, 0, 5_000)
        await drive.until(lambda: log.count() == 5_000)
        drive.key("pageup", "pageup")
        await drive.until(lambda: not log.follows)
        seen = log.text_at(log.scroll_offset.y)
        _print(drive, 5_000, 5_700)
        await drive.until(lambda: log.text_at(log.count() - 1) == "line 5699")
        assert log.text_at(log.scroll_offset.y) == seen


async def test_the_raw_log_is_searched_and_goes_on() -> None:
    async with opened() as drive:
        await _in_tests(drive)
        drive.key("l")
        await drive.in_pane("log")
        log = drive.app.cockpit.query_one(LogView)
        _print(drive, 0, 1_000)
        await drive.until(lambda: log.count() == 1_000)
        drive.key("/")
        drive.type("line 99")
        await drive.until(lambda: log.found == "11 of 11")
        drive.key("enter")
        await drive.in_pane("log")
        drive.key("N")
        await drive.until(lambda: log.found == "10 of 11")
        _print(drive, 1_000, 5_100)  # the first hit is not kept any more
        await drive.until(lambda: log.count() == 5_000)
        assert log.found == "9 of 10"
        drive.key("n", "n")
        await drive.until(lambda: log.found == "1 of 10")
        assert "line 990" in [log.text_at(log.scroll_offset.y + y) for y in range(log.size.height)]
        drive.key("escape")
        await drive.until(lambda: not log.sought)


async def test_tests_are_filtered_by_their_name() -> None:
    async with opened() as drive:
        await _in_tests(drive)
        drive.key("/")
        drive.type("OLD.py::test_20")
        await drive.until(lambda: len(_rows(drive)) == 10)
        drive.type("9")
        await drive.until(lambda: _rows(drive) == ["No test has this in its name."])
        drive.key("backspace")
        await drive.until(lambda: len(_rows(drive)) == 10)
        drive.key("escape")
        await drive.until(lambda: len(_rows(drive)) == 4)


async def test_the_cursor_goes_to_the_first_test_once_there_is_one_to_tell_of() -> None:
    service = _failing()
    document = service.tasks["1.2.3"]
    found = document["attempts"][-1]["verification"]
    none = {"verdict": "not_run", "tests": []}
    document["attempts"][-1]["verification"] = found | {"red": none, "green": none, "regression": {
        "verdict": "clean", "tests": found["regression"]["tests"][3:]}}  # fmt: skip
    async with opened(service) as drive:
        await _in_tests(drive)
        pane = drive.pane("tests")
        assert pane.cursor == "unchanged::"
        document["attempts"][-1]["verification"] = found
        service.happen("verification.recorded", "1.2.3", attempt=2, verdict="failed")
        await drive.until(lambda: pane.cursor == f"green::{BAD}")


async def test_a_click_on_a_line_of_the_output_leads_into_the_diff() -> None:
    async with opened(_failing()) as drive:
        await _in_tests(drive)
        drive.key("enter")
        await drive.until(lambda: "AssertionError" in drive.screen_text())
        page = drive.app.screen.query_one(".dialog-page", LineList)
        await drive.until(lambda: page.cursor)
        line = next(y for y, line in enumerate(page.rows) if line.key == page.cursor)
        await drive.pilot.click(page, offset=(4, line - page.scroll_offset.y))
        await drive.in_pane("diff")
        assert drive.app.cockpit.query_one(DiffView).place == ("tests/test_retry.py", 1, 1, 0, 0)


async def test_the_evidence_is_that_of_the_attempt_that_the_diff_shows() -> None:
    async with opened() as drive:
        await _in_tests(drive)
        assert "PROVEN" in drive.label("proof-title")
        drive.app.look_at(1)
        await drive.until(lambda: "FAILED" in drive.label("proof-title"))
        await drive.until(lambda: _rows(drive)[1].startswith("✘ → ✘"))
        drive.key("enter")
        await drive.sheet()
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        asked = [each for each in drive.service.asked if isinstance(each, ShowTestOutput)]
        assert {each.attempt for each in asked} == {1}


async def test_the_first_test_that_appears_is_chosen_and_without_one_a_key_says_so() -> None:
    service = _failing()
    document = service.tasks["1.2.3"]
    attempts, document["attempts"] = document["attempts"], []
    service.diffs = {}
    async with opened(service) as drive:
        drive.key("3")
        await drive.in_pane("tests")
        await drive.until(lambda: "No tests yet." in _rows(drive))
        drive.key("r")
        await drive.until(lambda: "choose a test first" in drive.label("notice"))
        document["attempts"] = attempts
        service.happen("verification.recorded", "1.2.3", attempt=2, verdict="failed")
        await drive.until(lambda: drive.pane("tests").cursor == f"green::{BAD}")


async def test_the_name_of_a_test_and_the_lines_in_sight_are_copied() -> None:
    async with opened() as drive:
        await _in_tests(drive)
        drive.key("y")
        await drive.until(lambda: drive.app.clipboard == FIRST)
        drive.key("l")
        await drive.in_pane("log")
        log = drive.app.cockpit.query_one(LogView)
        _print(drive, 0, 1_000)
        await drive.until(lambda: log.count() == 1_000)
        drive.key("y")
        await drive.until(lambda: drive.app.clipboard.endswith("line 998\nline 999"))
        assert len(drive.app.clipboard.splitlines()) == log.size.height


@pytest.mark.parametrize(
    "name",
    [
        "tests/test_retry.py::test_x[" + "a" * 500 + "]",
        "tests/test_retry.py::test_x[zero\u200bwidth\u202e]",
        "tests/test_retry.py::test_x[\x1b[31m  two  spaces]",
    ],
    ids=["long", "hidden", "escapes"],
)
async def test_a_test_is_run_again_by_its_true_id_and_shown_by_a_harmless_one(name: str) -> None:
    service = _failing()
    found = service.tasks["1.2.3"]["attempts"][-1]["verification"]
    for run in ("green", "regression"):
        found[run]["tests"][2]["id"] = name
    async with opened(service) as drive:
        await _in_tests(drive)
        drive.key("r")
        await drive.until(lambda: service.submitted)
        drive.key("R")
        await drive.until(lambda: len(service.submitted) == 2)
        assert service.submitted == [RunTests("1.2.3", (name,), "p2")] * 2
        drive.key("enter")
        await drive.sheet()
        asked = [query for query in service.asked if isinstance(query, ShowTestOutput)]
        assert {query.test for query in asked} == {name}
        said = drive.screen_text() + "\n".join(_rows(drive)) + drive.label("notice")
        assert not set(said) & set("\u200b\u202e\x1b")


async def test_of_another_task_what_fails_is_in_sight_first() -> None:
    service = _failing()
    found = deepcopy(service.tasks["1.2.3"]) | {"number": "1.2.1", "status": "blocked"}
    for run in ("red", "green", "regression"):
        tests = found["attempts"][-1]["verification"][run]["tests"]
        tests += [dict(tests[0]) | {"id": f"tests/test_more.py::test_{n}"} for n in range(40)]
    service.tasks["1.2.1"] = found
    async with opened(service) as drive:
        await _in_tests(drive)
        pane = drive.pane("tests")
        for number in ("1.2.1", "1.2.3", "1.2.1"):
            drive.app.focus_task(number)
            await drive.until(
                lambda number=number: drive.label("title").startswith(number)  # type: ignore[misc]
            )
            await drive.until(lambda: pane.cursor == f"green::{BAD}")
            assert pane.scroll_offset.y == 0
            drive.key("G")
            await drive.until(lambda: pane.cursor != f"green::{BAD}")
        assert pane.scroll_offset.y > 0

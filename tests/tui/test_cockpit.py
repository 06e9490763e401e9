"""The cockpit by its keys, on a fake service."""

from __future__ import annotations

from typing import cast

import pytest
from textual import events

from codeframe_tui.core.commands import (
    AddTask,
    Answer,
    Approve,
    Cancel,
    EditTask,
    Hold,
    KeepWorking,
    Note,
    Redo,
    Reject,
    Retry,
    RunTests,
    SetPolicy,
    SetWorkers,
    Undo,
)
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.queries import ShowActivity, ShowUndo
from codeframe_tui.tui.deeds.table import DEEDS
from codeframe_tui.tui.keymap import KEYS
from codeframe_tui.tui.messages import EngineLost, Missing
from codeframe_tui.tui.modals.sheet import Sheet
from codeframe_tui.tui.present.windows import is_task
from codeframe_tui.tui.screens.cockpit import PANES
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, at, diff, shown, task


def _past_diff_guard(drive: Drive) -> None:
    drive.app.cockpit.query_one(DiffView)._appeared -= 1


async def test_the_most_urgent_task_is_in_focus_at_first() -> None:
    async with opened() as drive:
        assert drive.pane("queue").cursor == "1.2.3"
        assert "1.2.3 Retry on 429" in drive.label("title")
        assert "2 need you" in drive.label("header")
        assert "PROVEN" in drive.label("proof-title")
        assert "Round half up" in drive.pane("blockers").text_at(1)


async def test_the_focus_follows_the_cursor() -> None:
    async with opened() as drive:
        drive.key("j")
        await drive.until(lambda: "1.2.1 Currency" in drive.label("title"))
        drive.key("k")
        await drive.until(lambda: "1.2.3 Retry" in drive.label("title"))
        await drive.until(lambda: drive.app.cockpit.query_one(DiffView).count())


async def test_accepting_all_asks_first_and_names_the_hash_that_was_shown() -> None:
    async with opened() as drive:
        drive.key("2")
        await drive.until(lambda: drive.app.focused is drive.app.cockpit.query_one(DiffView))
        _past_diff_guard(drive)
        drive.key("A")
        await drive.past_guard()
        assert "○ 3 files not looked at: " in drive.screen_text()
        assert "○ 5 hunks undecided" in drive.screen_text()
        assert drive.service.submitted == []
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [Approve("1.2.3", expect="p2")]
        drive.service.happen("change.applied", "1.2.3", files=["a.py"], decision=1)
        await drive.until(lambda: "nothing committed" in drive.label("notice"))


async def test_a_sheet_that_just_appeared_takes_no_decision() -> None:
    async with opened() as drive:
        drive.key("X")
        await drive.sheet()
        sheet = cast(Sheet, drive.app.screen)
        appeared = sheet._appeared
        sheet._clock = lambda: appeared + 0.1
        drive.key("enter", "f12")
        await drive.pilot.pause()
        assert drive.app.screen is sheet
        sheet._clock = lambda: appeared + 0.4  # a slow frame, the key was pressed before its end
        early, late = events.Key("enter", None), events.Key("enter", None)
        early.time, late.time = appeared + 0.1, appeared + 0.4
        drive.app.post_message(early)
        await drive.pilot.pause()
        assert drive.app.screen is sheet
        drive.app.post_message(late)
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [Cancel("1.2.3")]


async def test_part_of_a_proposal_is_sent_by_its_hunks() -> None:
    async with opened() as drive:
        drive.key("2")
        await drive.until(lambda: drive.app.focused is drive.app.cockpit.query_one(DiffView))
        _past_diff_guard(drive)
        drive.app.cockpit.query_one(DiffView).go_to(("client/retry.py", 1))
        drive.key("space", "r")
        await drive.until(lambda: "1 rejected" in drive.label("title"))
        assert "hunks 1/5 accepted" in drive.label("title")
        drive.key("S")
        await drive.past_guard()
        drive.key("a")
        await drive.until(lambda: drive.service.submitted)
        sent = drive.service.submitted[0]
        assert isinstance(sent, Approve)
        assert (sent.expect, sent.parts.hunks) == ("p2", (("client/retry.py", 1),))


async def test_requested_changes_carry_the_reason() -> None:
    async with opened() as drive:
        drive.key("2")
        await drive.until(lambda: drive.app.focused is drive.app.cockpit.query_one(DiffView))
        _past_diff_guard(drive)
        drive.key("S")
        await drive.past_guard()
        drive.key("r")
        await drive.until(lambda: "What should be different" in drive.screen_text())
        await drive.sheet()
        drive.type("no sleeps")
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [Reject("1.2.3", "no sleeps", expect="p2")]


async def test_verdict_keys_outside_the_diff_decide_nothing() -> None:
    async with opened() as drive:
        for pane in ("1", "3", "5"):
            drive.key(pane, "space", "a", "r", "R", "S")
        drive.key("1")
        await drive.until(lambda: drive.app.cockpit.pane == "queue")
        await drive.pilot.pause()
        # in the tests the same keys run tests again, which decides nothing
        assert {type(wish) for wish in drive.service.submitted} <= {RunTests}
        assert not drive.app.cockpit.query_one(DiffView).draft.parts


async def test_a_paste_is_never_a_verdict_but_may_become_tasks() -> None:
    async with opened() as drive:
        drive.key("2")
        await drive.until(lambda: drive.app.focused is drive.app.cockpit.query_one(DiffView))
        _past_diff_guard(drive)
        drive.app.post_message(events.Paste("A\n- one more\n\n"))
        await drive.past_guard()
        assert "Add 2 tasks" in drive.app.screen._title  # type: ignore[attr-defined] # a Sheet
        assert not drive.app.cockpit.query_one(DiffView).draft.parts
        drive.key("enter")
        await drive.until(lambda: len(drive.service.submitted) == 2)
        assert drive.service.submitted == [AddTask("A"), AddTask("one more")]


async def test_an_option_answers_a_question_by_its_number() -> None:
    async with opened() as drive:
        drive.key("b")
        await drive.until(lambda: drive.app.focused is drive.pane("blockers"))
        drive.key("enter")
        await drive.sheet()
        drive.key("2", "enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [Answer("b1", "half even")]


async def test_a_question_is_answered_in_own_words() -> None:
    async with opened() as drive:
        drive.key("4")
        await drive.until(lambda: drive.app.state.blocker == "b1")
        drive.key("enter")
        await drive.sheet()
        drive.type("up, but 2 digits")
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [Answer("b1", "up, but 2 digits")]


async def test_escape_decides_nothing() -> None:
    async with opened() as drive:
        for key in ("X", "o", "P", "t"):
            drive.key(key)
            if key != "P":
                await drive.sheet()
                drive.key("escape")
                await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [SetWorkers(paused=True)]


async def test_a_new_task_is_written_in_a_form() -> None:
    async with opened() as drive:
        drive.key("o")
        await drive.sheet()
        drive.type("Count retries")
        drive.key("tab")
        await drive.in_pane("field-description")
        drive.type("per host")
        drive.key("tab")
        await drive.in_pane("field-priority")
        drive.key("backspace")
        await drive.pilot.pause()
        drive.key("1")
        await drive.pilot.pause()
        drive.key("tab")
        await drive.in_pane("field-after")
        drive.type("1.2.3")
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        added = AddTask("Count retries", "per host", priority=1, depends_on=("1.2.3",))
        assert drive.service.submitted == [added]
        await drive.until(lambda: "1.9.9 is in the queue" in drive.label("notice"))


async def test_what_was_written_stands_in_the_form_again_when_it_is_refused() -> None:
    async with opened() as drive:
        drive.key("o")
        await drive.sheet()
        drive.type("Count retries")
        drive.service.refuse = Refused("unknown dependency: 99", hint="look at the list")
        first = drive.app.screen
        drive.key("enter")
        await drive.until(lambda: drive.app.screen not in {first, drive.app.cockpit})
        await drive.sheet()
        await drive.in_pane("field-title")
        assert "unknown dependency: 99" in drive.screen_text()
        drive.key("enter")
        await drive.until(lambda: len(drive.service.submitted) == 2)
        assert drive.service.submitted[1] == AddTask("Count retries", "")


@pytest.mark.parametrize(
    ("number", "keys", "sent"),
    [
        ("1.4.1", ["p"], Hold("1.4.1")),
        ("1.4.1", ["plus"], EditTask("1.4.1", priority=0)),
        ("1.4.1", ["minus"], EditTask("1.4.1", priority=2)),
        ("1.2.1", ["t", "x", "enter"], Retry("1.2.1", "x")),
        ("1.2.4", ["w", "x", "enter"], Note("1.2.4", "x")),
        ("1.1.4", ["u", "enter"], Undo("1.1.4", 7)),
    ],
)
async def test_keys_of_the_queue_send_their_command(
    number: str, keys: list[str], sent: object
) -> None:
    async with opened() as drive:
        drive.app.focus_task(number)
        await drive.until(lambda: (drive.app.state.task or {}).get("number") == number)
        drive.key(keys[0])
        if len(keys) > 1:
            await drive.past_guard()
            drive.key(*keys[1:])
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [sent]


async def test_an_undone_task_can_be_redone_after_a_look_at_what_it_writes() -> None:
    service = FakeService()
    (done,) = [r for g in service.queue["groups"] for r in g["rows"] if r["number"] == "1.1.4"]
    async with opened(service) as drive:
        drive.app.focus_task("1.1.4")
        await drive.until(lambda: (drive.app.state.task or {}).get("number") == "1.1.4")
        drive.key("U")
        await drive.until(lambda: "not for 1.1.4" in drive.label("notice"))
        done.update(status="cancelled", reason="undone")
        service.happen("change.undone", "1.1.4", files=["a.py"], decision=1)
        service.happen("task.status", "1.1.4", **{"from": "completed", "to": "cancelled"})
        await drive.until(lambda: drive.app.state.row("1.1.4").get("status") == "cancelled")
        drive.key("U")
        await drive.past_guard()
        assert ShowUndo("1.1.4", "redo") in service.asked
        drive.key("enter")
        await drive.until(lambda: service.submitted)
        assert service.submitted == [Redo("1.1.4", 7)]


async def test_an_undo_that_would_be_refused_is_told_and_cannot_be_asked_for() -> None:
    service = FakeService()
    why = "changed by task 1.2.4: undo that first"
    service.undo |= {
        "conflicts": [{"path": "client/retry.py", "task": "1.2.4", "why": why}],
        "refused": {"code": "conflict", "message": "not as it was", "hint": "put it back"},
    }
    async with opened(service) as drive:
        drive.app.focus_task("1.1.4")
        await drive.until(lambda: (drive.app.state.task or {}).get("number") == "1.1.4")
        drive.key("u")
        await drive.past_guard()
        await drive.until(lambda: "Undo 1.1.4 is not possible now" in drive.screen_text())
        assert why in drive.screen_text()
        drive.key("enter")
        drive.key("escape")
        await drive.until(lambda: "is not possible now" not in drive.screen_text())
        assert service.submitted == []


async def test_starting_the_workers_says_first_what_it_means() -> None:
    service = FakeService()
    service.overview |= {"paused": True, "workers": []}
    async with opened(service) as drive:
        drive.key("P")
        await drive.past_guard()
        assert "3 queued tasks, with claude-sonnet-5-5, at most $5.00" in drive.screen_text()
        assert service.submitted == []
        drive.key("enter")
        await drive.until(lambda: service.submitted)
        assert service.submitted == [SetWorkers(paused=False)]


async def test_a_looser_policy_asks_first() -> None:
    async with opened() as drive:
        drive.key("m")
        await drive.past_guard()
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [SetPolicy("green")]


@pytest.mark.parametrize("pane", ["blockers", "diff"])
async def test_what_failed_is_not_applied_by_the_keys_of_the_fast_yes(pane: str) -> None:
    service = FakeService()
    failed = shown() | {"number": "1.2.1", "status": "blocked", "verdict": "failed"}
    failed["attempts"][-1]["verification"]["verdict"] = "failed"
    service.tasks["1.2.1"], service.diffs["1.2.1"] = failed, diff()
    async with opened(service) as drive:
        drive.app.focus_task("1.2.1")
        await drive.until(lambda: (drive.app.state.task or {}).get("number") == "1.2.1")
        drive.key(str(PANES.index(pane) + 1))
        await drive.in_pane(pane)
        _past_diff_guard(drive)
        drive.key("A")
        await drive.past_guard()
        assert "○ 3 files not looked at: " in drive.screen_text()  # of 4, one is on screen
        drive.key("enter")
        await drive.pilot.pause()
        assert service.submitted == []
        drive.key("a")
        await drive.until(lambda: service.submitted)
        assert service.submitted == [Approve("1.2.1", expect="p2")]


async def test_leaving_asks_while_work_runs() -> None:
    async with opened() as drive:
        drive.key("q")
        await drive.past_guard()
        assert "2 tasks in work" in drive.screen_text()
        drive.key("k")
        await drive.until(lambda: drive.app.return_value == 0)
        assert drive.service.submitted == [KeepWorking(on=True)]


async def test_leaving_an_engine_that_was_kept_lets_it_end_when_nothing_runs() -> None:
    service = FakeService()
    service.overview |= {"paused": True, "workers": [], "keep": True}
    async with opened(service) as drive:
        drive.key("q")
        await drive.until(lambda: drive.app.return_value == 0)
        assert service.submitted == [KeepWorking(on=False)]


async def test_leaving_asks_nothing_when_nothing_runs() -> None:
    service = FakeService()
    service.overview |= {"paused": True, "workers": []}
    async with opened(service) as drive:
        drive.key("q")
        await drive.until(lambda: drive.app.return_value == 0)
        assert service.submitted == []


async def test_leaving_asks_nothing_about_tasks_that_cannot_start() -> None:
    service = FakeService()
    service.overview |= {"workers": [], "ready": False}
    assert service.overview["counts"]["queued"] == 3
    async with opened(service) as drive:
        drive.key("q")
        await drive.until(lambda: drive.app.return_value == 0)
        assert service.submitted == []


async def test_leaving_asks_while_a_task_could_start() -> None:
    service = FakeService()
    service.overview |= {"workers": []}
    async with opened(service) as drive:
        drive.key("q")
        await drive.past_guard()
        assert "Work is waiting" in drive.screen_text()
        assert "3 tasks in the queue." in drive.screen_text()
        assert "in work" not in drive.screen_text()


async def test_a_refusal_is_told_with_its_hint() -> None:
    async with opened() as drive:
        drive.app.focus_task("1.4.1")
        drive.service.refuse = Refused("not now", hint="wait a little")
        await drive.until(lambda: drive.app.state.row().get("number") == "1.4.1")
        drive.key("p")
        await drive.until(lambda: "not now · wait a little" in drive.label("notice"))


async def test_the_cursor_stays_with_its_task_when_rows_move() -> None:
    async with opened() as drive:
        drive.app.focus_task("1.4.1")
        await drive.until(lambda: drive.pane("queue").cursor == "1.4.1")
        groups = drive.service.queue["groups"]
        groups[0]["rows"] = [task(f"9.9.{n}", "urgent", "in_review") for n in range(30)]
        drive.service.happen("task.added", "9.9.1", title="urgent")
        await drive.until(lambda: drive.pane("queue")._stops.line_of("9.9.29") is not None)
        assert drive.pane("queue").cursor == "1.4.1"
        groups[2]["rows"] = [row for row in groups[2]["rows"] if row["number"] != "1.4.1"]
        drive.service.happen("task.status", "1.4.1", to="cancelled")
        await drive.until(lambda: drive.pane("queue").cursor == "1.4.2")
        await drive.until(lambda: drive.app.state.focus == "1.4.2")


async def test_the_scroll_stays_with_its_rows() -> None:
    service = FakeService()
    rows = [task(str(n), f"task {n}") for n in range(1, 200)]
    service.queue = {"groups": [{"key": "queued", "total": 199, "rows": rows}]}
    service.diffs = {}
    async with opened(service) as drive:
        queue = drive.pane("queue")
        await drive.until(lambda: queue.count() == 200)
        drive.key("G")
        await drive.until(lambda: queue.scroll_offset.y > 0)
        await drive.until(lambda: is_task(queue.rows[queue.scroll_offset.y].key))
        await drive.until(lambda: queue.cursor == "199")
        top = queue.rows[queue.scroll_offset.y].key
        rows[:0] = [task(f"1.1.{n}", "new") for n in range(1, 6)]
        service.happen("task.added", "1.1.1", title="new")
        await drive.until(lambda: queue.count() == 205)
        assert queue.rows[queue.scroll_offset.y].key == top
        assert queue.cursor == "199"


async def test_keys_are_answered_while_signals_pour_in() -> None:
    service = FakeService()
    async with opened(service) as drive:
        for number in range(20_000):
            service.signal("test.output", "1.2.3", key="green", append=True, text=f"l {number}\n")
        for pane in ("3", "5", "4", "1"):
            drive.key(pane)
            names = {"3": "tests", "5": "activity", "4": "blockers", "1": "queue"}
            await drive.in_pane(names[pane])
        await drive.until(lambda: drive.app.state.live["1.2.3"].log[-1] == "l 19999")


async def test_live_tests_appear_as_they_end() -> None:
    service = FakeService()
    async with opened(service) as drive:
        drive.app.focus_task("1.2.4")
        await drive.until(lambda: (drive.app.state.task or {}).get("number") == "1.2.4")
        service.signal("test", "1.2.4", key="r1", run="red", id="t.py::a", outcome="failed",
                       duration=0.01)  # fmt: skip
        await drive.until(lambda: drive.pane("tests").text_at(0).startswith("✘ → ·  t.py::a"))
        drive.key("3", "l")
        service.signal("test.output", "1.2.4", append=True, run="red", text="one\ntwo\n")
        await drive.until(lambda: "two" in drive.screen_text())


async def test_what_a_test_printed_is_one_key_away() -> None:
    async with opened() as drive:
        drive.key("3")
        await drive.until(lambda: drive.pane("tests").cursor is not None)
        drive.key("enter")
        await drive.until(lambda: "E  assert 1 == 2" in drive.screen_text())


async def test_a_dead_engine_is_shown_and_found_again() -> None:
    service = FakeService()
    async with opened(service) as drive:
        drive.app.focus_task("1.4.1")
        service.overview["project"] = "after-the-crash"
        service.die()
        await drive.until(lambda: "after-the-crash" in drive.label("header"))
        assert drive.pane("queue").cursor == "1.4.1"
        assert drive.app.state.lost == ""


async def test_an_engine_that_was_started_again_says_that_work_has_stopped() -> None:
    service = FakeService()
    async with opened(service) as drive:
        service.overview |= {"paused": True, "workers": []}
        service.die()
        await drive.until(lambda: "P starts the workers" in drive.label("notice"))
        assert "nothing is lost" in drive.label("notice")


async def test_the_newest_of_the_timeline_is_in_sight_until_a_person_goes_back() -> None:
    service = FakeService()
    items = [{**service.activity["items"][0], "title": f"step {n}", "seq": n} for n in range(60)]
    service.activity = {"items": items}
    async with opened(service) as drive:
        pane = drive.pane("activity")
        drive.key("5")
        await drive.in_pane("activity")
        await drive.until(lambda: pane.cursor and "step 59" in pane.text_at(pane.count() - 1))
        await drive.until(
            lambda: pane.scroll_offset.y and pane.scroll_offset.y == pane.max_scroll_y
        )
        items.append({**items[0], "title": "step 60", "seq": 60})
        service.happen("tool.ended", "1.2.3", name="Read", ok=True)
        await drive.until(lambda: pane.count() == 61)
        await drive.until(lambda: pane.scroll_offset.y == pane.max_scroll_y)
        drive.key("g")
        await drive.until(lambda: pane.scroll_offset.y == 0)
        items.append({**items[0], "title": "step 61", "seq": 61})
        service.happen("tool.ended", "1.2.3", name="Read", ok=True)
        await drive.until(lambda: pane.count() == 62)
        assert pane.scroll_offset.y == 0


async def test_a_file_list_with_nothing_in_it_takes_no_room() -> None:
    service = FakeService()
    async with opened(service, size=(200, 50)) as drive:
        assert drive.app.cockpit.query_one("#files").display
        drive.key("G")
        await drive.until(lambda: not (drive.app.state.task or {}).get("attempts"))
        await drive.until(lambda: not drive.app.cockpit.query_one("#files").display)
        assert not drive.app.cockpit.query_one("#evidence").display


async def test_a_newer_proposal_starts_a_new_draft() -> None:
    service = FakeService()
    async with opened(service) as drive:
        drive.key("2")
        await drive.until(lambda: drive.app.focused is drive.app.cockpit.query_one(DiffView))
        _past_diff_guard(drive)
        drive.key("space")
        await drive.until(lambda: "hunks 1/5" in drive.label("title"))
        view = drive.app.cockpit.query_one(DiffView)
        stands = view._clock()
        view._clock = lambda: stands  # however slow the machine is, no time passes from here on
        service.diffs["1.2.3"] = diff() | {"proposal": "p3", "attempt": 3}
        service.tasks["1.2.3"] = shown()
        service.happen("proposal.recorded", "1.2.3", attempt=3, proposal="p3")
        await drive.until(lambda: "hunks 0/5" in drive.label("title"))
        drive.key("A")
        await drive.pilot.pause()
        assert drive.app.screen is drive.app.cockpit


def _panes_in_sight(drive: Drive) -> int:
    return sum(bool(drive.app.cockpit.query_one(f"#{one}").region.area) for one in PANES)


async def test_small_terminals_show_one_pane_and_reach_all() -> None:
    async with opened(size=(80, 24)) as drive:
        for key, name in zip("12345", ("queue", "diff", "tests", "blockers", "activity"),
                             strict=True):  # fmt: skip
            drive.key(key)
            await drive.in_pane(name)
            pane = drive.app.focused
            assert pane is not None
            await drive.until(lambda pane=pane: _panes_in_sight(drive) == 1 and pane.region.area)  # type: ignore[misc]


async def test_own_keys_replace_the_defaults_everywhere() -> None:
    async with opened(keys={"queue.new": "f7"}) as drive:
        await drive.until(lambda: "f7 new task" in drive.label("footer"))
        drive.key("f7")
        await drive.sheet()
        assert "title" in drive.screen_text()


async def test_a_conflict_in_own_keys_is_told() -> None:
    async with opened(keys={"queue.new": "e"}) as drive:
        await drive.until(lambda: "queue.new" in drive.label("notice"))


async def test_a_click_in_the_footer_does_what_the_key_does() -> None:
    async with opened() as drive:
        at = drive.label("footer").index("o new task") + 1
        await drive.pilot.click("#footer", offset=(at, 0))
        await drive.sheet()
        assert "what should be done" not in drive.label("notice")


def test_every_action_of_the_table_is_done_somewhere() -> None:
    at_once = {"next_pane", "previous_pane", "full", "back", "theme", "failures", "log", "copy"}
    at_once |= {"search", "search_next", "search_previous", "sort"}
    left = [
        key.action
        for key in KEYS
        if key.where not in {"list", "diff"}
        and key.name not in at_once
        and not key.name.startswith("pane_")
        and key.action not in DEEDS
    ]
    assert left == []


async def test_a_resize_under_a_dialogue_wraps_the_panes_anew() -> None:
    async with opened(FakeService(), size=(80, 24)) as drive:
        drive.key("question_mark")
        await drive.sheet()
        await drive.pilot.resize_terminal(200, 50)
        await drive.until(lambda: drive.pane("blockers").line_width > 20)
        await drive.until(lambda: drive.pane("blockers").count() < 8)


async def test_a_second_enter_while_a_dialogue_closes_decides_nothing() -> None:
    service = FakeService()
    async with opened(service) as drive:
        drive.key("4")
        await drive.in_pane("blockers")
        drive.key("enter")
        await drive.sheet()
        drive.key("1", "enter", "enter", "enter")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit and service.submitted)
        assert sum(isinstance(command, Answer) for command in service.submitted) == 1


async def test_a_silence_is_counted_down_in_sight_and_goes_when_it_is_over() -> None:
    service = FakeService()
    first = service.activity["items"][0]
    items = [{**first, "seq": 100 + n, "title": f"step {n}"} for n in range(60)]
    service.activity = {"items": items}
    async with opened(service) as drive:
        pane = drive.pane("activity")
        drive.key("5")
        await drive.in_pane("activity")
        await drive.until(lambda: pane.count() == 60)
        service.signal(
            "waiting", "1.2.3", why="the model's first word", since=at(0.5), until=at(-1.5)
        )
        await drive.until(lambda: "1.2.3" in drive.app.state.waits)
        drive.app._time_passed()
        assert "waits for the model's first word · 1:30 left" in pane.text_at(60)
        await drive.until(lambda: pane.scroll_offset.y == pane.max_scroll_y)
        service.signal("waiting", "1.2.3")
        await drive.until(lambda: not drive.app.state.waits)
        drive.app._time_passed()
        assert pane.count() == 60


async def test_a_question_does_not_take_the_line_that_names_the_undo_key() -> None:
    async with opened() as drive:
        drive.service.happen("blocker.opened", "1.2.1", kind="SYNC", question="Which?")
        await drive.until(lambda: "1.2.1 has a question" in drive.label("notice"))
        drive.service.happen("change.applied", "1.1.4", files=["a.py"], decision=1)
        await drive.until(lambda: "takes it back" in drive.label("notice"))
        drive.service.happen("blocker.opened", "1.2.2", kind="SYNC", question="Which?")
        drive.service.happen("task.status", "1.2.4", to="cancelled")
        await drive.until(lambda: "1.2.4" in drive.app.state.ended)
        assert "takes it back" in drive.label("notice")
        drive.app.tell()
        drive.service.happen("blocker.opened", "1.2.3", kind="SYNC", question="Which?")
        await drive.until(lambda: "1.2.3 has a question" in drive.label("notice"))


async def test_a_key_pressed_twice_opens_one_dialogue() -> None:
    async with opened() as drive:
        drive.key("o", "o")
        await drive.sheet()
        await drive.pilot.pause()
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        await drive.pilot.pause()
        assert drive.app.screen is drive.app.cockpit


async def test_a_key_is_about_the_row_that_the_key_before_it_moved_to() -> None:
    async with opened() as drive:
        drive.app.focus_task("1.3.2")
        await drive.until(lambda: drive.pane("queue").cursor == "1.3.2")
        drive.key("j", "p")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [Hold("1.4.1")]


async def test_what_an_engine_says_of_its_troubles_is_harmless() -> None:
    async with opened() as drive:
        hostile = Refused("bad \x1b]52;c;ZXZpbA==\x07 end")
        drive.app.post_message(Missing("activity", ShowActivity("1.2.3"), hostile))
        await drive.until(lambda: "bad" in drive.label("notice"))
        drive.app.post_message(EngineLost("lost \x1b[2J", final=False))
        await drive.until(lambda: "lost" in drive.label("header"))
        assert "\x1b" not in drive.label("notice") + drive.label("header")


async def test_nothing_is_live_about_a_task_that_has_ended() -> None:
    async with opened() as drive:
        drive.service.happen("task.status", "1.3.1", to="completed", **{"from": "in_progress"})
        drive.service.signal("test.output", "1.2.4", append=True, run="red", text="other\n")
        await drive.until(lambda: "1.3.1" in drive.app.state.ended)
        drive.service.signal("test.output", "1.3.1", append=True, run="red", text="late\n")
        drive.service.signal("test.output", "1.2.4", append=True, run="red", text="again\n")
        await drive.until(lambda: "again" in drive.app.state.live["1.2.4"].log)
        assert "1.3.1" not in drive.app.state.live

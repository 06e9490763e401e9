"""What each pane says about the documents it gets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import pytest

from codeframe_tui.core.events import Event, Signal
from codeframe_tui.tui.keymap import KEYS, PLACES, key_names, keys_at
from codeframe_tui.tui.own_keys import checked
from codeframe_tui.tui.present.activity import activity_rows
from codeframe_tui.tui.present.blockers import blocker_rows, by_urgency
from codeframe_tui.tui.present.countdown import time_left
from codeframe_tui.tui.present.evidence import answer_rows, attempt_rows
from codeframe_tui.tui.present.files import FileRows, Marks
from codeframe_tui.tui.present.flags import flag_facts, flag_lines, flags_of
from codeframe_tui.tui.present.focus import ReviewNow, evidence_rows, title_row
from codeframe_tui.tui.present.hand import hand_rows, kept_rows
from codeframe_tui.tui.present.header import banner_rows, header_row, workers_line
from codeframe_tui.tui.present.help import help_rows
from codeframe_tui.tui.present.live import Live
from codeframe_tui.tui.present.log import LOG_LINES
from codeframe_tui.tui.present.news import news
from codeframe_tui.tui.present.proof import Shown, proof_rows
from codeframe_tui.tui.present.queue import queue_rows, task_rows
from codeframe_tui.tui.present.rows import Row, cells, laid_out, plain
from codeframe_tui.tui.present.sheets import guard_rows, send_rows
from codeframe_tui.tui.present.state import State, works
from codeframe_tui.tui.present.tests import proof_title, verdict_spans
from codeframe_tui.tui.present.words import action_sign, sign_of
from tests.tui.fake_service import (
    FILES,
    NOW,
    activity,
    at,
    blockers,
    overview,
    queue,
    shown,
    task,
    verification,
)

NASTY = (
    "\x1b[2J", "\x1b]52;c;aGk=\x07", "\x1b]0;title\x1b\\", "\x1bP1$r\x1b\\", "\x9b31m",
    "\x07\x08\x7f", "\u202egnp.exe", "\u2066x\u2069", "\u200b\u200d", "\ufeff", "a\rb", "\x00",
    "\u2028", "\x1b",
    "\x1b[?1049l\x1b[6n", "tab\there", "line\nbreak", "\x85", "\U000e0041",
)  # fmt: skip
_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)


def _text(rows: Iterable[Row]) -> str:
    return "\n".join(plain(line) for line in rows)


def _spoilt(value: Any, nasty: str) -> Any:
    """A document with something nasty in every text of it."""
    if isinstance(value, dict):
        return {key: _spoilt(inner, nasty) for key, inner in value.items()}
    if isinstance(value, list):
        return [_spoilt(inner, nasty) for inner in value]
    keep = {"in_review", "blocked", "in_progress", "pending", "completed", "open", "SYNC"}
    return f"x{nasty}{value}" if isinstance(value, str) and value not in keep else value


@pytest.mark.parametrize(("width", "lines"), [(110, 1), (80, 1), (78, 2), (60, 2)])
def test_the_verdict_stays_beside_its_runs_as_long_as_there_is_room(width: int, lines: int) -> None:
    rows = proof_title(
        [("TESTS", "text"), (" activity", "dim")], verdict_spans(shown(), None), width=width
    )
    assert len(rows) == lines
    assert "PROVEN" in "".join(text for row in rows for text, _ in (*row.left, *row.right))


@pytest.mark.parametrize("nasty", NASTY, ids=[json.dumps(one) for one in NASTY])
def test_nothing_a_terminal_acts_on_comes_through_any_pane(nasty: str) -> None:
    live = Live()
    live.take(Signal("test", "1", {"run": "green", "id": nasty, "outcome": nasty, "duration": 1}))
    live.take(Signal("test.output", "1", {"run": "green", "text": f"{nasty}\n"}, append=True))
    spoilt, document = _spoilt(shown(), nasty), _spoilt(overview(), nasty)
    rows = [
        *queue_rows(_spoilt(queue(), nasty), width=36, now=NOW),
        *queue_rows(_spoilt(queue(), nasty), width=90, now=NOW),
        *blocker_rows(_spoilt(blockers(), nasty), width=36, now=NOW),
        *activity_rows(_spoilt(activity(), nasty), now=NOW),
        *proof_rows(spoilt, None, Shown(), now=NOW),
        *proof_rows(None, live, Shown(), now=NOW),
        *proof_title([], verdict_spans(spoilt, live), width=40),
        *evidence_rows(spoilt, width=38),
        *FileRows(spoilt["attempts"][-1]["files"], flags_of(spoilt)),
        *guard_rows(spoilt, unseen=[nasty], undecided=1),
        *send_rows(spoilt, accepted=1, rejected=0, undecided=0),
        *answer_rows(_spoilt(blockers(), nasty)["blockers"][0], spoilt, nasty),
        *attempt_rows(spoilt, width=20),
        *hand_rows({"path": nasty, "files": [{"path": nasty}], "attempt": 1}, here=True),
        *kept_rows(nasty, nasty, nasty),
        *banner_rows(document | {"scripted": False}),
        header_row(document, width=200, lost=""),
        title_row(spoilt, width=120),
    ]
    said = [text for line in rows for text, _ in (*line.left, *line.right)]
    for type_ in ("change.applied", "change.refused", "problem", "model.waiting", "tests.ended"):
        data = {"files": [nasty, nasty], "message": nasty}
        said += [text for text, _ in news(Event(1, "", type_, nasty, data))]
    said += [*live.log, workers_line(document)]
    assert not [text for text in said if _FORBIDDEN.search(text)]


def test_the_queue_says_where_each_task_stands_and_what_it_waits_for() -> None:
    said = _text(queue_rows(queue(), width=36, now=NOW))
    assert said.startswith("NEEDS YOU\n◆ 1.2.3 Retry on 429  review")
    assert "● 1.2.4 Paginate /orders  2/4  0:12" in said
    assert "1.3.2 Audit log API  ◦ 1.3.1" in said
    assert "✔ 1.1.4 Health endpoint  14:02" in said


@pytest.mark.parametrize("width", [36, 90])
def test_a_task_whose_change_was_undone_is_not_called_cancelled(width: int) -> None:
    rows = [task("1", "one", status="cancelled", reason="undone")]
    said = _text(queue_rows({"groups": [{"key": "done", "rows": rows}]}, width=width, now=NOW))
    assert "undone" in said
    assert "cancelled" not in said


def test_a_reason_that_has_no_room_in_its_column_is_not_cut() -> None:
    rows = [
        task("1", "one", status="cancelled", reason="cancelled by a person"),
        task("2", "two", status="cancelled", reason="split"),
    ]
    said = _text(queue_rows({"groups": [{"key": "done", "rows": rows}]}, width=90, now=NOW))
    assert "…" not in said
    assert "cancelled  " in said
    assert "split  " in said


def test_columns_of_a_wide_queue_stand_below_each_other() -> None:
    rows = [line for line in queue_rows(queue(), width=90, now=NOW) if line.key]
    rows = [line for line in rows if len(line.right) > 1]
    right = ["".join(text for text, _ in line.right).rjust(37) for line in rows]
    assert {len(text) for text in right} == {37}
    for column in (16, 21, 29):  # a space before each; what is not said is left to the title
        assert {text[column] for text in right} == {" "}, right


def test_a_title_has_the_room_of_what_is_not_said_beside_it() -> None:
    name = "Tell customers which limit their parcel exceeds, in words"
    rows = [task("1", name), task("2", name, waiting_on=["1"]), task("3", name, "in_review")]
    drawn = queue_rows({"groups": [{"key": "queued", "rows": rows}]}, width=78, now=NOW)
    first, second, third = (
        "".join(text for text, _ in laid_out(line.left, line.right, 78)) for line in drawn[1:]
    )
    assert name in first
    assert first.rstrip() == f"  1 {name}"
    assert second == f"  2 {name}".ljust(75) + "◦ 1"
    assert "review" in third


def test_what_is_said_of_an_attempt_is_not_cut_but_the_title_before_it() -> None:
    document = shown() | {"title": "Retry on 429 and on every other answer that asks for patience"}
    document["attempts"][-1]["cause"] = "hand"
    line = title_row(document, ReviewNow(5), width=78)
    text = "".join(text for text, _ in laid_out(line.left, line.right, 78))
    assert "…  attempt 2 by hand  " in text
    assert "0/5 accepted" in text


def test_a_queue_of_many_says_how_many_and_has_a_line_for_each() -> None:
    document = {"groups": [{"key": "queued", "total": 4_312, "rows": [task("1", "one")]}]}
    rows = queue_rows(document, width=36, now=NOW)
    assert len(rows) == 4_313
    assert plain(rows[0]) == "QUEUED  4,312"
    assert plain(rows[1]).startswith("  1 one")
    assert plain(rows[4_312]) == "  …"


def test_an_empty_queue_teaches() -> None:
    assert "codeframe-tui add" in _text(queue_rows({"groups": []}, width=36, now=NOW))
    assert queue_rows(None, width=36, now=NOW) == []


@pytest.mark.parametrize("width", [200, 120, 100, 80, 60, 40])
def test_the_header_fits_and_keeps_what_needs_a_person(width: int) -> None:
    line = header_row(overview(), width=width - 2)
    assert cells(plain(line)) <= width - 2
    assert "2 need you" in plain(line)
    assert "$0.84" in plain(line)


@pytest.mark.parametrize("width", [200, 120, 100, 80])
def test_how_much_of_the_code_is_read_stands_in_the_header_while_it_is_read(width: int) -> None:
    line = plain(header_row(overview(), width=width - 2, indexed=(315, 1_500)))
    assert cells(line) <= width - 2
    assert "code 21 %" in line
    assert "2 need you" in line
    assert "code" not in plain(header_row(overview(), width=width - 2, indexed=(1_500, 1_500)))


@pytest.mark.parametrize("width", [200, 120, 80])
def test_hosts_that_commands_reach_stand_beside_the_sandbox(width: int) -> None:
    hosts = {"network": ["pypi.org:443", "pypi.org:80", "*.example.org:443"]}
    line = plain(header_row(overview() | hosts, width=width - 2))
    assert cells(line) <= width - 2
    assert ("bwrap +2 hosts" in line) == ("bwrap" in line)
    assert "hosts" not in plain(header_row(overview() | {"network": []}, width=width - 2))


def test_a_lost_engine_stands_in_the_header() -> None:
    assert "engine lost" in plain(header_row(overview(), width=100, lost="engine lost, restarting"))
    assert "no engine" in plain(header_row(None, width=100, lost="no engine yet"))


def test_banners_say_that_the_model_is_scripted_or_that_there_is_no_key() -> None:
    scripted = overview() | {"scripted": True, "paused": True}
    assert "nothing is sent anywhere" in _text(banner_rows(scripted))
    assert "P starts the workers" in _text(banner_rows(scripted))
    assert _text(banner_rows(overview() | {"key": "set THE_KEY"})) == "! set THE_KEY"
    assert banner_rows(overview()) == []


def test_starting_says_how_many_tasks_which_model_and_which_cap() -> None:
    said = workers_line(overview())
    assert "3 queued tasks" in said
    assert "claude-sonnet-5-5, at most $5.00" in said
    assert "no cap" in workers_line(overview() | {"cap_usd": None})


def test_the_evidence_is_a_sentence() -> None:
    said = "".join(text for text, _ in verdict_spans(shown(), None))
    wanted = "RED ✔ 3 of 3   GREEN ✔ 3 of 3   REGRESSION ✔ 212 passed   PROVEN"
    assert said == wanted


def _failed() -> dict[str, Any]:
    found = verification() | {"verdict": "failed", "message": "1 new test fails"}
    tests = [dict(test) for test in found["green"]["tests"]]
    tests[2]["outcome"] = "failed"
    found["green"] = {"verdict": "failing", "tests": tests}
    found["regression"] = {"verdict": "clean", "tests": tests}
    return shown() | {"attempts": [{"verification": found}]}


def test_a_failing_test_stands_first_and_is_counted() -> None:
    rows = proof_rows(_failed(), None, Shown(), now=NOW)
    assert plain(rows[0]) == "1 new test fails"
    assert plain(rows[1]).startswith("✘ → ✘  tests/test_retry.py::test_never_retries_400")
    said = "".join(text for text, _ in verdict_spans(_failed(), None))
    assert "GREEN ✘ 2 of 3" in said
    assert said.endswith("FAILED")
    keyed = [
        line for line in proof_rows(_failed(), None, Shown(failures=True), now=NOW) if line.key
    ]
    assert len(keyed) == 1


def test_not_verified_says_why_and_never_green() -> None:
    run = {"verdict": "not_verified", "message": "no pytest", "tests": []}
    found = {"verdict": "not_verified", "message": "install pytest", "red": run}
    document = {"attempts": [{"verification": found}]}
    spans = verdict_spans(document, None)
    assert "NOT VERIFIED" in spans[-1][0]
    assert not [text for text, style in spans if "green" in style]
    assert "install pytest" in _text(proof_rows(document, None, Shown(), now=NOW))


def test_live_tests_tell_their_story_before_anything_is_recorded() -> None:
    live = Live()
    live.take(Signal("test", "1", {"run": "red", "id": "t.py::a", "outcome": "failed"}))
    live.take(Signal("test.progress", "1", {"run": "red", "done": 1, "total": 3}))
    assert _text(proof_rows({}, live, Shown(), now=NOW)).startswith("✘ → ·  t.py::a")
    live.take(Signal("test", "1", {"run": "green", "id": "t.py::a", "outcome": "passed"}))
    assert _text(proof_rows({}, live, Shown(), now=NOW)).startswith("✘ → ✔  t.py::a")
    assert "RED 1 of 3" in "".join(text for text, _ in verdict_spans({}, live))


def test_a_run_that_tells_nothing_is_not_counted() -> None:
    live = Live()
    live.take(Signal("test.progress", "1", {"run": "red", "done": 0, "total": 0}))
    live.take(Signal("test", "1", {"run": "green", "id": "t.py::a", "outcome": "passed"}))
    live.take(Signal("test.progress", "1", {"run": "green", "done": 0, "total": 7}))
    assert "".join(text for text, _ in verdict_spans({}, live)).strip() == "GREEN 1 of 7"


def test_the_raw_log_is_a_bounded_ring_of_whole_lines() -> None:
    live = Live()
    for number in range(LOG_LINES + 10):
        live.take(Signal("test.output", "1", {"text": f"line {number}\nhal"}, append=True))
        live.take(Signal("test.output", "1", {"text": "f\n"}, append=True))
    assert len(live.log) == LOG_LINES
    assert list(live.log)[-2:] == [f"line {LOG_LINES + 9}", "half"]
    live.take(Signal("test.output", "1", {"text": "x" * 200_000 + "\n"}, append=True))
    assert len(live.log.raw(-1)) == len(live.log[len(live.log) - 1]) == 2_000


def test_questions_come_most_urgent_first() -> None:
    one = blockers()["blockers"][0]
    found = [
        one | {"id": "young", "created_at": at(1), "holds": []},
        one | {"id": "assumed", "kind": "ASYNC", "created_at": at(900)},
        one | {"id": "holding", "created_at": at(10)},
        one | {"id": "done", "status": "answered"},
    ]
    order = [b["id"] for b in by_urgency({"blockers": found}, NOW)]
    assert order == ["holding", "young", "assumed"]


def test_a_question_shows_its_options_and_what_it_holds_up() -> None:
    said = _text(blocker_rows(blockers(), width=36, now=NOW))
    assert said.startswith("? 1.2.1 holds 3 · 18 min\nRound half up or half even for JPY\n")
    assert "1 half up\n2 half even\n3 attempts · $0.31 · enter answers" in said


def test_the_guard_sheet_counts_what_was_not_looked_at() -> None:
    names = [f"{letter}.py" for letter in "abcdef"]
    said = _text(guard_rows(shown(), unseen=names, undecided=5, partly=1, comments=2))
    assert "PROVEN" in said
    assert "tenacity was not a dependency before  pyproject.toml:14" in said
    assert "○ 6 files not looked at: a.py, b.py, c.py, d.py and 2 more\n" in said
    assert "○ 5 hunks undecided\n○ 1 hunk accepted only partly before\n" in said
    assert "○ 2 comments not sent to the worker\n\n" in said
    assert said.index("○ 2 comments") < said.index("tenacity") < said.index("client/retry.py")
    assert "everything was looked at" in _text(guard_rows(shown(), unseen=[]))


def test_the_file_list_shows_verdicts_and_flags() -> None:
    files = FileRows(FILES, flags_of(shown()))
    rows = files.showing(Marks({"client/retry.py": "accepted"}.get, "client/limit.py", 2))
    said = _text(rows)
    assert "FILES  2 of 4 seen" in said
    assert "✔ client/retry.py  +8 −3" in said
    assert "! new dependency" in said


def test_an_apply_is_told_with_the_way_back() -> None:
    event = Event(1, "", "change.applied", "1.2.3", {"files": ["a.py", "b.py"]})
    said = "".join(text for text, _ in news(event, undo="x"))
    assert said == "✔ 1.2.3 applied: 2 files, nothing committed · x in the queue takes it back"
    part = Event(1, "", "change.applied", "1.2.3", {"files": ["a.py"], "verdict": "not_verified"})
    told = "".join(text for text, _ in news(part))
    assert told.startswith("✔ 1.2.3 applied: 1 file, not verified, nothing committed")
    made = {"commit": "c" * 40, "branch": "main", "left_out": ["build/x"]}
    kept = {"refused": "not committed: a merge is under way", "hint": "end it first"}
    for commit, words in (
        (made, "✔ 1.2.3 applied: 1 file, committed cccccccc on main, 1 ignored file left out · u"),
        (kept, "✔ 1.2.3 applied: 1 file, not committed: a merge is under way · u"),
    ):
        applied = Event(7, at(0), "change.applied", "1.2.3", {"files": ["a"], "commit": commit})
        assert "".join(text for text, _ in news(applied)).startswith(words)
    assert cells(said) < 78


def test_what_a_command_changed_is_told_with_the_way_back_if_there_is_one() -> None:
    event = Event(1, "", "command.changed", "1.2.3", {"files": ["a.py"], "beyond": ["link"]})
    said = "".join(text for text, _ in news(event))
    assert said == "○ a command of 1.2.3 changed 2 files of yours · u in the queue takes it back"
    only = Event(1, "", "command.changed", "1.2.3", {"files": [], "beyond": ["link"]})
    told = "".join(text for text, _ in news(only))
    assert told == "○ a command of 1.2.3 changed 1 file of yours"
    many = {"files": ["a.py"], "beyond": [], "count": 1234}
    told = "".join(text for text, _ in news(Event(1, "", "command.changed", "1.2.3", many)))
    assert told.startswith("○ a command of 1.2.3 changed 1,234 files of yours")
    since = {"files": [], "beyond": ["a.py"], "since": True}
    told = "".join(text for text, _ in news(Event(1, "", "command.changed", "1.2.3", since)))
    assert told == "○ 1 file of yours changed since a command of 1.2.3 began"


def test_a_conflict_is_told_with_the_next_step() -> None:
    data = {"kind": "apply", "code": "conflict", "message": "changed", "paths": ["a.py"]}
    said = "".join(text for text, _ in news(Event(1, "", "change.refused", "1.2.3", data)))
    assert said == "✘ 1.2.3 not applied: a.py changed meanwhile · t in the queue makes it anew"
    undo = Event(1, "", "change.refused", "1.2.3", {**data, "kind": "undo"})
    assert "".join(text for text, _ in news(undo)) == "✘ 1.2.3 not undone: changed"


def test_the_end_of_tests_that_ran_again_is_told_wherever_a_person_is() -> None:
    ended = {"attempt": 1, "ok": True, "passed": 3, "failed": 0, "differ": []}
    wrong = {"ok": False, "reason": "timeout", "message": ""}

    def told(**data: Any) -> str:
        event = Event(1, "", "tests.ended", "1.2.3", ended | data)
        return "".join(text for text, _ in news(event))

    assert told() == "✔ 1.2.3 tests again: 3 passed"
    assert told(failed=1, differ=["t"]) == (
        "✘ 1.2.3 tests again: 1 failed  flaky; the verdict stays"
    )
    assert told(**wrong) == "○ 1.2.3 tests again: timeout"


def test_attempts_that_a_person_asked_for_have_no_limit() -> None:
    working = {"number": "1", "title": "x", "status": "in_progress", "attempt": 5}
    document = {"groups": [{"key": "working", "rows": [working], "total": 1}]}
    said = _text(queue_rows(document, width=36, now=NOW))
    assert "5/4" not in said
    assert " 5 " in said


def test_a_silence_is_counted_down_in_activity_queue_and_header_and_a_flow_is_not() -> None:
    doc = queue()
    number = next(t["number"] for t in task_rows(doc) if t["status"] == "in_progress")

    def moment(seconds: int) -> str:
        return at(-seconds / 60)

    def shown_at(since: int, until: int) -> tuple[str, str, str]:
        data = {
            "why": "the model's \x1b[31mfirst word",
            "since": moment(since),
            "until": moment(until),
        }
        found = plain(activity_rows(activity(), now=NOW, waiting=data)[-1])
        queued = next(
            plain(r)
            for r in queue_rows(doc, width=38, now=NOW, waits={number: data})
            if r.key == number
        )
        left = {number: time_left(data, NOW)}
        return found, queued, plain(header_row(overview(), width=200, left=left))

    told, queued, header = shown_at(-17, 103)
    assert told.strip() == "◌ waits for the model's first word · 1:43 left"
    assert queued.endswith("wait 1:43")
    assert "1:43 left" in header
    for since, until in ((-1, 60), (-200, -30)):  # it flows; or its end was never told
        told, queued, header = shown_at(since, until)
        assert "waits for" not in told
        assert "wait" not in queued
        assert " left" not in header
    told, queued, _ = shown_at(-120, -1)
    assert told.endswith("0:00 left")
    assert queued.endswith("wait 0:00")


def test_a_countdown_ends_when_it_is_said_to_be_over() -> None:
    live = Live()
    live.take(Signal("waiting", "7", {"why": "tests", "since": at(-9), "until": at(9)}))
    live.begin()  # a new verification; what is waited for is told by its own signals
    assert live.waiting is not None
    live.take(Signal("waiting", "7"))
    assert live.waiting is None


def test_every_key_has_a_help_line_and_no_place_binds_one_twice() -> None:
    assert checked({}) == ({}, [])
    assert all(key.help and key.where in PLACES for key in KEYS)
    table = [(key.where, key_names(key.keys), key.help) for key in KEYS]
    said = _text(help_rows(table, PLACES, "diff"))
    assert said.startswith("DIFF\n")
    assert all(key.help in said for key in KEYS)


def test_the_help_ends_with_what_signs_mean() -> None:
    rows = help_rows((), PLACES, "diff", width=60)
    said = _text(rows).partition("SIGNS\n")[2]
    assert said.startswith("±3             At the top: files of the project that are\n")
    signs = {span for each in rows for span in each.left}
    task = {"status": "in_review"}, {"status": "blocked"}, {"status": "in_progress"}
    for sign, style in (*map(sign_of, task), *map(action_sign, ("create", "modify", "delete"))):
        assert (sign, style) in signs or (f" {sign}", style) in signs
    assert all(cells(plain(each)) <= 60 for each in rows)


def test_own_keys_are_checked() -> None:
    fine = {"queue.new": "f7", "diff.accept_hunk": "space,ctrl+y", "queue.raise": "plus"}
    assert checked(fine) == (fine, [])


@pytest.mark.parametrize(
    ("action", "keys", "told", "kept"),
    [
        ("queue.hol", "x", "there is no such action; did you mean queue.hold?", False),
        ("fly", "x", "there is no such action; docs/keys.md and `?` list them all", False),
        ("queue.hold", "", "no key is named; leave the line out for the default", False),
        ("queue.hold", "Ctrl-X", "no key is called 'Ctrl-X'; write it as ctrl+x", False),
        ("queue.hold", "F77", "no key is called 'F77'; write it as a, space, f7 or", False),
        ("queue.hold", "ctrl+i", "ctrl+i is tab for a terminal; choose another key", False),
        ("diff.accept_hunk", "escape", "esc goes back and never decides", False),
        ("queue.hold", "e", "e is queue.edit already, so queue.hold has no key; give one", True),
        ("queue.hold", "b", "b in queue is queue.hold, so app.urgent does not work there", True),
        ("app.full", "o", "o in queue is queue.new, so app.full does not work there", True),
    ],
)
def test_each_problem_with_a_key_says_what_to_do(
    action: str, keys: str, told: str, kept: bool
) -> None:
    used, found = checked({action: keys})
    assert any(told in problem for problem in found), found
    assert all(problem.startswith("keys: ") for problem in found)
    assert (action in used) is kept


def test_a_blocked_task_without_a_proposal_cannot_be_approved_as_it_is() -> None:
    state = State(blockers=blockers(), blocker="b1")
    assert works("blockers.approve", state)
    state.blockers = {"blockers": [blockers()["blockers"][0] | {"attempts": 0}]}
    assert not works("blockers.approve", state)
    assert works("blockers.answer", state)


def test_the_header_counts_changed_files() -> None:
    assert "main ±3" in plain(header_row(overview(), width=118))


def test_a_test_that_fails_in_two_runs_is_one_failed_test() -> None:
    document = shown()
    first = document["attempts"][0]["verification"]
    first["regression"] = {"verdict": "regressed", "tests": first["green"]["tests"]}
    assert "attempt 1 failed 1 test" in plain(title_row(document, width=120))


def test_titles_of_all_groups_begin_in_one_column() -> None:
    document = {
        "groups": [
            {"key": "queued", "total": 1, "rows": [task("3", "three")]},
            {"key": "done", "total": 1, "rows": [task("1.5.10", "ten", "completed")]},
        ]
    }
    rows = [plain(line) for line in queue_rows(document, width=36, now=NOW) if line.key]
    assert rows[0].index("three") == rows[1].index("ten")


def test_only_what_works_is_offered() -> None:
    state = State(overview=overview(), queue=queue(), focus="1.1.4")
    assert works("queue.undo", state)
    assert not works("queue.cancel", state)
    state.focus = "1.2.4"
    state.task = {"number": "1.2.4", "undoable": True}
    assert not works("queue.undo", state)  # it is being worked on
    state.focus = "1.2.3"
    assert not works("queue.undo", state)
    state.task = {"number": "1.2.3", "undoable": True}
    assert works("queue.undo", state)
    state.focus = "1.2.4"
    assert works("queue.note", state)
    assert not works("diff.accept_hunk", state)
    assert not works("blockers.answer", state)
    assert [key.action for key in keys_at("queue") if works(key.action, State())] == [
        "queue.new",
        "queue.import",
        "queue.issue",
        "queue.sort",
    ]


def test_the_last_screen_of_the_demo_says_how_to_begin_and_what_it_costs_in_80_columns() -> None:
    done = overview() | {"scripted": True, "counts": {"done": 6}, "cap_usd": 15.0}
    last = plain(banner_rows(done, width=78)[-1])
    assert "codeframe-tui" in last
    assert "free until P, then at most $15.00" in last
    assert cells(last) <= 78


def test_what_signals_told_is_kept_of_the_tasks_heard_of_last_and_of_the_focus() -> None:
    state = State(focus="1")
    kept = state.hear("1")
    for number in range(2, 200):
        state.hear(str(number))
        state.hear("2")
    assert len(state.live) == 64
    assert state.live["1"] is kept
    assert "199" in state.live
    assert "2" in state.live
    assert "3" not in state.live


def test_one_more_flag_and_one_more_line_are_told_as_one() -> None:
    flag = {"rule": "r", "severity": "red", "path": "a.py", "message": "m", "after": "x\n" * 5}
    assert "and 1 more flag" in [plain(row) for row in flag_lines([flag] * 9)]
    assert "  and 1 more line" in [plain(row) for row in flag_facts(flag)]


def test_what_an_answer_to_a_command_means_is_told() -> None:
    asked = {"kind": "SYNC", "cause": "command", "question": "May it?", "allows": ["cat"]}
    assert "Always is written into your" in _text(answer_rows(asked))
    assert "Always" not in _text(answer_rows({**asked, "allows": []}))

"""What the Tests pane says: one row per test, and what stands above them."""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import Any

import pytest

from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.verification import FINE, Outcome
from codeframe_tui.tui.present import proof as present
from codeframe_tui.tui.present.live import Live
from codeframe_tui.tui.present.proof import UNCHANGED, Proof, Shown, failing, proof_rows
from codeframe_tui.tui.present.rows import Row, cells, laid_out, plain
from codeframe_tui.tui.present.tested import GOOD
from codeframe_tui.tui.present.tests import run_words
from codeframe_tui.tui.present.words import OUTCOMES
from tests.tui.fake_service import NOW, at, shown, verification

NEW = "tests/test_retry.py::test_never_retries_400"


def _test(name: str, outcome: str = "passed", **more: Any) -> dict[str, Any]:
    return {"id": name, "outcome": outcome, "duration": 0.02, "message": ""} | more


def _task(again: dict[str, Any] | None = None, **runs: Any) -> dict[str, Any]:
    found = verification() | runs
    return shown() | {"attempts": [{"attempt": 1, "verification": found, "again": again}]}


def _rows(task: dict[str, Any], live: Live | None = None, **how: Any) -> list[Row]:
    return proof_rows(task, live, Shown(**how), now=NOW)


def _text(rows: list[Row], width: int = 100) -> list[str]:
    said = ("".join(text for text, _ in laid_out(line.left, line.right, width)) for line in rows)
    return [line.rstrip() for line in said]


def test_a_proven_change_needs_no_words_above_its_tests() -> None:
    said = _text(_rows(shown(), width=80), 80)
    assert said[0].startswith("✘ → ✔  tests/test_retry.py::test_stops_when_budget_is_spent")
    assert said[0].endswith("   8 ms")
    assert said[3].startswith("✔ → ✔  209 more unchanged  enter lists them")
    assert said[3].endswith("  4.2 s")
    assert len(said) == 4


def test_what_does_not_fail_is_the_same_here_as_where_verdicts_are_made() -> None:
    assert {outcome.value for outcome in FINE} == GOOD
    assert {outcome for outcome, (sign, _) in OUTCOMES.items() if sign == "✘"}.isdisjoint(GOOD)
    assert OUTCOMES.keys() == {outcome.value for outcome in Outcome}


def test_a_test_that_passes_though_it_was_thought_to_fail_is_no_failure() -> None:
    tests = [_test(NEW, "xpassed"), _test("t.py::same", "xpassed")]
    regression = {"verdict": "clean", "message": "", "tests": tests}
    task = _task(red={"verdict": "not_run", "tests": []}, green={"verdict": "not_run", "tests": []},
                 regression=regression)  # fmt: skip
    assert _text(_rows(task))[0].startswith("✔")
    assert run_words("regression", regression) == ("✔", "green", "2 passed")


@pytest.mark.parametrize("width", [60, 78, 118, 198])
def test_columns_stand_below_each_other_at_every_width(width: int) -> None:
    again = {"at": at(1), "ok": True, "passed": 1, "failed": 1, "seconds": 0.3, "tests": [
        _test(NEW, "failed", duration=65.0, message="assert 1 == 2")]}  # fmt: skip
    rows = [line for line in _rows(_task(again), width=width) if line.key]
    lines = _text(rows, width)
    assert all(cells(line) <= width for line in lines)
    assert {cells(line) for line in lines} == {width}
    assert {line.rstrip().rpartition(" ")[0][:4] for line in lines} == {"✘ → ", "✔ → "}
    assert any("test_never_retries_400" in line for line in lines)


def test_names_are_shortened_alike_where_it_is_narrow() -> None:
    def names(width: int) -> list[str]:
        return [plain(line).split("  ")[1] for line in _rows(shown(), width=width)][:3]

    assert all(name.startswith("tests/test_retry.py::test_") for name in names(78))
    assert all(name.startswith("test_retry.py::test_") for name in names(66))
    assert all(name.startswith("test_") and "::" not in name for name in names(45))


def test_the_folded_row_opens_and_names_every_test() -> None:
    rows = _rows(shown(), unfolded=True)
    assert len(rows) == 3 + 1 + 209
    assert rows[3].key == UNCHANGED
    assert _text(rows)[-1].startswith("✔ → ✔  tests/test_old.py::test_208")


def test_a_regression_is_told_apart_from_what_failed_before() -> None:
    tests = [_test("t.py::was_fine", "failed", message="boom"), _test("t.py::never_was", "failed"),
             _test("t.py::lost", "missing"), _test("t.py::same")]  # fmt: skip
    regressed = {"verdict": "regressed", "message": "t.py::was_fine, t.py::lost", "tests": tests}
    none = {"verdict": "not_run", "tests": []}
    task = _task(verdict="failed", message="2 regressions", red=none, green=none,
                 regression=regressed)  # fmt: skip
    assert [" ".join(line.split()) for line in _text(_rows(task, width=118), 118)] == [
        "2 regressions",
        "✔ → ✘ t.py::was_fine boom 20 ms",
        "✔ → ✘ t.py::lost is gone 20 ms",
        "· → ✘ t.py::never_was 20 ms",
        "✔ → ✔ 1 more unchanged enter lists them 20 ms",
    ]
    clean = regressed | {"verdict": "clean", "message": ""}
    said = _text(_rows(_task(red=none, green=none, regression=clean)))
    assert said[1].startswith("✘ → ✘  t.py::never_was")
    assert "failed before, too" in said[1]


def test_failures_stand_first_and_alone_when_they_are_asked_for() -> None:
    green = [_test("t.py::good"), _test("t.py::bad", "failed", message="1 != 2")]
    task = _task(verdict="failed", message="1 new test fails",
                 green={"verdict": "failing", "tests": green},
                 regression={"verdict": "clean", "tests": green})  # fmt: skip
    assert _text(_rows(task))[1].startswith("· → ✘  t.py::bad  1 != 2")
    alone = _rows(task, failures=True)
    assert [line.key for line in alone if line.key] == ["green::t.py::bad"]
    assert failing(task) == ("t.py::bad",)
    assert "No test fails." in _text(_rows(shown(), failures=True))


def test_a_test_that_ends_otherwise_again_is_called_flaky_and_the_verdict_stays() -> None:
    again = {"at": at(18), "ok": True, "passed": 0, "failed": 1, "skipped": 0, "seconds": 0.3,
             "differ": [NEW], "tests": [_test(NEW, "failed", message="assert 2 == 1")]}  # fmt: skip
    said = _text(_rows(_task(again), width=118), 118)
    assert said[0] == ("✘ again 14:02: 0 of 1 passed  300 ms  flaky; the verdict stays")
    assert said[1].startswith(f"✘ → ✔  {NEW}  assert 2 == 1")
    assert said[1].endswith("flaky  again ✘    20 ms")
    proof = Proof()
    assert "PROVEN" in proof.verdict(_task(again), None)[-1][0]


@pytest.mark.parametrize(
    ("again", "said"),
    [
        ({"ok": True, "passed": 1, "failed": 0, "seconds": 0.3},
         "✔ again 14:02: 1 of 1 passed  300 ms"),
        ({"ok": False, "reason": "interrupted"},
         "○ again 14:02: interrupted; r, R or A runs tests again"),
        ({"ok": False, "reason": "stopped", "message": "stopped by a person"},
         "○ again 14:02: stopped by a person"),
        ({"ok": False, "reason": "no_tests", "message": ""}, "○ again 14:02: no tests"),
    ],
)  # fmt: skip
def test_how_a_repetition_ended_is_one_line(again: dict[str, Any], said: str) -> None:
    assert _text(_rows(_task({"at": at(18), "tests": [], **again})))[0] == said


def _signal(live: Live, kind: str, run: str, **data: Any) -> None:
    live.take(Signal(kind, "1", {"run": run, **data}))


def test_what_runs_is_told_with_its_progress_its_time_and_its_name() -> None:
    live, task = Live(), shown() | {"attempts": []}
    live.take(Signal("waiting", "1", {"why": "tests (green)", "since": at(0.2), "until": at(-9)}))
    _signal(live, "test.progress", "red", done=3, total=3, running="")
    _signal(live, "test.progress", "green", done=1, total=3, running="tests/a.py::test_b")
    assert _text(_rows(task, live))[0] == "● GREEN 1 of 3  0:12 of 9:12  tests/a.py::test_b"


def test_a_repetition_is_shown_live_beside_the_recorded_evidence() -> None:
    live, again = Live(), {"at": at(0.1), "ok": False, "reason": "interrupted", "tests": []}
    _signal(live, "test", "again", id=NEW, outcome="failed", duration=0.5)  # late, of another one
    live.repeat(on=True)
    _signal(live, "test", "again", id=NEW, outcome="failed", duration=0.5)
    _signal(live, "test.progress", "again", done=1, total=4, running="tests/a.py::test_b")
    said = _text(_rows(_task(again), live))
    assert said[0].startswith("● again 1 of 4  0:06  tests/a.py::test_b")
    assert said[0].endswith("X stops")
    assert "again ✘" in said[1]
    live.repeat(on=False)
    _signal(live, "test", "again", id=NEW, outcome="failed", duration=0.5)
    assert "again ✘" not in "\n".join(_text(_rows(_task(None), live)))


def test_the_reason_is_told_in_full_at_every_width() -> None:
    none = {"verdict": "not_verified", "tests": []}
    why = "pytest is not installed: " + "install it into the project's environment " * 2
    task = _task(verdict="not_verified", message=why, red=none, green=none, regression=none)
    for width in (38, 78):
        said = " ".join(plain(line) for line in _rows(task, width=width)[:4])
        assert why.strip() in said
    assert "No test ran." in _text(_rows(task))


def test_ten_thousand_tests_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tests = [_test(f"tests/test_{n % 40}.py::test_{n}") for n in range(10_000)]
    tests[5_000] = _test("tests/test_0.py::test_bad", "failed")
    task = _task(regression={"verdict": "regressed", "message": "", "tests": tests})
    proof, how = Proof(), Shown(unfolded=True)
    looked: list[str] = []

    def counted(name: str, *given: Any) -> Any:
        looked.append(name)
        return whole[name](*given)

    whole = {name: getattr(present, name) for name in ("_tests", "_body", "verdict_spans")}
    for name in whole:
        monkeypatch.setattr(present, name, partial(counted, name))

    def look() -> list[Row]:
        proof.verdict(task, None)
        return proof.rows(task, None, how, NOW)

    for _ in range(20):
        look()
    task = deepcopy(task)  # another event about the task, which says nothing of its tests
    look()
    assert sorted(looked) == ["_body", "_tests", "verdict_spans"]
    task = deepcopy(task)
    task["attempts"][0]["verification"]["verdict"] = "failed"
    assert len(look()) > 10_000
    assert proof.verdict(task, None)[-1][0] != "PROVEN"
    assert len(looked) == 6


@pytest.mark.parametrize(
    ("marks", "words", "said"),
    [
        ({"kind": "assertion", "error": "AssertionError", "message": "assert 1 == 2"},
         "assertion", "  assert 1 == 2"),
        ({"kind": "missing_name", "error": "ImportError", "message": "no retry"},
         "missing name", "  ImportError: no retry"),
        ({"kind": "raised", "error": "KeyError", "message": "'x'"}, "raised", "  KeyError: 'x'"),
        ({"kind": "fixture", "error": "ValueError", "message": "late", "outcome": "error"},
         "fixture fails", "  not verified: ValueError: late"),
        ({"kind": "unrelated_import", "error": "ImportError", "message": "no x"},
         "unrelated import", "  not verified: ImportError: no x"),
    ],
)  # fmt: skip
def test_a_row_says_how_its_test_was_red_or_why_it_was_not(
    marks: dict[str, Any], words: str, said: str
) -> None:
    red = {"verdict": "red", "tests": [{**_test(NEW, "failed"), **marks}]}
    task = _task(red=red, green={"verdict": "green", "tests": [_test(NEW)]})
    (wide,) = [r for r in _text(_rows(task, width=140), 140) if NEW in r]
    assert wide.startswith(f"✘ → ✔  {NEW}{said}")
    assert wide.endswith(f"{words}     6 ms")
    (narrow,) = [r for r in _text(_rows(task, width=78), 78) if "never_retries" in r]
    assert narrow.endswith(f"{words}     6 ms")
    assert "…" not in narrow


def test_a_flaky_test_is_neither_a_failure_nor_a_pass() -> None:
    suite = {
        "verdict": "not_verified",
        "reason": "flaky",
        "tests": [_test("tests/test_a.py::test_sometimes", "flaky")],
    }
    task = _task(regression=suite)
    (line,) = [r for r in _text(_rows(task)) if "test_sometimes" in r]
    assert line.startswith("✔ → ~  tests/test_a.py::test_sometimes")
    assert "flaky" in line
    assert failing(task) == ()


def test_what_a_person_asked_for_as_evidence_is_told() -> None:
    said = _text(_rows(shown() | {"evidence": "regression"}))
    assert said[0] == "A person asked for evidence 'regression': no test needs to be RED."

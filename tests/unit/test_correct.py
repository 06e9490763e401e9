"""What the worker is told after a failure."""

from __future__ import annotations

from dataclasses import replace

from codeframe_tui.core.change.proposal import Action, FileSummary
from codeframe_tui.core.evidence.verification import Outcome, Run, TestCase, Verdict, Verification
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.talk.correct import Material, correction, places_to_show, repeated

NONE = Run("not_run")
DETAIL = "tests/test_a.py:4: in test_a\n    assert f() == 1\npkg/core.py:9: KeyError"
CASE = TestCase("tests/test_a.py::test_a", Outcome.FAILED, 0.1, "KeyError", "'x'", DETAIL)
PATHS = {"tests/test_a.py", "pkg/core.py"}
SOURCE = [f"line {n}" for n in range(1, 31)]


def attempt(number: int, *cases: TestCase, idea: str = "guess", output: str = "") -> Attempt:
    green = Run("failing", tests=cases, output=output)
    found = Verification(Verdict.FAILED, "tests", f"{len(cases)} fail", NONE, green, NONE, NONE)
    files = (FileSummary("pkg/core.py", Action.MODIFY, 1, 1),)
    return Attempt(number, "b", str(number), str(number), idea, files, verification=found)


def test_the_failing_line_of_the_code_is_shown_with_what_stands_around_it() -> None:
    material = Material(PATHS, "the change", sources={"pkg/core.py": SOURCE})
    said = correction([attempt(1, CASE)], material)
    assert "pkg/core.py, around line 9:" in said
    assert ">     9  line 9" in said
    assert "line 15" in said
    assert "line 16" not in said
    assert "tests/test_a.py::test_a: failed 'x'" in said
    assert "the change" in said
    assert "since attempt" not in said


def test_source_that_the_traceback_prints_itself_is_not_told_twice() -> None:
    printed = replace(CASE, detail=DETAIL + "\n>   line 9")
    material = Material(PATHS, sources={"pkg/core.py": SOURCE})
    assert places_to_show([attempt(1, printed)], material) == []
    assert places_to_show([attempt(1, CASE)], material) == [("pkg/core.py", 9)]


def test_a_failure_that_stays_the_same_is_noticed_with_the_attempts_that_had_it() -> None:
    other = replace(CASE, message="'y'")
    tries = [attempt(1, CASE), attempt(2, CASE, idea="another"), attempt(3, CASE)]
    assert repeated(tries) == {CASE.id: [1, 2]}
    assert repeated([attempt(1, CASE), attempt(2, other)]) == {}
    said = correction(tries, Material(PATHS, "all of it", since="only this"))
    assert "fail with the very same words as before" in said
    assert "tests/test_a.py::test_a (attempt 1 and 2)" in said
    assert "Your last correction, since attempt 2, changed only this:\n```\nonly this" in said
    assert "- attempt 2: another (pkg/core.py) -> 1 fail" in said


def test_without_a_failing_test_the_output_is_told() -> None:
    said = correction([attempt(1, output="collected nothing")], Material())
    assert "Output of the new tests:\n```\ncollected nothing" in said


def test_of_many_failing_tests_the_first_are_told_and_the_others_counted() -> None:
    many = [replace(CASE, id=f"t.py::test_{n}") for n in range(15)]
    said = correction([attempt(1, *many)], Material())
    assert "t.py::test_11" in said
    assert "t.py::test_12" not in said
    assert "… and 3 more failing tests." in said

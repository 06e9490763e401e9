"""Coverage of changed lines as values: what is asked, what is believed, what is shown."""

from __future__ import annotations

from typing import Any

import pytest

from codeframe_tui.core.change.diff import FileDiff, Hunk
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence import coverage
from codeframe_tui.core.evidence.coverage import (
    NOT_MEASURED,
    Coverage,
    FileCoverage,
    changed_lines,
    coverage_document,
    coverage_from,
    seen,
    side_of,
    tally,
)
from codeframe_tui.core.evidence.testfiles import USUAL
from codeframe_tui.core.flags.uncovered import uncovered_flags
from codeframe_tui.tui.present.coverage import Signs, coverage_rows, coverage_words, sign_at

HEAD = {"how": "sys.monitoring", "fault": "", "apart": False}
ASKED = {"a.py": ((3, 6), (10, 10))}


def told(**fields: Any) -> dict[str, Any]:
    return {"path": "a.py", "covered": [], "missed": [], **fields}


def diff(path: str, *lines: str, action: Action = Action.MODIFY, at: int = 5) -> FileDiff:
    pairs = tuple((line[0], line[1:]) for line in lines)
    hunk = Hunk(1, at, 0, at, 0, pairs)
    return FileDiff(path, action, "100644", "100644", binary=False, hunks=(hunk,))


def test_added_lines_of_python_are_asked_for_by_their_new_numbers() -> None:
    lines = (" a", "-b", "+c", "+d", " e", "+f", "\\")
    found, left_out = changed_lines(
        [
            diff("a.py", *lines),
            diff("b.txt", "+x"),
            diff("gone.py", "-x", action=Action.DELETE),
            diff("same.py", " x", "-y"),
        ]
    )
    assert found == {"a.py": ((6, 7), (9, 9))}
    assert left_out == 0


def test_a_change_without_end_is_bounded(monkeypatch: Any) -> None:
    monkeypatch.setattr(coverage, "MOST_LINES", 3)
    found, left_out = changed_lines([diff("a.py", "+a", "+b"), diff("b.py", "+a", "+b")])
    assert (found, left_out) == ({"a.py": ((5, 6),)}, 2)
    monkeypatch.setattr(coverage, "MOST_RANGES", 1)
    both = {"a.py": ((1, 2),), "b.py": ((1, 2),)}
    found_lines = seen([HEAD, told(covered=[[1, 2]]), told(path="b.py", missed=[[1, 2]])], both)
    assert [file.path for file in found_lines.files] == ["a.py"]
    assert found_lines.left_out == 2


def test_only_what_was_asked_for_is_believed_however_much_is_told() -> None:
    found = seen(
        [
            HEAD,
            told(covered=[[1, 4], [6, 10**15]], missed=[[5, 5]]),
            told(path="b.py", covered=[[1, 9]]),
        ],
        ASKED,
    )
    assert found.files == (FileCoverage("a.py", ((3, 4), (6, 6), (10, 10)), ((5, 5),)),)


@pytest.mark.timeout(20)
def test_ranges_that_are_told_again_and_again_count_once() -> None:
    asked = {"a.py": tuple((line, line) for line in range(1, 1_999, 2))}
    again = [[1, 2_000]] * 2_000 + [[n, 2_000] for n in range(1, 2_000)]
    (file,) = seen([HEAD, told(covered=again)], asked).files
    assert file.covered == asked["a.py"]
    lines = [[1, 3], [2, 2], [3, 5], [7, 7]]
    (file,) = seen([HEAD, told(missed=lines)], {"a.py": ((2, 9),)}).files
    assert file.missed == ((2, 5), (7, 7))


def test_what_is_no_report_says_nothing() -> None:
    broken: Any = [HEAD, told(covered="ab", missed=[3, ["a", 1], [4, 3], [5], {}]), {}]
    assert not seen(broken, ASKED).files
    assert seen([], ASKED).message
    assert not seen([], ASKED).how
    faulty = seen([{**HEAD, "fault": "something else\x1b traced"}], ASKED)
    assert not faulty.how
    assert "\x1b" not in faulty.message


def test_other_programs_make_missed_lines_unknown() -> None:
    found = seen([{**HEAD, "apart": True}, told(covered=[[3, 3]], missed=[[4, 4]])], ASKED)
    assert found.files == (FileCoverage("a.py", ((3, 3),), (), ((4, 4),)),)
    assert found.message


def test_the_side_of_a_line_and_the_count_of_code() -> None:
    file = FileCoverage("a.py", ((3, 4), (9, 9)), ((5, 6),), ((7, 7),))
    sides = [side_of(file, line) for line in range(2, 11)]
    assert sides == [
        None,
        "covered",
        "covered",
        "missed",
        "missed",
        "unknown",
        None,
        "covered",
        None,
    ]
    whole = Coverage("sys.settrace", "", (file, FileCoverage("test_a.py", ((1, 50),))))
    assert tally(whole, lambda path: path == "a.py") == (3, 5)


def test_code_that_no_test_runs_is_flagged_once_a_file() -> None:
    found = Coverage(
        "sys.settrace",
        "",
        (
            FileCoverage("a.py", ((1, 2),), ((5, 6), (9, 9))),
            FileCoverage("b.py", ((1, 2),)),
            FileCoverage("c.py", missed=((4, 4),)),
            FileCoverage("tests/test_a.py", (), ((4, 4),)),
        ),
    )
    flags = [(f.rule, f.severity, f.path, f.line, f.message) for f in uncovered_flags(found, USUAL)]
    assert flags == [
        ("not_covered", "amber", "a.py", 5, "3 changed lines that no test of the proposal runs"),
        ("not_covered", "amber", "c.py", 4, "one changed line that no test of the proposal runs"),
    ]


def test_it_is_stored_and_attempts_from_before_have_none() -> None:
    file = FileCoverage("a.py", ((3, 4),), ((5, 6),), ((7, 7),))
    whole = Coverage("sys.settrace", "why", (file,), 4)
    assert coverage_from(coverage_document(whole)) == whole
    assert coverage_from(None) == NOT_MEASURED


def shown(**fields: Any) -> dict[str, Any]:
    document = {**coverage_document(Coverage("sys.settrace", "", FILES)), "covered": 2, "lines": 3}
    return {"attempts": [{"proposal": "p", "verification": {"coverage": {**document, **fields}}}]}


FILES = (FileCoverage("a.py", ((3, 4),), ((5, 5),), ((7, 7),)),)


def test_each_kind_of_line_has_a_sign_of_its_own() -> None:
    signs = Signs()
    marks = signs.look_at(shown(), "p")
    assert [sign_at(marks, "a.py", line) for line in (2, 3, 4, 5, 6, 7)] == [
        None,
        ("•", "faint"),
        ("•", "faint"),
        ("△", "amber"),
        None,
        ("?", "faint"),
    ]
    assert sign_at(marks, "b.py", 3) is None
    assert signs.look_at(shown(), "p") is marks, "nothing is made anew while nothing changes"
    assert not signs.look_at(shown(), "another proposal")
    assert not signs.look_at(None, "p")


def test_one_line_says_how_many_or_why_not() -> None:
    def said(**fields: Any) -> list[str]:
        rows = coverage_rows(shown(**fields)["attempts"][0]["verification"])
        return ["".join(text for text, _ in row.left) for row in rows]

    assert said() == ["changed lines covered 2 of 3"]
    assert said(covered=0, lines=0) == []
    assert said(left_out=1200) == ["changed lines covered 2 of 3  1,200 more not looked at"]
    why = "something else traced, too"
    assert said(covered=0, lines=0, message=why) == [f"changed lines covered not measured  {why}"]
    assert coverage_rows({"verdict": "proven"}) == []

    def words(**fields: Any) -> tuple[str, str, str] | None:
        return coverage_words(shown(**fields)["attempts"][0]["verification"])

    assert words() == ("○", "amber", "2 of 3 lines")
    assert words(covered=3) == ("✔", "green", "3 of 3 lines")
    assert words(covered=0, lines=0, message=why) == ("○", "dim", "not measured")
    assert words(covered=0, lines=0) is None
    assert coverage_rows(None) == []

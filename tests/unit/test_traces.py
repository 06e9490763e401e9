"""Tracebacks as far as they help."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.evidence.traces import frames_of, signature, trimmed
from codeframe_tui.core.evidence.verification import Outcome, TestCase

PATHS = {"tests/test_a.py", "pkg/core.py", "pkg/deep.py"}
LONG = """\
    def test_a():
>       assert total([1]) == 2

tests/test_a.py:4:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _
/usr/lib/python3.11/site-packages/lib.py:10: in call
    return fn()
    inner = secret_of_the_library
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

    def total(items):
>       return items.sum()
E       AttributeError: 'list' object has no attribute 'sum'

/home/p/project/pkg/core.py:9: AttributeError
--- Captured stdout call ---
""" + "\n".join(f"line {n}" for n in range(100))


def test_frames_of_libraries_go_and_the_end_of_the_output_stays() -> None:
    said = trimmed(LONG, PATHS)
    assert "secret_of_the_library" not in said
    assert "assert total([1]) == 2" in said
    assert "'list' object has no attribute 'sum'" in said
    assert "… 80 lines" in said
    assert "line 99" in said
    assert "line 5\n" not in said


def test_an_error_that_a_library_raises_stays_with_its_place() -> None:
    raised = (
        "tests/test_a.py:4: in test_a\n_ _ _ _ _ _ _\n    def parse(text):\n        step = 1\n"
        "E   ValueError: bad\n\n/usr/lib/lib.py:9: ValueError"
    )
    said = trimmed(raised, PATHS)
    assert "E   ValueError: bad" in said
    assert "/usr/lib/lib.py:9" in said
    assert "step = 1" not in said


def test_of_a_deep_recursion_both_ends_are_kept() -> None:
    frames = [f"    call {n}\npkg/deep.py:{n}: " for n in range(1, 60)]
    said = trimmed("\n_ _ _ _ _ _ _\n".join(frames), PATHS)
    assert "call 1\n" in said
    assert "call 59" in said
    assert "call 30" not in said


def test_frames_are_the_places_of_the_project_in_order() -> None:
    assert frames_of(LONG, PATHS) == [("tests/test_a.py", 4), ("pkg/core.py", 9)]
    python = 'Traceback:\n  File "pkg/core.py", line 3, in f\n  File "/usr/x.py", line 4, in g'
    assert frames_of(python, PATHS) == [("pkg/core.py", 3)]


def test_what_has_no_frames_stays_as_it_is_and_the_end_of_what_is_long() -> None:
    assert trimmed("E   assert 1 == 2", PATHS) == "E   assert 1 == 2"
    assert trimmed("a" * 5_000 + "b", PATHS) == "…\n" + "a" * 3_999 + "b"


def test_a_long_printed_line_leaves_room_for_the_error() -> None:
    said = trimmed(LONG + "x" * 9_000 + "last", PATHS)
    assert "'list' object has no attribute 'sum'" in said
    assert said.endswith("last")
    assert len(said) <= 4_002


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("<A at 0x7f01>", "<A at 0x7f99>", True),
        ("took 0.123s in /tmp/x-1", "took 9.5s in /tmp/y-2", True),
        ("assert 4 == 3", "assert 5 == 3", False),
    ],
)
def test_a_failure_is_the_same_when_its_words_are(one: str, two: str, same: bool) -> None:
    cases = [TestCase("t", Outcome.FAILED, 1.0, "AssertionError", said) for said in (one, two)]
    assert (signature(cases[0]) == signature(cases[1])) is same


@given(st.text(alphabet="_ a:1\n/E->.py", max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    assert len(trimmed(text, {"a.py"}, 200)) <= 202
    assert all(path == "a.py" for path, _ in frames_of(text, {"a.py"}))

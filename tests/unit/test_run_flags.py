"""Flags that only the runs can show."""

from __future__ import annotations

import pytest

from codeframe_tui.core.evidence.causes import Kind
from codeframe_tui.core.evidence.testfiles import USUAL
from codeframe_tui.core.evidence.verification import Outcome, Run, TestCase, Verdict, Verification
from codeframe_tui.core.flags.runs import run_flags

TEST = "tests/test_a.py::test_a"
NONE = Run("not_run")


def found(red: tuple[TestCase, ...], body: str, reason: str = "") -> Verification:
    green = Run("green", tests=(TestCase(TEST, Outcome.PASSED, body=body),))
    message = "why; what would help"
    return Verification(Verdict.PROVEN, reason, message, Run("red", tests=red), green, NONE, NONE)


@pytest.mark.parametrize(
    ("kind", "before", "now", "told"),
    [
        (Kind.ASSERTION, "1", "2", True),
        (Kind.ASSERTION, "1", "1", False),
        (Kind.ASSERTION, "", "2", False),
        (Kind.ASSERTION, "1", "", False),
        (Kind.OWN_ERROR, "1", "2", False),
    ],
)
def test_a_test_that_was_red_with_another_body_is_told(
    kind: str, before: str, now: str, told: bool
) -> None:
    red = TestCase(TEST, Outcome.FAILED, kind=kind, body=before)
    flags = list(run_flags(found((red,), now), (), USUAL))
    assert [(f.rule, f.path) for f in flags] == [("test_two_faced", "tests/test_a.py")] * told


@pytest.mark.parametrize(
    ("reason", "rule", "path"),
    [
        ("tampered", "run_tampered", "b.py"),
        ("test_config", "test_config_decides", "conftest.py"),
        ("test_support", "test_support_decides", "tests/helpers.py"),
    ],
)
def test_what_is_wrong_with_a_run_is_told_of_what_the_proposal_changes(
    reason: str, rule: str, path: str
) -> None:
    (flag,) = run_flags(found((), "", reason), ("b.py", "conftest.py", "tests/helpers.py"), USUAL)
    assert (flag.rule, flag.path, flag.message) == (rule, path, "why")

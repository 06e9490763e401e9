"""Whose test configuration decides, and what is said where it is the proposal's."""

from __future__ import annotations

import pytest

from codeframe_tui.core.evidence.testconfig import decides, judged_with, only_with_it
from codeframe_tui.core.evidence.verification import (
    Outcome,
    Run,
    TestCase,
    TestRun,
    Verdict,
    Verification,
)
from tests.unit.listed import Listed

OLD, NEW = "tests/test_old.py::test_a", "tests/test_new.py::test_b"


def run(*cases: tuple[str, Outcome], ok: bool = True, message: str = "") -> TestRun:
    told = tuple(TestCase(name, outcome) for name, outcome in cases)
    return TestRun(ok, "" if ok else "timeout", message, told)


def found(verdict: Verdict = Verdict.PROVEN, regression: str = "clean") -> Verification:
    none = Run("not_run")
    return Verification(verdict, "", "", none, none, Run(regression), none)


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 5_000, "a = " + "9" * 5_000, "a = [", "tool = 3"],
    ids=["deep", "long", "open", "flat"],
)
def test_settings_that_cannot_be_read_decide_when_they_change(text: str) -> None:
    assert decides("pyproject.toml", "[tool.pytest]\n", text)
    assert not decides("pyproject.toml", text, text)


def test_the_part_of_other_tools_decides_nothing() -> None:
    assert not decides("pyproject.toml", "[tool.x]\na = 1\n", "[tool.x]\na = 2\n")
    assert decides("pyproject.toml", "", "[tool.pytest.ini_options]\naddopts = '-x'\n")


@pytest.mark.parametrize(
    ("plain", "changed", "names"),
    [
        (Outcome.PASSED, (), ()),
        (Outcome.XPASSED, (), ()),
        (Outcome.FLAKY, (), ()),
        (Outcome.FAILED, (), (OLD,)),
        (Outcome.SKIPPED, (), (OLD,)),
        (Outcome.FAILED, ("tests/test_old.py",), ()),
    ],
)
def test_a_test_of_the_base_that_passes_only_with_the_proposals_settings_is_named(
    plain: Outcome, changed: tuple[str, ...], names: tuple[str, ...]
) -> None:
    proposed = run((OLD, Outcome.PASSED), (NEW, Outcome.PASSED))
    told = run((OLD, plain), (NEW, Outcome.FAILED))
    assert only_with_it(proposed, told, Listed([OLD]), Listed(changed)) == names


def test_what_fails_with_both_settings_is_not_named() -> None:
    failed = run((OLD, Outcome.FAILED))
    assert only_with_it(failed, failed, (OLD,), ()) == ()


BROKEN = run(ok=False, message="it took too long")


@pytest.mark.parametrize(
    ("verdict", "plain", "names", "said"),
    [
        (Verdict.FAILED, BROKEN, (OLD,), None),
        (Verdict.PROVEN, run(), (), None),
        (Verdict.PROVEN, run(), ("a", "b", "c", "d"), "configuration: a, b, c and 1 more"),
        (Verdict.PROVEN, BROKEN, (), "does not run with the base's test configuration: it took"),
    ],
)
def test_a_proof_that_rests_on_the_proposals_settings_is_none(
    verdict: Verdict, plain: TestRun, names: tuple[str, ...], said: str | None
) -> None:
    before = found(verdict)
    after = judged_with(before, plain, names)
    if said is None:
        assert after is before
        return
    assert (after.verdict, after.reason) == (Verdict.NOT_VERIFIED, "test_config")
    assert said in after.message
    assert (after.regression.verdict, after.regression.reason) == ("not_verified", "test_config")


def test_a_regression_that_is_in_doubt_by_itself_is_told_as_it_is() -> None:
    doubt = found(Verdict.NOT_VERIFIED, "not_verified")
    assert judged_with(doubt, run(), (OLD,)).regression is doubt.regression

"""Whether a proposal's own support of tests decides, and what is said where it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codeframe_tui.core.evidence.causes import Kind
from codeframe_tui.core.evidence.support import (
    Decides,
    is_helper,
    judged_with,
    lost_with,
    says_else,
    stands,
    still_lost,
)
from codeframe_tui.core.evidence.testfiles import USUAL
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
    ("plain", "lost"),
    [
        (Outcome.PASSED, {}),
        (Outcome.XPASSED, {}),
        (Outcome.FLAKY, {}),
        (Outcome.FAILED, {OLD: [OLD]}),
        (Outcome.SKIPPED, {OLD: [OLD]}),
    ],
)
def test_a_test_of_the_base_that_passes_only_with_the_proposals_support_is_lost(
    plain: Outcome, lost: dict[str, list[str]]
) -> None:
    proposed = run((OLD, Outcome.PASSED), (NEW, Outcome.PASSED))
    told = run((OLD, plain), (NEW, Outcome.FAILED))
    assert lost_with(told, proposed, Listed([OLD]), {}) == lost


def test_what_fails_with_both_is_not_lost() -> None:
    failed = run((OLD, Outcome.FAILED))
    assert lost_with(failed, failed, (OLD,), {}) == {}


def test_a_test_that_was_moved_is_known_by_its_cases_on_the_base() -> None:
    here, moved = f"{NEW}[7]", {NEW: (f"{OLD}[7]", f"{OLD}[8]")}
    lost = lost_with(run(), run((here, Outcome.PASSED)), (f"{OLD}[7]",), moved)
    assert lost == {here: moved[NEW]}


@pytest.mark.parametrize(
    ("own", "base", "names"),
    [
        (Outcome.PASSED, Outcome.PASSED, ()),
        (Outcome.FAILED, Outcome.PASSED, (OLD,)),
        (Outcome.FAILED, Outcome.FAILED, ()),
    ],
)
def test_what_passes_as_the_base_has_it_or_never_passed_is_not_lost(
    own: Outcome, base: Outcome, names: tuple[str, ...]
) -> None:
    trees, lost = (run((OLD, own)), run((OLD, base))), {OLD: (OLD,)}
    assert still_lost(lost, lost, *trees, found()) == names


def test_what_a_proof_rests_on_must_pass_with_the_bases_support_too() -> None:
    red = Run("red", tests=(TestCase(OLD, Outcome.FAILED, kind=Kind.ASSERTION),))
    failed, lost = run((OLD, Outcome.FAILED)), {OLD: (OLD,)}
    assert still_lost(lost, lost, failed, failed, replace(found(), red=red)) == (OLD,)


@pytest.mark.parametrize(
    ("path", "old", "new", "says"),
    [
        ("tests/helpers.py", b"a = 1\n", b"a = 1  # so\n", False),
        ("tests/helpers.py", b"a = 1\n", b"a = 2\n", True),
        ("tests/helpers.py", b"a = (\n", b"a = [\n", True),
        ("tests/helpers.py", b"a = 1\n", None, True),
        ("tests/helpers.py", b"a = 1\n", b"a = 1\n" + b"#" * 2**19, True),
        ("tests/a.json", b"[1]\n", b"[1]\n\n", True),
    ],
)
def test_a_helper_says_something_else_where_its_code_does(
    path: str, old: bytes, new: bytes | None, says: bool
) -> None:
    assert says_else(path, old, new) is says


@pytest.mark.parametrize(
    ("path", "helps"),
    [
        ("tests/helpers.py", True),
        ("tests/data/a.json", True),
        ("web/__snapshots__/a.snap", True),
        ("tests/test_a.py", False),
        ("tests/conftest.py", False),
        ("shop/prices.py", False),
    ],
)
def test_helpers_and_data_are_what_only_tests_use_and_no_test(path: str, helps: bool) -> None:
    assert is_helper(path, USUAL) is helps


BROKEN = run(ok=False, message="it took too long")


@pytest.mark.parametrize(
    ("plain", "names", "said"),
    [
        (run(), (), None),
        (run(), ("a", "b", "c", "d"), "configuration: a, b, c and 1 more"),
        (BROKEN, (), "does not run with the base's test configuration: it took"),
    ],
)
def test_a_proof_that_rests_on_the_proposals_settings_is_none(
    plain: TestRun, names: tuple[str, ...], said: str | None
) -> None:
    before = found()
    after = judged_with(before, plain, names, Decides.CONFIG)
    if said is None:
        assert after is before
        return
    assert (after.verdict, after.reason) == (Verdict.NOT_VERIFIED, "test_config")
    assert said in after.message
    assert (after.regression.verdict, after.regression.reason) == ("not_verified", "test_config")


def test_a_regression_that_is_in_doubt_by_itself_is_told_as_it_is() -> None:
    doubt = found(Verdict.NOT_VERIFIED, "not_verified")
    assert judged_with(doubt, run(), (OLD,), Decides.CONFIG).regression is doubt.regression


def test_helpers_that_decide_are_told_by_their_own_name() -> None:
    after = judged_with(found(), run(), (OLD,), Decides.SUPPORT)
    assert (after.verdict, after.reason) == (Verdict.NOT_VERIFIED, "test_support")
    assert "passes only with the proposal's tests, helpers or data" in after.message


@pytest.mark.parametrize(
    ("verdict", "reason", "is_worse"),
    [
        (Verdict.FAILED, "regression", True),
        (Verdict.NOT_VERIFIED, "tampered", True),
        (Verdict.NOT_VERIFIED, "no_red", False),
        (Verdict.PROVEN, "", False),
    ],
)
def test_what_fails_or_was_tampered_with_is_told_whatever_supports_it(
    verdict: Verdict, reason: str, is_worse: bool
) -> None:
    assert stands(replace(found(verdict), reason=reason)) is is_worse

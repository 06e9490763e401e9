"""The rules of CONTRACT §5, test by test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeframe_tui.core.evidence.causes import RED as RED_KINDS
from codeframe_tui.core.evidence.causes import Kind, kind_of, module_names
from codeframe_tui.core.evidence.verdict import (
    covered,
    is_test_file,
    is_test_support,
    judge,
    needs_base_run,
    vanished,
)
from codeframe_tui.core.evidence.verification import (
    BROKEN,
    Outcome,
    TestCase,
    TestRun,
    Verdict,
    failed_tests,
)
from codeframe_tui.core.task import Evidence

NEW, OLD = "test_cart.py::test_total", "test_shop.py::test_open"
O = Outcome  # noqa: E741


def case(name: str, outcome: Outcome, error: str = "", message: str = "") -> TestCase:
    return TestCase(name, outcome, error=error, message=message)


def run(*cases: TestCase, **fields: Any) -> TestRun:
    collected = fields.pop("collected", tuple(case.id for case in cases))
    return TestRun(fields.pop("ok", True), cases=cases, collected=collected, **fields)


RED = run(case(NEW, O.FAILED, "AssertionError", "assert 0 == 3"))
GREEN = run(case(NEW, O.PASSED))
SUITE = run(case(NEW, O.PASSED), case(OLD, O.PASSED))
PROOF: dict[str, Any] = {
    "evidence": Evidence.TDD,
    "changed_tests": ("test_cart.py",),
    "red": RED,
    "green": GREEN,
    "regression": SUITE,
    "base_of_failed": None,
    "base_collected": (OLD,),
    "added_modules": frozenset(),
}
UNCOLLECTED = run(ok=False, reason="collection_error", message="cannot be collected")


def uncollected(text: str, cause: str = "", file: str = "test_cart.py") -> TestRun:
    causes = {file: cause} if cause else {}
    return replace(UNCOLLECTED, collection_errors=((file, text),), causes=causes)


def test_red_then_green_without_regression_is_proven() -> None:
    verification = judge(**PROOF)
    assert (verification.verdict, verification.reason) == (Verdict.PROVEN, "")
    assert verification.red.verdict == "red"
    assert verification.green.verdict == "green"
    assert verification.regression.verdict == "clean"


OLD_FAILS = run(case(NEW, O.PASSED), case(OLD, O.FAILED, "AssertionError"))
OLD_GONE = run(case(NEW, O.PASSED))
NO_REQUESTS = case(NEW, O.FAILED, "ModuleNotFoundError", "No module named 'requests'")
THIRD = {NEW: "third_party"}

TABLE: list[tuple[str, dict[str, Any], str, str]] = [
    ("characterisation only", {"red": run(case(NEW, O.PASSED))}, "not_verified", "no_red"),
    (
        "a characterisation test neither helps nor hurts",
        {
            "red": run(*RED.cases, case("test_cart.py::test_x", O.PASSED)),
            "green": run(*GREEN.cases, case("test_cart.py::test_x", O.PASSED)),
        },
        "proven",
        "",
    ),
    ("no tests changed", {"changed_tests": ()}, "not_verified", "no_new_tests"),
    ("no red run", {"red": None}, "not_verified", "not_run"),
    ("no suite run", {"regression": None}, "not_verified", "not_run"),
    (
        "new test fails",
        {"green": run(case(NEW, O.FAILED, "AssertionError"))},
        "failed",
        "new_test_fails",
    ),
    (
        "new test fails only in the whole suite",
        {"regression": run(case(NEW, O.ERROR, "ValueError"), case(OLD, O.PASSED))},
        "failed",
        "new_test_fails",
    ),
    (
        "new test lacks a third-party module",
        {"green": run(NO_REQUESTS, causes=THIRD)},
        "not_verified",
        "environment",
    ),
    (
        "new test meets the sandbox",
        {"green": run(case(NEW, O.FAILED, "OSError"), causes={NEW: "sandbox"})},
        "not_verified",
        "sandbox_denied",
    ),
    ("new test is skipped", {"green": run(case(NEW, O.SKIPPED))}, "not_verified", "not_green"),
    ("new test vanished from green", {"green": run()}, "not_verified", "not_green"),
    (
        "old test fails, passed on the base",
        {"regression": OLD_FAILS, "base_of_failed": run(case(OLD, O.PASSED))},
        "failed",
        "regression",
    ),
    (
        "old test fails on the base too",
        {"regression": OLD_FAILS, "base_of_failed": run(case(OLD, O.FAILED))},
        "proven",
        "",
    ),
    ("old test fails, base unknown", {"regression": OLD_FAILS}, "not_verified", "no_base_run"),
    (
        "old test fails, base run timed out",
        {"regression": OLD_FAILS, "base_of_failed": run(ok=False, reason="timeout")},
        "not_verified",
        "no_base_run",
    ),
    (
        "old test gone, passed on the base",
        {"regression": OLD_GONE, "base_of_failed": run(case(OLD, O.PASSED))},
        "failed",
        "regression",
    ),
    (
        "old test gone, failed on the base",
        {"regression": OLD_GONE, "base_of_failed": run(case(OLD, O.ERROR))},
        "proven",
        "",
    ),
    (
        "old test fails for want of a module",
        {
            "regression": replace(OLD_FAILS, causes={OLD: "third_party"}),
            "base_of_failed": run(case(OLD, O.PASSED)),
        },
        "not_verified",
        "environment",
    ),
    (
        "tests of the base could not be listed",
        {"base_collected": None},
        "not_verified",
        "no_base_run",
    ),
    (
        "old test is skipped, passed on the base",
        {
            "regression": run(case(NEW, O.PASSED), case(OLD, O.SKIPPED)),
            "base_of_failed": run(case(OLD, O.PASSED)),
        },
        "failed",
        "regression",
    ),
    (
        "old test is expected to fail, passed on the base",
        {
            "regression": run(case(NEW, O.PASSED), case(OLD, O.XFAILED)),
            "base_of_failed": run(case(OLD, O.PASSED)),
        },
        "failed",
        "regression",
    ),
    (
        "old test is skipped on the base too",
        {
            "regression": run(case(NEW, O.PASSED), case(OLD, O.SKIPPED)),
            "base_of_failed": run(case(OLD, O.SKIPPED)),
        },
        "proven",
        "",
    ),
    (
        "old test is skipped, base unknown",
        {"regression": run(case(NEW, O.PASSED), case(OLD, O.SKIPPED))},
        "not_verified",
        "no_base_run",
    ),
    (
        "new test is skipped beside one that is proof",
        {"green": run(*GREEN.cases, case("test_cart.py::test_x", O.SKIPPED))},
        "not_verified",
        "not_green",
    ),
    (
        "test of the base is skipped in a changed file",
        {
            "green": run(*GREEN.cases, case("test_cart.py::test_x", O.SKIPPED)),
            "base_collected": (OLD, "test_cart.py::test_x"),
            "regression": run(*SUITE.cases, case("test_cart.py::test_x", O.SKIPPED)),
            "base_of_failed": run(case("test_cart.py::test_x", O.SKIPPED)),
        },
        "proven",
        "",
    ),
    (
        "suite timed out",
        {"regression": run(ok=False, reason="timeout", message="stopped")},
        "not_verified",
        "timeout",
    ),
    (
        "green crashed",
        {"green": run(ok=False, reason="crash", message="segfault")},
        "not_verified",
        "crash",
    ),
    (
        "red was tampered with",
        {"red": run(ok=False, reason="tampered")},
        "not_verified",
        "tampered",
    ),
    (
        "a failure decides even when another run is in doubt",
        {
            "green": run(case(NEW, O.FAILED, "AssertionError")),
            "regression": run(ok=False, reason="timeout"),
        },
        "failed",
        "new_test_fails",
    ),
    (
        "new hooks of the project",
        {"green": replace(GREEN, hooks=("conftest.py:pytest_runtest_makereport",))},
        "not_verified",
        "tampered",
    ),
    (
        "new hooks where no test is new",
        {
            "evidence": Evidence.REGRESSION,
            "changed_tests": (),
            "red": None,
            "green": None,
            "regression": replace(SUITE, hooks=("conftest.py:pytest_runtest_makereport",)),
        },
        "not_verified",
        "tampered",
    ),
    (
        "hooks that the base has",
        {
            "regression": replace(SUITE, hooks=("conftest.py:pytest_runtest_makereport",)),
            "base_hooks": ("conftest.py:pytest_runtest_makereport",),
        },
        "proven",
        "",
    ),
    (
        "uncollectable on the base for want of an added module",
        {
            "red": uncollected("ModuleNotFoundError: No module named 'shop.cart'"),
            "added_modules": module_names(["src/shop/cart.py"]),
        },
        "proven",
        "",
    ),
    (
        "uncollectable on the base for want of a folder that becomes a package",
        {
            "red": uncollected("ModuleNotFoundError: No module named 'shop'"),
            "added_modules": module_names(["src/shop/cart.py"]),
        },
        "proven",
        "",
    ),
    (
        "uncollectable on the base for want of a name of the project",
        {"red": uncollected("ImportError: cannot import name 'x' from 'shop'", "project")},
        "proven",
        "",
    ),
    (
        "uncollectable on the base by an unrelated import",
        {"red": uncollected("ModuleNotFoundError: No module named 'requests'", "third_party")},
        "not_verified",
        "no_red",
    ),
    (
        "uncollectable on the base by a syntax error",
        {"red": uncollected("SyntaxError: invalid syntax")},
        "not_verified",
        "no_red",
    ),
    (
        "tests of the base in an uncollectable file keep their own result",
        {
            "red": uncollected("ImportError: cannot import name 'x' from 'shop'", "project"),
            "base_collected": (OLD, NEW),
        },
        "not_verified",
        "no_red",
    ),
    (
        "changed test file uncollectable on the proposal",
        {"green": uncollected("SyntaxError: invalid syntax")},
        "not_verified",
        "collection_error",
    ),
    (
        "a file that neither base nor proposal can collect",
        {
            "regression": replace(
                SUITE,
                ok=False,
                reason="collection_error",
                collection_errors=(("test_x.py", "ImportError: x"),),
            )
        },
        "proven",
        "",
    ),
    (
        "regression evidence needs no new test",
        {"evidence": Evidence.REGRESSION, "changed_tests": (), "red": None, "green": None},
        "proven",
        "",
    ),
    (
        "regression evidence without tests",
        {
            "evidence": Evidence.REGRESSION,
            "changed_tests": (),
            "regression": run(ok=False, reason="no_tests"),
            "base_collected": (),
        },
        "not_verified",
        "no_tests",
    ),
    (
        "regression evidence with a regression",
        {
            "evidence": Evidence.REGRESSION,
            "regression": OLD_FAILS,
            "base_of_failed": run(case(OLD, O.PASSED)),
        },
        "failed",
        "regression",
    ),
    ("evidence none", {"evidence": Evidence.NONE}, "not_verified", "evidence_none"),
]


@pytest.mark.parametrize(
    ("change", "verdict", "reason"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_rules_hold(change: dict[str, Any], verdict: str, reason: str) -> None:
    verification = judge(**{**PROOF, **change})
    assert (verification.verdict, verification.reason) == (verdict, reason)
    assert verification.message


@pytest.mark.parametrize(
    ("error", "message", "cause", "expected"),
    [
        ("AssertionError", "assert 1 == 2", "", True),
        ("Failed", "DID NOT RAISE <class 'ValueError'>", "", True),
        ("Failed", "Timeout (>1.0s) from pytest-timeout.", "", False),
        ("AttributeError", "module 'shop' has no attribute 'total'", "project", True),
        ("AttributeError", "module 'shop' has no attribute 'total'", "", False),
        ("TypeError", "total() got an unexpected keyword argument 'tax'", "project", True),
        ("TypeError", "total() got an unexpected keyword argument 'tax'", "", False),
        ("NameError", "name 'total' is not defined", "project", True),
        ("NameError", "name 'total' is not defined", "", False),
        ("ImportError", "cannot import name 'total' from 'shop'", "project", True),
        ("ImportError", "cannot import name 'get' from 'requests'", "third_party", False),
        ("ModuleNotFoundError", "No module named 'shop.cart'", "", True),
        ("ModuleNotFoundError", "No module named 'requests'", "third_party", False),
        ("IndexError", "list index out of range", "project", True),
        ("IndexError", "list index out of range", "", False),
        ("FixtureLookupError", "nofix", "", False),
        ("OSError", "Network is unreachable", "sandbox", False),
        ("SyntaxError", "invalid syntax", "", False),
        ("SyntaxError", "invalid syntax", "project", False),
        ("IndentationError", "unexpected indent", "project", False),
        ("NotImplementedError", "", "project", True),
    ],
)
def test_red_is_assertion_or_a_name_of_the_code_under_test(
    error: str, message: str, cause: str, expected: bool
) -> None:
    failed = case(NEW, O.FAILED, error, message)
    causes = {NEW: cause} if cause else {}
    kind = kind_of(failed, run(failed, causes=causes), frozenset({"shop.cart"}))
    assert (kind in RED_KINDS) is expected


def test_missing_tests_are_shown_as_missing_in_the_red_run() -> None:
    red = uncollected("ImportError: cannot import name 'x' from 'shop'", "project")
    verification = judge(**{**PROOF, "red": red})
    assert [(c.id, c.outcome) for c in verification.red.tests] == [(NEW, O.MISSING)]


def test_failed_and_vanished_ids_go_to_the_base_and_new_ones_do_not() -> None:
    regression = run(case(NEW, O.FAILED), case(OLD, O.ERROR))
    assert needs_base_run(regression, (OLD, "test_x.py::test_gone")) == (
        OLD,
        "test_x.py::test_gone",
    )
    assert vanished((OLD, "a"), regression) == ("a",)
    assert needs_base_run(run(ok=False, reason="crash"), (OLD,)) == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/test_a.py", True),
        ("a_test.py", True),
        ("conftest.py", False),
        ("test_data.json", False),
        ("testing.py", False),
    ],
)
def test_test_files_are_known_by_name(path: str, expected: bool) -> None:
    assert is_test_file(path) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pkg/test_a.py", True),
        ("tests/support.py", True),
        ("pkg/tests/data/x.json", True),
        ("tests/conftest.py", False),
        ("pkg/testing/tools.py", False),
        ("tests.py", False),
    ],
)
def test_what_only_serves_tests_is_known_by_its_folder(path: str, expected: bool) -> None:
    assert is_test_support(path) is expected


def test_modules_have_every_name_they_may_be_imported_by() -> None:
    assert module_names(["src/shop/__init__.py", "x.txt"]) == {"src.shop", "shop", "src"}


IDS = st.sampled_from([NEW, OLD, "test_cart.py::test_b", "test_shop.py::test_c"])
CASES = st.builds(
    case,
    IDS,
    st.sampled_from([o for o in Outcome if o is not Outcome.MISSING]),
    st.sampled_from(["", "AssertionError", "ImportError", "ValueError"]),
)
RUNS = st.none() | st.builds(
    lambda cases, reason: run(*{c.id: c for c in cases}.values(), ok=not reason, reason=reason),
    st.lists(CASES, max_size=4),
    st.sampled_from(["", "", "collection_error", "timeout"]),
)


@given(
    evidence=st.sampled_from(list(Evidence)),
    red=RUNS,
    green=RUNS,
    regression=RUNS,
    base_of_failed=RUNS,
    base_collected=st.none() | st.lists(IDS, unique=True).map(tuple),
)
def test_any_runs_get_a_verdict_and_nothing_unproven_is_proven(**runs: Any) -> None:
    verification = judge(changed_tests=("test_cart.py",), added_modules=frozenset({"shop"}), **runs)
    assert verification.message
    if verification.verdict is not Verdict.PROVEN:
        assert verification.reason
        return
    assert runs["regression"] is not None
    assert runs["evidence"] is not Evidence.NONE
    if runs["evidence"] is Evidence.TDD:
        red = {c.id for c in runs["red"].cases if kind_of(c, runs["red"], frozenset()) in RED_KINDS}
        passed = {c.id for c in runs["green"].cases if c.outcome in {O.PASSED, O.XPASSED}}
        assert red
        assert red <= passed


def test_a_whole_suite_speaks_for_each_of_its_files() -> None:
    suite = run(
        case(NEW, O.PASSED),
        case(OLD, O.FAILED, "AssertionError"),
        ok=False,
        reason="collection_error",
        collection_errors=(("test_broken.py", "SyntaxError: x"),),
    )
    cart, broken = covered(suite, ("test_cart.py",)), covered(suite, ("test_broken.py",))
    assert cart is not None
    assert (cart.ok, cart.reason, [c.id for c in cart.cases]) == (True, "", [NEW])
    assert cart.collected == (NEW,)
    assert broken is not None
    assert (broken.ok, broken.reason, broken.cases) == (False, "collection_error", ())


def test_a_suite_says_nothing_of_files_it_left_out_and_nothing_when_it_broke_off() -> None:
    assert covered(run(case(NEW, O.PASSED)), ("test_cart.py", "extra/test_far.py")) is None
    crashed = run(case(NEW, O.PASSED), ok=False, reason="crash")
    assert covered(crashed, ("test_cart.py",)) is None


def test_what_is_no_proof_is_named_with_its_reason() -> None:
    unrelated = uncollected("ModuleNotFoundError: No module named 'requests'", "third_party")
    verification = judge(**{**PROOF, "red": unrelated})
    assert "test_cart.py: it lacks a module" in verification.message
    assert "No module named 'requests'" in verification.message
    fixture = run(case(NEW, O.ERROR, "AssertionError", "assert 0"))
    verification = judge(**{**PROOF, "red": fixture})
    assert f"{NEW}: what it is given fails" in verification.message
    assert [c.kind for c in verification.red.tests] == [Kind.FIXTURE]


def test_a_test_with_another_body_on_the_proposal_is_no_proof() -> None:
    red, green = replace(RED, bodies={NEW: "a"}), replace(GREEN, bodies={NEW: "b"})
    assert judge(**{**PROOF, "red": red, "green": green}).reason == "changed_body"
    same = replace(GREEN, bodies={NEW: "a"})
    assert judge(**{**PROOF, "red": red, "green": same}).verdict is Verdict.PROVEN
    assert judge(**{**PROOF, "red": red, "green": GREEN}).verdict is Verdict.PROVEN


@pytest.mark.parametrize("outcome", Outcome)
def test_tests_that_failed_are_those_that_broke_and_those_that_are_gone(outcome: Outcome) -> None:
    both = run(case(NEW, outcome), case(OLD, O.PASSED))
    verification = judge(**{**PROOF, "green": both, "regression": both})
    assert failed_tests(verification) == ((NEW,) if outcome in {*BROKEN, O.MISSING} else ())
    assert failed_tests(None) == ()

"""Which tests may fail by chance, and what a run says once they are known."""

from __future__ import annotations

from codeframe_tui.core.evidence.flaky import doubted, still_failing, with_flaky
from codeframe_tui.core.evidence.verification import Outcome, TestCase, TestRun
from tests.unit.listed import Listed

A, B, C, D = (f"tests/test_a.py::test_{name}" for name in "abcd")


def run(*cases: tuple[str, Outcome], causes: dict[str, str] | None = None) -> TestRun:
    return TestRun(True, cases=tuple(TestCase(*case) for case in cases), causes=causes or {})


def test_what_passed_on_the_base_or_is_new_may_fail_by_chance() -> None:
    told = run(*((name, Outcome.FAILED) for name in (A, B, C)), (D, Outcome.PASSED))
    base = run((A, Outcome.XPASSED), (B, Outcome.FAILED))
    assert doubted(told, base, Listed([A, B])) == (A, C)
    assert doubted(told, base, None) == (A,)
    assert doubted(told, None, Listed([A, B])) == (C,)


def test_what_lacks_a_module_does_not_fail_by_chance() -> None:
    told = run((A, Outcome.ERROR), (B, Outcome.CRASHED), causes={A: "third_party"})
    assert doubted(told, None, ()) == (B,)


def test_only_what_passes_in_another_run_is_flaky() -> None:
    told = run((A, Outcome.FAILED), (B, Outcome.FAILED), (C, Outcome.FAILED))
    again = run((A, Outcome.PASSED), (B, Outcome.SKIPPED))
    assert still_failing((A, B, C), again) == (B, C)
    outcomes = {case.id: case.outcome for case in with_flaky(told, Listed([A])).cases}
    assert outcomes == {A: Outcome.FLAKY, B: Outcome.FAILED, C: Outcome.FAILED}
    assert with_flaky(told, ()) is told

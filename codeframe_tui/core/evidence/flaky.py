"""Flaky tests: they fail and pass on one and the same tree."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from codeframe_tui.core.evidence.causes import excused
from codeframe_tui.core.evidence.verification import BROKEN, PASSING, Outcome, TestRun

__all__ = ["MOST", "doubted", "is_new", "still_failing", "with_flaky"]

MOST = 50
"""More tests than so many do not fail by chance: they are not run again."""


def doubted(
    regression: TestRun, base: TestRun | None, known: Collection[str] | None
) -> tuple[str, ...]:
    """Tests that ran and failed on the proposal, without an excuse, and may fail by chance.

    They passed on the base, or are new: not among the tests that are ``known`` of it.
    """
    fine = _passing(base) if base is not None else set()
    old = None if known is None else frozenset(known)
    return tuple(
        case.id
        for case in regression.cases
        if case.outcome in BROKEN
        and (case.id in fine or is_new(case.id, old))
        and not excused(regression, case.id)
    )


def is_new(test: str, known: Collection[str] | None) -> bool:
    """Whether the base has no such test; None = its tests are not known."""
    return known is not None and test not in known


def still_failing(tests: Iterable[str], run: TestRun) -> tuple[str, ...]:
    """Those that did not pass in another run."""
    fine = _passing(run)
    return tuple(test for test in tests if test not in fine)


def _passing(run: TestRun) -> set[str]:
    return {case.id for case in run.cases if case.outcome in PASSING}


def with_flaky(regression: TestRun, tests: Collection[str]) -> TestRun:
    """The run, in which these tests are flaky: neither a failure nor a pass."""
    flaky = frozenset(tests)
    cases = (
        replace(case, outcome=Outcome.FLAKY) if case.id in flaky else case
        for case in regression.cases
    )
    return replace(regression, cases=tuple(cases)) if tests else regression

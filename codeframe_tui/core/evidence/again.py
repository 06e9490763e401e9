"""Tests that a person lets run again: beside the verification, which stays what it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from codeframe_tui.core.evidence.verification import FINE, Outcome, TestCase, TestRun, Verification

__all__ = ["RUN", "Again", "differing", "told"]

RUN = "again"
"""What such a run is called beside red, green and regression."""
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Again:
    """One such run.

    Attributes:
        attempt: whose proposal is tested, and ``tree`` is its tree.
        tests: node ids or files; empty = the whole suite.
    """

    task: str
    attempt: int
    proposal: str
    tree: str
    tests: tuple[str, ...] = ()


def differing(found: Verification | None, cases: Iterable[TestCase]) -> tuple[str, ...]:
    """Tests that end otherwise than when the same tree was verified: flaky ones."""
    before: dict[str, Outcome] = {}
    for run in (found.regression, found.green) if found else ():
        before |= {case.id: case.outcome for case in run.tests}
    return tuple(
        case.id
        for case in cases
        if case.id in before and (before[case.id] in FINE) != (case.outcome in FINE)
    )


def told(again: Again, run: TestRun, differ: tuple[str, ...]) -> Mapping[str, Any]:
    """How it ended, as the data of an event."""
    outcomes = [case.outcome for case in run.cases]
    skipped = outcomes.count(Outcome.SKIPPED)
    fine = sum(outcome in FINE for outcome in outcomes)
    return {
        "attempt": again.attempt,
        "ok": run.ok,
        "reason": run.reason,
        "message": run.message,
        "passed": fine - skipped,
        "failed": len(outcomes) - fine,
        "skipped": skipped,
        "seconds": round(run.duration, 3),
        "differ": list(differ[:_MOST_NAMED]),
    }

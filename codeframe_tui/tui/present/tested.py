"""Files and tests of a task: those of one attempt come, and not again while they are the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

__all__ = ["GOOD", "are_coming", "completed", "counts_of", "failed_of", "stamp_of"]

_Document = Mapping[str, Any]
_RUNS = ("red", "green", "regression", "lint")
GOOD = frozenset({"passed", "xfailed", "xpassed", "skipped", "flaky"})
"""Outcomes of a test that does not fail."""


def counts_of(run: _Document) -> Mapping[str, int]:
    """How many tests of a run had which outcome, whether they came or not."""
    told: Mapping[str, int] | None = run.get("counts")
    if told is not None:
        return told
    return Counter(str(test.get("outcome")) for test in run.get("tests") or ())


def failed_of(verification: _Document) -> int:
    """How many tests fail on the proposal, each once."""
    told = verification.get("failed")
    if isinstance(told, int):
        return told
    tests = (
        test
        for name in ("green", "regression")
        for test in (verification.get(name) or {}).get("tests") or ()
    )
    return len({test.get("id") for test in tests if test.get("outcome") not in GOOD})


def are_coming(verification: _Document | None) -> bool:
    """Whether there are tests that are not here yet."""
    runs = [(verification or {}).get(name) or {} for name in _RUNS]
    return any(map(counts_of, runs)) and not any(run.get("tests") for run in runs)


def stamp_of(task: _Document | None) -> str:
    """What names the files and tests that a `ShowTask` document has; empty where it has none."""
    return str(((task or {}).get("shown") or {}).get("stamp") or "")


def completed(task: _Document, before: _Document | None) -> _Document | None:
    """A task with the files and tests that did not come again; None when they are not here.

    Args:
        task: a `ShowTask` document that has just come.
        before: the one before it, with its own.
    """
    shown = task.get("shown") or {}
    if not shown.get("same"):
        return task
    if (
        before is None
        or before.get("number") != task.get("number")
        or (stamp_of(before) != stamp_of(task))
    ):
        return None
    held = {each.get("attempt"): each for each in before.get("attempts") or ()}
    attempts = [
        _filled(each, held.get(each.get("attempt")) or {})
        if each.get("attempt") == shown.get("attempt")
        else each
        for each in task.get("attempts") or ()
    ]
    return {**task, "attempts": attempts}


def _filled(attempt: _Document, held: _Document) -> _Document:
    """The same lists again: who compares documents then need not look into them."""
    found = {**attempt, "files": held.get("files") or ()}
    if verification := attempt.get("verification"):
        tested = held.get("verification") or {}
        runs = {
            name: {**verification[name], "tests": tested[name]["tests"]}
            for name in _RUNS
            if name in verification and name in tested
        }
        found["verification"] = {**verification, **runs}
    if (again := attempt.get("again")) and (kept := held.get("again")):
        found["again"] = {**again, "tests": kept["tests"]}
    return found

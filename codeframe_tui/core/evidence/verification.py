"""What the program's own test runs showed, as values. Verdicts are in `core.evidence.verdict`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from codeframe_tui.core.evidence.coverage import NOT_MEASURED, Coverage
from codeframe_tui.core.evidence.lint import ToolReport

__all__ = [
    "BROKEN",
    "FINE",
    "PASSING",
    "SEEN_PASSING",
    "Bound",
    "Flag",
    "Outcome",
    "Run",
    "TestCase",
    "TestRun",
    "Verdict",
    "Verification",
    "counts_of",
    "failed_tests",
    "failing",
]


class Outcome(StrEnum):
    """How one test ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"
    CRASHED = "crashed"
    MISSING = "missing"
    FLAKY = "flaky"


PASSING = frozenset({Outcome.PASSED, Outcome.XPASSED})
"""Outcomes of a test that passes; pytest tells one that had to fail as failed (``strict``)."""
SEEN_PASSING = PASSING | {Outcome.FLAKY}
"""Outcomes of a test that passed at least once."""
FINE = SEEN_PASSING | {Outcome.XFAILED, Outcome.SKIPPED}
"""Outcomes of a test that does not fail."""
BROKEN = frozenset({Outcome.FAILED, Outcome.ERROR, Outcome.CRASHED})
"""Outcomes of a test that ran and failed."""


class Verdict(StrEnum):
    """The three verdicts (CONTRACT §5)."""

    PROVEN = "proven"
    FAILED = "failed"
    NOT_VERIFIED = "not_verified"


@dataclass(frozen=True, slots=True)
class TestCase:
    """One test in one run.

    Attributes:
        id: pytest node id, relative to the project.
        duration: seconds.
        error: exception type as raised, e.g. ``AssertionError``; empty when it passed.
        message: one line that says what failed.
        detail: traceback and captured output, bounded.
        kind: how it is RED on the base, or why it is not (`core.evidence.causes.Kind`); empty
            elsewhere.
        body: hash of what the test's function does, as the run had it; empty where not told.
    """

    id: str
    outcome: Outcome
    duration: float = 0.0
    error: str = ""
    message: str = ""
    detail: str = ""
    kind: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class TestRun:
    """One whole run of the test program, trusted or not.

    Attributes:
        ok: the run itself counts (it ended by itself, complete, with the expected set of tests);
            false says nothing about the tests.
        reason: reason code when not ok: ``no_pytest``, ``no_tests``, ``timeout``, ``crash``,
            ``collection_error``, ``import_origin``, ``sandbox_denied``, ``no_sandbox``,
            ``environment``, ``tampered`` or ``interrupted``.
        message: one line that says what would make it count.
        cases: one per collected test that has an outcome.
        collected: node ids in order of collection.
        collection_errors: pairs of file and text, for files that could not be collected.
        output: bounded raw output (head and tail).
        duration: seconds.
        causes: test id or file -> what its failure came from, where that could be told:
            ``project`` (its code, or a name of it), ``third_party`` (a module that is not
            installed) or ``sandbox`` (something that the sandbox denies).
        hooks: ``file:hook`` of the project's own pytest hooks that could change an outcome, and of
            what stands in place of pytest's or unittest's own functions.
        bodies: test id -> hash of what its function does, where that was asked for.
        workers: how many ran the tests side by side; 0 = one after the other, or as the project's
            own options say.
        coverage: which of the lines ran that were asked for.
    """

    ok: bool
    reason: str = ""
    message: str = ""
    cases: tuple[TestCase, ...] = ()
    collected: tuple[str, ...] = ()
    collection_errors: tuple[tuple[str, str], ...] = ()
    output: str = ""
    duration: float = 0.0
    causes: Mapping[str, str] = field(default_factory=dict)
    hooks: tuple[str, ...] = ()
    bodies: Mapping[str, str] = field(default_factory=dict)
    workers: int = 0
    coverage: Coverage = NOT_MEASURED


@dataclass(frozen=True, slots=True)
class Run:
    """One named part of a verification: red, green, regression or lint.

    Attributes:
        verdict: red: ``red``/``not_red``; green: ``green``/``failing``; regression:
            ``clean``/``regressed``; lint: ``clean``/``findings``; each also ``not_verified`` or
            ``not_run``.
        reason: reason code when not verified or not run.
        message: one line for a person.
        seconds: how long it took; 0 = not known.
        counts: outcome -> how many tests, where they were left out when it was read; else None.
    """

    verdict: str
    reason: str = ""
    message: str = ""
    tests: tuple[TestCase, ...] = ()
    output: str = ""
    seconds: float = 0.0
    counts: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a reviewer must see.

    Attributes:
        rule: id in the table of `core.flags`, or one of the user's own.
        severity: ``red`` or ``amber``.
        line: on the proposal's side, from 1.
        before: what it was, where one thing became another; bounded.
        after: what it is now, the same.
        fingerprint: names what it is about (`core.flags.fingerprint`); empty = not known.
    """

    rule: str
    severity: str
    path: str
    line: int | None
    message: str
    before: str = ""
    after: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """What evidence is about: it says nothing of anything else.

    Attributes:
        base: tree that the proposal stands on.
        tree: tree of the proposal.
        red: tree that RED ran on: the base with the proposal's tests; empty = it did not run.
        tests: path -> hash of the changed test files, the same in ``red`` and ``tree``.
    """

    base: str
    tree: str
    red: str = ""
    tests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verification:
    """The evidence of one attempt.

    Attributes:
        reason: reason code when the verdict is not ``proven``.
        message: one line: why, and what would make it proven.
        bound: what it is about; None = it was made before that was stored.
        failed: tests that fail on the proposal, where they were left out when it was read.
        coverage: of the changed lines, by the proposal's own tests.
        tools: what the project's linters and type checkers say that they did not say before.
    """

    verdict: Verdict
    reason: str
    message: str
    red: Run
    green: Run
    regression: Run
    lint: Run
    bound: Bound | None = None
    failed: int | None = None
    coverage: Coverage = NOT_MEASURED
    tools: tuple[ToolReport, ...] = ()


def counts_of(run: Run) -> Mapping[str, int]:
    """How many tests of a run had which outcome."""
    return Counter(case.outcome.value for case in run.tests) if run.counts is None else run.counts


def failed_tests(verification: Verification | None) -> tuple[str, ...]:
    """Ids of the tests that fail on the proposal, or are gone from it; each once."""
    runs = (verification.green, verification.regression) if verification is not None else ()
    bad = BROKEN | {Outcome.MISSING}
    return tuple(
        dict.fromkeys(case.id for run in runs for case in run.tests if case.outcome in bad)
    )


def failing(verification: Verification) -> int:
    """Tests that fail on the proposal, each once."""
    if verification.failed is not None:
        return verification.failed
    runs = (verification.green, verification.regression)
    return len({case.id for run in runs for case in run.tests if case.outcome not in FINE})

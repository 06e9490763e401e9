"""What new and changed tests show on the base, test by test: the RED half of a proof."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from codeframe_tui.core.evidence.advice import ADVICE
from codeframe_tui.core.evidence.causes import RED, Kind, kind_of, kind_of_file, told_error
from codeframe_tui.core.evidence.verification import (
    FINE,
    Outcome,
    TestCase,
    TestRun,
    Verdict,
    Verification,
)
from codeframe_tui.core.some import some

__all__ = ["Proof", "other_bodies", "proof_of", "proven_twice"]

_WORDS = {
    Kind.SYNTAX: "it has bad syntax",
    Kind.UNRELATED_IMPORT: "it lacks a module that is not of this project",
    Kind.FIXTURE: "what it is given fails, not the test",
    Kind.COLLECTION: "its file cannot be collected",
    Kind.SANDBOX_DENIED: "it wants what the sandbox denies",
    Kind.TIMEOUT: "it did not end in time",
    Kind.CRASH: "it ended the run",
    Kind.OWN_ERROR: "it fails by an error of its own",
}
_NAMED = 2


@dataclass(frozen=True, slots=True)
class Proof:
    """The tests of the changed files, each with how it is RED on the base, or why not.

    Attributes:
        cases: one per test that ran, per new test of a file that the base cannot collect for want
            of what the proposal adds, and one per file that it cannot collect otherwise.
    """

    cases: tuple[TestCase, ...] = ()

    @property
    def red(self) -> tuple[str, ...]:
        """Ids that are RED."""
        return tuple(case.id for case in self.cases if case.kind in RED)

    @property
    def characterisation(self) -> tuple[str, ...]:
        """Ids of new tests that pass on the base."""
        return tuple(case.id for case in self.cases if case.kind == Kind.CHARACTERISATION)

    @property
    def why_not(self) -> str:
        """The first that failed on the base and are no proof, each with its reason; or empty."""
        doubtful = [(case, _WORDS[Kind(case.kind)]) for case in self.cases if case.kind in _WORDS]
        told = [f"{case.id}: {words}{_detail(case)}" for case, words in doubtful[:_NAMED]]
        return "; ".join(told)


def proof_of(
    red: TestRun,
    green: TestRun | None,
    known: Collection[str],
    added_modules: frozenset[str],
) -> Proof:
    """Sort the tests of a complete RED run.

    Args:
        red: the changed tests on the base.
        green: the same on the proposal: only it knows the tests of files that the base lacks.
        known: ids that the base has: a new test that passes there is a characterisation.
        added_modules: `module_names` of the code under test that the proposal adds.
    """
    cases = [_judged(case, red, known, added_modules) for case in red.cases]
    collected = green.collected if green is not None else ()
    for file, text in red.collection_errors:
        kind = kind_of_file(red, file, text, added_modules)
        new = [n for n in collected if n.partition("::")[0] == file and n not in known]
        cases += _uncollected(file, kind, told_error(text), new)
    return Proof(tuple(cases))


def other_bodies(red: Iterable[TestCase], now: Mapping[str, str]) -> list[str]:
    """Tests that were RED with another body than the one that they have now.

    Args:
        red: as a RED run shows them.
        now: id -> hash of the body, empty where it was not told.
    """
    cases = (case for case in red if case.kind in RED and case.body)
    return [case.id for case in cases if (now.get(case.id) or case.body) != case.body]


def proven_twice(first: Verification, second: Verification) -> Verification:
    """A proof that counts only if RED and GREEN say the same when they are made again.

    Args:
        first: it is proven.
        second: the same, judged by the runs made again.
    """
    red, again = ({c.id for c in v.red.tests if c.kind in RED} for v in (first, second))
    fine, still = ({c.id for c in v.green.tests if c.outcome in FINE} for v in (first, second))
    differ = sorted((red ^ again) | (fine ^ still))
    if second.verdict is Verdict.PROVEN and not differ:
        return first
    told = some(differ, _NAMED) or second.message
    message = f"ends otherwise when it runs again: {told}; {ADVICE['flaky']}"
    return replace(first, verdict=Verdict.NOT_VERIFIED, reason="flaky", message=message)


def _judged(
    case: TestCase, run: TestRun, known: Collection[str], added_modules: frozenset[str]
) -> TestCase:
    kind = kind_of(case, run, added_modules)
    old = kind is Kind.CHARACTERISATION and case.id in known
    return replace(case, kind="" if old else kind, body=run.bodies.get(case.id, ""))


def _uncollected(
    file: str, kind: Kind, told: tuple[str, str], new: Sequence[str]
) -> Iterator[TestCase]:
    """New tests are missing on the base; where that is no proof, the file itself is named."""
    error, message = told
    missing = kind in RED
    for name in new if missing else [file]:
        outcome = Outcome.MISSING if missing else Outcome.ERROR
        yield TestCase(name, outcome, error=error, message=message, kind=kind)


def _detail(case: TestCase) -> str:
    said = f"{case.error}: {case.message}".strip(": ")
    return f" ({said})" if said else ""

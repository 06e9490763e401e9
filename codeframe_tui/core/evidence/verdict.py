"""From test runs to one of three verdicts (CONTRACT §5); the one place that knows the rules.

Theory of operation. Four runs are looked at, test by test:

    red         the base with the proposal's tests: new and changed ones should fail here
    green       the proposal, the same files: they should pass here
    regression  the proposal, the whole suite
    base        the base, only the tests that did not pass in regression or vanished from it

    | red            | green    | the test is                                         |
    | red            | passed   | proof                                               |
    | passed         | passed   | characterisation: neither helps nor hurts           |
    | failed, not red| passed   | no proof: it failed for a reason of its own         |
    | any            | failed   | a failure, unless a module or the sandbox is to blame|
    | any            | skipped  | no proof for any, unless the base has that test     |
    | any            | flaky    | neither: nothing is proven while it is              |

    regression: failed, skipped or vanished
                                   | base passed -> a failure, with the same excuses
                                   | base did not pass either, or has no such test -> nothing
                                   | base not run, or its tests not known -> not verified
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from codeframe_tui.core.evidence.advice import ADVICE
from codeframe_tui.core.evidence.causes import excused
from codeframe_tui.core.evidence.proof import Proof, other_bodies, proof_of
from codeframe_tui.core.evidence.verification import (
    BROKEN,
    PASSING,
    SEEN_PASSING,
    Outcome,
    Run,
    TestCase,
    TestRun,
    Verdict,
    Verification,
)
from codeframe_tui.core.some import some
from codeframe_tui.core.task import Evidence

__all__ = [
    "covered",
    "is_complete",
    "is_test_file",
    "is_test_support",
    "judge",
    "needs_base_run",
    "vanished",
]

_TEST_FOLDERS = frozenset({"test", "tests"})


def is_test_file(path: str) -> bool:
    """Whether pytest would collect a path as a test file by its usual names."""
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def is_test_support(path: str) -> bool:
    """Whether a path is no part of the code under test: a test file, or below a folder of tests.

    A conftest is left out: it may need the code under test, and is flagged by itself.
    """
    *folders, name = path.split("/")
    below = not _TEST_FOLDERS.isdisjoint(folders) and name != "conftest.py"
    return below or is_test_file(path)


def is_complete(run: TestRun | None) -> bool:
    """Whether a run's cases can be believed; files that cannot be collected do not spoil it."""
    return run is not None and (run.ok or run.reason == "collection_error")


def covered(suite: TestRun, files: tuple[str, ...]) -> TestRun | None:
    """What a run of the whole suite says of some of its files, as a run of its own.

    Such a run is a fact of its own: these tests were the first in a fresh process, so that no
    other test can have made them pass. None where it does not say that: it is not complete, did
    not look into one of the files, others ran before or beside them.
    """
    if suite.workers or not _came_first(suite, files):
        return None
    looked = {name.partition("::")[0] for name in suite.collected}
    errors = tuple((file, text) for file, text in suite.collection_errors if file in files)
    if not is_complete(suite) or not set(files) <= looked | {file for file, _ in errors}:
        return None
    return replace(
        suite,
        ok=not errors,
        reason="collection_error" if errors else "",
        message=suite.message if errors else "",
        cases=tuple(c for c in suite.cases if c.id.partition("::")[0] in files),
        collected=tuple(n for n in suite.collected if n.partition("::")[0] in files),
        collection_errors=errors,
    )


def _came_first(suite: TestRun, files: tuple[str, ...]) -> bool:
    ours = [name.partition("::")[0] in files for name in suite.collected]
    return all(ours[: sum(ours)])


def vanished(base_collected: Iterable[str], regression: TestRun) -> tuple[str, ...]:
    """Tests of the base that the proposal does not have any more."""
    now = set(regression.collected)
    return tuple(name for name in base_collected if name not in now)


def needs_base_run(
    regression: TestRun | None, base_collected: tuple[str, ...] | None
) -> tuple[str, ...]:
    """Ids that must be run on the base before `judge` can tell a regression.

    Those that do not pass on the proposal, skipped ones included, and those that vanished. Flaky
    ones are known to pass there.
    """
    if regression is None or not is_complete(regression):
        return ()
    known = None if base_collected is None else set(base_collected)
    fallen = [case.id for case in regression.cases if case.outcome not in SEEN_PASSING]
    ours = [name for name in fallen if known is None or name in known]
    return (*ours, *vanished(base_collected or (), regression))


def judge(
    *,
    evidence: Evidence,
    changed_tests: tuple[str, ...],
    red: TestRun | None,
    green: TestRun | None,
    regression: TestRun | None,
    base_of_failed: TestRun | None,
    base_collected: tuple[str, ...] | None,
    added_modules: frozenset[str],
    base_hooks: tuple[str, ...] = (),
) -> Verification:
    """The verdict of one attempt. Pure and total: a missing run is *not verified*, never an error.

    Args:
        evidence: what would prove the task.
        changed_tests: paths of test files that the proposal creates or modifies.
        red: base plus the proposal's tests and what serves only them, the test files selected.
        green: the proposal, the same selection.
        regression: the proposal, whole suite.
        base_of_failed: the base as it is, with the ids of `needs_base_run`.
        base_collected: ids of the base's suite, from a run that only collects; None = unknown.
        added_modules: `module_names` of the code under test that the proposal adds.
        base_hooks: pytest hooks of the project that the base has (`TestRun.hooks`).
    """
    case = _Case(
        changed_tests=changed_tests,
        red=red,
        green=green,
        regression=regression,
        base_of_failed=base_of_failed,
        base_collected=base_collected,
        added_modules=added_modules,
        base_hooks=base_hooks,
    )
    proof = case.proof()
    parts = (
        _timed(case.red_run(proof), red),
        _timed(case.green_run(), green),
        _timed(case.regression_run(), regression),
    )
    verdict, reason, message = _decide(evidence, case, proof)
    return Verification(verdict, reason, message, *parts, lint=Run("not_run"))


def _timed(told: Run, run: TestRun | None) -> Run:
    return replace(told, seconds=round(run.duration, 3)) if run is not None else told


def _decide(evidence: Evidence, case: _Case, proof: Proof) -> tuple[Verdict, str, str]:
    """The rules in their order; the first that applies decides."""
    broken, regressed = case.broken(), case.regressed()
    if broken.failed:
        return _failed("new_test_fails", f"fails on the proposal: {some(broken.failed)}")
    if regressed.failed:
        text = f"passes on the base, not on the proposal: {some(regressed.failed)}"
        return _failed("regression", text)
    reason, text = case.doubt(evidence, proof)
    if reason:
        advice = ADVICE.get(reason, "")
        return Verdict.NOT_VERIFIED, reason, "; ".join(part for part in (text, advice) if part)
    if evidence is Evidence.NONE:
        return Verdict.NOT_VERIFIED, "evidence_none", ADVICE["evidence_none"]
    if evidence is Evidence.REGRESSION:
        return Verdict.PROVEN, "", "the suite runs as before"
    return Verdict.PROVEN, "", f"{len(proof.red)} failed on the base and pass now; no regression"


def _failed(reason: str, text: str) -> tuple[Verdict, str, str]:
    return Verdict.FAILED, reason, text


@dataclass(frozen=True, slots=True)
class _Failures:
    """Failures that count, and (id, reason code) of those with an excuse."""

    failed: tuple[str, ...] = ()
    excused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """The runs of one attempt, and what can be read from them."""

    changed_tests: tuple[str, ...]
    red: TestRun | None
    green: TestRun | None
    regression: TestRun | None
    base_of_failed: TestRun | None
    base_collected: tuple[str, ...] | None
    added_modules: frozenset[str]
    base_hooks: tuple[str, ...]

    def proof(self) -> Proof:
        if self.red is None or not is_complete(self.red):
            return Proof()
        known = set(self.base_collected or ())
        return proof_of(self.red, self.green, known, self.added_modules)

    def broken(self) -> _Failures:
        """New tests that ran on the proposal and failed, there or in the suite.

        Tests that the base has are left to `regressed`: it knows whether they ever passed.
        """
        known = set(self.base_collected or ())
        runs = [self.green] if self.base_collected is None else [self.green, self.regression]
        found: dict[str, str] = {}
        for run in runs:
            for case in run.cases if run is not None and is_complete(run) else ():
                if case.outcome in BROKEN and case.id not in known:
                    found.setdefault(case.id, excused(run, case.id) if run else "")
        return _sort(found)

    def regressed(self) -> _Failures:
        """Tests that pass on the base and fail, are skipped or are gone on the proposal."""
        if self.regression is None or not is_complete(self.regression):
            return _Failures()
        base = {} if self.base_of_failed is None else _outcomes(self.base_of_failed)
        lost = needs_base_run(self.regression, self.base_collected)
        run = self.regression
        return _sort({n: self._excuse_of(run, n) for n in lost if base.get(n) in PASSING})

    def _excuse_of(self, run: TestRun, name: str) -> str:
        """A vanished test is excused when its file is."""
        return excused(run, name) or excused(run, name.partition("::")[0])

    def doubt(self, evidence: Evidence, proof: Proof) -> tuple[str, str]:
        """The first thing that keeps the runs from being a proof; empty code when nothing does."""
        for run in (self.regression, self.green if self.changed_tests else None):
            if run is not None and not run.ok and not self._forgivable(run):
                excuses = [excused(run, file) for file, _ in run.collection_errors]
                return next(filter(None, excuses), run.reason), run.message
        if self.regression is None:
            return "not_run", "the suite was not run"
        for failures in (self.broken(), self.regressed()):
            if failures.excused:
                name, reason = failures.excused[0]
                return reason, f"{name} lacks a module or something that the sandbox denies"
        if self._base_doubt():
            return "no_base_run", self._base_doubt()
        if flaky := self._flaky():
            return "flaky", f"fails and passes on the same files: {some(flaky)}"
        if self._new_hooks():
            return "tampered", f"new pytest hooks: {some(self._new_hooks())}"
        return self._tdd_doubt(proof) if evidence is Evidence.TDD else ("", "")

    def _tdd_doubt(self, proof: Proof) -> tuple[str, str]:
        if not self.changed_tests:
            return "no_new_tests", "the proposal brings no test"
        if self.red is None or self.green is None:
            return "not_run", "the new tests were not run on base and proposal"
        if not is_complete(self.red):
            return self.red.reason, f"on the base: {self.red.message}"
        if not proof.red:
            why = proof.why_not
            text = "no new test fails on the base for want of this change"
            return "no_red", f"{text}: {why}" if why else text
        if changed := other_bodies(proof.cases, self.green.bodies):
            return "changed_body", f"is not the same on base and proposal: {some(changed)}"
        green = _outcomes(self.green)
        known = set(self.base_collected or ())
        new = [name for name in green if name not in known]
        open_ids = [n for n in dict.fromkeys((*proof.red, *new)) if green.get(n) not in PASSING]
        if open_ids:
            return "not_green", f"does not pass on the proposal: {some(open_ids)}"
        return "", ""

    def _forgivable(self, run: TestRun) -> bool:
        """Files that cannot be collected hurt only where they are new or the base can."""
        if run.reason != "collection_error":
            return False
        known = {name.partition("::")[0] for name in self.base_collected or ()}
        files = {file for file, _ in run.collection_errors}
        return self.base_collected is not None and not files & (known | set(self.changed_tests))

    def _base_doubt(self) -> str:
        """What is not known of the base and matters; empty when nothing is."""
        if self.base_collected is None:
            return "the tests of the base could not be listed"
        lost = needs_base_run(self.regression, self.base_collected)
        if not lost or is_complete(self.base_of_failed):
            return ""
        gone = self.base_of_failed is not None and self.base_of_failed.reason == "no_tests"
        return "" if gone else f"not known on the base: {some(lost)}"

    def _flaky(self) -> list[str]:
        cases = self.regression.cases if self.regression is not None else ()
        return [case.id for case in cases if case.outcome is Outcome.FLAKY]

    def _new_hooks(self) -> tuple[str, ...]:
        runs = [run for run in (self.green, self.regression) if run is not None]
        found = dict.fromkeys(hook for run in runs for hook in run.hooks)
        return tuple(hook for hook in found if hook not in self.base_hooks)

    def red_run(self, proof: Proof) -> Run:
        if self.red is None:
            return Run("not_run")
        if not is_complete(self.red):
            return _unverified(self.red)
        text = f"{len(proof.red)} red, {len(proof.characterisation)} characterisation"
        reason = "" if proof.red else "no_red"
        return Run("red" if proof.red else "not_red", reason, text, proof.cases, self.red.output)

    def green_run(self) -> Run:
        green = self.green
        if green is None:
            return Run("not_run")
        if not is_complete(green):
            return _unverified(green)
        cases = tuple(replace(case, body=green.bodies.get(case.id, "")) for case in green.cases)
        if any(case.outcome in BROKEN for case in cases):
            return Run("failing", "", "", cases, green.output)
        if not green.ok:
            return replace(_unverified(green), tests=cases)
        if flaky := [case.id for case in cases if case.outcome is Outcome.FLAKY]:
            return Run("not_verified", "flaky", some(flaky), cases, green.output)
        return Run("green", "", "", cases, green.output)

    def regression_run(self) -> Run:
        if self.regression is None:
            return Run("not_run")
        if not is_complete(self.regression):
            return _unverified(self.regression)
        regressed = self.regressed()
        tests = self.regression.cases
        gone = set(regressed.failed) - {case.id for case in tests}
        tests = (*tests, *(TestCase(name, Outcome.MISSING) for name in sorted(gone)))
        if regressed.failed:
            text = some(regressed.failed)
            return Run("regressed", "regression", text, tests, self.regression.output)
        if not (self.regression.ok or self._forgivable(self.regression)) or self._base_doubt():
            return replace(_unverified(self.regression), tests=tests)
        if flaky := self._flaky():
            return Run("not_verified", "flaky", some(flaky), tests, self.regression.output)
        return Run("clean", "", "", tests, self.regression.output)


def _unverified(run: TestRun) -> Run:
    return Run("not_verified", run.reason or "no_base_run", run.message, run.cases, run.output)


def _outcomes(run: TestRun) -> dict[str, Outcome]:
    return {case.id: case.outcome for case in run.cases} if is_complete(run) else {}


def _sort(found: dict[str, str]) -> _Failures:
    failed = tuple(name for name, reason in found.items() if not reason)
    return _Failures(failed, tuple((name, reason) for name, reason in found.items() if reason))

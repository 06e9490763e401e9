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
    | any            | skipped  | nothing; where it was red, the proof is missing     |

    regression: failed, skipped or vanished
                                   | base passed -> a failure, with the same excuses
                                   | base did not pass either, or has no such test -> nothing
                                   | base not run, or its tests not known -> not verified
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from codeframe_tui.core.causes import excused, is_red, lacks_project
from codeframe_tui.core.task import Evidence
from codeframe_tui.core.verification import (
    Outcome,
    Run,
    TestCase,
    TestRun,
    Verdict,
    Verification,
)

__all__ = [
    "covered",
    "is_complete",
    "is_test_file",
    "is_test_support",
    "judge",
    "needs_base_run",
    "vanished",
]

_BROKEN = frozenset({Outcome.FAILED, Outcome.ERROR, Outcome.CRASHED})
_FINE = frozenset({Outcome.PASSED, Outcome.XPASSED})
_TEST_FOLDERS = frozenset({"test", "tests"})
_ADVICE = {
    "no_red": "add a test that fails without this change, by assertion",
    "no_new_tests": "add a test that fails without this change and passes with it",
    "not_green": "make the new tests run: a skipped test proves nothing",
    "no_base_run": "make the suite run on the base, so that nothing it loses goes unseen",
    "no_tests": "add tests",
    "not_run": "run the tests",
    "no_pytest": "install pytest into the project's environment",
    "no_sandbox": "install bubblewrap, or consent with --sandbox rlimits",
    "timeout": "make the tests end in time, or raise the limit for tests",
    "crash": "make the tests end by themselves",
    "interrupted": "let every collected test run to its end",
    "collection_error": "make every test file importable",
    "import_origin": "install the project in editable mode, or not at all",
    "environment": "install what is missing into the project's environment",
    "sandbox_denied": "test without what the sandbox denies: network, other folders, devices",
    "tampered": "leave pytest's hooks and reports as they are",
    "evidence_none": "a task with evidence 'none' is always reviewed by a person",
}


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

    None where it does not say it: it is not complete, or it did not look into one of the files.
    """
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


def vanished(base_collected: Iterable[str], regression: TestRun) -> tuple[str, ...]:
    """Tests of the base that the proposal does not have any more."""
    now = set(regression.collected)
    return tuple(name for name in base_collected if name not in now)


def needs_base_run(
    regression: TestRun | None, base_collected: tuple[str, ...] | None
) -> tuple[str, ...]:
    """Ids that must be run on the base before `judge` can tell a regression.

    Those that do not pass on the proposal, skipped ones included, and those that vanished.
    """
    if regression is None or not is_complete(regression):
        return ()
    known = None if base_collected is None else set(base_collected)
    fallen = [case.id for case in regression.cases if case.outcome not in _FINE]
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
    parts = (case.red_run(proof), case.green_run(), case.regression_run())
    verdict, reason, message = _decide(evidence, case, proof)
    return Verification(verdict, reason, message, *parts, lint=Run("not_run"))


def _decide(evidence: Evidence, case: _Case, proof: _Proof) -> tuple[Verdict, str, str]:
    """The rules in their order; the first that applies decides."""
    broken, regressed = case.broken(), case.regressed()
    if broken.failed:
        return _failed("new_test_fails", f"fails on the proposal: {_some(broken.failed)}")
    if regressed.failed:
        text = f"passes on the base, not on the proposal: {_some(regressed.failed)}"
        return _failed("regression", text)
    reason, text = case.doubt(evidence, proof)
    if reason:
        advice = _ADVICE.get(reason, "")
        return Verdict.NOT_VERIFIED, reason, "; ".join(part for part in (text, advice) if part)
    if evidence is Evidence.NONE:
        return Verdict.NOT_VERIFIED, "evidence_none", _ADVICE["evidence_none"]
    if evidence is Evidence.REGRESSION:
        return Verdict.PROVEN, "", "the suite runs as before"
    return Verdict.PROVEN, "", f"{len(proof.red)} failed on the base and pass now; no regression"


def _failed(reason: str, text: str) -> tuple[Verdict, str, str]:
    return Verdict.FAILED, reason, text


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
    return ", ".join(listed[:3]) + more


@dataclass(frozen=True, slots=True)
class _Proof:
    """New and changed tests sorted by what they show.

    Attributes:
        red: ids that are RED on the base, missing ones included.
        missing: those of them whose file cannot be collected on the base.
        characterisation: new tests that pass on the base.
    """

    red: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    characterisation: tuple[str, ...] = ()


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

    def proof(self) -> _Proof:
        if self.red is None or not is_complete(self.red):
            return _Proof()
        red = tuple(c.id for c in self.red.cases if is_red(c, self.red, self.added_modules))
        known = set(self.base_collected or ())
        passed = (c.id for c in self.red.cases if c.outcome in _FINE and c.id not in known)
        missing = self._missing()
        return _Proof((*red, *missing), missing, tuple(passed))

    def _missing(self) -> tuple[str, ...]:
        """New tests in files that the base cannot collect: they import what the proposal adds."""
        if self.red is None or self.green is None:
            return ()
        lacking = {
            file
            for file, text in self.red.collection_errors
            if lacks_project(self.red, file, text, self.added_modules)
        }
        known = set(self.base_collected or ())
        ids = (name for name in self.green.collected if name not in known)
        return tuple(name for name in ids if name.partition("::")[0] in lacking)

    def broken(self) -> _Failures:
        """New tests that ran on the proposal and failed, there or in the suite.

        Tests that the base has are left to `regressed`: it knows whether they ever passed.
        """
        known = set(self.base_collected or ())
        runs = [self.green] if self.base_collected is None else [self.green, self.regression]
        found: dict[str, str] = {}
        for run in runs:
            for case in run.cases if run is not None and is_complete(run) else ():
                if case.outcome in _BROKEN and case.id not in known:
                    found.setdefault(case.id, excused(run, case.id) if run else "")
        return _sort(found)

    def regressed(self) -> _Failures:
        """Tests that pass on the base and fail, are skipped or are gone on the proposal."""
        if self.regression is None or not is_complete(self.regression):
            return _Failures()
        base = {} if self.base_of_failed is None else _outcomes(self.base_of_failed)
        lost = needs_base_run(self.regression, self.base_collected)
        run = self.regression
        return _sort({n: self._excuse_of(run, n) for n in lost if base.get(n) in _FINE})

    def _excuse_of(self, run: TestRun, name: str) -> str:
        """A vanished test is excused when its file is."""
        return excused(run, name) or excused(run, name.partition("::")[0])

    def doubt(self, evidence: Evidence, proof: _Proof) -> tuple[str, str]:
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
        if self._new_hooks():
            return "tampered", f"new pytest hooks: {_some(self._new_hooks())}"
        return self._tdd_doubt(proof) if evidence is Evidence.TDD else ("", "")

    def _tdd_doubt(self, proof: _Proof) -> tuple[str, str]:
        if not self.changed_tests:
            return "no_new_tests", "the proposal brings no test"
        if self.red is None or self.green is None:
            return "not_run", "the new tests were not run on base and proposal"
        if not is_complete(self.red):
            return self.red.reason, f"on the base: {self.red.message}"
        if not proof.red:
            return "no_red", "no new test fails on the base for want of this change"
        green = _outcomes(self.green)
        open_ids = [name for name in proof.red if green.get(name) not in _FINE]
        if open_ids:
            return "not_green", f"does not pass on the proposal: {_some(open_ids)}"
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
        return "" if gone else f"not known on the base: {_some(lost)}"

    def _new_hooks(self) -> tuple[str, ...]:
        runs = [run for run in (self.green, self.regression) if run is not None]
        found = dict.fromkeys(hook for run in runs for hook in run.hooks)
        return tuple(hook for hook in found if hook not in self.base_hooks)

    def red_run(self, proof: _Proof) -> Run:
        if self.red is None:
            return Run("not_run")
        absent = tuple(TestCase(name, Outcome.MISSING) for name in proof.missing)
        tests = (*self.red.cases, *absent)
        if not is_complete(self.red):
            return _unverified(self.red)
        text = f"{len(proof.red)} red, {len(proof.characterisation)} characterisation"
        reason = "" if proof.red else "no_red"
        return Run("red" if proof.red else "not_red", reason, text, tests, self.red.output)

    def green_run(self) -> Run:
        if self.green is None:
            return Run("not_run")
        if not is_complete(self.green):
            return _unverified(self.green)
        if any(case.outcome in _BROKEN for case in self.green.cases):
            return Run("failing", "", "", self.green.cases, self.green.output)
        if not self.green.ok:
            return _unverified(self.green)
        return Run("green", "", "", self.green.cases, self.green.output)

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
            text = _some(regressed.failed)
            return Run("regressed", "regression", text, tests, self.regression.output)
        if not (self.regression.ok or self._forgivable(self.regression)) or self._base_doubt():
            return replace(_unverified(self.regression), tests=tests)
        return Run("clean", "", "", tests, self.regression.output)


def _unverified(run: TestRun) -> Run:
    return Run("not_verified", run.reason or "no_base_run", run.message, run.cases, run.output)


def _outcomes(run: TestRun) -> dict[str, Outcome]:
    return {case.id: case.outcome for case in run.cases} if is_complete(run) else {}


def _sort(found: dict[str, str]) -> _Failures:
    failed = tuple(name for name, reason in found.items() if not reason)
    return _Failures(failed, tuple((name, reason) for name, reason in found.items() if reason))

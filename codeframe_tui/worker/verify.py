"""Verify: RED, GREEN and REGRESSION are runs that the program makes itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.causes import module_names
from codeframe_tui.core.evidence.coverage import NOT_MEASURED, changed_lines
from codeframe_tui.core.evidence.lint import summed_up
from codeframe_tui.core.evidence.proof import proven_twice
from codeframe_tui.core.evidence.testfiles import TestFiles
from codeframe_tui.core.evidence.verdict import (
    covered,
    is_complete,
    judge,
)
from codeframe_tui.core.evidence.verification import (
    Flag,
    Run,
    TestRun,
    Verdict,
    Verification,
    failed_tests,
)
from codeframe_tui.core.flags import Findings, in_order
from codeframe_tui.core.flags.collected import moved_ids, origins
from codeframe_tui.core.flags.runs import run_flags
from codeframe_tui.core.flags.uncovered import uncovered_flags
from codeframe_tui.core.progress import Attempt, Progress, Turn
from codeframe_tui.core.task import Evidence, Task
from codeframe_tui.worker.baseline import Baseline
from codeframe_tui.worker.examine import examined, since_attempt, with_vanished
from codeframe_tui.worker.kept import Kept
from codeframe_tui.worker.lint import LintChecker
from codeframe_tui.worker.overlays import bound_to
from codeframe_tui.worker.runs import Wish, make_run
from codeframe_tui.worker.suite import Scope, Suite
from codeframe_tui.worker.support import Known, Support
from codeframe_tui.worker.testfiles import tests_of
from codeframe_tui.worker.workshop import Workshop

__all__ = ["Verifier"]


class Verifier:
    """Runs the tests of proposals in sealed copies, and no run twice.

    A run that was complete says the same of the same tree again, so two kinds are kept: what is
    known of the base (`Baseline`) and, for corrections, the RED runs.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._baseline = Baseline(shop)
        self._suite = Suite(shop, self._baseline)
        self._support = Support(shop, self._suite, self._baseline)
        self._red: Kept[tuple[str, tuple[str, ...]], TestRun] = Kept()
        self.lint = LintChecker(shop)

    async def verify_newest(self, progress: Progress) -> tuple[Verification, tuple[Flag, ...]]:
        """Judge the newest attempt, also by the tests of the attempts before it."""
        newest, task = progress.attempts[-1], progress.task
        corrects = _is_correction(newest, progress.turns)
        if not corrects:
            self.forget()
        judged = await self._verified(
            _Wanted(task, newest.base, newest.tree, _failed_before(progress.attempts)),
            fresh=not corrects and newest.cause != "first",
        )
        found, flags, diffs = judged.verification, judged.flags, judged.diffs
        tools = await self.lint.check(task, diffs, newest.base, newest.tree)
        found = replace(found, lint=Run(*summed_up(tools)), tools=tools)
        known = {(flag.rule, flag.path, flag.line) for flag in flags if flag.line is not None}
        since: dict[tuple[str, str, int | None], Flag] = {}
        shop = self._shop
        for before in _chain(progress.attempts):
            rules = shop.settings.flags
            for flag in await since_attempt(shop.workspaces, before, newest, rules, judged.tests):
                since.setdefault((flag.rule, flag.path, flag.line), flag)
        return found, (*(f for key, f in since.items() if key not in known), *flags)

    def forget(self) -> None:
        """Drop what is kept: people change what no tree holds, ignored files and environments."""
        self._baseline.forget()
        self._red.clear()
        self.lint.forget()

    async def verify(
        self,
        task: Task,
        base: str,
        tree: str,
    ) -> tuple[Verification, tuple[Flag, ...]]:
        """Judge a tree against its base, and flag what a reviewer must see."""
        judged = await self._verified(_Wanted(task, base, tree))
        return judged.verification, judged.flags

    async def _verified(self, wanted: _Wanted, *, fresh: bool = False) -> _Answer:
        """The same, with what it was found by.

        Args:
            wanted: what is judged.
            fresh: believe nothing that was kept in files.
        """
        task, base, tree, failed = wanted
        shop = self._shop
        diffs = await shop.workspaces.diff(base, tree)
        tests = await tests_of(shop.workspaces, base, diffs)
        lines, left_out = changed_lines(diffs)
        scope = replace(_scope(task, base, tree, diffs, tests), failed=failed, lines=lines)
        bound = await bound_to(shop.workspaces, scope, diffs)
        runs = await self._runs(scope, diffs, bound.red, fresh=fresh)
        scope = replace(scope, tests=runs.tests)
        verification = _judged(scope, runs, diffs)
        if verification.verdict is Verdict.PROVEN and runs.red and task.evidence is Evidence.TDD:
            again = await self._again(scope, runs, bound.red)
            verification = proven_twice(verification, _judged(scope, again, diffs))
        listed = None if runs.listing is None else runs.listing.collected
        known = Known(runs.regression, listed or (), origins(listed or (), runs.found.moved))
        verification = await self._support.judged(scope, diffs, known, verification)
        coverage = (runs.green or runs.regression).coverage
        coverage = replace(coverage, left_out=coverage.left_out + left_out)
        verification = replace(verification, bound=bound, coverage=coverage)
        flags = (
            *with_vanished(runs.found, listed, runs.regression),
            *run_flags(verification, scope.touched, scope.tests),
            *uncovered_flags(coverage, scope.tests),
        )
        return _Answer(verification, in_order(flags), diffs, scope.tests)

    async def _runs(
        self,
        scope: Scope,
        diffs: Sequence[FileDiff],
        with_tests: str,
        *,
        fresh: bool,
    ) -> _Runs:
        """Make all runs, those first that need no other, and look at the proposal between them.

        What the base's run collected says which files are tests, whatever their names.
        """
        red = await self._red_run(scope.task, with_tests, scope.changed) if with_tests else None
        around = await self._baseline.around()
        regression = await self._suite.run(scope)
        listing = await self._baseline.listing(scope.task, scope.base, fresh=fresh)
        collected = () if listing is None else listing.collected
        seen = replace(scope, tests=scope.tests.with_run(collected))
        found = await examined(self._shop.workspaces, seen, diffs, self._shop.settings.flags)
        due = None if listing is None else _still_due(listing.collected, regression, found)
        regression, base = await self._suite.settled(scope, regression, due)
        await self._baseline.learn(scope.tree, regression, around)
        green = await self._green_run(scope, regression)
        return _Runs(red, green, regression, listing, due, base, found, seen.tests)

    async def _red_run(self, task: Task, with_tests: str, changed: tuple[str, ...]) -> TestRun:
        """The changed tests on the base."""
        run = self._red.get((with_tests, changed))
        if run is None:
            wish = Wish(select=changed, own=changed)
            run = await make_run(self._shop, task, "red", with_tests, wish)
            if is_complete(run):
                self._red.keep((with_tests, changed), run)
        return run

    async def _green_run(self, scope: Scope, regression: TestRun) -> TestRun | None:
        """The changed tests on the proposal: first of all in the suite's run, or in one of theirs.

        Made after the suite, whose flaky tests are known by then. Where a suite is large its lines
        are not watched, but those of this run.
        """
        if not scope.changed:
            return None
        covering = covered(regression, scope.changed)
        watched = not scope.lines or regression.coverage is not NOT_MEASURED
        if covering is not None and watched:
            return covering
        wish = scope.wish(select=scope.changed)
        return await make_run(self._shop, scope.task, "green", scope.tree, wish)

    async def _again(self, scope: Scope, runs: _Runs, with_tests: str) -> _Runs:
        """GREEN, then RED once more, each in a process of its own: chance proves nothing."""
        wish = Wish(select=scope.changed, own=scope.changed)
        green = await make_run(self._shop, scope.task, "flaky", scope.tree, wish)
        red = await make_run(self._shop, scope.task, "flaky", with_tests, wish)
        return runs._replace(red=red, green=green)


class _Wanted(NamedTuple):
    """A tree to judge.

    Attributes:
        failed: tests that failed in the attempt before; they run early.
    """

    task: Task
    base: str
    tree: str
    failed: tuple[str, ...] = ()


class _Answer(NamedTuple):
    """What a judgement found, and by which differences and which notion of tests."""

    verification: Verification
    flags: tuple[Flag, ...]
    diffs: Sequence[FileDiff]
    tests: TestFiles


class _Runs(NamedTuple):
    """All runs of one attempt; None = not made, or of no use.

    Attributes:
        listing: what is known of the base, and ``due`` its tests that must be there.
        base: how tests end on the base that are not fine on the proposal.
        found: what the rules say of the proposal.
        tests: which files are tests, by what the base's run collected too.
    """

    red: TestRun | None
    green: TestRun | None
    regression: TestRun
    listing: TestRun | None
    due: tuple[str, ...] | None
    base: TestRun | None
    found: Findings
    tests: TestFiles


def _judged(scope: Scope, runs: _Runs, diffs: Sequence[FileDiff]) -> Verification:
    return judge(
        evidence=scope.task.evidence,
        changed_tests=scope.changed,
        red=runs.red,
        green=runs.green,
        regression=runs.regression,
        base_of_failed=runs.base,
        base_collected=runs.due,
        added_modules=_added_modules(diffs, scope.tests),
        base_hooks=runs.listing.hooks if runs.listing else (),
    )


def _scope(task: Task, base: str, tree: str, diffs: Sequence[FileDiff], tests: TestFiles) -> Scope:
    there = (d.path for d in diffs if d.action is not Action.DELETE)
    changed = tuple(path for path in there if tests.is_test(path))
    return Scope(task, base, tree, tuple(d.path for d in diffs), changed, tests=tests)


def _failed_before(attempts: Sequence[Attempt]) -> tuple[str, ...]:
    """Tests that failed in the attempt before the newest."""
    return failed_tests(attempts[-2].verification) if len(attempts) > 1 else ()


def _added_modules(diffs: Sequence[FileDiff], tests: TestFiles) -> frozenset[str]:
    """What new code under test is imported by; a conftest is none."""
    paths = (diff.path for diff in diffs if diff.action is Action.CREATE)
    return module_names(
        p for p in paths if not tests.is_support(p) and p.rpartition("/")[2] != "conftest.py"
    )


def _still_due(listed: tuple[str, ...], regression: TestRun, found: Findings) -> tuple[str, ...]:
    """Tests of the base without those that live on elsewhere with all they said."""
    moved = moved_ids(listed, regression.collected, found.moved)
    return tuple(name for name in listed if name not in moved)


def _is_correction(attempt: Attempt, turns: Sequence[Turn]) -> bool:
    """Whether the worker alone made it of the attempt before."""
    told = any(turn.purpose == "resume" and turn.attempt == attempt.number for turn in turns)
    return attempt.cause == "correction" and not told


def _chain(attempts: Sequence[Attempt]) -> Iterator[Attempt]:
    """The attempts that the newest one comes from, newest first, up to where a person spoke."""
    for before, attempt in zip(attempts[-2::-1], attempts[:0:-1], strict=True):
        yield before
        if attempt.cause != "correction":
            return

"""Suite: the whole suite of a proposal, what it may have broken first, what fails twice.

Tests run side by side only where the project has pytest-xdist and many files of tests. What that
shows is believed as long as it shows nothing bad: tests that get in each other's way must not be
taken for broken or flaky ones, so that then, and from then on, they run one after the other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from codeframe_tui.core.evidence.coverage import Ranges
from codeframe_tui.core.evidence.flaky import MOST, doubted, is_new, still_failing, with_flaky
from codeframe_tui.core.evidence.reach import Hints, Order, order_of, seconds_of
from codeframe_tui.core.evidence.testfiles import USUAL, TestFiles
from codeframe_tui.core.evidence.verdict import is_complete, needs_base_run
from codeframe_tui.core.evidence.verification import TestRun
from codeframe_tui.core.task import Task
from codeframe_tui.worker.baseline import Baseline
from codeframe_tui.worker.kept import Kept
from codeframe_tui.worker.reach import Imports
from codeframe_tui.worker.runs import Wish, folder_of, make_run
from codeframe_tui.worker.workshop import Workshop

__all__ = ["Scope", "Suite"]

_FEW_FILES = 12
"""Fewer files of tests are done before helpers have begun, or a run of their own has."""
_MOST_WORKERS = 8


@dataclass(frozen=True, slots=True)
class Scope:
    """What a suite is run for.

    Attributes:
        touched: all paths that differ between base and tree.
        changed: the files of tests among them that are there.
        failed: ids of tests that failed in the attempt before.
        lines: those of which is asked whether the changed tests run them.
        tests: which files are tests.
    """

    task: Task
    base: str
    tree: str
    touched: tuple[str, ...]
    changed: tuple[str, ...]
    failed: tuple[str, ...] = ()
    lines: Mapping[str, Ranges] = field(default_factory=dict)
    tests: TestFiles = USUAL

    def wish(self, select: tuple[str, ...] = ()) -> Wish:
        """For a run on the proposal."""
        return Wish(select=select, lines=self.lines, own=self.changed)


class Suite:
    """Runs suites, and remembers how long their files take."""

    def __init__(self, shop: Workshop, baseline: Baseline) -> None:
        self._shop = shop
        self._baseline = baseline
        self._imports = Imports()
        self._seconds: Kept[str, float] = Kept(50_000)
        self._beside = True

    async def run(self, scope: Scope, tree: str = "") -> TestRun:
        """The suite on the proposal, or on another tree beside it."""
        tree = tree or scope.tree
        run = await self._made(scope, tree)
        if run.workers and not is_complete(run) and run.reason != "timeout":
            run = await self._one_by_one(scope, tree)
        self._remember(run)
        return run

    async def settled(
        self, scope: Scope, run: TestRun, due: Sequence[str] | None
    ) -> tuple[TestRun, TestRun | None]:
        """The run with its flaky tests told, and the base's outcomes of what is not fine in it.

        Args:
            due: tests of the base that must be there; None = not known.
        """
        base = await self._on_base(scope, run, due)
        told = await self._flaky(scope, run, base, due)
        if run.workers and (told is not run or len(doubted(run, base, due)) > MOST):
            run = await self._one_by_one(scope, scope.tree)
            base = await self._on_base(scope, run, due)
            told = await self._flaky(scope, run, base, due)
        return told, base

    async def _on_base(
        self, scope: Scope, run: TestRun, due: Sequence[str] | None
    ) -> TestRun | None:
        lost = needs_base_run(run, None if due is None else tuple(due))
        return await self._baseline.outcomes(scope.task, scope.base, lost)

    async def _flaky(
        self, scope: Scope, run: TestRun, base: TestRun | None, due: Sequence[str] | None
    ) -> TestRun:
        """Run what fails again: alone, then, unless it is new, with what its files run before it.

        A new test that needs another one before it has no order yet that anybody relies on.
        """
        tests = left = doubted(run, base, due)
        if len(tests) > MOST:
            return run
        old = [test for test in tests if not is_new(test, due)]
        for in_order in (False, True):
            asked = tuple(test for test in left if test in old) if in_order else left
            if not asked or (in_order and _is_all(asked, run)):
                break
            wish = Wish(select=_files(asked) if in_order else asked)
            again = await make_run(self._shop, scope.task, "flaky", scope.tree, wish)
            left = still_failing(left, again)
        return with_flaky(run, set(tests) - set(left))

    async def _one_by_one(self, scope: Scope, tree: str) -> TestRun:
        """Once more, and side by side never again."""
        self._beside = False
        return await self._made(scope, tree)

    async def _made(self, scope: Scope, tree: str) -> TestRun:
        order, count = await self._order(scope, tree)
        wish = replace(scope.wish(), order=order, workers=await self._workers(count))
        if scope.changed and count >= _FEW_FILES:  # to watch lines costs each test something
            wish = replace(wish, lines={})
        return await make_run(self._shop, scope.task, "regression", tree, wish)

    async def _order(self, scope: Scope, tree: str) -> tuple[Order, int]:
        """Which files run first and last, and how many files of tests there are."""
        entries = await self._shop.workspaces.entries(tree)
        folder = await folder_of(self._shop, scope.task, tree)
        found = await self._imports.reached(folder.root, entries, scope.touched)
        tests = [path for path in entries if scope.tests.is_test(path)]
        known = self._baseline.seconds(scope.base)
        seconds = {path: self._seconds.get(path) or known.get(path, 0.0) for path in tests}
        hints = Hints(
            changed=scope.changed,
            failed=_files(scope.failed),
            reached=[path for path in tests if path in found],
            seconds=seconds,
        )
        return order_of(hints), len(tests)

    async def _workers(self, files: int) -> int:
        if not self._beside or files < _FEW_FILES:
            return 0
        wanted = self._shop.settings.tests.workers
        if wanted is None:
            _, lanes, _, _ = await self._shop.ledger.policy()
            wanted = min((os.cpu_count() or 1) // max(lanes, 1), _MOST_WORKERS)
        return wanted if wanted > 1 else 0

    def _remember(self, run: TestRun) -> None:
        for path, spent in seconds_of(run.cases).items():
            self._seconds.keep(path, spent)


def _files(tests: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(test.partition("::")[0] for test in tests))


def _is_all(tests: Sequence[str], run: TestRun) -> bool:
    """Whether the files of some tests hold no other ones, so that alone is in order."""
    files = set(_files(tests))
    return len(tests) == sum(name.partition("::")[0] in files for name in run.collected)

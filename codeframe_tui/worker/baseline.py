"""Baseline: what the suite of a base has, and how its tests end where that matters.

The base is collected, and only tests that the proposal lost are run on it. What is known of a tree
is kept in memory, and in files by the tree, the interpreter with its packages, the ignored files
and the walls: of two tasks on one base the second need not ask again. A verified tree is the next
baseline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from codeframe_tui.core.evidence.coverage import NOT_MEASURED
from codeframe_tui.core.evidence.reach import seconds_of
from codeframe_tui.core.evidence.verdict import is_complete
from codeframe_tui.core.evidence.verification import Outcome, TestCase, TestRun
from codeframe_tui.core.task import Task
from codeframe_tui.worker.kept import Kept
from codeframe_tui.worker.runs import Wish, make_run
from codeframe_tui.worker.workshop import Workshop

__all__ = ["Baseline"]


class Baseline:
    """What is known of trees; cases of an entry are those that have run, without their details."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._known: Kept[str, TestRun] = Kept()

    def forget(self) -> None:
        """Drop what is in memory; files stay, since they name what they depend on."""
        self._known.clear()

    async def listing(self, task: Task, base: str, *, fresh: bool) -> TestRun | None:
        """The base's tests and hooks; None when they could not be had.

        Args:
            fresh: what is kept in files is not believed: a person changed what no name tells of.
        """
        known = None if fresh else self._known.get(base)
        if known is None:
            around = await self.around()
            if not fresh:
                found = await self._shop.baselines.find(base, around)
                known = self._known.get(base) or found  # another worker may know more by now
            if known is None:
                run = await make_run(self._shop, task, "base", base, Wish(collect_only=True))
                return await self.learn(base, run, around)
        self._known.keep(base, known)
        return known

    async def outcomes(self, task: Task, base: str, tests: Sequence[str]) -> TestRun | None:
        """How tests end on the base, run only as far as that is not known; None: none was asked."""
        if not tests:
            return None
        entry = self._known.get(base)
        known = {case.id: case for case in entry.cases} if entry is not None else {}
        open_ = [test for test in tests if test not in known]
        if not open_:
            cases = tuple(known[test] for test in tests)
            return TestRun(True, cases=cases, collected=tuple(tests))
        around = await self.around()
        run = await make_run(self._shop, task, "base", base, Wish(select=tuple(open_)))
        if is_complete(run):
            if now := self._known.get(base):  # others may have learnt, or forgotten, meanwhile
                await self._keep(base, _with(now, run.cases), around)
            run = replace(run, cases=(*(known[t] for t in tests if t in known), *run.cases))
        return run

    async def learn(self, tree: str, run: TestRun, around: str) -> TestRun | None:
        """Keep what the suite of a tree has shown; each test once.

        Args:
            tree: that it ran on.
            run: with its flaky tests told: how those end is not known, so they are asked again.
            around: as it was before the run.

        Returns:
            What is kept; None where the run says too little.
        """
        if not is_complete(run) and run.reason != "no_tests":
            return None
        cases = tuple(_short(case) for case in run.cases if case.outcome is not Outcome.FLAKY)
        entry = replace(run, cases=cases, output="", bodies={}, coverage=NOT_MEASURED)
        await self._keep(tree, entry, around)
        return entry

    def collected(self, tree: str) -> tuple[str, ...]:
        """The tests of a tree, as far as they are in memory."""
        entry = self._known.get(tree)
        return () if entry is None else entry.collected

    def seconds(self, tree: str) -> Mapping[str, float]:
        """How long the tests of each file took, as far as that is known."""
        entry = self._known.get(tree)
        return seconds_of(entry.cases) if entry is not None else {}

    async def around(self) -> str:
        """What an entry rests on besides its tree; taken before a run, which may change it."""
        shop = self._shop
        return f"{await shop.runner.around()} {await shop.workspaces.ignored()}"

    async def _keep(self, tree: str, entry: TestRun, around: str) -> None:
        self._known.keep(tree, entry)
        await self._shop.baselines.keep(tree, around, entry)


def _with(entry: TestRun, cases: Sequence[TestCase]) -> TestRun:
    """An entry with more cases, the newest of each test."""
    new = {case.id: _short(case) for case in cases}
    old = (case for case in entry.cases if case.id not in new)
    return replace(entry, cases=(*old, *new.values()))


def _short(case: TestCase) -> TestCase:
    return replace(case, detail="", message=case.message[:200])

"""Baseline: what the suite of a base has, and how its tests end where that matters.

The base is collected, and only tests that the proposal lost are run on it. What is known of a tree
is kept in memory, and in files by the tree, the interpreter with its packages, the ignored files
and the walls: of two tasks on one base the second need not ask again. A verified tree is the next
baseline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from codeframe_tui.core.evidence.coverage import NOT_MEASURED
from codeframe_tui.core.evidence.verdict import is_complete
from codeframe_tui.core.evidence.verification import TestCase, TestRun
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
        known = self._known.get(base)
        if known is None and not fresh:
            known = await self._shop.baselines.find(base, await self._around())
        if known is None:
            wish = Wish(collect_only=True)
            await self.learn(base, await make_run(self._shop, task, "base", base, wish))
            return self._known.get(base)
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
        run = await make_run(self._shop, task, "base", base, Wish(select=tuple(open_)))
        if entry is not None and is_complete(run):
            cases = tuple(known[test] for test in tests if test in known)
            await self._keep(base, replace(entry, cases=(*entry.cases, *map(_short, run.cases))))
            run = replace(run, cases=(*cases, *run.cases))
        return run

    async def learn(self, tree: str, run: TestRun) -> None:
        """Keep what the suite of a tree has shown; each test once."""
        if is_complete(run) or run.reason == "no_tests":
            cases = tuple(map(_short, run.cases))
            known = replace(run, cases=cases, output="", bodies={}, coverage=NOT_MEASURED)
            await self._keep(tree, known)

    def collected(self, tree: str) -> tuple[str, ...]:
        """The tests of a tree, as far as they are in memory."""
        entry = self._known.get(tree)
        return () if entry is None else entry.collected

    def seconds(self, tree: str) -> Mapping[str, float]:
        """How long the tests of each file took, as far as that is known."""
        found: dict[str, float] = defaultdict(float)
        entry = self._known.get(tree)
        for case in entry.cases if entry is not None else ():
            found[case.id.partition("::")[0]] += case.duration
        return found

    async def _keep(self, tree: str, entry: TestRun) -> None:
        self._known.keep(tree, entry)
        await self._shop.baselines.keep(tree, await self._around(), entry)

    async def _around(self) -> str:
        shop = self._shop
        return f"{await shop.runner.around()} {await shop.workspaces.ignored()}"


def _short(case: TestCase) -> TestCase:
    return replace(case, detail="", message=case.message[:200])

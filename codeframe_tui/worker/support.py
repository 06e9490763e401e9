"""Support: whether tests pass with the user's own configuration, helpers and data too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.evidence.support import Decides, judged_with, lost_with, still_lost
from codeframe_tui.core.evidence.verdict import is_complete
from codeframe_tui.core.evidence.verification import TestRun, Verdict, Verification
from codeframe_tui.worker.baseline import Baseline
from codeframe_tui.worker.overlays import changed_config, changed_helpers, with_base
from codeframe_tui.worker.runs import Wish, make_run
from codeframe_tui.worker.suite import Scope, Suite
from codeframe_tui.worker.workshop import Workshop

__all__ = ["Known", "Support"]


class Known(NamedTuple):
    """What is known when the support of tests is looked at.

    Attributes:
        regression: the suite on the proposal as it is.
        base: ids that the base has.
        origins: test that lives under another id now -> ids on the base.
    """

    regression: TestRun
    base: tuple[str, ...]
    origins: Mapping[str, Sequence[str]]


class Support:
    """Runs suites on the code of a proposal with what the base supports its tests with."""

    def __init__(self, shop: Workshop, suite: Suite, baseline: Baseline) -> None:
        self._shop = shop
        self._suite = suite
        self._baseline = baseline

    async def judged(
        self, scope: Scope, diffs: Sequence[FileDiff], known: Known, found: Verification
    ) -> Verification:
        """The verdict, with what the proposal's own support of tests has to do with it.

        Helpers and data are looked at together with the configuration: where that is enough for
        the tests, it needs no run of its own.
        """
        if found.verdict is Verdict.FAILED:
            return found
        config = await changed_config(self._shop.workspaces, scope, diffs)
        helpers = await changed_helpers(self._shop.workspaces, scope, diffs)
        by_helpers = found
        if helpers:
            by_helpers = await self._with_helpers(scope, (*config, *helpers), known, found)
            if by_helpers is found:
                return found
        by_config = await self._with_config(scope, config, known, found) if config else found
        return by_helpers if by_config is found else by_config

    async def _with_config(
        self, scope: Scope, paths: Sequence[str], known: Known, found: Verification
    ) -> Verification:
        """Tests in files that the proposal changes are left out: they may need what it adds."""
        tree = await with_base(self._shop.workspaces, scope, paths)
        plain = await self._suite.run(scope, tree)
        lost, changed = lost_with(plain, known.regression, known.base, {}), set(scope.changed)
        names = [name for name in lost if name.partition("::")[0] not in changed]
        return judged_with(found, plain, names, Decides.CONFIG)

    async def _with_helpers(
        self, scope: Scope, paths: Sequence[str], known: Known, found: Verification
    ) -> Verification:
        tree = await with_base(self._shop.workspaces, scope, paths)
        plain = await self._suite.run(scope, tree)
        lost = lost_with(plain, known.regression, known.base, known.origins)
        names: Sequence[str] = ()
        if is_complete(plain) and lost:
            tests = tuple(dict.fromkeys(test for before in lost.values() for test in before))
            own = await self._own(scope, tree, tests)
            base = await self._baseline.outcomes(scope.task, scope.base, tests)
            names = still_lost(lost, own, base, found)
        return judged_with(found, plain, names, Decides.SUPPORT)

    async def _own(self, scope: Scope, tree: str, tests: tuple[str, ...]) -> TestRun:
        """The base's own tests, on the code of the proposal."""
        workspaces = self._shop.workspaces
        files = [path for path in scope.touched if scope.tests.is_test(path)]
        tree = await with_base(workspaces, scope, files, tree)
        return await make_run(self._shop, scope.task, "regression", tree, Wish(select=tests))

"""Support: whether tests pass with the user's own configuration, helpers and data too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.evidence.support import (
    Decides,
    judged_with,
    lost_with,
    stands,
    still_lost,
)
from codeframe_tui.core.evidence.testfiles import is_data
from codeframe_tui.core.evidence.verdict import is_complete
from codeframe_tui.core.evidence.verification import TestRun, Verification
from codeframe_tui.worker.baseline import Baseline
from codeframe_tui.worker.overlays import (
    changed_config,
    changed_helpers,
    changed_outward,
    with_base,
)
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
        the tests, it needs no run of its own. A suite that did not run to its end is nothing to
        compare with.
        """
        if stands(found) or not is_complete(known.regression):
            return found
        workspaces = self._shop.workspaces
        config = await changed_config(workspaces, scope, diffs)
        helpers = await changed_helpers(workspaces, scope, diffs)
        outward = await changed_outward(workspaces, scope, diffs)
        changed = (*config, *helpers, *outward)
        by_helpers = found
        if outward:
            by_helpers = await self._without(scope, changed, set(outward), known, found)
        elif helpers:
            by_helpers = await self._with_helpers(scope, changed, known, found)
        if (outward or helpers) and by_helpers is found:
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
        self, scope: Scope, changed: Sequence[str], known: Known, found: Verification
    ) -> Verification:
        """With the base's helpers and data; what does not pass so may pass as the base has it."""
        tree = await with_base(self._shop.workspaces, scope, changed)
        plain = await self._suite.run(scope, tree)
        lost = lost_with(plain, known.regression, known.base, known.origins)
        tests = [path for path in scope.touched if scope.tests.is_test(path)]
        own = await with_base(self._shop.workspaces, scope, tests, tree)
        return await self._settled(scope, found, _Lost(plain, lost, lost, own))

    async def _without(
        self,
        scope: Scope,
        changed: Sequence[str],
        outward: Collection[str],
        known: Known,
        found: Verification,
    ) -> Verification:
        """With the base's tests alone; what does not pass so may pass as the proposal has it.

        If its own file is none of those that reach out: such a file does not speak for itself.
        """
        workspaces = self._shop.workspaces
        tests = [p for p in scope.touched if scope.tests.is_support(p) or is_data(p)]
        plain = await self._suite.run(scope, await with_base(workspaces, scope, [*tests, *changed]))
        lost = lost_with(plain, known.regression, known.base, known.origins)
        here = {name: (name,) for name in lost if name.partition("::")[0] not in outward}
        tree = await with_base(workspaces, scope, changed)
        return await self._settled(scope, found, _Lost(plain, lost, here, tree))

    async def _settled(self, scope: Scope, found: Verification, lost: _Lost) -> Verification:
        """The verdict after what is lost ran once more in another tree, and on the base."""
        names: Sequence[str] = ()
        if is_complete(lost.plain) and lost.tests:
            again, asked = TestRun(True), _all(lost.asked.values())
            if asked:
                wish = Wish(select=asked)
                again = await make_run(self._shop, scope.task, "regression", lost.tree, wish)
            tests = _all(lost.tests.values())
            base = await self._baseline.outcomes(scope.task, scope.base, tests)
            names = still_lost(lost.tests, lost.asked, again, base, found)
        return judged_with(found, lost.plain, names, Decides.SUPPORT)


class _Lost(NamedTuple):
    """Tests that do not pass with the base's support.

    Attributes:
        plain: the run that shows it.
        tests: id on the proposal -> ids on the base.
        asked: the same -> what must pass for it in ``tree``; what cannot run there is left out.
    """

    plain: TestRun
    tests: Mapping[str, Sequence[str]]
    asked: Mapping[str, Sequence[str]]
    tree: str


def _all(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for each in lists for one in each))

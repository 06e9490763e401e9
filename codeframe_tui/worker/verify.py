"""Verify: RED, GREEN and REGRESSION are runs that the program makes itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from codeframe_tui.core.causes import module_names
from codeframe_tui.core.events import Signal
from codeframe_tui.core.flags import flags_for
from codeframe_tui.core.proposal import Action
from codeframe_tui.core.task import Task
from codeframe_tui.core.verdict import (
    covered,
    is_complete,
    is_test_file,
    judge,
    needs_base_run,
)
from codeframe_tui.core.verification import Flag, TestRun, Verification
from codeframe_tui.ports import TestRequest
from codeframe_tui.worker.workshop import Workshop

__all__ = ["Verifier"]

K = TypeVar("K")
V = TypeVar("V")


class Verifier:
    """Runs the tests of proposals in sealed copies, and no run twice.

    A run that was complete says the same of the same tree again, so two kinds are kept: the ids of
    each whole suite (a verified tree is the next baseline) and, for corrections, the RED runs.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._collected: _Kept[str, tuple[str, ...]] = _Kept()
        self._red: _Kept[tuple[str, tuple[str, ...]], TestRun] = _Kept()

    async def verify(
        self, task: Task, base: str, tree: str
    ) -> tuple[Verification, tuple[Flag, ...]]:
        """Judge a tree against its base, and flag what a reviewer must see."""
        diffs = await self._shop.workspaces.diff(base, tree)
        flags = flags_for(diffs, await self._shop.workspaces.entries(base))
        changed = tuple(
            d.path for d in diffs if is_test_file(d.path) and d.action is not Action.DELETE
        )
        red = await self._red_run(task, base, tree, changed) if changed else None
        regression = await self._suite(task, tree)
        green = covered(regression, changed) if changed else None
        if changed and green is None:
            green = await self._run(task, "green", tree, changed)
        collected = await self._base_collected(task, base)
        doubtful = needs_base_run(regression, collected)
        base_run = await self._run(task, "base", base, doubtful) if doubtful else None
        verification = judge(
            evidence=task.evidence,
            changed_tests=changed,
            red=red,
            green=green,
            regression=regression,
            base_of_failed=base_run,
            base_collected=collected,
            added_modules=module_names(d.path for d in diffs if d.action is Action.CREATE),
        )
        return verification, flags

    async def _base_with_tests(self, base: str, tree: str, changed: Sequence[str]) -> str:
        """The base with the proposal's versions of the test files."""
        entries = await self._shop.workspaces.entries(tree, changed)
        files: dict[str, tuple[str, bytes] | None] = {}
        for path, entry in entries.items():
            content = await self._shop.workspaces.read(tree, path)
            assert content is not None
            files[path] = (entry.mode, content)
        return await self._shop.workspaces.overlay(base, files)

    async def _red_run(self, task: Task, base: str, tree: str, changed: tuple[str, ...]) -> TestRun:
        """The changed tests on the base."""
        with_tests = await self._base_with_tests(base, tree, changed)
        run = self._red.get((with_tests, changed))
        if run is None:
            run = await self._run(task, "red", with_tests, changed)
            if is_complete(run):
                self._red.keep((with_tests, changed), run)
        return run

    async def _suite(self, task: Task, tree: str) -> TestRun:
        run = await self._run(task, "regression", tree)
        if is_complete(run):
            self._collected.keep(tree, run.collected)
        return run

    async def _base_collected(self, task: Task, base: str) -> tuple[str, ...] | None:
        """Test ids of the base; None when they could not be had."""
        known = self._collected.get(base)
        if known is not None:
            return known
        run = await self._run(task, "base", base, collect_only=True)
        if not is_complete(run):
            return () if run.reason == "no_tests" else None
        self._collected.keep(base, run.collected)
        return run.collected

    async def _run(
        self,
        task: Task,
        name: str,
        tree: str,
        select: Sequence[str] = (),
        *,
        collect_only: bool = False,
    ) -> TestRun:
        """One run in a folder of its own, made exactly ``tree`` before."""
        shop = self._shop
        workspace = await shop.workspaces.open(f"verify-{task.number}", tree)
        request = TestRequest(
            workspace=workspace,
            run=name,
            select=tuple(select),
            collect_only=collect_only,
            timeout_seconds=shop.settings.waits.tests,
        )

        def publish(signal: Signal) -> None:
            shop.ledger.publish(replace(signal, task=task.number))

        return await shop.runner.run(request, publish)


class _Kept(Generic[K, V]):
    """The newest values by key."""

    def __init__(self, limit: int = 16) -> None:
        self._values: dict[K, V] = {}
        self._limit = limit

    def get(self, key: K) -> V | None:
        return self._values.get(key)

    def keep(self, key: K, value: V) -> None:
        self._values.pop(key, None)
        self._values[key] = value
        if len(self._values) > self._limit:
            del self._values[next(iter(self._values))]

"""Verify: RED, GREEN and REGRESSION are runs that the program makes itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Generic, NamedTuple, TypeVar

from codeframe_tui.core.causes import module_names
from codeframe_tui.core.coverage import Ranges, changed_lines
from codeframe_tui.core.diff import FileDiff
from codeframe_tui.core.events import Signal
from codeframe_tui.core.flags import Findings, in_order
from codeframe_tui.core.flags.collected import moved_ids
from codeframe_tui.core.flags.uncovered import uncovered_flags
from codeframe_tui.core.lint import summed_up
from codeframe_tui.core.progress import Attempt, Progress, Turn
from codeframe_tui.core.proposal import Action
from codeframe_tui.core.task import Task
from codeframe_tui.core.verdict import (
    covered,
    is_complete,
    is_test_file,
    is_test_support,
    judge,
    needs_base_run,
)
from codeframe_tui.core.verification import Flag, Run, TestRun, Verification
from codeframe_tui.ports import TestRequest
from codeframe_tui.ports.points import passing
from codeframe_tui.worker.countdown import countdown
from codeframe_tui.worker.examine import examined, since_attempt, with_vanished
from codeframe_tui.worker.lint import LintChecker
from codeframe_tui.worker.workshop import Workshop

__all__ = ["Verifier"]

K = TypeVar("K")
V = TypeVar("V")


class Verifier:
    """Runs the tests of proposals in sealed copies, and no run twice.

    A run that was complete says the same of the same tree again, so two kinds are kept: what
    each whole suite has (a verified tree is the next baseline) and, for corrections, the RED runs.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self.lint = LintChecker(shop)
        self._listed: _Kept[str, TestRun] = _Kept()
        self._red: _Kept[tuple[str, tuple[str, ...]], TestRun] = _Kept()

    async def verify_newest(self, progress: Progress) -> tuple[Verification, tuple[Flag, ...]]:
        """Judge the newest attempt, also by the tests of the attempts before it."""
        newest, task = progress.attempts[-1], progress.task
        if not _is_correction(newest, progress.turns):
            self.forget()
        found, flags = await self.verify(task, newest.base, newest.tree)
        known = {(flag.rule, flag.path, flag.line) for flag in flags if flag.line is not None}
        since: dict[tuple[str, str, int | None], Flag] = {}
        for before in _chain(progress.attempts):
            shop = self._shop
            rules = shop.settings.flags
            for flag in await since_attempt(shop.workspaces, before, newest, rules):
                since.setdefault((flag.rule, flag.path, flag.line), flag)
        return found, (*(f for key, f in since.items() if key not in known), *flags)

    def forget(self) -> None:
        """Drop what is kept: people change what no tree holds, ignored files and environments."""
        self._listed.clear()
        self._red.clear()
        self.lint.forget()

    async def verify(
        self, task: Task, base: str, tree: str
    ) -> tuple[Verification, tuple[Flag, ...]]:
        """Judge a tree against its base, and flag what a reviewer must see."""
        diffs = await self._shop.workspaces.diff(base, tree)
        rules = self._shop.settings.flags
        examination = await examined(self._shop.workspaces, diffs, base, tree, rules)
        changed = tuple(
            d.path for d in diffs if is_test_file(d.path) and d.action is not Action.DELETE
        )
        support = [d.path for d in diffs if is_test_support(d.path)]
        red = await self._red_run(task, base, tree, changed, support) if changed else None
        lines, left_out = changed_lines(diffs)
        watch = _Watch(lines, changed)
        regression = await self._suite(task, tree, watch)
        green = covered(regression, changed) if changed else None
        if changed and green is None:
            green = await self._run(task, "green", tree, changed, watch=watch)
        coverage = (green or regression).coverage
        listing = await self._base_listing(task, base)
        listed = None if listing is None else listing.collected
        collected = None if listed is None else _still_due(listed, regression, examination)
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
            added_modules=_added_modules(diffs),
            base_hooks=listing.hooks if listing else (),
        )
        coverage = replace(coverage, left_out=coverage.left_out + left_out)
        flags = (
            *with_vanished(examination, listed, regression),
            *uncovered_flags(coverage),
        )
        tools = await self.lint.check(task, diffs, base, tree)
        lint = Run(*summed_up(tools))
        evidence = replace(verification, coverage=coverage, lint=lint, tools=tools)
        return evidence, in_order(flags)

    async def _base_with_tests(self, base: str, tree: str, support: Sequence[str]) -> str:
        """The base with the proposal's versions of the tests and of what serves only them."""
        entries = await self._shop.workspaces.entries(tree, support)
        files: dict[str, tuple[str, bytes] | None] = dict.fromkeys(support)
        for path, entry in entries.items():
            content = await self._shop.workspaces.read(tree, path)
            assert content is not None
            files[path] = (entry.mode, content)
        return await self._shop.workspaces.overlay(base, files)

    async def _red_run(
        self, task: Task, base: str, tree: str, changed: tuple[str, ...], support: Sequence[str]
    ) -> TestRun:
        """The changed tests on the base."""
        with_tests = await self._base_with_tests(base, tree, support)
        run = self._red.get((with_tests, changed))
        if run is None:
            run = await self._run(task, "red", with_tests, changed)
            if is_complete(run):
                self._red.keep((with_tests, changed), run)
        return run

    async def _suite(self, task: Task, tree: str, watch: _Watch) -> TestRun:
        run = await self._run(task, "regression", tree, watch=watch)
        self._keep_listing(tree, run)
        return run

    async def _base_listing(self, task: Task, base: str) -> TestRun | None:
        """The base's tests and hooks, without outcomes; None when they could not be had."""
        known = self._listed.get(base)
        if known is None:
            run = await self._run(task, "base", base, collect_only=True)
            self._keep_listing(base, run)
            known = self._listed.get(base)
        return known

    def _keep_listing(self, tree: str, run: TestRun) -> None:
        if is_complete(run) or run.reason == "no_tests":
            self._listed.keep(tree, replace(run, cases=(), output=""))

    async def _run(
        self,
        task: Task,
        name: str,
        tree: str,
        select: Sequence[str] = (),
        *,
        collect_only: bool = False,
        watch: _Watch | None = None,
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
            lines=watch.lines if watch else {},
            own=watch.tests if watch else (),
        )

        def publish(signal: Signal) -> None:
            shop.ledger.publish(replace(signal, task=task.number))

        with countdown(shop, task.number, f"tests ({name})", request.timeout_seconds):
            done = await shop.runner.run(request, publish)
        passing(f"verify.{name}")
        return done


class _Watch(NamedTuple):
    """Lines of which is asked whether they run, and the tests in which."""

    lines: Mapping[str, Ranges]
    tests: tuple[str, ...]


def _added_modules(diffs: Sequence[FileDiff]) -> frozenset[str]:
    """What new code under test is imported by; a conftest is none."""
    paths = (diff.path for diff in diffs if diff.action is Action.CREATE)
    return module_names(
        p for p in paths if not is_test_support(p) and p.rpartition("/")[2] != "conftest.py"
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


class _Kept(Generic[K, V]):
    """The newest values by key."""

    def __init__(self, limit: int = 16) -> None:
        self._values: dict[K, V] = {}
        self._limit = limit

    def get(self, key: K) -> V | None:
        return self._values.get(key)

    def clear(self) -> None:
        self._values.clear()

    def keep(self, key: K, value: V) -> None:
        self._values.pop(key, None)
        self._values[key] = value
        if len(self._values) > self._limit:
            del self._values[next(iter(self._values))]

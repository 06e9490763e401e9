"""Lint: what the project's own tools find in a proposal and did not find in its base."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.content import lines_of
from codeframe_tui.core.errors import Lacking
from codeframe_tui.core.evidence.coverage import changed_lines
from codeframe_tui.core.evidence.lint import (
    MOST,
    LintRun,
    ToolReport,
    configured_tools,
    is_tool_config,
    new_findings,
)
from codeframe_tui.core.task import Task
from codeframe_tui.worker.countdown import countdown
from codeframe_tui.worker.kept import Kept
from codeframe_tui.worker.overlays import taking
from codeframe_tui.worker.runs import folder_of
from codeframe_tui.worker.workshop import Workshop

__all__ = ["LintChecker"]

_MOST_FILES = 300
_MISSING = "configured, but not in the project's environment"


class LintChecker:
    """Runs the tools on changed files; the base only where something was found, and once."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._base: Kept[tuple[str, str, tuple[str, ...]], LintRun] = Kept()

    def forget(self) -> None:
        """Drop what is kept: the environment may be another."""
        self._base.clear()

    async def check(
        self, task: Task, diffs: Sequence[FileDiff], base: str, tree: str
    ) -> tuple[ToolReport, ...]:
        """What each tool says that the project has, or names in its configuration."""
        python = [diff for diff in diffs if diff.path.endswith((".py", ".pyi")) and not diff.binary]
        paths = tuple(diff.path for diff in python if diff.action is not Action.DELETE)
        if not paths:
            return ()
        there: tuple[str, ...] = ()
        why = _MISSING
        try:
            there = await self._shop.linter.tools()
        except Lacking as error:
            why = error.message
        named = configured_tools(await self._texts(base, await self._configs(base)))
        reports = [ToolReport(tool, "not_run", why) for tool in sorted(named - {*there})]
        if len(paths) > _MOST_FILES:
            many = f"more than {_MOST_FILES} files changed"
            return (*(ToolReport(tool, "not_run", many) for tool in there), *reports)
        fair = await self._with_own_config(diffs, base, tree) if there else tree
        found = [await self._report(task, tool, python, base, fair) for tool in there]
        return (*found, *reports)

    async def _report(
        self, task: Task, tool: str, python: Sequence[FileDiff], base: str, tree: str
    ) -> ToolReport:
        paths = tuple(diff.path for diff in python if diff.action is not Action.DELETE)
        now = await self._run(task, tool, tree, paths)
        if now.problem:
            return ToolReport(tool, "not_run", now.problem)
        if not now.findings:
            return ToolReport(tool, "clean")
        before = tuple(diff.path for diff in python if diff.action is not Action.CREATE)
        then = await self._base_run(task, tool, base, before)
        if then.problem:
            return ToolReport(tool, "not_run", f"on the base: {then.problem}")
        fresh = new_findings(
            now.findings,
            then.findings,
            lines=await self._lines(tree, paths),
            base_lines=await self._lines(base, before),
            added=changed_lines(python)[0],
        )
        verdict, old = ("findings" if fresh else "clean"), len(now.findings) - len(fresh)
        return ToolReport(tool, verdict, "", fresh[:MOST], len(fresh), old)

    async def _base_run(self, task: Task, tool: str, base: str, paths: tuple[str, ...]) -> LintRun:
        if not paths:
            return LintRun()
        run = self._base.get((tool, base, paths))
        if run is None:
            run = await self._run(task, tool, base, paths)
            if not run.problem:
                self._base.keep((tool, base, paths), run)
        return run

    async def _run(self, task: Task, tool: str, tree: str, paths: Sequence[str]) -> LintRun:
        shop = self._shop
        workspace = await folder_of(shop, task, tree)
        seconds = shop.settings.waits.lint
        with countdown(shop, task.number, f"lint ({tool})", seconds):
            return await shop.linter.run(tool, workspace, paths, timeout_seconds=seconds)

    async def _configs(self, tree: str) -> list[str]:
        entries = await self._shop.workspaces.entries(tree)
        return [path for path in entries if "/" not in path and is_tool_config(path)]

    async def _with_own_config(self, diffs: Sequence[FileDiff], base: str, tree: str) -> str:
        """The proposal under the rules of its base: it cannot loosen what it is judged by."""
        changed = [diff.path for diff in diffs if is_tool_config(diff.path)]
        return await taking(self._shop.workspaces, tree, base, changed) if changed else tree

    async def _texts(self, tree: str, paths: Collection[str]) -> Mapping[str, str]:
        read = self._shop.workspaces.read
        return {path: (await read(tree, path) or b"").decode("utf-8", "replace") for path in paths}

    async def _lines(self, tree: str, paths: Collection[str]) -> Mapping[str, Sequence[str]]:
        texts = await self._texts(tree, paths)
        return {path: lines_of(text) for path, text in texts.items()}

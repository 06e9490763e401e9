"""Test files: which files of a base are tests, as its configuration and what imports them say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.evidence.helpers import may_help, only_of_tests
from codeframe_tui.core.evidence.testconfig import CONFIGS
from codeframe_tui.core.evidence.testfiles import TestFiles, configured
from codeframe_tui.ports import Workspaces

__all__ = ["tests_of"]

_MOST_READ = 2_000


async def tests_of(workspaces: Workspaces, base: str, diffs: Sequence[FileDiff]) -> TestFiles:
    """What the base says of its tests, and which changed files serve only them.

    Args:
        diffs: of the proposal: files that it does not touch are not asked about.
    """
    configs = {path: await _text(workspaces, base, path) for path in CONFIGS}
    tests = configured({path: text for path, text in configs.items() if text is not None})
    code = [d.path for d in diffs if d.path.endswith(".py") and not tests.is_support(d.path)]
    had = {path: await _text(workspaces, base, path) for path in code}
    open_ = [path for path, text in had.items() if text is not None and may_help(path, text)]
    if not open_:
        return tests
    texts = {}
    for path in [p for p in await workspaces.entries(base) if p.endswith(".py")][:_MOST_READ]:
        texts[path] = await _text(workspaces, base, path) or ""
    helpers = await asyncio.to_thread(only_of_tests, open_, texts, tests)
    return replace(tests, helpers=helpers)


async def _text(workspaces: Workspaces, tree: str, path: str) -> str | None:
    content = await workspaces.read(tree, path)
    return None if content is None else content.decode("utf-8", "replace")

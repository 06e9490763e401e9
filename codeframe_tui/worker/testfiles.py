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
from codeframe_tui.worker.texts import text_at

__all__ = ["tests_of"]

_MOST_READ = 2_000
"""In a larger project all that may serve tests is taken to do so: no one else is asked."""


async def tests_of(workspaces: Workspaces, base: str, diffs: Sequence[FileDiff]) -> TestFiles:
    """What the base says of its tests, and which changed files serve only them.

    Args:
        diffs: of the proposal: files that it does not touch are not asked about.
    """
    configs = {path: await text_at(workspaces, base, path) for path in CONFIGS}
    tests = configured({path: text for path, text in configs.items() if text is not None})
    code = [d.path for d in diffs if d.path.endswith(".py") and not tests.is_support(d.path)]
    had = {path: await text_at(workspaces, base, path) for path in code}
    open_ = [path for path, text in had.items() if text is not None and may_help(path, text)]
    if not open_:
        return tests
    python = [path for path in await workspaces.entries(base) if path.endswith(".py")]
    if len(python) > _MOST_READ:
        return replace(tests, helpers=frozenset(open_))
    texts = {path: await text_at(workspaces, base, path) or "" for path in python}
    helpers = await asyncio.to_thread(only_of_tests, open_, texts, tests)
    return replace(tests, helpers=helpers)

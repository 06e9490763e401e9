"""Test files: which files of a base are tests, as its configuration and what imports them say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.evidence.helpers import may_help, only_of_tests, speaks_of_tests
from codeframe_tui.core.evidence.testconfig import CONFIGS
from codeframe_tui.core.evidence.testfiles import TestFiles, configured
from codeframe_tui.ports import Workspaces
from codeframe_tui.worker.texts import text_at

__all__ = ["tests_of"]

_MOST_READ = 2_000
"""In a larger project all that speaks of tests is taken to serve them: no one else is asked."""


async def tests_of(workspaces: Workspaces, base: str, diffs: Sequence[FileDiff]) -> TestFiles:
    """What the base says of its tests, and which changed files serve only them.

    Args:
        diffs: of the proposal: files that it does not touch are not asked about.
    """
    configs = {path: await text_at(workspaces, base, path) for path in CONFIGS}
    tests = configured({path: text for path, text in configs.items() if text is not None})
    code = [d.path for d in diffs if d.path.endswith(".py") and not tests.is_support(d.path)]
    read = {path: await text_at(workspaces, base, path) for path in code}
    had = {path: text for path, text in read.items() if text is not None}
    open_ = await asyncio.to_thread(_those, may_help, had)
    if not open_:
        return tests
    python = [path for path in await workspaces.entries(base) if path.endswith(".py")]
    if len(python) > _MOST_READ:
        return replace(tests, helpers=await asyncio.to_thread(_those, speaks_of_tests, had))
    texts = {path: await text_at(workspaces, base, path) or "" for path in python}
    helpers = await asyncio.to_thread(only_of_tests, open_, texts, tests)
    return replace(tests, helpers=helpers)


def _those(may: Callable[[str, str], bool], texts: Mapping[str, str]) -> frozenset[str]:
    """Files of which it is true."""
    return frozenset(path for path, text in texts.items() if may(path, text))

"""Overlays: trees between base and proposal, in which a run tells what one part of it does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.outward import reaches_out
from codeframe_tui.core.evidence.support import is_helper, says_else
from codeframe_tui.core.evidence.testconfig import decides, is_test_config
from codeframe_tui.core.evidence.verification import Bound
from codeframe_tui.ports import Workspaces
from codeframe_tui.worker.suite import Scope
from codeframe_tui.worker.texts import text_at

__all__ = [
    "bound_to",
    "changed_config",
    "changed_helpers",
    "changed_outward",
    "taking",
    "with_base",
]


async def bound_to(workspaces: Workspaces, scope: Scope, diffs: Sequence[FileDiff]) -> Bound:
    """What the evidence is about: both trees, and the base with the proposal's tests for RED."""
    if not scope.changed:
        return Bound(scope.base, scope.tree)
    support = [d.path for d in diffs if scope.tests.is_support(d.path)]
    with_tests = await taking(workspaces, scope.base, scope.tree, support)
    files = await workspaces.entries(scope.tree, scope.changed)
    tests = {path: entry.blob for path, entry in files.items()}
    return Bound(scope.base, scope.tree, with_tests, tests)


async def changed_config(
    workspaces: Workspaces, scope: Scope, diffs: Sequence[FileDiff]
) -> tuple[str, ...]:
    """Files of the test configuration that say something else of tests; none if none does."""
    paths = tuple(diff.path for diff in diffs if is_test_config(diff.path))
    sides = [
        (
            path,
            await text_at(workspaces, scope.base, path),
            await text_at(workspaces, scope.tree, path),
        )
        for path in paths
    ]
    return paths if any(decides(*side) for side in sides) else ()


async def changed_helpers(
    workspaces: Workspaces, scope: Scope, diffs: Sequence[FileDiff]
) -> tuple[str, ...]:
    """Helpers and data of tests that the base has, and that say something else or are gone."""
    found = []
    for diff in diffs:
        if diff.action is not Action.CREATE and is_helper(diff.path, scope.tests):
            old = await workspaces.read(scope.base, diff.path)
            new = await workspaces.read(scope.tree, diff.path)
            if old is not None and await asyncio.to_thread(says_else, diff.path, old, new):
                found.append(diff.path)
    return tuple(found)


async def changed_outward(
    workspaces: Workspaces, scope: Scope, diffs: Sequence[FileDiff]
) -> tuple[str, ...]:
    """Files of tests that do more than before that other tests may notice.

    A new module beside them is one: it may be found before another one of its name.
    """
    found = []
    for diff in (diff for diff in diffs if diff.path.endswith(".py")):
        path, serves = diff.path, scope.tests.is_support(diff.path)
        is_beside = serves and diff.action is Action.CREATE and not scope.tests.is_test(path)
        if serves or is_test_config(path):
            old = await text_at(workspaces, scope.base, path)
            new = await text_at(workspaces, scope.tree, path)
            if is_beside or await asyncio.to_thread(reaches_out, old, new):
                found.append(path)
    return tuple(found)


async def with_base(
    workspaces: Workspaces, scope: Scope, paths: Sequence[str], tree: str = ""
) -> str:
    """The proposal, or another tree, with the base's versions of some files."""
    return await taking(workspaces, tree or scope.tree, scope.base, paths)


async def taking(workspaces: Workspaces, tree: str, other: str, paths: Sequence[str]) -> str:
    """A tree with another one's versions of some files, absent ones included."""
    files: dict[str, tuple[str, bytes] | None] = dict.fromkeys(paths)
    for path, entry in (await workspaces.entries(other, paths)).items():
        content = await workspaces.read(other, path)
        assert content is not None
        files[path] = (entry.mode, content)
    return await workspaces.overlay(tree, files)

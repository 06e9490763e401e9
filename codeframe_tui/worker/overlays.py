"""Overlays: trees between base and proposal, in which a run tells what one part of it does."""

from __future__ import annotations

from collections.abc import Sequence

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.evidence.testconfig import decides, is_test_config
from codeframe_tui.core.evidence.verdict import is_test_support
from codeframe_tui.core.evidence.verification import Bound
from codeframe_tui.ports import Workspaces
from codeframe_tui.worker.suite import Scope

__all__ = ["bound_to", "taking", "with_base_config"]


async def bound_to(workspaces: Workspaces, scope: Scope, diffs: Sequence[FileDiff]) -> Bound:
    """What the evidence is about: both trees, and the base with the proposal's tests for RED."""
    if not scope.changed:
        return Bound(scope.base, scope.tree)
    support = [d.path for d in diffs if is_test_support(d.path)]
    with_tests = await taking(workspaces, scope.base, scope.tree, support)
    files = await workspaces.entries(scope.tree, scope.changed)
    tests = {path: entry.blob for path, entry in files.items()}
    return Bound(scope.base, scope.tree, with_tests, tests)


async def with_base_config(
    workspaces: Workspaces, scope: Scope, diffs: Sequence[FileDiff]
) -> str | None:
    """The proposal with the base's test configuration; None where it says nothing else."""
    paths = [diff.path for diff in diffs if is_test_config(diff.path)]
    sides = [
        (path, await _text(workspaces, scope.base, path), await _text(workspaces, scope.tree, path))
        for path in paths
    ]
    if not any(decides(*side) for side in sides):
        return None
    return await taking(workspaces, scope.tree, scope.base, paths)


async def taking(workspaces: Workspaces, tree: str, other: str, paths: Sequence[str]) -> str:
    """A tree with another one's versions of some files, absent ones included."""
    files: dict[str, tuple[str, bytes] | None] = dict.fromkeys(paths)
    for path, entry in (await workspaces.entries(other, paths)).items():
        content = await workspaces.read(other, path)
        assert content is not None
        files[path] = (entry.mode, content)
    return await workspaces.overlay(tree, files)


async def _text(workspaces: Workspaces, tree: str, path: str) -> str | None:
    content = await workspaces.read(tree, path)
    return None if content is None else content.decode("utf-8", "replace")

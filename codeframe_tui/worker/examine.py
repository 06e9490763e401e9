"""Examine: bring the rules of flags what they look at, and keep them off the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.evidence.causes import RED as RED_KINDS
from codeframe_tui.core.evidence.testfiles import TestFiles
from codeframe_tui.core.evidence.verdict import is_complete
from codeframe_tui.core.evidence.verification import Flag, Outcome, Run, TestCase, TestRun
from codeframe_tui.core.flags import Findings, Material, OwnRules, examine, in_order, weakened
from codeframe_tui.core.flags.callers import changed_names
from codeframe_tui.core.flags.change import Change
from codeframe_tui.core.flags.collected import test_of, vanished_flags
from codeframe_tui.core.flags.fingerprint import Flagged, fingerprinted
from codeframe_tui.core.flags.module import imported_paths
from codeframe_tui.core.flags.shadows import shadowing
from codeframe_tui.core.progress import Attempt
from codeframe_tui.ports import Workspaces
from codeframe_tui.settings import FlagRules
from codeframe_tui.worker.suite import Scope
from codeframe_tui.worker.texts import utf8_at

__all__ = ["examined", "frozen_tests", "since_attempt", "with_fingerprints", "with_vanished"]

_MOST_IMPORTED = 60
_MOST_CALLERS = 2_000
"""Files that are read to see who calls what changed."""
_DECLARES = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile")
_RED = frozenset({Outcome.FAILED, Outcome.ERROR, Outcome.MISSING})


async def examined(
    workspaces: Workspaces, scope: Scope, diffs: Sequence[FileDiff], rules: FlagRules
) -> Findings:
    """What the rules find in a proposal."""
    trees = scope.base, scope.tree
    material = await _material(workspaces, diffs, trees, rules.own(), scope.tests)
    callers = await _callers(workspaces, diffs, scope.base, material)
    return await asyncio.to_thread(examine, diffs, replace(material, elsewhere=callers))


async def since_attempt(
    workspaces: Workspaces, before: Attempt, now: Attempt, rules: FlagRules, tests: TestFiles
) -> tuple[Flag, ...]:
    """What one attempt's tests lost in another; what other people changed is left out.

    Args:
        tests: which files of their base are tests.
    """
    paths = {file.path for attempt in (before, now) for file in attempt.files}
    between = await workspaces.diff(before.tree, now.tree)
    diffs = [diff for diff in between if diff.path in paths]
    trees = before.tree, now.tree
    material = await _material(workspaces, diffs, trees, rules.own(), tests)
    frozen = frozen_tests(before.verification.red if before.verification else None)
    return await asyncio.to_thread(weakened, diffs, before.number, material, frozen)


def frozen_tests(red: Run | None) -> frozenset[str]:
    """Ids of the tests that a RED run froze, without their cases."""
    if red is None or red.verdict != "red":
        return frozenset()
    return frozenset(test_of(case.id) for case in red.tests if _is_red(case))


def _is_red(case: TestCase) -> bool:
    """Evidence of before has no kinds, only outcomes."""
    return case.kind in RED_KINDS if case.kind else case.outcome in _RED


def with_vanished(
    found: Findings, collected: Collection[str] | None, regression: TestRun
) -> tuple[Flag, ...]:
    """The flags, with those of tests that are not collected any more, where that is known."""
    if collected is None or not is_complete(regression):
        return found.flags
    here = regression.collected
    return in_order([*found.flags, *vanished_flags(collected, here, found.moved, found.gone)])


async def with_fingerprints(
    workspaces: Workspaces, attempt: Attempt, flags: Sequence[Flag]
) -> tuple[Flag, ...]:
    """The flags of an attempt, so that they are known again on a later one."""
    if not flags:
        return ()
    paths = {flag.path for flag in flags}
    files = {
        diff.path: Flagged(diff, await workspaces.read(attempt.tree, diff.path))
        for diff in await workspaces.diff(attempt.base, attempt.tree)
        if diff.path in paths
    }
    return await asyncio.to_thread(fingerprinted, flags, files)


async def _material(
    workspaces: Workspaces,
    diffs: Sequence[FileDiff],
    trees: tuple[str, str],
    own: OwnRules,
    tests: TestFiles,
) -> Material:
    base, tree = trees
    entries = await workspaces.entries(base)
    texts: dict[str, tuple[str | None, str | None]] = {}
    for diff in diffs:
        if diff.path.endswith(".py") and not diff.binary:
            old = (
                None if diff.action is Action.CREATE else await utf8_at(workspaces, base, diff.path)
            )
            new = (
                None if diff.action is Action.DELETE else await utf8_at(workspaces, tree, diff.path)
            )
            texts[diff.path] = (old, new)
    wanted = await asyncio.to_thread(imported_paths, texts, [*entries], tests)
    imported = {path: await utf8_at(workspaces, base, path) for path in wanted[:_MOST_IMPORTED]}
    declared = [await utf8_at(workspaces, base, path) for path in _DECLARES if path in entries]
    return Material(
        base_paths=tuple(entries),
        texts=texts,
        imported={path: text for path, text in imported.items() if text is not None},
        declared="\n".join(text for text in declared if text),
        own=own,
        tests=tests,
    )


async def _callers(
    workspaces: Workspaces, diffs: Sequence[FileDiff], base: str, material: Material
) -> dict[str, str]:
    """Unchanged Python files that speak of any name that changed, or that hides another."""
    sides = ((diff, *material.texts.get(diff.path, (None, None))) for diff in diffs)
    changes = [Change(*side, material.tests) for side in sides]
    names = await asyncio.to_thread(changed_names, changes) | shadowing(changes, material.declared)
    changed = {diff.path for diff in diffs}
    found: dict[str, str] = {}
    paths = material.base_paths or ()
    python = [path for path in paths if path.endswith(".py") and path not in changed]
    for path in python[:_MOST_CALLERS] if names else ():
        text = await utf8_at(workspaces, base, path)
        if text is not None and any(name in text for name in names):
            found[path] = text
    return found

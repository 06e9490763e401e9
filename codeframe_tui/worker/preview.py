"""Preview: tell what an undo or redo would do now, by the code that does it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from codeframe_tui.core.change.diff import FileDiff, summary
from codeframe_tui.core.change.preview import Later, Preview
from codeframe_tui.core.errors import Conflict, PathRefused, Refused
from codeframe_tui.core.evidence.importers import brought, imports
from codeframe_tui.core.progress import Standing
from codeframe_tui.ports import Ledger, WorkingTree, Workspaces
from codeframe_tui.worker.undo import Exchange, causes, exchange_of, explained
from codeframe_tui.worker.write import check

__all__ = ["preview"]

_MOST_READ = 400
"""Files of later changes that are read for what they import."""
_LONGEST = 2**20


async def preview(
    ledger: Ledger, workspaces: Workspaces, working_tree: WorkingTree, kind: str, task: str
) -> Preview:
    """What an undo or redo of a task would do now; writes nothing.

    Raises: Refused when there is nothing to undo or redo.
    """
    try:
        change = await exchange_of(ledger, workspaces, kind, task)
    except Conflict as conflict:  # between its own parts
        return Preview((), conflicts=dict.fromkeys(conflict.paths), refusal=conflict)
    diffs = await workspaces.diff(change.old, change.new)
    standing = await ledger.standing_after(change.since)
    already = False
    conflicts: Mapping[str, str | None] = {}
    refusal: Refused | PathRefused | None = None
    try:
        already = not await check(workspaces, working_tree, change.old, change.new)
    except Conflict as conflict:
        conflicts = causes(conflict.paths, standing)
        refusal = explained(conflict, change, standing)
    except (Refused, PathRefused) as error:
        refusal = error
    return Preview(
        files=tuple(map(summary, diffs)),
        already=already,
        conflicts=conflicts,
        refusal=refusal,
        later=tuple(await _later(workspaces, change, diffs, standing)),
    )


async def _later(
    workspaces: Workspaces,
    change: Exchange,
    diffs: Sequence[FileDiff],
    standing: Sequence[Standing],
) -> list[Later]:
    """What stands of others and came later, and how it hangs on the change."""
    paths = {diff.path for diff in diffs}
    names = await _brought(workspaces, change, diffs)
    shared: dict[str, set[str]] = {}
    using: dict[str, set[str]] = {}
    left = _MOST_READ
    for each in standing:
        task = each.decision.task
        shared.setdefault(task, set()).update(paths.intersection(each.files))
        read = [path for path in each.files if path.endswith(".py")][:left] if names else []
        left -= len(read)
        found = using.setdefault(task, set())
        for path in read:
            if await _imports(workspaces, each, path, names):
                found.add(path)
    return [Later(task, tuple(sorted(shared[task])), tuple(sorted(using[task]))) for task in shared]


async def _brought(
    workspaces: Workspaces, change: Exchange, diffs: Sequence[FileDiff]
) -> Collection[str]:
    names: set[str] = set()
    for diff in diffs:
        if diff.path.endswith(".py"):
            before = await _text(workspaces, change.without, diff.path)
            names |= brought(diff.path, before, await _text(workspaces, change.with_it, diff.path))
    return names


async def _imports(
    workspaces: Workspaces, each: Standing, path: str, names: Collection[str]
) -> bool:
    tree = each.decision.applied_tree
    assert tree is not None
    text = await _text(workspaces, tree, path)
    return text is not None and imports(names, path, text)


async def _text(workspaces: Workspaces, tree: str, path: str) -> str | None:
    content = await workspaces.read(tree, path)
    return None if content is None else content[:_LONGEST].decode("utf-8", "replace")

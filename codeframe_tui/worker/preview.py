"""Preview: tell what an undo or redo would do now, by the code that does it."""

from __future__ import annotations

import asyncio
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
    later, unread = await _later(workspaces, change, diffs, standing)
    return Preview(
        files=tuple(map(summary, diffs)),
        already=already,
        conflicts=conflicts,
        refusal=refusal,
        later=later,
        unread=unread,
    )


async def _later(
    workspaces: Workspaces,
    change: Exchange,
    diffs: Sequence[FileDiff],
    standing: Sequence[Standing],
) -> tuple[tuple[Later, ...], int]:
    """What stands of others and came later, how it hangs on the change, and what was not read."""
    paths = {diff.path for diff in diffs}
    shared: dict[str, set[str]] = {}
    for each in standing:
        shared.setdefault(each.decision.task, set()).update(paths.intersection(each.files))
    readers = _Readers(workspaces, await _brought(workspaces, change, diffs))
    for each in reversed(standing):  # the newest are looked at where there are too many
        await readers.read(each)
    later = tuple(
        Later(task, tuple(sorted(found)), tuple(sorted(readers.using.get(task, ()))))
        for task, found in shared.items()
    )
    return later, len(readers.unread)


class _Readers:
    """Looks for files that import what a change brings.

    Attributes:
        using: such files by task.
        unread: tasks of which some file was not looked at, since there are too many.
    """

    def __init__(self, workspaces: Workspaces, names: Collection[str]) -> None:
        self.using: dict[str, set[str]] = {}
        self.unread: set[str] = set()
        self._workspaces = workspaces
        self._names = names
        self._known: dict[tuple[str, str], bool] = {}

    async def read(self, each: Standing) -> None:
        """Look at the files that something applied later wrote."""
        paths = [path for path in each.files if path.endswith(".py")]
        tree = each.decision.applied_tree
        if not self._names or not paths or tree is None:
            return
        if len(self._known) >= _MOST_READ:  # there may be many more, each with a list of its own
            self.unread.add(each.decision.task)
            return
        for path, entry in (await self._workspaces.entries(tree, paths)).items():
            what = (path, entry.blob)
            if what not in self._known:
                if len(self._known) >= _MOST_READ:
                    self.unread.add(each.decision.task)
                    continue
                self._known[what] = await self._imports(tree, path)
            if self._known[what]:
                self.using.setdefault(each.decision.task, set()).add(path)

    async def _imports(self, tree: str, path: str) -> bool:
        text = await _text(self._workspaces, tree, path)
        return text is not None and await asyncio.to_thread(imports, self._names, path, text)


async def _brought(
    workspaces: Workspaces, change: Exchange, diffs: Sequence[FileDiff]
) -> Collection[str]:
    names: set[str] = set()
    for diff in diffs:
        if diff.path.endswith(".py"):
            before = await _text(workspaces, change.without, diff.path)
            after = await _text(workspaces, change.with_it, diff.path)
            names |= await asyncio.to_thread(brought, diff.path, before, after)
    return names


async def _text(workspaces: Workspaces, tree: str, path: str) -> str | None:
    content = await workspaces.read(tree, path)
    return None if content is None else content[:_LONGEST].decode("utf-8", "replace")

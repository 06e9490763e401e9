"""Undo and redo: take what stands of a task out of the real tree, and bring it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from codeframe_tui.core.change.preview import behind, cause
from codeframe_tui.core.errors import Conflict, Refused
from codeframe_tui.core.progress import Decision, Standing
from codeframe_tui.ports import Ledger, Workspaces
from codeframe_tui.worker.workshop import Workshop
from codeframe_tui.worker.write import Written, side, write

__all__ = ["Exchange", "both_sides", "causes", "exchange_of", "explained", "undo_or_redo"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an undo or redo does to the real tree: where two trees differ, one for the other.

    Attributes:
        kind: ``undo`` or ``redo``.
        without: tree without the change.
        with_it: tree that differs from it by exactly the change.
        since: what was applied after it is later.
    """

    kind: str
    task: str
    without: str
    with_it: str
    since: Decision

    @property
    def old(self) -> str:
        """The tree as it must be."""
        return self.with_it if self.kind == "undo" else self.without

    @property
    def new(self) -> str:
        """The tree as it becomes."""
        return self.without if self.kind == "undo" else self.with_it


async def undo_or_redo(shop: Workshop, decision: Decision) -> Written:
    """Take everything out that stands of a task, or bring back what the last undo took out.

    Either is one replacement.

    Raises:
        Conflict: a path is not as the task, or the undo, left it; tells for each who changed it.
        Refused: nothing stands, or there is no such undo.
    """
    change = await exchange_of(shop.ledger, shop.workspaces, decision.kind, decision.task)
    try:
        return await write(shop, decision, change.old, change.new)
    except Conflict as conflict:
        later = await shop.ledger.standing_after(change.since)
        raise explained(conflict, change, later) from conflict


async def exchange_of(ledger: Ledger, workspaces: Workspaces, kind: str, task: str) -> Exchange:
    """What an undo or redo of a task would do now.

    Raises:
        Conflict: as `both_sides`.
        Refused: there is nothing to undo or redo.
    """
    if kind == "undo":
        done = await ledger.applied(task)
    else:
        taken_out = await ledger.undone(task)
        done = [] if taken_out is None else [taken_out]
    if not done:
        past = {"undo": "applied", "redo": "undone"}[kind]
        raise Refused(f"task {task} has nothing {past} to {kind}", code=f"nothing_to_{kind}")
    without, with_it = await both_sides(workspaces, done)
    return Exchange(kind, task, without, with_it, done[0])


async def both_sides(workspaces: Workspaces, done: Sequence[Decision]) -> tuple[str, str]:
    """Two trees that differ by exactly what decisions wrote: without it, with it.

    Args:
        done: carried out one after the other; at least one.

    Raises:
        Conflict: a file was edited between two of them.
    """
    first, last = done[0].applied_base, done[-1].applied_tree
    assert first is not None
    assert last is not None
    if len(done) == 1:
        return first, last
    before: dict[str, tuple[str, bytes] | None] = {}
    after: dict[str, tuple[str, bytes] | None] = {}
    for each in done:
        assert each.applied_base is not None
        assert each.applied_tree is not None
        for diff in await workspaces.diff(each.applied_base, each.applied_tree):
            old = await side(workspaces, each.applied_base, diff.path, diff.old_mode)
            if after.get(diff.path, old) != old:
                raise Conflict(
                    f"{diff.path} was edited between two parts that were applied",
                    hint="take them out by hand",
                    paths=[diff.path],
                )
            before.setdefault(diff.path, old)
            after[diff.path] = await side(workspaces, each.applied_tree, diff.path, diff.new_mode)
    return await workspaces.overlay(last, before), await workspaces.overlay(last, after)


def explained(conflict: Conflict, change: Exchange, later: Sequence[Standing]) -> Conflict:
    """The conflict with each path's cause: a change that was applied later, or another edit."""
    if not conflict.paths:
        return conflict
    left = f"task {change.task}" if change.kind == "undo" else f"the undo of task {change.task}"
    told = ", ".join(
        f"{path} ({cause(task)})" for path, task in causes(conflict.paths, later).items()
    )
    return Conflict(
        f"not as {left} left it: {told}; nothing was written",
        hint=f"put these files back as {left} left them, then {change.kind} {change.task} again",
        paths=conflict.paths,
    )


def causes(paths: Collection[str], later: Sequence[Standing]) -> dict[str, str | None]:
    """Which later task is behind each path of a conflict, see `preview.behind`."""
    return behind(paths, [(each.decision.task, each.files) for each in later])

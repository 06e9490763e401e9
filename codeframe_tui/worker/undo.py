"""Undo and redo: take what stands of a task out of the real tree, and bring it back."""

from __future__ import annotations

from collections.abc import Sequence

from codeframe_tui.core.errors import Conflict, Refused
from codeframe_tui.core.progress import Decision
from codeframe_tui.ports import Workspaces
from codeframe_tui.worker.workshop import Workshop
from codeframe_tui.worker.write import Written, side, write

__all__ = ["both_sides", "redo", "undo"]


async def undo(shop: Workshop, decision: Decision) -> Written:
    """Take everything out that stands of a task, as one replacement.

    Raises:
        Conflict: a path is not as the task left it; tells for each who changed it.
        Refused: nothing stands.
    """
    standing = await shop.ledger.applied(decision.task)
    if not standing:
        raise Refused(f"task {decision.task} has nothing applied to undo", code="nothing_to_undo")
    without, with_it = await both_sides(shop.workspaces, standing)
    try:
        return await write(shop, decision, with_it, without)
    except Conflict as conflict:
        found = f"not as task {decision.task} left it"
        raise await _explained(shop, conflict, standing[0], found) from conflict


async def redo(shop: Workshop, decision: Decision) -> Written:
    """Bring back what the last undo took out.

    Raises:
        Conflict: a path is not as the undo left it; tells for each who changed it.
        Refused: there is no such undo.
    """
    taken_out = await shop.ledger.undone(decision.task)
    if taken_out is None:
        raise Refused(f"task {decision.task} has nothing undone to redo", code="nothing_to_redo")
    without, with_it = await both_sides(shop.workspaces, [taken_out])
    try:
        return await write(shop, decision, without, with_it)
    except Conflict as conflict:
        found = f"not as the undo of task {decision.task} left it"
        raise await _explained(shop, conflict, taken_out, found) from conflict


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


async def _explained(shop: Workshop, conflict: Conflict, since: Decision, found: str) -> Conflict:
    """The conflict with each path's cause: a change that was applied later, or another edit."""
    later: dict[str, str] = {}
    for each in await shop.ledger.standing_after(since):
        assert each.applied_base is not None
        assert each.applied_tree is not None
        for diff in await shop.workspaces.diff(each.applied_base, each.applied_tree):
            later[diff.path] = each.task
    told = [
        f"{path} (changed by task {later[path]}: undo that first)"
        if path in later
        else f"{path} (edited since)"
        for path in conflict.paths
    ]
    if not told:
        return conflict
    return Conflict(
        f"{found}: {', '.join(told)}; nothing was written",
        hint=conflict.hint,
        paths=conflict.paths,
    )

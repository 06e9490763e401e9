"""Write: replace the difference of two trees in the real tree, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from codeframe_tui.core.errors import Conflict, Refused
from codeframe_tui.core.progress import Decision
from codeframe_tui.ports import Replacement, WorkingTree, Workspaces
from codeframe_tui.worker.workshop import Workshop

__all__ = ["Written", "check", "is_written", "side", "write"]


@dataclass(frozen=True, slots=True)
class Written:
    """What the real tree has now, or after an undo no longer has: the difference of two trees.

    Attributes:
        paths: where they differ.
        base: without the change.
        tree: with it.
        verdict: that of exactly this, where it is not the attempt's own.
        not_kept: what could not be kept of which file, beside its content, in words.
    """

    paths: list[str]
    base: str
    tree: str
    verdict: str | None = None
    not_kept: Sequence[str] = ()


async def write(shop: Workshop, decision: Decision, old: str, new: str) -> Written:
    """Make the real tree ``new`` where it differs from ``old``.

    Raises:
        Conflict: a path is neither as in ``old`` nor as in ``new``; nothing was written.
        Refused: it was decided for another folder; nothing was written.
    """
    replacements = await _replacements(shop.workspaces, old, new)
    not_kept: Sequence[str] = ()
    try:
        if await _has_to_be_written(shop.working_tree, replacements):
            await _require_here(shop, decision)
            name = f"decision-{decision.id}"
            put = partial(shop.working_tree.replace, name, replacements)
            unwritten = partial(shop.working_tree.differs, _become(replacements))
            not_kept = await shop.frame.writing(replacements, put, unwritten)
    except Conflict as conflict:
        raise await _naming_all(conflict, shop.working_tree, replacements) from conflict
    base, tree = (new, old) if decision.kind == "undo" else (old, new)
    return Written([each.path for each in replacements], base, tree, not_kept=not_kept)


async def check(workspaces: Workspaces, working_tree: WorkingTree, old: str, new: str) -> bool:
    """Refuse what `write` would refuse now; whether it would write anything at all.

    Raises: as `write`, and `PathRefused`.
    """
    replacements = await _replacements(workspaces, old, new)
    try:
        if not await _has_to_be_written(working_tree, replacements):
            return False
        await working_tree.check(replacements)
    except Conflict as conflict:
        raise await _naming_all(conflict, working_tree, replacements) from conflict
    return True


async def _has_to_be_written(tree: WorkingTree, replacements: Sequence[Replacement]) -> bool:
    return bool(await tree.differs(_become(replacements)))


def _become(replacements: Sequence[Replacement]) -> dict[str, tuple[str, bytes] | None]:
    return {each.path: each.new for each in replacements}


async def _naming_all(
    conflict: Conflict, tree: WorkingTree, replacements: Sequence[Replacement]
) -> Conflict:
    moved = await tree.differs({r.path: r.old for r in replacements})
    return Conflict(conflict.message, hint=conflict.hint, paths=moved)


async def _require_here(shop: Workshop, decision: Decision) -> None:
    if decision.id <= await shop.ledger.moved_after():
        raise Refused(
            "the project was moved to another folder, or its state was repaired from a backup, "
            "since this was decided: decide again",
            code="project_moved",
        )


async def is_written(shop: Workshop, old: str, new: str) -> bool:
    """Whether the real tree has the difference of two trees already."""
    replacements = await _replacements(shop.workspaces, old, new)
    return not await _has_to_be_written(shop.working_tree, replacements)


async def side(
    workspaces: Workspaces, tree: str, path: str, mode: str | None
) -> tuple[str, bytes] | None:
    """Mode and content of a path in a tree; None = absent."""
    content = await workspaces.read(tree, path)
    return None if content is None or mode is None else (mode, content)


async def _replacements(workspaces: Workspaces, old: str, new: str) -> list[Replacement]:
    return [
        Replacement(
            diff.path,
            await side(workspaces, old, diff.path, diff.old_mode),
            await side(workspaces, new, diff.path, diff.new_mode),
        )
        for diff in await workspaces.diff(old, new)
    ]

"""What a task is shown at its start: earlier work and files, inside one budget."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from codeframe_tui.core.change.diff import REGULAR
from codeframe_tui.core.code.chosen import Chosen
from codeframe_tui.core.code.earlier import Found, find, told
from codeframe_tui.core.code.ground import Ground
from codeframe_tui.core.errors import PathRefused
from codeframe_tui.core.paths import check_path
from codeframe_tui.core.talk.prompt import headings, listed, listing_cost
from codeframe_tui.ports import CodeIndex, Document, Snapshot, Workspaces

__all__ = ["context_for", "listing_for"]


async def context_for(
    index: CodeIndex, ground: Ground, budget: int, tree: str | None = None, *, at_once: bool = False
) -> Document:
    """The document of `ports.CodeIndex.context`, with what of earlier tasks comes beside it.

    Args:
        budget: tokens for all of it.
        tree: None = the project as it is now.
        at_once: from what is read by now.

    Returns:
        Also ``budget``, of which ``left`` is not spent, ``tokens_by`` and ``earlier``: ``[{"task",
        "title", "kind", "text", "score", "reasons", "tokens"}]``, best first.
    """
    gauge = ground.gauge
    # comparing many thousand words takes a while, and no reader of the store should wait for it
    found = await asyncio.to_thread(find, ground.pieces, ground.text, gauge)
    said = list(map(_said, found))
    spent = sum(each["tokens"] for each in said) + gauge.tokens(headings(earlier=bool(said)))
    rest = max(budget - spent, 0)
    shown = await index.context(
        ground.text, rest, tree, chosen=ground.chosen, gauge=gauge, at_once=at_once
    )
    left = max(rest - sum(each["tokens"] for each in shown["files"]), 0)
    return {**shown, "budget": budget, "left": left, "tokens_by": gauge.by, "earlier": said}


async def listing_for(
    trees: Workspaces, snapshot: Snapshot, ground: Ground, left: int
) -> tuple[list[str], Document | None, list[str]]:
    """The paths of a workspace that a first message lists, what that costs, and what was cut.

    Args:
        left: tokens.

    Returns:
        The lines, ``{"files", "listed", "tokens"}`` (None when no line fits), and what to tell.
    """
    entries = await trees.entries(snapshot.tree)
    there = {path for path, entry in entries.items() if entry.mode in REGULAR} | snapshot.along
    paths = await asyncio.to_thread(_listable, there, ground.chosen)
    lines = listed(paths, left, ground.gauge)
    cost = listing_cost(lines, ground.gauge)
    if cost:
        shown = len(lines) if lines == paths else len(lines) - 1
        return lines, {"files": len(paths), "listed": shown, "tokens": cost}, []
    return [], None, [f"the listing of {len(paths)} paths did not fit"] if paths else []


def _listable(paths: Collection[str], chosen: Chosen) -> list[str]:
    return sorted(path for path in paths if _passes(path) and not chosen.leaves_out(path))


def _passes(path: str) -> bool:
    """Whether a tool of the worker takes it."""
    try:
        check_path(path)
    except PathRefused:
        return False
    return True


def _said(found: Found) -> Document:
    return {
        "task": found.piece.task,
        "title": found.piece.title,
        "kind": found.piece.kind,
        "text": told(found.piece),
        "score": found.score,
        "reasons": list(found.reasons),
        "tokens": found.tokens,
    }

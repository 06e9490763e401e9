"""Correct: send the failures back, with what was tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codeframe_tui.core.progress import Attempt, Progress, Turn
from codeframe_tui.core.road import attempt_in_hand
from codeframe_tui.core.talk import prompt
from codeframe_tui.core.talk.correct import Material, correction, places_to_show
from codeframe_tui.worker.gather import task_workspace
from codeframe_tui.worker.workshop import Workshop

__all__ = ["correct", "level_workspace"]

_SINCE = 8_000
"""Characters of the last correction that are told."""


async def correct(shop: Workshop, progress: Progress) -> None:
    """Spend a correction: store the message that tells the model what failed."""
    await level_workspace(shop, progress)
    text = correction(progress.attempts, await _material(shop, progress.attempts))
    turn = Turn(
        len(progress.turns),
        "user",
        ({"type": "text", "text": text},),
        "correction",
        attempt_in_hand(progress),
    )
    await shop.ledger.spend_correction(progress.task.number, turn)


async def _material(shop: Workshop, attempts: Sequence[Attempt]) -> Material:
    """The change, the last correction of it, and the source that tracebacks lead to."""
    newest = attempts[-1]
    trees = shop.workspaces
    paths = frozenset(await trees.entries(newest.tree))
    whole = Material(paths, prompt.unified(await trees.diff(newest.base, newest.tree)))
    if len(attempts) > 1 and attempts[-2].base == newest.base:
        between = await trees.diff(attempts[-2].tree, newest.tree)
        whole = replace(whole, since=prompt.unified(between, _SINCE))
    sources = {}
    for path, _ in places_to_show(attempts, whole):
        content = await trees.read(newest.tree, path)
        sources[path] = (content or b"").decode("utf-8", "replace").split("\n")
    return replace(whole, sources=sources)


async def level_workspace(shop: Workshop, progress: Progress) -> None:
    """Make the model's folder exactly its newest proposal, so that both speak of the same files.

    Not while the model works on the next one: what its tools wrote since then stays.
    """
    if not progress.attempts or progress.turns[-1].attempt > len(progress.attempts):
        return
    if progress.attempts[-1].base == progress.base:
        name = task_workspace(progress.task.number)
        await shop.workspaces.open(name, progress.attempts[-1].tree)

"""Correct: send the failures back, with what was tried."""

from __future__ import annotations

from codeframe_tui.core import prompt
from codeframe_tui.core.progress import Progress, Turn
from codeframe_tui.core.road import attempt_in_hand
from codeframe_tui.worker.gather import task_workspace
from codeframe_tui.worker.workshop import Workshop

__all__ = ["correct", "level_workspace"]


async def correct(shop: Workshop, progress: Progress) -> None:
    """Spend a correction: store the message that tells the model what failed."""
    newest = progress.attempts[-1]
    assert newest.verification is not None
    await level_workspace(shop, progress)
    diff = prompt.unified(await shop.workspaces.diff(newest.base, newest.tree))
    text = prompt.correction(newest.verification, progress.attempts, diff)
    turn = Turn(
        len(progress.turns),
        "user",
        ({"type": "text", "text": text},),
        "correction",
        attempt_in_hand(progress),
    )
    await shop.ledger.spend_correction(progress.task.number, turn)


async def level_workspace(shop: Workshop, progress: Progress) -> None:
    """Make the model's folder exactly its newest proposal, so that both speak of the same files.

    Not while the model works on the next one: what its tools wrote since then stays.
    """
    if not progress.attempts or progress.turns[-1].attempt > len(progress.attempts):
        return
    if progress.attempts[-1].base == progress.base:
        name = task_workspace(progress.task.number)
        await shop.workspaces.open(name, progress.attempts[-1].tree)

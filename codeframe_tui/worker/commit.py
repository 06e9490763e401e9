"""Commit: what was applied, on the current branch, when the settings say so."""

from __future__ import annotations

from codeframe_tui.core.commit import message_of
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.progress import Decision
from codeframe_tui.ports import Document
from codeframe_tui.ports.repository import CommitPlan
from codeframe_tui.worker.workshop import Workshop
from codeframe_tui.worker.write import Written, side

__all__ = ["commit"]


async def commit(shop: Workshop, decision: Decision, written: Written) -> Document | None:
    """Commit exactly what was written; None where nothing is to be committed.

    The change is in the files whatever comes of it: ``{"commit", "branch", "left_out"}``, or
    ``{"refused", "hint"}`` with the reason.
    """
    asked = shop.settings.commit
    if not asked.on_apply or decision.kind != "apply":
        return None
    progress = await shop.ledger.progress(decision.task)
    made = next((a for a in progress.attempts if a.proposal == decision.proposal), None)
    message = message_of(asked.message, progress.task, made.explanation if made else "")
    files = {}
    for diff in await shop.workspaces.diff(written.base, written.tree):
        files[diff.path] = (
            await side(shop.workspaces, written.base, diff.path, diff.old_mode),
            await side(shop.workspaces, written.tree, diff.path, diff.new_mode),
        )
    note = f"codeframe-tui: task {decision.task}"
    try:
        done = await shop.repository.commit(CommitPlan(files, message, note))
    except CodeframeError as error:
        return {"refused": error.message, "hint": error.hint}
    return {"commit": done.commit, "branch": done.branch, "left_out": list(done.left_out)}

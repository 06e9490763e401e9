"""Deeds that decide about a proposal. Each names the hash that was shown."""

from __future__ import annotations

from codeframe_tui.core.commands import Approve, Reject
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.sheet import Choice
from codeframe_tui.tui.modals.text import AskText
from codeframe_tui.tui.present.draft import ReviewDraft
from codeframe_tui.tui.present.rows import heading
from codeframe_tui.tui.present.sheets import guard_rows, send_rows

__all__ = ["approval", "approve_all", "rejection", "send"]

_AS_IS = Choice("a", "apply as it is", "yes")
"""Not ``enter``: a hand that is used to the fast yes must not apply what failed."""


async def approve_all(desk: Desk) -> None:
    """Everything of the proposal on screen, after a look at what is known about it."""
    task, draft, number = desk.state.task, desk.diff.draft, desk.number
    if task is None or not draft.proposal:
        return
    undecided = sum(draft.verdict(*unit) == "undecided" for unit in draft.units)
    rejected = sum(draft.verdict(*unit) == "rejected" for unit in draft.units)
    unseen = sum(path not in draft.seen for path in draft.files)
    rows = guard_rows(task, unseen=unseen, undecided=undecided, rejected=rejected)
    apply = Choice("enter", "apply", "yes") if task.get("status") == "in_review" else _AS_IS
    if await desk.choose(f"Apply all of {number}?", rows, apply):
        await desk.submit(Approve(number, expect=draft.proposal))
        desk.tell(("● ", "blue"), (f"applying {number}…", "dim"))


async def send(desk: Desk) -> None:
    """What is accepted into the files, or all of it back to the worker with a reason."""
    task, draft, number = desk.state.task, desk.diff.draft, desk.number
    if task is None or not draft.proposal:
        return
    counted = [draft.verdict(*unit) for unit in draft.units]
    accepted, rejected = counted.count("accepted"), counted.count("rejected")  # type: ignore[arg-type] # a StrEnum
    undecided = len(counted) - accepted - rejected
    rows = send_rows(task, accepted=accepted, rejected=rejected, undecided=undecided)
    apply = [Choice("a", "apply accepted", "apply")] if accepted else []
    decision = await desk.choose(
        f"Send your verdicts on {number}", rows, *apply, Choice("r", "request changes", "reject")
    )
    if decision == "apply":
        if (wish := approval(draft, number)) is not None:
            await desk.submit(wish)
            desk.tell(("● ", "blue"), (f"applying {number}…", "dim"))
    elif decision == "reject":
        said = [heading("What should be different? The worker reads it as you write it.", "dim")]
        title = f"Request changes of {number}"
        answer = await desk.ask_until_taken(
            lambda text, wrong: AskText(title, said, text=text or "", wrong=wrong),
            lambda reason: rejection(draft, number, reason),
        )
        if answer is not None:
            desk.tell(("✔ ", "green"), (f"{number} goes back to the worker", "text"))


def approval(draft: ReviewDraft, number: str) -> Approve | None:
    """The command that applies what is accepted of a task; None when nothing is."""
    return Approve(number, expect=draft.proposal, parts=draft.parts) if draft.parts else None


def rejection(draft: ReviewDraft, number: str, reason: str) -> Reject:
    """The command that sends it back with a reason; without a rejected part, all of it."""
    return Reject(number, reason, parts=draft.rejected_parts, expect=draft.proposal)

"""Deeds that decide about a proposal or answer a question. Each names the hash that was shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.core.commands import Answer, Approve, Reject
from codeframe_tui.core.queries import ShowTask
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.sheet import Choice
from codeframe_tui.tui.modals.text import AnswerDialog, AskText
from codeframe_tui.tui.present.blockers import options_of
from codeframe_tui.tui.present.draft import ReviewDraft
from codeframe_tui.tui.present.rows import heading, safe
from codeframe_tui.tui.present.sheets import answer_rows, guard_rows, send_rows
from codeframe_tui.tui.present.tests import newest_attempt

__all__ = ["answer", "approval", "approve_all", "approve_as_is", "rejection", "send"]

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


async def answer(desk: Desk) -> None:
    """Answer the question under the cursor."""
    blocker = desk.state.question()
    if not blocker:
        return
    options = options_of(blocker)[:9]
    title = f"{safe(blocker.get('task'))} {safe(blocker.get('title'))}".strip()
    rows = answer_rows(blocker)
    taken = await desk.ask_until_taken(
        lambda said, wrong: AnswerDialog(title, rows, options, given=said, wrong=wrong),
        lambda said: _answer(blocker, said),
    )
    if taken is not None:
        said = f"{safe(blocker.get('task'))} goes on with your answer"
        desk.tell(("✔ ", "green"), (said, "text"))


def _answer(blocker: Mapping[str, Any], said: int | str) -> Answer:
    text = str(blocker["options"][said]) if isinstance(said, int) else said
    return Answer(str(blocker["id"]), text)


async def approve_as_is(desk: Desk) -> None:
    """The newest attempt of a blocked task, though it is not proven."""
    number = str(desk.state.question().get("task") or "")
    if not number:
        return
    task = await desk.feed.query(ShowTask(number))
    attempt = newest_attempt(task)
    if attempt is None:
        desk.tell((f"{number} has no attempt that could be applied", "dim"))
        return
    rows = guard_rows(task, unseen=len(attempt.get("files") or ()), undecided=0)
    title = f"Apply the newest attempt of {number} as it is?"
    if await desk.choose(title, rows, _AS_IS):
        await desk.submit(Approve(number, expect=str(attempt.get("proposal") or "")))
        desk.tell(("● ", "blue"), (f"applying {number}…", "dim"))

"""Gather: a snapshot to stand on, and what the model is told at the start."""

from __future__ import annotations

from typing import Any

from codeframe_tui.core.errors import NotFound
from codeframe_tui.core.progress import Progress, Turn
from codeframe_tui.core.road import attempt_in_hand
from codeframe_tui.core.talk import prompt
from codeframe_tui.core.talk.agent import AgentDefinition
from codeframe_tui.core.task import Phase
from codeframe_tui.ports import Document, Workspace
from codeframe_tui.ports.points import passing
from codeframe_tui.worker.context import context_for, listing_for
from codeframe_tui.worker.workshop import Workshop

__all__ = ["gather", "resume", "task_folder", "task_workspace", "words_of_people"]


def task_workspace(number: str) -> str:
    """Name of the folder in which the model works on a task."""
    return f"task-{number}"


async def task_folder(shop: Workshop, progress: Progress) -> Workspace:
    """The folder as the model left it; where it was removed, its newest proposal or the base."""
    name = task_workspace(progress.task.number)
    try:
        return await shop.workspaces.open(name, None)
    except NotFound:
        newest = progress.attempts[-1] if progress.attempts else None
        stands = newest is not None and newest.base == progress.base
        return await shop.workspaces.open(name, newest.tree if newest and stands else progress.base)


async def gather(shop: Workshop, progress: Progress, agent: AgentDefinition) -> None:
    """Take a snapshot, open the workspace on it and store the message that begins."""
    task = progress.task
    await shop.ledger.set_phase(task.number, Phase.GATHERING)
    snapshot = await shop.workspaces.snapshot()
    passing("snapshot.taken")
    await shop.workspaces.open(task_workspace(task.number), snapshot.tree)
    ground = await shop.ledger.ground(task.number)
    budget = shop.settings.limits.context_tokens
    context = await context_for(shop.index, ground, budget, snapshot.tree)
    known = {"name": agent.name, "source": agent.source, "trusted": agent.trusted}
    who = {"agent": known}
    if not progress.turns:
        context["tree"], context["listing"], cut = await listing_for(
            shop.workspaces, snapshot, ground, context["left"]
        )
        context["cut"] = [*context["cut"], *cut]
    await shop.ledger.record_context(task.number, {**_told(context, snapshot.notes), **who})
    if progress.turns:
        text = await _begin_again(shop, progress)
        purpose = "resume"
    else:
        issue = await shop.ledger.issue_of(task)
        text = prompt.first_message(task, issue, context)
        purpose = "task"
    people = await words_of_people(shop, progress)
    turn = _user_turn(progress, "\n\n".join(filter(None, [text, people])), purpose)
    await shop.ledger.set_base(task.number, snapshot.tree)
    passing("snapshot.based")
    await shop.ledger.record_turn(task.number, turn, [m.id for m in progress.inbox])


async def resume(shop: Workshop, progress: Progress) -> None:
    """Tell the model what people said since."""
    turn = _user_turn(progress, await words_of_people(shop, progress), "resume")
    await shop.ledger.record_turn(progress.task.number, turn, [m.id for m in progress.inbox])


def _told(context: Document, notes: tuple[str, ...]) -> Document:
    """What the person sees of it: no bodies."""
    files = [{k: v for k, v in entry.items() if k != "text"} for entry in context["files"]]
    cut = [*context.get("cut", ()), *notes]
    names = ("budget", "tokens_by", "earlier")
    listing = context.get("listing")
    return {"files": files, "cut": cut, "listing": listing} | {n: context[n] for n in names}


async def _begin_again(shop: Workshop, progress: Progress) -> str:
    if not progress.attempts:
        return prompt.rebased("(no proposal was made)")
    newest = progress.attempts[-1]
    diff = await shop.workspaces.diff(newest.base, newest.tree)
    return prompt.rebased(prompt.unified(diff))


async def words_of_people(shop: Workshop, progress: Progress) -> str:
    """What is in the inbox, in words for the model."""
    blockers = await shop.ledger.blockers_of(progress.task.number)
    questions = {blocker.id: blocker.question for blocker in blockers}
    return prompt.messages_from_people(progress.inbox, questions)


def _user_turn(progress: Progress, text: str, purpose: str) -> Turn:
    content: tuple[dict[str, Any], ...] = ({"type": "text", "text": text},)
    return Turn(len(progress.turns), "user", content, purpose, attempt_in_hand(progress))

"""The road of one task, read aloud."""

from __future__ import annotations

import asyncio

from codeframe_tui.core.blocker import Blocker, BlockerKind
from codeframe_tui.core.errors import ModelFailed
from codeframe_tui.core.flags import in_order
from codeframe_tui.core.flags.trusted import with_trusted
from codeframe_tui.core.flags.unread import unread_flags
from codeframe_tui.core.progress import Progress
from codeframe_tui.core.road import (
    Ask,
    Correct,
    Explain,
    Gather,
    KeepAnswer,
    ReadAnswer,
    Resume,
    RunTools,
    Settle,
    Step,
    Stuck,
    Verify,
    attempt_in_hand,
    is_explaining,
    next_step,
)
from codeframe_tui.core.talk.agent import AgentDefinition
from codeframe_tui.core.task import Phase, Status
from codeframe_tui.worker.ask import ask
from codeframe_tui.worker.correct import correct, level_workspace
from codeframe_tui.worker.examine import with_fingerprints
from codeframe_tui.worker.explain import explain, keep_answer, only_reading
from codeframe_tui.worker.gather import gather, resume
from codeframe_tui.worker.propose import read_answer, run_tools
from codeframe_tui.worker.review import settle
from codeframe_tui.worker.verify import Verifier
from codeframe_tui.worker.workshop import Workshop

__all__ = ["walk"]

NEEDS_SETUP = frozenset({"no_key", "wrong_key"})
"""Failures of the model that no answer to a question can mend."""


async def walk(shop: Workshop, verifier: Verifier, number: str) -> None:
    """Go on with a task until it waits for a person or has ended.

    Raises:
        ModelFailed: the model cannot be used at all (`NEEDS_SETUP`); the task is unharmed.
    """
    while True:
        progress = await shop.ledger.progress(number)
        if progress.task.status is not Status.IN_PROGRESS:
            return
        if progress.task.phase is Phase.APPLYING:
            return  # a decision is on its way; the decision lane carries it out
        agent = shop.definition(progress.task.agent)
        if is_explaining(progress):
            agent = only_reading(agent)
        step = next_step(
            progress,
            max_turns=shop.settings.limits.turns,
            max_corrections=agent.max_corrections,
        )
        try:
            await _take(shop, verifier, progress, agent, step)
        except ModelFailed as failure:
            if failure.kind in NEEDS_SETUP:
                raise
            cause = "stall" if failure.kind == "stalled" else "model"
            await _block(shop, number, cause, _model_question(failure))


async def _take(
    shop: Workshop, verifier: Verifier, progress: Progress, agent: AgentDefinition, step: Step
) -> None:
    number = progress.task.number
    match step:
        case Gather():
            await gather(shop, progress, agent)
        case Ask():
            await ask(shop, progress, agent)
        case RunTools(turn):
            await run_tools(shop, progress, turn, agent)
        case ReadAnswer(turn):
            await read_answer(shop, progress, turn)
        case Verify():
            await _verify(shop, verifier, progress)
        case Settle():
            await settle(shop, progress)
        case Correct():
            await correct(shop, progress)
        case Resume():
            await level_workspace(shop, progress)
            await _resume(shop, progress, agent)
        case Explain():
            await level_workspace(shop, progress)
            await explain(shop, progress)
        case KeepAnswer(turn):
            await keep_answer(shop, progress, turn)
        case Stuck(cause, question):
            await _block(shop, number, cause, question)


async def _resume(shop: Workshop, progress: Progress, agent: AgentDefinition) -> None:
    """Go on with the model; calls that a person's own attempt left open get their results first."""
    last = progress.turns[-1]
    if last.role == "assistant" and last.stop_reason in {"tool_use", "pause_turn"}:
        await run_tools(shop, progress, last, agent, attempt=attempt_in_hand(progress))
    else:
        await resume(shop, progress)


async def _verify(shop: Workshop, verifier: Verifier, progress: Progress) -> None:
    task, newest = progress.task, progress.attempts[-1]
    await shop.ledger.set_phase(task.number, Phase.VERIFYING)
    await shop.ledger.record_event("verification.started", task.number, {"attempt": newest.number})
    verification, flags = await verifier.verify_newest(progress)
    unread = await asyncio.to_thread(list, unread_flags(progress.attempts, progress.turns))
    trusted = await asyncio.to_thread(shop.trusted)
    told = with_trusted(flags, (file.path for file in newest.files), trusted)
    flags = in_order([*told, *unread])
    known = await with_fingerprints(shop.workspaces, newest, flags)
    await shop.ledger.record_verification(task.number, newest.number, verification, known)


async def _block(shop: Workshop, number: str, cause: str, question: str) -> None:
    await shop.ledger.open_blocker(
        Blocker(task=number, kind=BlockerKind.SYNC, question=question, cause=cause)
    )


def _model_question(failure: ModelFailed) -> str:
    if failure.kind == "too_long":
        return (
            f"The task does not fit the model's context window, whatever is left out of it: "
            f"{failure.message}. Choose a model with a larger window, lower limits.context_tokens "
            "or split the task; then answer to try again."
        )
    return f"The model could not be reached: {failure.message}. Answer to try again."

"""Explain: let the model answer questions about its proposal, which stays as it is."""

from __future__ import annotations

from dataclasses import replace

from codeframe_tui.core.progress import Progress, Turn
from codeframe_tui.core.talk import prompt
from codeframe_tui.core.talk.agent import AgentDefinition
from codeframe_tui.worker.gather import words_of_people
from codeframe_tui.worker.workshop import Workshop

__all__ = ["explain", "keep_answer", "only_reading"]

_READING = frozenset({"Glob", "Grep", "Read"})


def only_reading(agent: AgentDefinition) -> AgentDefinition:
    """The agent without the tools that can change a file."""
    return replace(agent, tools=tuple(name for name in agent.tools if name in _READING))


async def explain(shop: Workshop, progress: Progress) -> None:
    """Store the message that asks; it belongs to the attempt that is under review."""
    text = prompt.explanation(await words_of_people(shop, progress))
    block = {"type": "text", "text": text}
    turn = Turn(len(progress.turns), "user", (block,), "explain", len(progress.attempts))
    await shop.ledger.record_turn(progress.task.number, turn, [m.id for m in progress.inbox])


async def keep_answer(shop: Workshop, progress: Progress, reply: Turn | None) -> None:
    """Hand the answer to the person, whatever it is: nothing of it is acted on."""
    if reply is None:
        text = "The worker gave no answer within its limit of calls."
    else:
        blocks = (block for block in reply.content if block["type"] == "text")
        text = "".join(str(block["text"]) for block in blocks).strip()
        text = text or "The worker gave no answer."
    await shop.ledger.record_explanation(progress.task.number, text)

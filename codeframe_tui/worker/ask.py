"""Ask: one model call, repeated with capped waits, stored before anything acts on it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from codeframe_tui.core import prompt
from codeframe_tui.core.agent import AgentDefinition
from codeframe_tui.core.errors import ModelFailed
from codeframe_tui.core.events import Signal
from codeframe_tui.core.progress import Progress, Turn
from codeframe_tui.core.road import attempt_in_hand
from codeframe_tui.core.task import Phase
from codeframe_tui.core.usage import cost_usd
from codeframe_tui.core.waiting import over
from codeframe_tui.ports import Reply, TurnRequest
from codeframe_tui.worker.countdown import countdown
from codeframe_tui.worker.tools import definitions
from codeframe_tui.worker.workshop import Workshop

__all__ = ["ask", "messages_of"]


async def ask(shop: Workshop, progress: Progress, agent: AgentDefinition) -> None:
    """Call the model with the stored conversation and store the reply.

    Raises:
        ModelFailed: the call failed for good, or once too often.
    """
    task = progress.task
    attempt = attempt_in_hand(progress)
    await shop.ledger.set_phase(task.number, Phase.CORRECTING if attempt > 1 else Phase.PROPOSING)
    _, _, _, model = await shop.ledger.policy()
    request = TurnRequest(
        model=model,
        system=prompt.system_blocks(agent.role, shop.rules()),
        messages=messages_of(progress.turns),
        tools=definitions(agent.tools),
        max_tokens=shop.settings.limits.reply_tokens,
    )
    index = len(progress.turns)
    reply = await _patiently(shop, task.number, index, request)
    turn = Turn(
        index=index,
        role="assistant",
        content=_storable(reply),
        purpose="reply",
        attempt=attempt,
        stop_reason=reply.stop_reason,
        model=reply.model,
        usage=reply.usage,
        cost_usd=cost_usd(reply.usage, reply.model),
    )
    await shop.ledger.record_turn(task.number, turn)


def messages_of(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """The conversation as the Messages API wants it.

    Neighbours of one role are merged, a reply is never empty, and every tool call is followed by a
    result, even where it was not run because the reply was cut.
    """
    messages: list[dict[str, Any]] = []
    for turn in turns:
        content = [_sendable(block) for block in turn.content]
        if messages and messages[-1]["role"] == turn.role:
            messages[-1]["content"].extend(content)
        else:
            messages.append({"role": turn.role, "content": content or [_text("(nothing)")]})
    for reply, following in itertools.pairwise(messages):
        if reply["role"] == "assistant":
            following["content"][:0] = _missing_results(reply, following)
    return messages


def _missing_results(
    reply: Mapping[str, Any], following: Mapping[str, Any]
) -> list[dict[str, Any]]:
    calls = [block["id"] for block in reply["content"] if block["type"] == "tool_use"]
    known = {block.get("tool_use_id") for block in following["content"]}
    return [
        {"type": "tool_result", "tool_use_id": i, "content": "not run", "is_error": True}
        for i in calls
        if i not in known
    ]


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _sendable(block: dict[str, Any]) -> dict[str, Any]:
    """A stored block without what only we know."""
    return {key: value for key, value in block.items() if not key.startswith("_")}


def _storable(reply: Reply) -> tuple[dict[str, Any], ...]:
    """Blocks with the reason beside each tool call whose input is broken."""
    return tuple(
        {**block, "_broken": reply.broken_tools[block["id"]]}
        if block.get("id") in reply.broken_tools
        else dict(block)
        for block in reply.content
    )


async def _patiently(shop: Workshop, number: str, index: int, request: TurnRequest) -> Reply:
    ledger, waits = shop.ledger, shop.settings.waits

    def publish(signal: Signal) -> None:
        more = {"turn": index} if signal.kind == "file" else {}
        ledger.publish(replace(signal, task=number, data={**signal.data, **more}))

    for repeat in range(shop.settings.limits.model_retries + 1):
        try:
            try:
                return await shop.model.turn(request, publish)
            finally:
                ledger.publish(over(number))
        except ModelFailed as failure:
            if not failure.retryable or repeat == shop.settings.limits.model_retries:
                raise
            asked = failure.retry_after if failure.retry_after is not None else 2.0**repeat
            seconds = min(max(asked, 0.0), waits.retry_cap)
            await ledger.record_event(
                "model.waiting",
                number,
                {"kind": failure.kind, "seconds": seconds, "message": failure.message},
            )
            with countdown(shop, number, f"another try: {failure.kind}", seconds):
                await shop.clock.sleep(seconds)
    raise AssertionError("unreachable")

"""Ask: one model call, repeated with capped waits, stored before anything acts on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codeframe_tui.core.errors import ModelFailed
from codeframe_tui.core.events import Signal
from codeframe_tui.core.progress import Progress, Turn
from codeframe_tui.core.road import is_explaining
from codeframe_tui.core.talk import prompt
from codeframe_tui.core.talk.agent import AgentDefinition
from codeframe_tui.core.talk.conversation import sent
from codeframe_tui.core.task import Phase
from codeframe_tui.core.tokens import Asked, size
from codeframe_tui.core.usage import cost_usd, most_usd
from codeframe_tui.core.waiting import over
from codeframe_tui.ports import Reply, TurnRequest
from codeframe_tui.ports.points import passing
from codeframe_tui.worker.countdown import countdown
from codeframe_tui.worker.secrets import Discreet, storable
from codeframe_tui.worker.tools import definitions
from codeframe_tui.worker.workshop import Workshop

__all__ = ["ask"]

_SHARES = (1, 2, 4)
"""Parts of the window that a conversation is cut to, one after the other, until the model can."""


@dataclass(frozen=True, slots=True)
class _Answered:
    """A reply with what was asked, and what was reserved for the call."""

    reply: Reply
    asked: Asked
    held_usd: float

    @property
    def cost_usd(self) -> float | None:
        """By the model that answered; a gateway may name it in its own way."""
        usage = self.reply.usage
        cost = cost_usd(usage, self.reply.model)
        return cost_usd(usage, self.asked.model) if cost is None else cost


async def ask(shop: Workshop, progress: Progress, agent: AgentDefinition) -> None:
    """Call the model with the stored conversation and store the reply; not beyond a cap of money.

    Raises:
        ModelFailed: the call failed for good, or once too often.
    """
    task = progress.task
    attempt = progress.turns[-1].attempt
    await shop.ledger.set_phase(task.number, _phase(progress))
    index = len(progress.turns)
    answered = await _within_window(shop, progress, agent)
    if answered is None:
        return
    passing("turn.replied")
    reply = answered.reply
    turn = Turn(
        index=index,
        role="assistant",
        content=storable(reply, shop.secrets),
        purpose="reply",
        attempt=attempt,
        stop_reason=reply.stop_reason,
        model=reply.model,
        usage=reply.usage,
        cost_usd=answered.cost_usd,
        held_usd=answered.held_usd,
    )
    await shop.ledger.record_turn(task.number, turn, asked=answered.asked)


def _phase(progress: Progress) -> Phase:
    if is_explaining(progress):
        return Phase.EXPLAINING
    return Phase.CORRECTING if progress.attempts else Phase.PROPOSING


async def _within_window(
    shop: Workshop, progress: Progress, agent: AgentDefinition
) -> _Answered | None:
    """Call the model with what fits its window; where that is smaller than was said, with less.

    None when a cap of money stopped the task instead.
    """
    _, _, _, model = await shop.ledger.policy()
    hosts = shop.sandbox.hosts
    system = prompt.system_blocks(agent.role, shop.rules(), hosts)
    tools = definitions(agent.tools, asks=not is_explaining(progress), network=hosts)
    limits, number = shop.settings.limits, progress.task.number
    gauge = await shop.ledger.gauge(model)
    prefix = gauge.at_most([system, tools])
    budget = limits.window_tokens - limits.reply_tokens - prefix
    known = shop.shares.get(model, 1)
    for share in (share for share in _SHARES if share >= known):
        told = sent(progress.turns, budget // share, gauge)
        if told.is_step or (share > known and told.left_out):
            data = {"left_out": told.left_out, "tokens": told.tokens, "limit": budget // share}
            await shop.ledger.record_event("context.shortened", number, data)
        usd = most_usd(model, prefix + told.tokens, limits.reply_tokens)
        if usd is None:
            usd = await shop.ledger.assume_price(number, model)
        if usd is None or not await shop.ledger.reserve(number, usd):
            return None
        request = TurnRequest(model, system, told.messages, tools, limits.reply_tokens)
        try:
            passing("turn.asking")
            reply = await _patiently(shop, number, len(progress.turns), request)
        except ModelFailed as failure:
            if failure.kind != "too_long" or share == _SHARES[-1]:
                raise
        else:
            shop.shares[model] = share
            return _Answered(reply, Asked(model, size([system, tools, told.messages])), usd)
    raise AssertionError("unreachable")


async def _patiently(shop: Workshop, number: str, index: int, request: TurnRequest) -> Reply:
    ledger, waits = shop.ledger, shop.settings.waits

    def publish(signal: Signal) -> None:
        passing("turn.streaming")
        more = {"turn": index} if signal.kind == "file" else {}
        ledger.publish(replace(signal, task=number, data={**signal.data, **more}))

    said = Discreet(shop.secrets, publish)
    for repeat in range(shop.settings.limits.model_retries + 1):
        try:
            try:
                return await shop.model.turn(request, said.publish)
            finally:
                said.close()
                ledger.publish(over(number))
        except ModelFailed as failure:
            if not failure.retryable or repeat == shop.settings.limits.model_retries:
                raise
            asked = failure.retry_after
            seconds = min(
                waits.retry_first * 2.0**repeat if asked is None else asked, waits.retry_cap
            )
            await ledger.record_event(
                "model.waiting",
                number,
                {"kind": failure.kind, "seconds": seconds, "message": failure.message},
            )
            with countdown(shop, number, f"another try: {failure.kind}", seconds):
                await shop.clock.sleep(seconds)
    raise AssertionError("unreachable")

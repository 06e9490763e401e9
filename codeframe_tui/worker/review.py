"""Review: let the policy decide, or hand the attempt to a person."""

from __future__ import annotations

from collections.abc import Sequence

from codeframe_tui.core.evidence.verification import Flag, Verification
from codeframe_tui.core.flags.table import BENDS, RED
from codeframe_tui.core.policy import Bounds, Case, Outlook, Policy, Ruling, policy_for, rule
from codeframe_tui.core.progress import Attempt, Progress
from codeframe_tui.core.task import Task
from codeframe_tui.worker.workshop import Workshop

__all__ = ["ruling_on", "settle"]


async def settle(shop: Workshop, progress: Progress) -> None:
    """Look the outcome up in the policy table and store it with the values that led to it."""
    task, newest = progress.task, progress.attempts[-1]
    assert newest.verification is not None
    ruling = await ruling_on(shop, task, newest, newest.verification, newest.flags)
    if ruling.outlook is Outlook.APPLY:
        await shop.ledger.approve_by_policy(task.number, ruling)
    else:
        await shop.ledger.to_review(task.number, ruling)


async def _policy_of(shop: Workshop, task: Task) -> Policy:
    """The policy in force for a task, now."""
    agent = shop.definition(task.agent)
    return policy_for(
        await shop.ledger.explicit_policy(),
        agent.level,
        trusted=agent.trusted,
        ceiling=shop.settings.ceiling,
    )


async def ruling_on(
    shop: Workshop,
    task: Task,
    attempt: Attempt,
    verification: Verification,
    flags: Sequence[Flag],
) -> Ruling:
    """What the policy in force says of an attempt.

    Args:
        shop: its settings set the bounds.
        task: its money and evidence count.
        attempt: what changes.
        verification: of the attempt, also on files as they are by now.
        flags: the same.
    """
    spent, cap = await shop.ledger.spending(task.number)
    asked = shop.settings.approval
    case = Case(
        policy=await _policy_of(shop, task),
        verdict=verification.verdict,
        evidence=task.evidence,
        red=tuple(dict.fromkeys(flag.rule for flag in flags if flag.severity == RED)),
        bent=tuple(dict.fromkeys(flag.path for flag in flags if flag.rule in BENDS)),
        paths=tuple(file.path for file in attempt.files),
        lines=sum((file.added or 0) + (file.removed or 0) for file in attempt.files),
        spent=spent,
        cap=cap,
        bounds=Bounds(tuple(asked.protected), asked.files, asked.lines),
    )
    return rule(case)

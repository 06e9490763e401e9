"""Review: let the policy decide, or hand the attempt to a person."""

from __future__ import annotations

from codeframe_tui.core.policy import Outlook, Policy, decide
from codeframe_tui.core.progress import Progress
from codeframe_tui.core.task import Evidence
from codeframe_tui.worker.workshop import Workshop

__all__ = ["settle"]


async def settle(shop: Workshop, progress: Progress) -> None:
    """Look the outcome up in the policy table and store it with the values that led to it."""
    task, newest = progress.task, progress.attempts[-1]
    assert newest.verification is not None
    policy = Policy((await shop.ledger.policy())[0])
    red_flag = any(flag.severity == "red" for flag in newest.flags)
    outlook = decide(
        policy,
        newest.verification.verdict,
        red_flag=red_flag,
        evidence_none=task.evidence is Evidence.NONE,
    )
    if outlook is Outlook.APPLY:
        conditions = [
            ("verdict", newest.verification.verdict.value),
            ("red flags", "yes" if red_flag else "none"),
            ("evidence", task.evidence.value),
        ]
        await shop.ledger.approve_by_policy(task.number, policy.value, conditions)
    else:
        await shop.ledger.to_review(task.number)

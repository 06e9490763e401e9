"""Review: let the policy decide, or hand the attempt to a person."""

from __future__ import annotations

from collections.abc import Sequence

from codeframe_tui.core.agent import AgentDefinition
from codeframe_tui.core.policy import Outlook, Policy, decide, policy_for
from codeframe_tui.core.progress import Progress
from codeframe_tui.core.task import Evidence, Task
from codeframe_tui.core.verification import Flag, Verification
from codeframe_tui.worker.workshop import Workshop

__all__ = ["outlook_of", "settle"]


def outlook_of(
    policy: Policy, task: Task, verification: Verification, flags: Sequence[Flag]
) -> Outlook:
    """What the policy table says of evidence."""
    return decide(
        policy,
        verification.verdict,
        red_flag=_has_red(flags),
        evidence_none=task.evidence is Evidence.NONE,
    )


async def settle(shop: Workshop, progress: Progress, agent: AgentDefinition) -> None:
    """Look the outcome up in the policy table and store it with the values that led to it."""
    task, newest = progress.task, progress.attempts[-1]
    assert newest.verification is not None
    policy = policy_for(
        await shop.ledger.explicit_policy(),
        agent.level,
        trusted=agent.trusted,
        ceiling=shop.settings.ceiling,
    )
    if outlook_of(policy, task, newest.verification, newest.flags) is not Outlook.APPLY:
        await shop.ledger.to_review(task.number)
        return
    conditions = [
        ("verdict", newest.verification.verdict.value),
        ("red flags", "yes" if _has_red(newest.flags) else "none"),
        ("evidence", task.evidence.value),
    ]
    await shop.ledger.approve_by_policy(task.number, policy.value, conditions)


def _has_red(flags: Sequence[Flag]) -> bool:
    return any(flag.severity == "red" for flag in flags)

"""Who decides after a verification: one table (CONTRACT §6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from codeframe_tui.core.verification import Verdict

__all__ = ["LEVEL_POLICY", "Outlook", "Policy", "decide", "policy_for"]


class Policy(StrEnum):
    """The approval policies."""

    MANUAL = "manual"
    GREEN = "green"
    AUTO = "auto"


class Outlook(StrEnum):
    """What happens next to a verified attempt."""

    APPLY = "apply"
    REVIEW = "review"
    CORRECT = "correct"


_TABLE: Mapping[tuple[Policy, Verdict], Outlook] = {
    (Policy.MANUAL, Verdict.PROVEN): Outlook.REVIEW,
    (Policy.MANUAL, Verdict.NOT_VERIFIED): Outlook.REVIEW,
    (Policy.MANUAL, Verdict.FAILED): Outlook.CORRECT,
    (Policy.GREEN, Verdict.PROVEN): Outlook.APPLY,
    (Policy.GREEN, Verdict.NOT_VERIFIED): Outlook.REVIEW,
    (Policy.GREEN, Verdict.FAILED): Outlook.CORRECT,
    (Policy.AUTO, Verdict.PROVEN): Outlook.APPLY,
    (Policy.AUTO, Verdict.NOT_VERIFIED): Outlook.APPLY,
    (Policy.AUTO, Verdict.FAILED): Outlook.CORRECT,
}


LEVEL_POLICY: Mapping[str, Policy] = {
    "D1": Policy.MANUAL,
    "D2": Policy.MANUAL,
    "D3": Policy.GREEN,
    "D4": Policy.AUTO,
}
"""The default policy of each maturity level (CONTRACT §6)."""


def policy_for(explicit: str | None, level: str, *, trusted: bool, ceiling: str) -> Policy:
    """Which policy decides about a task.

    Args:
        explicit: what a person chose or set; None = nothing.
        level: of the agent's definition, ``D1`` to ``D4``.
        trusted: whether the definition is the user's own or ours; another cannot loosen anything.
        ceiling: the most that a level may choose by itself.
    """
    if explicit is not None:
        return Policy(explicit)
    if not trusted:
        return Policy.MANUAL
    order = list(Policy)
    return min(LEVEL_POLICY[level], Policy(ceiling), key=order.index)


def decide(policy: Policy, verdict: Verdict, *, red_flag: bool, evidence_none: bool) -> Outlook:
    """Look the next step up.

    Args:
        policy: the policy in force.
        verdict: the verdict of the attempt.
        red_flag: whether any flag of the attempt is red.
        evidence_none: the task is of evidence ``none``, which is always reviewed.
    """
    outlook = _TABLE[policy, verdict]
    if outlook is Outlook.APPLY and (red_flag or evidence_none):
        return Outlook.REVIEW
    return outlook

"""Who decides after a verification: one table (CONTRACT §6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from codeframe_tui.core.verification import Verdict

__all__ = ["Outlook", "Policy", "decide"]


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

"""Which policy is in force."""

from __future__ import annotations

import pytest

from codeframe_tui.core.policy import Outlook, Policy, decide, policy_for
from codeframe_tui.core.verification import Verdict


@pytest.mark.parametrize(
    ("explicit", "level", "trusted", "ceiling", "policy"),
    [
        (None, "D4", True, "manual", "manual"),
        (None, "D4", True, "green", "green"),
        (None, "D4", True, "auto", "auto"),
        (None, "D3", True, "auto", "green"),
        (None, "D2", True, "auto", "manual"),
        (None, "D1", True, "auto", "manual"),
        (None, "D4", False, "auto", "manual"),
        ("auto", "D1", True, "manual", "auto"),
        ("manual", "D4", True, "auto", "manual"),
    ],
)
def test_a_person_says_else_the_level_up_to_the_ceiling(
    explicit: str | None, level: str, trusted: bool, ceiling: str, policy: str
) -> None:
    assert policy_for(explicit, level, trusted=trusted, ceiling=ceiling) is Policy(policy)


APPLIED = [
    (Policy.GREEN, Verdict.PROVEN),
    (Policy.AUTO, Verdict.PROVEN),
    (Policy.AUTO, Verdict.NOT_VERIFIED),
]


@pytest.mark.parametrize(("policy", "verdict"), APPLIED)
def test_each_condition_alone_stops_what_a_policy_would_apply(
    policy: Policy, verdict: Verdict
) -> None:
    assert decide(policy, verdict, red_flag=False, evidence_none=False) is Outlook.APPLY
    assert decide(policy, verdict, red_flag=True, evidence_none=False) is Outlook.REVIEW
    assert decide(policy, verdict, red_flag=False, evidence_none=True) is Outlook.REVIEW
    failed = decide(policy, Verdict.FAILED, red_flag=False, evidence_none=False)
    assert failed is Outlook.CORRECT
    manual = decide(Policy.MANUAL, verdict, red_flag=False, evidence_none=False)
    assert manual is Outlook.REVIEW


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("verdict", Verdict)
def test_nothing_is_applied_unasked_with_a_red_flag(policy: Policy, verdict: Verdict) -> None:
    outlook = decide(policy, verdict, red_flag=True, evidence_none=False)
    assert outlook is not Outlook.APPLY


def test_what_is_not_proven_is_applied_by_auto_alone() -> None:
    applied = {
        (policy, verdict)
        for policy in Policy
        for verdict in Verdict
        if decide(policy, verdict, red_flag=False, evidence_none=False) is Outlook.APPLY
    }
    assert applied == set(APPLIED)

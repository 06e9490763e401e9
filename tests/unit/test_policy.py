"""Which policy is in force, and what it applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from codeframe_tui.core.evidence.verification import Verdict
from codeframe_tui.core.policy import (
    CONDITIONS,
    Bounds,
    Case,
    Outlook,
    Policy,
    policy_for,
    rule,
)
from codeframe_tui.core.task import Evidence


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
BOUNDS = Bounds(protected=("billing/**",), files=2, lines=100)
GOOD = Case(
    Policy.GREEN,
    Verdict.PROVEN,
    paths=("a.py", "b.py"),
    lines=100,
    spent=1.0,
    cap=1.0,
    bounds=BOUNDS,
)
"""Every condition holds, each with nothing to spare."""

BAD: Mapping[str, Case] = {
    "policy": replace(GOOD, policy=Policy.MANUAL),
    "verdict": replace(GOOD, verdict=Verdict.NOT_VERIFIED),
    "red flags": replace(GOOD, red=("secret",)),
    "existing tests": replace(GOOD, bent=("tests/test_a.py",)),
    "evidence": replace(GOOD, evidence=Evidence.NONE),
    "protected paths": replace(GOOD, paths=("a.py", "billing/eu/tax.py")),
    "files": replace(GOOD, paths=("a.py", "b.py", "c.py")),
    "lines": replace(GOOD, lines=101),
    "money": replace(GOOD, spent=1.01),
}
"""For each condition of the table a case in which it alone does not hold."""


def test_a_case_in_which_all_holds_is_applied() -> None:
    assert rule(GOOD).outlook is Outlook.APPLY
    assert rule(GOOD).failed == ()


@pytest.mark.parametrize("name", [condition.name for condition in CONDITIONS])
def test_each_condition_alone_stops_what_a_policy_would_apply(name: str) -> None:
    ruling = rule(BAD[name])
    assert [check.name for check in ruling.failed] == [name]
    assert ruling.outlook is Outlook.REVIEW


def test_the_names_of_conditions_are_their_own_and_each_says_what_it_asks() -> None:
    assert len({condition.name for condition in CONDITIONS}) == len(CONDITIONS)
    assert all(condition.asks for condition in CONDITIONS)


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("case", [GOOD, *BAD.values()])
def test_what_failed_is_corrected_whatever_else_is_so(policy: Policy, case: Case) -> None:
    failed = replace(case, policy=policy, verdict=Verdict.FAILED)
    assert rule(failed).outlook is Outlook.CORRECT


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("verdict", Verdict)
def test_nothing_is_applied_unasked_with_a_red_flag(policy: Policy, verdict: Verdict) -> None:
    case = replace(BAD["red flags"], policy=policy, verdict=verdict)
    assert rule(case).outlook is not Outlook.APPLY


def test_the_table_of_the_contract() -> None:
    applied = {
        (policy, verdict)
        for policy in Policy
        for verdict in Verdict
        if rule(Case(policy, verdict)).outlook is Outlook.APPLY
    }
    assert applied == set(APPLIED)


@pytest.mark.parametrize(
    ("spent", "cap", "value", "passed"),
    [
        (0.42, None, "$0.42, no cap", True),
        (None, None, "unknown, no cap", True),
        (None, 1.0, "unknown of $1.00", False),
        (0.0, 1.0, "$0.00 of $1.00", True),
    ],
)
def test_an_unknown_cost_does_not_slip_under_a_cap(
    spent: float | None, cap: float | None, value: str, passed: bool
) -> None:
    money = rule(replace(GOOD, spent=spent, cap=cap)).checks[-1]
    assert (money.name, money.value, money.passed) == ("money", value, passed)


def test_values_are_told_in_words() -> None:
    told = {check.name: check.value for check in rule(replace(GOOD, red=tuple("abcde"))).checks}
    assert told == {
        "policy": "green",
        "verdict": "proven",
        "red flags": "a, b, c and 2 more",
        "existing tests": "none",
        "evidence": "tdd",
        "protected paths": "none",
        "files": "2",
        "lines": "100",
        "money": "$1.00 of $1.00",
    }

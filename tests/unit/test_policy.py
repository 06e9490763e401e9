"""Which policy is in force."""

from __future__ import annotations

import pytest

from codeframe_tui.core.policy import Policy, policy_for


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

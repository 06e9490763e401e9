"""Cheating proposals are flagged by the right rule, honest ones are not."""

from __future__ import annotations

import pytest

from tests.evidence.proposals import ASKED, CHEATS, HONEST, Case, cases


@pytest.mark.parametrize("case", cases(*CHEATS, *ASKED), ids=str)
def test_what_must_be_seen_is_flagged_by_its_rule(case: Case) -> None:
    flags = case.flags().flags
    assert case.rules <= {flag.rule for flag in flags}, flags


@pytest.mark.parametrize("case", cases(*HONEST), ids=str)
def test_honest_work_has_no_red_flag(case: Case) -> None:
    flags = case.flags().flags
    assert not [flag for flag in flags if flag.severity == "red"]
    assert case.amber <= {flag.rule for flag in flags}, flags

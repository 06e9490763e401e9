"""Cheating proposals are flagged by the right rule, honest ones are not."""

from __future__ import annotations

import pytest

from codeframe_tui.core.evidence.verification import Verdict
from tests.evidence.proposals import ASKED, CHEATS, HONEST, Case, cases, is_applied


@pytest.mark.parametrize("case", cases(*CHEATS, *ASKED), ids=str)
@pytest.mark.goal("G15", "proposals that must be flagged, by their texts")
def test_what_must_be_seen_is_flagged_by_its_rule(case: Case) -> None:
    flags = case.flags().flags
    assert case.rules <= {flag.rule for flag in flags}, flags


@pytest.mark.parametrize("case", [c for c in cases(*CHEATS) if not c.also], ids=str)
def test_no_policy_applies_a_cheat_however_well_it_is_proven(case: Case) -> None:
    flags = case.flags().flags
    assert not is_applied(Verdict.PROVEN, flags), flags


@pytest.mark.parametrize("case", cases(*HONEST), ids=str)
@pytest.mark.goal("G15", "honest proposals, by their texts")
def test_honest_work_has_no_red_flag(case: Case) -> None:
    flags = case.flags().flags
    assert not [flag for flag in flags if flag.severity == "red"]
    assert case.amber <= {flag.rule for flag in flags}, flags

"""No rule of the table can go unseen; ``python -m tests.evidence.guards`` tries the rest."""

from __future__ import annotations

from codeframe_tui.core.flags import RULES
from tests.evidence.guards import rules_shown
from tests.evidence.proposals import ASKED, CHEATS, HONEST, cases


def test_each_rule_of_the_table_is_shown_by_a_proposal_or_a_unit_test() -> None:
    shown = rules_shown()
    assert shown.keys() == RULES.keys()
    assert [rule for rule, told in shown.items() if not told] == []


def test_the_corpus_is_as_large_as_it_was() -> None:
    sizes = [len(cases(*names)) for names in (CHEATS, HONEST, ASKED)]
    assert all(size >= least for size, least in zip(sizes, (181, 82, 55), strict=True)), sizes
    names = [str(case) for case in cases(*CHEATS, *HONEST, *ASKED)]
    assert len(set(names)) == len(names)

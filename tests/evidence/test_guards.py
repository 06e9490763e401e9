"""No rule of the table can go unseen; ``python -m tests.evidence.guards`` tries the rest."""

from __future__ import annotations

import ast
from pathlib import Path
from pkgutil import resolve_name

import pytest

from codeframe_tui.core.flags import RULES
from tests.architecture import guards as document
from tests.evidence.guards import PARTS, RUN_PARTS, UNIT, is_wrong, name_of, rules_shown
from tests.evidence.proposals import ASKED, CHEATS, HONEST, cases
from tests.evidence.test_runs import FEW


def parts() -> list[str]:
    """Every part of the code that is taken away."""
    return [*(name for name, _ in PARTS), *(name for name, _, _ in RUN_PARTS)]


UNIT_TESTS = Path(__file__).parents[1] / "unit"


def test_each_rule_of_the_table_is_shown_by_a_proposal_or_a_unit_test() -> None:
    shown = rules_shown()
    assert shown.keys() == RULES.keys()
    assert [rule for rule, told in shown.items() if not told] == []


@pytest.mark.parametrize("test", sorted(set(UNIT.values())))
def test_each_unit_test_that_is_named_exists(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse((UNIT_TESTS / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_part_that_is_named_exists() -> None:
    assert [name for name in parts() if not callable(resolve_name(name))] == []


def test_each_guard_of_runs_has_a_proposal_that_is_run() -> None:
    assert [shown for _, _, shown in RUN_PARTS if shown not in FEW] == []


def test_the_table_of_guards_names_each_and_what_shows_it() -> None:
    rows = document.rows("evidence")
    guards = [*RULES, *map(name_of, parts())]
    assert [name for name, _ in rows] == guards
    proposals = {str(case) for case in cases(*CHEATS, *HONEST, *ASKED)} | {*UNIT.values()}
    assert [shown for _, shown in rows if shown not in proposals] == []


def test_what_only_runs_can_show_is_not_wrong_while_all_guards_are_there() -> None:
    shown_by_runs = [case for case in cases(*CHEATS) if not case.rules]
    assert shown_by_runs
    assert [str(case) for case in shown_by_runs if is_wrong(case)] == []


def test_the_corpus_is_as_large_as_it_was() -> None:
    sizes = [len(cases(*names)) for names in (CHEATS, HONEST, ASKED)]
    assert all(size >= least for size, least in zip(sizes, (214, 95, 59), strict=True)), sizes
    names = [str(case) for case in cases(*CHEATS, *HONEST, *ASKED)]
    assert len(set(names)) == len(names)

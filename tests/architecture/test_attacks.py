"""Each attack of the threat list has its test."""

from __future__ import annotations

from tests.architecture.attacks import DOCUMENT, FAMILIES, attacks, document, names_in
from tests.security.cases import CORPORA


def test_every_attack_is_there_once_and_in_its_order() -> None:
    wanted = [f"{letter}{n + 1}" for letter, (_, count) in FAMILIES.items() for n in range(count)]
    assert len(wanted) == 156
    assert [case["id"] for case in attacks()] == wanted


def test_every_test_that_is_named_exists() -> None:
    named = {test for case in attacks() for test in case["by"]}
    missing = [
        test for test in named if test.partition("::")[2] not in names_in(test.partition("::")[0])
    ]
    assert missing == []
    assert [case["id"] for case in attacks() if not case["by"]] == []


def test_the_document_is_made_from_the_attacks() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `make docs`"


def test_each_family_that_is_data_has_its_numbers_in_the_list() -> None:
    """Nothing is tried under a number that the list does not know."""
    known = {case["id"] for case in attacks()}
    tried = {
        line.split('"')[1].split()[0]
        for family in ("paths", "sandbox", "bombs", "pytest")
        for line in (CORPORA / f"{family}.toml").read_text(encoding="utf-8").splitlines()
        if line.startswith("id = ") and "honest" not in line
    }
    assert tried <= known, tried - known

"""What the documentation promises for a bad day is what the tests prove."""

from __future__ import annotations

from tests.architecture.reliability import AREAS, DOCUMENT, document, faults


def test_the_document_of_reliability_is_made_from_the_tests() -> None:
    assert DOCUMENT.read_text() == document(), "run `make docs`"


def test_every_area_has_its_faults_and_one_fault_is_told_one_way() -> None:
    told: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for fault in faults():
        told.setdefault((fault.area, fault.fault), set()).add((fault.sees, fault.kept))
    assert {area for area, _ in told} == set(AREAS)
    assert {row: ways for row, ways in told.items() if len(ways) > 1} == {}

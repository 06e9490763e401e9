"""What every implementation of the Service port promises about the code; see `service_suite`."""

from __future__ import annotations

import pytest

from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.queries import RELATIONS, ShowContext, ShowRelations, ShowSymbols
from codeframe_tui.ports import Service


async def test_definitions_are_asked_for_by_name_kind_and_place(service: Service) -> None:
    found = await service.query(ShowSymbols("Retry", "class", "src/*"))
    assert found["symbols"] == [{"name": "Retry", "kind": "class", "path": "src/*"}]


@pytest.mark.parametrize("relation", RELATIONS)
async def test_code_tells_how_it_hangs_together(service: Service, relation: str) -> None:
    found = await service.query(ShowRelations(relation, "a.py"))
    assert found == {"files": [{"path": "a.py", "why": relation}], "cut": []}


async def test_another_relation_is_refused_with_those_there_are(service: Service) -> None:
    with pytest.raises(WrongUse) as refused:
        await service.query(ShowRelations("context", "a.py"))
    assert "outline" in refused.value.hint


async def test_the_context_comes_without_the_texts(service: Service) -> None:
    found = await service.query(ShowContext("retry"))
    assert found["files"] == [{"path": "a.py"}]

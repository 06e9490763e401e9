"""What the header says of the project follows the project."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.bootstrap import facts
from codeframe_tui.core.queries import ShowOverview
from tests.worker.room import answer, room


async def test_a_change_of_the_project_is_told_without_another_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "FRESH_SECONDS", 0.01)
    async with room(tmp_path, Line(answer())) as desk:
        assert (await desk.service.query(ShowOverview()))["dirty"] == 0
        signals = desk.service.signals()
        told = asyncio.ensure_future(anext(s async for s in signals if s.kind == "project"))
        await asyncio.sleep(0)
        (desk.project / "new.txt").write_text("x")
        await desk.service.query(ShowOverview())
        async with asyncio.timeout(desk.patience):
            await told
        assert (await desk.service.query(ShowOverview()))["dirty"] == 1

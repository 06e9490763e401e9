"""What stands on the screen before an engine has said a word."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator

import pytest

from codeframe_tui.ports import Service
from codeframe_tui.tui.app import CockpitApp
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import NOW, FakeService


async def never() -> Service:
    """An engine that does not come."""
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (200, 50)])
async def test_titles_and_keys_stand_before_the_engine_answers(columns: int, rows: int) -> None:
    app = CockpitApp(never, now=lambda: NOW, tick=0)
    async with app.run_test(size=(columns, rows)) as pilot:
        drive = Drive(app, pilot, FakeService())
        await drive.until(lambda: app.cockpit.ready)
        assert drive.label("header") == "codeframe-tui"
        assert drive.label("queue-title") == "QUEUE"
        assert "? help" in drive.label("footer")
        assert app.cockpit.has_class("-narrow") == (columns < 100)
        assert app.cockpit.has_class("-wide") == (columns >= 160)


@pytest.fixture
def without_collecting() -> Iterator[None]:
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("without_collecting")
async def test_garbage_is_collected_again_when_the_cockpit_stands() -> None:
    async with opened():
        assert gc.isenabled()

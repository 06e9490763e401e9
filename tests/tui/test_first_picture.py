"""What stands on the screen before an engine has said a word."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator

import pytest
from textual.geometry import Region

from codeframe_tui.ports import Service
from codeframe_tui.tui.app import CockpitApp
from codeframe_tui.tui.widgets.queue import QueuePane
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
        await drive.until(lambda: app.cockpit.begun)
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


async def test_the_rows_come_before_the_parts_that_are_not_in_the_first_picture() -> None:
    class Early(CockpitApp):
        seen: tuple[str, ...] = ()

        async def on_cockpit_begun(self) -> None:
            here = {str(each.id) for each in self.cockpit.query("LineView")}
            self.seen = (*sorted({"queue", "diff", "tests"} & here),)

    app = Early(never, now=lambda: NOW, tick=0)
    async with app.run_test() as pilot:
        drive = Drive(app, pilot, FakeService())
        await drive.until(lambda: app.cockpit.ready)  # they are not waited for by anybody
        assert app.seen == ("queue",)
        assert app.cockpit.query_one("#diff").is_mounted


async def test_an_early_key_finds_the_part_it_is_for() -> None:
    class Early(CockpitApp):
        async def on_cockpit_begun(self) -> None:
            assert not self.cockpit.ready
            self.action_act("app.pane_activity")

    app = Early(never, now=lambda: NOW, tick=0)
    async with app.run_test() as pilot:
        drive = Drive(app, pilot, FakeService())
        await drive.in_pane("activity")
        assert app.cockpit.has_class("-at-activity")


async def test_what_is_typed_early_stays_where_it_is_typed() -> None:
    class Early(CockpitApp):
        async def on_cockpit_begun(self) -> None:
            self.action_act("app.search")

    app = Early(never, now=lambda: NOW, tick=0)
    async with app.run_test() as pilot:
        drive = Drive(app, pilot, FakeService())
        await drive.until(lambda: app.cockpit.ready)
        drive.type("retry")
        await drive.in_pane("sought")
        await drive.until(lambda: app.cockpit.part("queue", QueuePane).sought == "retry")


async def test_rows_are_whole_while_their_scrollbar_is_not_laid_out_yet() -> None:
    async with opened() as drive:
        pane = drive.pane("queue")
        wide = pane.line_width + 1
        assert {each.cell_length for each in pane.render_lines(Region(0, 0, wide, 3))} == {wide}

"""What keeps its place on the screen."""

from __future__ import annotations

from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.tui.driving import opened


async def test_the_file_is_named_above_its_lines_once_its_bar_is_out_of_sight() -> None:
    async with opened(size=(120, 24)) as drive:
        diff = drive.app.cockpit.query_one(DiffView)
        assert drive.label("place") == ""
        row = diff.index.find(Place("client/retry.py"))
        assert row is not None
        diff.scroll_to(y=row + 3, animate=False, immediate=True)
        await drive.until(lambda: "client/retry.py" in drive.label("place"))
        assert "file 3 of 4" in drive.label("place")
        diff.scroll_to(y=0, animate=False, immediate=True)
        await drive.until(lambda: drive.label("place") == "")


async def test_a_notice_moves_nothing() -> None:
    async with opened(size=(80, 24)) as drive:
        before = {part.id: part.region for part in drive.app.cockpit.query("#queue, #footer")}
        drive.app.tell(("applied", "text"))
        await drive.until(lambda: drive.app.cockpit.query_one("#notice").region.height == 1)
        assert drive.app.cockpit.query_one("#notice").region.y == 22
        now = {part.id: part.region for part in drive.app.cockpit.query("#queue, #footer")}
        assert now == before

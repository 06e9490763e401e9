"""The queue, its forms and its sheets, as they look at three sizes."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.widgets import Input

from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, task
from tests.tui.svg import Picture, picture


async def _many(drive: Drive) -> None:
    await drive.until(lambda: drive.pane("queue").cursor is not None)
    drive.key("G")
    await drive.until(lambda: drive.pane("queue").cursor == "100000")


async def _filtered(drive: Drive) -> None:
    drive.key("/")
    await drive.in_pane("sought")
    drive.type("audit")
    await drive.until(lambda: "2 of" in drive.label("queue-title"))


async def _form(drive: Drive) -> None:
    drive.key("o")
    await drive.in_pane("field-title")
    drive.type("Count retries")
    drive.app.screen.query_one("#field-after").focus()
    await drive.in_pane("field-after")
    drive.type("1.2.3, audit")
    await drive.until(lambda: "Audit log API" in drive.screen_text().split("New task")[1])


async def _dependencies(drive: Drive) -> None:
    drive.app.focus_task("1.3.1")
    await drive.until(lambda: drive.pane("queue").cursor == "1.3.1")
    drive.key("D")
    await drive.in_pane("tree")


async def _history(drive: Drive) -> None:
    drive.key("h")
    await drive.in_pane("story")


_SHOWN = {
    "many": _many,
    "filtered": _filtered,
    "form": _form,
    "dependencies": _dependencies,
    "history": _history,
}


@pytest.mark.parametrize("size", ["80x24", "120x40", "200x50"])
@pytest.mark.parametrize("what", _SHOWN)
async def test_the_queue_looks_as_meant(what: str, size: str, snapshot: SnapshotAssertion) -> None:
    service = FakeService()
    if what == "many":
        rows = [task(str(n), f"Task number {n}", priority=n % 3) for n in range(1, 100_001)]
        service.queue["groups"][2] |= {"rows": rows, "total": len(rows)}
        service.queue["groups"][3] |= {"rows": [], "total": 0}
    columns, lines = map(int, size.split("x"))
    async with opened(service, size=(columns, lines)) as drive:
        await drive.in_pane("queue")
        drive.key("f")  # of the other panes there are other pictures
        await drive.until(lambda: drive.app.cockpit.has_class("-full"))
        await _SHOWN[what](drive)
        for field in drive.app.screen.query(Input):
            field.cursor_blink = False
        assert await picture(drive.pilot) == snapshot.use_extension(Picture)

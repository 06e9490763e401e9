"""Pictures of what the worker is shown, of finding a place, and of the code being read."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from codeframe_tui.tui.modals.context import ContextDialog
from codeframe_tui.tui.modals.places import PlacePicker
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService
from tests.tui.svg import Picture, picture


async def _context(drive: Drive) -> None:
    drive.key("c")
    await drive.until(lambda: isinstance(drive.app.screen, ContextDialog))
    await drive.in_pane("shown")


async def _find(drive: Drive) -> None:
    drive.service.signal("index", None, done=450, files=1_500)
    await drive.until(lambda: "code 30 %" in drive.label("header"))
    drive.key("ctrl+f")
    await drive.until(lambda: isinstance(drive.app.screen, PlacePicker))
    drive.type("ret")
    await drive.until(lambda: "fetch" not in drive.screen_text())


@pytest.mark.parametrize(
    "size", [(80, 24), (120, 40), (200, 50)], ids=["80x24", "120x40", "200x50"]
)
@pytest.mark.parametrize("what", [_context, _find], ids=["context", "find"])
async def test_context_and_places_look_as_meant(
    what: object, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    service = FakeService()
    service.context["excluded"].append({"path": "vendor", "whose": "project"})
    async with opened(service, size=size) as drive:
        assert callable(what)
        await what(drive)
        assert await picture(drive.pilot) == snapshot.use_extension(Picture)

"""Pictures of the cockpit at three sizes: a change of its look must be meant."""

from __future__ import annotations

import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from codeframe_tui.tui.preferences import Preferences
from codeframe_tui.tui.widgets.lines import LineView
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService


class Picture(SingleFileSnapshotExtension):
    """One SVG file per test."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"


async def _picture(drive: Drive) -> str:
    """The screen once it does not change any more."""
    last = ""
    for _ in range(200):
        await drive.pilot.pause(0)
        now = re.sub(r"terminal-\d+", "terminal-0", drive.app.export_screenshot())
        if now == last:
            return now
        last = now
    raise AssertionError("the screen never rests")


@pytest.mark.parametrize(
    "size", [(80, 24), (120, 40), (200, 50)], ids=["80x24", "120x40", "200x50"]
)
@pytest.mark.parametrize("pane", ["queue", "diff"])
async def test_the_cockpit_looks_as_meant(
    size: tuple[int, int], pane: str, snapshot: SnapshotAssertion
) -> None:
    async with opened(size=size) as drive:
        drive.key("2" if pane == "diff" else "1")
        await drive.in_pane(pane)
        await drive.until(lambda: drive.app.cockpit.query_one(f"#{pane}", LineView).region.area)
        await drive.until(lambda: "PROVEN" in drive.label("proof-title"))
        assert await _picture(drive) == snapshot.use_extension(Picture)


@pytest.mark.parametrize(
    "what", ["empty", "scripted", "light", "contrast-dark", "colour-blind-dark", "mono", "plain"]
)
async def test_other_faces_look_as_meant(what: str, snapshot: SnapshotAssertion) -> None:
    service, options = FakeService(), dict[str, Any]()
    if what == "empty":
        service.queue, service.blockers, service.diffs = {"groups": []}, {"blockers": []}, {}
        service.overview |= {"workers": [], "counts": {}, "key": "set ANTHROPIC_API_KEY"}
    elif what == "scripted":
        service.overview |= {"scripted": True, "paused": True, "workers": []}
    elif what == "plain":
        options["chosen"] = Preferences(ascii=True)
    else:
        options["theme"] = what
    async with opened(service, size=(120, 40), **options) as drive:
        assert await _picture(drive) == snapshot.use_extension(Picture)

"""The main screen in every theme and form: a change of its look must be meant."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from codeframe_tui.tui.preferences import Preferences
from tests.tui.driving import opened
from tests.tui.fake_service import FakeService
from tests.tui.svg import Picture, picture


@pytest.mark.parametrize(
    "what", ["scripted", "light", "contrast-dark", "colour-blind-dark", "mono", "plain"]
)
async def test_every_theme_looks_as_meant(what: str, snapshot: SnapshotAssertion) -> None:
    service, options = FakeService(), dict[str, Any]()
    if what == "scripted":
        service.overview |= {"scripted": True, "paused": True, "workers": []}
    elif what == "plain":
        options["chosen"] = Preferences(ascii=True)
    else:
        options["theme"] = what
    async with opened(service, size=(120, 40), **options) as drive:
        assert await picture(drive.pilot) == snapshot.use_extension(Picture)

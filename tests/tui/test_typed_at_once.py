"""Keys that come together: what is picked is what was typed before it was picked."""

from __future__ import annotations

import pytest

from codeframe_tui.tui.modals.palette import Palette
from tests.tui.driving import opened


async def test_letters_and_enter_at_once_pick_what_the_letters_mean(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened() as drive:
        drive.key("ctrl+p")
        await drive.until(lambda: isinstance(drive.app.screen, Palette))
        palette = drive.app.screen
        assert isinstance(palette, Palette)
        picked: list[int | None] = []
        monkeypatch.setattr(palette, "decide", picked.append)
        drive.type("theme")
        drive.key("enter")
        await drive.until(lambda: picked)
        assert picked[0] is not None
        assert "theme" in palette._items[picked[0]].text

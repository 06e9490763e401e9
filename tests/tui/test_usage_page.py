"""The page of money is one key away, on a real service."""

from __future__ import annotations

from pathlib import Path

from tests.tui.review_room import reviewing


async def test_a_key_shows_what_was_spent_and_the_caps(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("f4")
        await desk.drive.until(lambda: "MONEY AND TOKENS" in desk.drive.screen_text())
        assert "$0.00 of $5.00" in desk.drive.screen_text()
        await desk.press("escape")
        await desk.closed()
        desk.drive.app.action_act("app.usage")  # as the palette, and a click on the money
        await desk.drive.until(lambda: "MONEY AND TOKENS" in desk.drive.screen_text())

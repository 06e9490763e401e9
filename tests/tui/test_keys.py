"""Every action can be found: in the palette with its key of now, and in the help at any size."""

from __future__ import annotations

import pytest

from codeframe_tui.tui.keymap import KEYS, PLACES, key_names
from tests.tui.driving import opened


async def test_the_palette_has_every_action_with_its_key_of_now() -> None:
    async with opened(keys={"queue.new": "f7"}) as drive:
        listed = {
            command.title: command.help
            for command in drive.app.get_system_commands(drive.app.screen)
        }
        for key in KEYS:
            title = key.help if key.where == "app" else f"{PLACES[key.where]}: {key.help}"
            if key.action == "app.palette":
                continue
            expected = "f7" if key.action == "queue.new" else key_names(key.keys)
            assert listed[title] == expected, title


async def test_the_palette_moves_in_the_list_that_has_the_keys() -> None:
    async with opened() as drive:
        await drive.in_pane("queue")
        before = drive.pane("queue").cursor
        drive.app.action_act("list.cursor_down")
        assert drive.pane("queue").cursor != before


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 12)])
async def test_the_help_says_all_of_every_key_in_the_room_there_is(size: tuple[int, int]) -> None:
    async with opened(size=size) as drive:
        drive.key("question_mark")
        await drive.sheet()
        await drive.until(lambda: "SCROLL" in drive.screen_text().upper())
        page = drive.app.screen.query_one(".dialog-page")
        await drive.until(lambda: page.size.height > 0)
        seen: list[str] = []
        while True:
            lines = [strip.text for strip in drive.app.screen._compositor.render_strips()]
            seen += [line.strip() for line in lines]
            if page.scroll_offset.y >= page.max_scroll_y:
                break
            drive.key("j")
            top = page.scroll_offset.y
            await drive.until(lambda top=top: page.scroll_offset.y > top)  # type: ignore[misc]
            await drive.pilot.pause(0)
        words = " ".join(" ".join(seen).split())
        for key in KEYS:
            assert key.help.split()[-1] in words, key.action

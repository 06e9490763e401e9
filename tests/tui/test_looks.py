"""Themes, no colours, plain signs, little motion: what a person chooses is what is shown."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from textual.color import Color

from codeframe_tui.tui.preferences import Preferences
from codeframe_tui.tui.theme import NAMES, full_name
from tests.e2e.terminal import Pty
from tests.tui.driving import Drive, opened

COLOUR = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")


def lines(drive: Drive) -> list[str]:
    return [strip.text for strip in drive.app.screen._compositor.render_strips()]


async def test_a_key_goes_through_the_themes_and_the_last_one_is_there_next_time(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "cockpit.json"
    async with opened(kept=kept) as drive:
        for name in [*NAMES[1:], NAMES[0], NAMES[1]]:
            drive.key("f2")
            await drive.until(lambda name=name: drive.app.theme == name)  # type: ignore[misc]
        await drive.until(lambda: "theme light" in drive.label("notice"))
    async with opened(kept=kept) as drive:
        assert drive.app.theme == full_name("light")
    async with opened(kept=kept, theme="ansi") as drive:
        assert drive.app.theme == full_name("ansi")
        drive.key("f2")
        await drive.until(lambda: "config.toml names another" in drive.label("notice"))


async def test_the_palette_shows_a_theme_before_it_is_chosen() -> None:
    async with opened() as drive:
        drive.key("ctrl+p")
        await drive.sheet()
        drive.type("colour-blind-light")
        await drive.until(lambda: any("Theme: colour-blind-light" in line for line in lines(drive)))
        await drive.until(lambda: drive.app.theme == full_name("colour-blind-light"))
        raised = Color.parse(drive.app.current_theme.variables["raised"])
        surface = drive.app.screen.query_one(".dialog")
        await drive.until(lambda: surface.background_colors[1] == raised)
        drive.key("escape")
        await drive.until(lambda: drive.app.theme == full_name("dark"))
        drive.key("ctrl+p")
        await drive.sheet()
        drive.type("colour-blind-light")
        await drive.until(lambda: drive.app.theme == full_name("colour-blind-light"))
        drive.key("enter")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        await drive.until(lambda: "theme colour-blind-light" in drive.label("notice"))
        assert drive.app.theme == full_name("colour-blind-light")


async def test_without_colours_everything_is_told_by_signs_and_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened() as drive:
        await drive.in_pane("queue")
        await drive.until(lambda: any("RETRYABLE" in line for line in lines(drive)))
        strips = drive.app.screen._compositor.render_strips()
        styles = {text: style for strip in strips for text, style, _ in strip if style}
        assert all(s.color is None or s.color.is_default for s in styles.values())
        assert all(s.bgcolor is None or s.bgcolor.is_default for s in styles.values())
        chosen = [style for strip in strips for text, style, _ in strip if "Retry on 429" in text]
        assert any(style is not None and style.reverse for style in chosen)
        assert styles["NEEDS YOU"].bold
        assert any("RETRYABLE" in text and style.reverse for text, style in styles.items())
        signs = "\n".join(lines(drive))
        assert re.search(r" 42 +- +for attempt in range", signs)
        assert re.search(r" 42 +\+ +for attempt in self", signs)
        drive.key("f2")
        await drive.until(lambda: "NO_COLOR" in drive.label("notice"))


def test_without_colours_no_byte_of_a_colour_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    program = Pty([sys.executable, "-m", "tests.tui.pty_app"], size=(100, 30))
    try:
        while b"NEEDS YOU" not in program.written:
            assert program.read(30)
        assert program.exit_code("q") == 0
    finally:
        program.close()
    assert COLOUR.findall(program.written) == []
    assert re.search(rb"\x1b\[(?:\d;)*7;39;49m", program.written)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_plain_signs_are_ascii_on_every_screen(size: tuple[int, int]) -> None:
    async with opened(chosen=Preferences(ascii=True), size=size) as drive:
        for action in ("app.pane_queue", "app.pane_diff", "app.pane_tests", "app.pane_blockers",
                       "app.pane_activity", "app.help", "app.palette"):  # fmt: skip
            drive.app.action_act(action)
            await drive.pilot.pause(0)
            await drive.pilot.pause(0)
            shown = lines(drive)
            assert "".join(shown).isascii(), (action, [x for x in shown if not x.isascii()])
            while drive.app.screen is not drive.app.cockpit:
                drive.app.screen.dismiss(None)
                await drive.pilot.pause(0)


async def test_little_motion_means_no_animation_and_seldom_ticks() -> None:
    async with opened(chosen=Preferences(reduced_motion=True)) as drive:
        assert drive.app.animation_level == "none"
        assert drive.app.feed.tick == 1.0
    async with opened() as drive:
        assert drive.app.animation_level == "full"

"""All that stands for an action can be clicked: counts, tabs, titles, files, keys."""

from __future__ import annotations

import pytest

from codeframe_tui.tui.present.rows import cells
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.tui.driving import Drive, opened


async def click(drive: Drive, label: str, text: str) -> None:
    """Click on a text of a label."""
    part = drive.app.cockpit.query_one(f"#{label}")
    lines = [strip.text for strip in drive.app.screen._compositor.render_strips()]
    await drive.until(lambda: part.region.area)
    for y in range(part.region.y, part.region.bottom):
        line = lines[y]
        if text in line[part.region.x :]:
            x = cells(line[: line.index(text, part.region.x)])
            await drive.pilot.click(offset=(x + 1, y))
            return
    raise AssertionError(f"{text} is not in {label}: {lines}")


@pytest.mark.parametrize(
    ("label", "text", "pane"),
    [
        ("header", "need you", "blockers"),
        ("header", "verifying", "queue"),
        ("queue-title", "tasks", "queue"),
        ("blockers-title", "open", "blockers"),
        ("title", "Retry on 429", "diff"),
        ("proof-title", "activity", "activity"),
        ("proof-title", "PROVEN", "tests"),
        ("footer", "what needs me", "blockers"),
    ],
)
async def test_a_click_goes_where_the_text_says(label: str, text: str, pane: str) -> None:
    async with opened() as drive:
        await drive.until(lambda: "PROVEN" in drive.label("proof-title"))
        if pane == "queue":
            drive.key("2")
            await drive.in_pane("diff")
        await click(drive, label, text)
        await drive.in_pane(pane)


async def test_the_tab_of_the_tests_comes_back_by_a_click() -> None:
    async with opened() as drive:
        drive.key("5")
        await drive.in_pane("activity")
        await drive.until(lambda: "ACTIVITY" in drive.label("proof-title"))
        await click(drive, "proof-title", "tests")
        await drive.in_pane("tests")


@pytest.mark.parametrize(("text", "asked"), [("manual", "Policy green?"), ("pause", "paused")])
async def test_rules_are_changed_where_they_stand(text: str, asked: str) -> None:
    async with opened() as drive:
        label = "header" if text == "manual" else "footer"
        await click(drive, label, text)
        await drive.until(lambda: asked in drive.screen_text())


async def test_a_click_on_a_file_goes_to_it() -> None:
    async with opened(size=(200, 50)) as drive:
        await drive.until(lambda: "limit.py" in drive.screen_text())
        await click(drive, "files", "limit.py")
        await drive.in_pane("diff")
        diff = drive.app.cockpit.query_one(DiffView)
        await drive.until(lambda: diff.place is not None and diff.place.path.endswith("limit.py"))


async def test_everything_is_a_key_at_the_right_edge_too() -> None:
    async with opened() as drive:
        await click(drive, "footer", "ctrl+p")
        await drive.until(lambda: drive.app.screen is not drive.app.cockpit)

"""Pictures of a review under way: comments, lines, what is sent, the attempts."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from codeframe_tui.core.commands import AddComment, Explain, Reject
from tests.tui.review_room import SECOND, Desk, reviewing
from tests.tui.svg import Picture, picture

SIZES = pytest.mark.parametrize(
    "size", [(80, 24), (120, 40), (200, 50)], ids=["80x24", "120x40", "200x50"]
)
LONG = "say it in words, as the other messages do: a number alone tells nobody what went wrong"


async def _spoken(desk: Desk) -> None:
    """Three comments, an answer, and a second attempt on which one of them is outdated."""
    say, number = desk.engine.submit, desk.number
    await say(AddComment(number, "why nine?", "b.py", 9, type="question"))
    await say(Explain(number))
    assert await desk.engine.claim("w1") is not None
    await desk.engine.record_explanation(number, "It comes after eight, and the table says so.")
    await say(AddComment(number, LONG, "a.py", 5))
    await say(AddComment(number, "shorter", "a.py", 20, 21, type="nit"))
    await say(Reject(number, "see below"))
    await desk.propose(SECOND)
    await desk.shown(2)
    desk.go_to("a.py", "zwanzig")
    await desk.press("v", "space")
    await desk.drive.until(lambda: "partly" in desk.text and "It comes" in desk.text)
    desk.drive.app.cockpit.notice()


@SIZES
async def test_a_review_looks_as_meant(
    size: tuple[int, int], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with reviewing(tmp_path, size=size) as desk:
        await _spoken(desk)
        await desk.press("g", "j")
        assert await picture(desk.drive.pilot) == snapshot.use_extension(Picture)


@SIZES
async def test_the_sheet_that_sends_it_looks_as_meant(
    size: tuple[int, int], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with reviewing(tmp_path, size=size) as desk:
        await _spoken(desk)
        await desk.press("S")
        await desk.sheet()
        await desk.drive.until(lambda: "said before" in desk.drive.screen_text())
        assert await picture(desk.drive.pilot) == snapshot.use_extension(Picture)


async def test_what_changed_since_looks_as_meant(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with reviewing(tmp_path, size=(120, 40)) as desk:
        await _spoken(desk)
        await desk.press("i")
        await desk.drive.until(lambda: "since attempt 1" in desk.drive.label("title"))
        await desk.drive.until(lambda: "twenty" in desk.text)
        assert await picture(desk.drive.pilot) == snapshot.use_extension(Picture)

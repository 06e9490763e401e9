"""What happened to a task, and any of its attempts, also when it is over."""

from __future__ import annotations

from codeframe_tui.core.queries import ShowDiff
from codeframe_tui.tui.modals.history import HistoryDialog
from codeframe_tui.tui.widgets.lines import LineView
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService


def text(drive: Drive, name: str) -> str:
    view = drive.app.screen.query_one(f"#{name}", LineView)
    return "\n".join(view.text_at(line) for line in range(view.count()))


async def history(drive: Drive) -> None:
    drive.key("h")
    await drive.until(lambda: isinstance(drive.app.screen, HistoryDialog))
    await drive.in_pane("story")


async def test_the_story_of_a_task_is_told_with_its_attempts() -> None:
    async with opened() as drive:
        await history(drive)
        story = text(drive, "story")
        assert story.splitlines() == [
            "Sun 01 Mar 2026",
            "14:20 ·  added  ",
            "today",
            "13:40 ·  started work  ",
            "13:50 ✘  attempt 1  failed  Retries stop after three.  +19 −3   $0.10",
            "14:08 ✔  attempt 2  proven  Retries now spend a time budget.  +19 −3   $0.20",
            "14:17 ·  waits for review  ",
        ]
        assert "proven · 4 files · corrected by itself" in text(drive, "whole")
        drive.key("k")
        await drive.until(lambda: "Retries stop after three." in text(drive, "whole"))


async def test_an_attempt_is_looked_at_and_escape_comes_back_to_the_newest() -> None:
    async with opened() as drive:
        await history(drive)
        drive.key("k", "enter")
        await drive.in_pane("diff")
        asked = drive.service.asked
        await drive.until(lambda: any(isinstance(q, ShowDiff) and q.attempt == 1 for q in asked))
        assert drive.app.state.attempt_shown == 1
        drive.key("escape")
        await drive.until(lambda: drive.app.state.attempt_shown is None)
        drive.key("escape")
        await drive.in_pane("queue")


async def test_a_task_that_is_over_has_its_story_too() -> None:
    service = FakeService()
    service.history |= {"number": "1.1.4", "title": "Health endpoint", "status": "completed"}
    async with opened(service) as drive:
        drive.app.focus_task("1.1.4")
        await drive.until(lambda: drive.pane("queue").cursor == "1.1.4")
        await history(drive)
        assert "1.1.4 Health endpoint" in drive.screen_text()


async def test_going_up_in_a_long_story_reaches_its_beginning() -> None:
    service = FakeService()
    service.history["items"] += [
        service.history["items"][-1] | {"title": f"line {n}"} for n in range(200)
    ]
    service.page = 60
    async with opened(service) as drive:
        await history(drive)
        story = drive.app.screen.query_one("#story", LineView)
        drive.key("g")
        await drive.until(lambda: story.count() == 122)
        assert story.text_at(0) == "… more above: it comes when you go up"
        for _ in range(3):
            drive.key("g")
            await drive.pilot.pause()
        await drive.until(lambda: "added" in text(drive, "story"))
        assert "more above" not in text(drive, "story")
        assert text(drive, "story").count("line ") == 200
        drive.key("g", "j", "j", "enter")
        await drive.in_pane("diff")
        await drive.until(lambda: drive.app.state.attempt_shown == 1)

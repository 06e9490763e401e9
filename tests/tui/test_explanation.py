"""What the task asks and what the worker says, beside the code and in full."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codeframe_tui.core.commands import AddComment
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService
from tests.tui.review_room import reviewing


def _service() -> FakeService:
    service = FakeService()
    task: Mapping[str, Any] = service.tasks["1.2.3"]
    task["attempts"][-1]["explanation"] = "limit.py holds the budget. It is small."
    task["attempts"][0]["explanation"] = "first try"
    service.diffs["1.2.3"]["attempt"] = 2
    return service


def _text(drive: Drive) -> str:
    diff = drive.app.cockpit.part("diff", DiffView)
    return "\n".join(
        "".join(text for text, _ in diff.spans_at(row, 100)) for row in range(diff.count())
    )


async def test_a_sentence_stands_below_the_file_it_names_until_a_key_hides_it() -> None:
    async with opened(_service()) as drive:
        drive.key("2")
        await drive.in_pane("diff")
        await drive.until(lambda: "limit.py holds the budget." in _text(drive))
        lines = _text(drive).split("\n")
        at = next(n for n, line in enumerate(lines) if "holds the budget" in line)
        assert "client/limit.py" in lines[at - 1]
        assert lines[at].rstrip().endswith("the worker")
        drive.key("D")
        await drive.until(lambda: "holds the budget" not in _text(drive))
        drive.key("D")
        await drive.until(lambda: "holds the budget" in _text(drive))


async def test_a_sentence_is_shown_though_the_task_comes_after_its_change() -> None:
    service = _service()
    attempt = service.tasks["1.2.3"]["attempts"][-1]
    said, attempt["explanation"] = attempt["explanation"], ""
    async with opened(service) as drive:
        await drive.until(lambda: "client/limit.py" in _text(drive))
        assert "holds the budget" not in _text(drive)
        attempt["explanation"] = said
        service.happen("turn.recorded", "1.2.3", turn=1)
        await drive.until(lambda: "holds the budget" in _text(drive))


async def test_the_key_says_that_no_part_is_named_though_there_are_comments(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.engine.submit(AddComment(desk.number, "why?", "b.py", 9))
        await desk.drive.until(lambda: "why?" in desk.text)
        await desk.press("D", "D")
        await desk.drive.until(lambda: "worker names no part" in desk.drive.label("notice"))


async def test_what_is_asked_and_done_is_one_key_away() -> None:
    async with opened(_service(), size=(80, 24)) as drive:
        drive.key("2")
        await drive.in_pane("diff")
        drive.key("d")
        await drive.sheet()
        said = drive.screen_text()
        assert "ASKED" in said
        assert "WHAT ATTEMPT 2 DOES" in said
        assert "limit.py holds the budget. It is small." in said
        assert "client/retry.py" in said


async def test_no_comment_is_written_about_what_the_worker_says(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.diff.show_explanation("b.py is shorter now.")
        await desk.drive.until(lambda: "is shorter now" in desk.text)
        lines = desk.text.split("\n")
        desk.diff.move_to(next(n for n, line in enumerate(lines) if "is shorter now" in line))
        await desk.press("c")
        await desk.drive.pilot.pause()
        assert desk.drive.app.screen is desk.drive.app.cockpit
        await desk.press("right_parenthesis")
        await desk.drive.until(lambda: "no comments here" in desk.drive.label("notice"))

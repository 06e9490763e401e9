"""Tests of a task come once, and of an older attempt when a person looks at it."""

from __future__ import annotations

from typing import Any

from codeframe_tui.core.queries import ShowTask
from codeframe_tui.tui.present.tested import stamp_of
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, shown, verification

BAD = "test_never_retries_400"


def _asked(drive: Drive) -> list[ShowTask]:
    return [query for query in drive.service.asked if isinstance(query, ShowTask)]


def _green(drive: Drive, attempt: int) -> list[Any]:
    """Tests of an attempt that are here."""
    run = (drive.app.state.task or {})["attempts"][attempt]["verification"]["green"]
    return list(run["tests"])


def _rows(drive: Drive) -> list[str]:
    pane = drive.pane("tests")
    return [pane.text_at(index) for index in range(pane.count())]


async def _answered(drive: Drive, title: str) -> None:
    """An event about the task, after which its title is another."""
    drive.service.tasks["1.2.3"]["title"] = title
    drive.service.happen("turn.recorded", "1.2.3", turn=1)
    await drive.until(lambda: title in drive.label("title"))


async def test_an_event_does_not_bring_tests_again_that_are_here() -> None:
    async with opened() as drive:
        drive.key("3")
        await drive.until(lambda: len(_rows(drive)) == 4)
        before = _rows(drive)
        await _answered(drive, "One more turn")
        newest = _asked(drive)[-1]
        assert newest.known == stamp_of(drive.app.state.task) != ""
        assert _rows(drive) == before
        assert "3 of 3" in drive.label("proof-title")


async def test_other_evidence_comes() -> None:
    async with opened() as drive:
        drive.key("3")
        await drive.until(lambda: len(_rows(drive)) == 4)
        found = verification()
        found["green"]["tests"] = found["green"]["tests"][:2]
        drive.service.tasks["1.2.3"]["attempts"][-1]["verification"] = found
        await _answered(drive, "Tested anew")
        assert "GREEN ✔ 2 of 2" in drive.label("proof-title")


async def test_the_tests_of_an_older_attempt_come_when_it_is_looked_at() -> None:
    async with opened(size=(160, 40)) as drive:
        assert "attempt 1 failed 1 test" in drive.label("title")
        assert _green(drive, 0) == []
        drive.app.look_at(1)
        await drive.until(lambda: any("✘ → ✘" in line and BAD in line for line in _rows(drive)))
        assert _asked(drive)[-1].attempt == 1
        assert "GREEN ✘ 2 of 3" in drive.label("proof-title")
        drive.app.look_at()
        await drive.until(lambda: "GREEN ✔ 3 of 3" in drive.label("proof-title"))
        await drive.until(lambda: any("✔" in line and BAD in line for line in _rows(drive)))


async def test_tests_that_were_lost_meanwhile_are_asked_for_again() -> None:
    async with opened() as drive:
        await drive.until(lambda: stamp_of(drive.app.state.task))
        drive.app.state.task = None  # as when the task could not be read for a moment
        await _answered(drive, "Here again")
        assert not _asked(drive)[-1].known
        assert _green(drive, -1)


async def test_what_is_on_its_way_is_not_said_to_be_missing() -> None:
    service = FakeService()
    service.tasks["1.2.3"] = shown()
    async with opened(service) as drive:
        drive.key("3")
        drive.app.state.attempt_shown = 1
        drive.app.cockpit.task_parts.draw_tests()
        assert "The tests of this attempt are on their way." in _rows(drive)

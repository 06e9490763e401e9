"""Picking a file, class or function of the project while typing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Input

from codeframe_tui.core.commands import ChooseContext
from codeframe_tui.core.errors import NotFound
from codeframe_tui.core.queries import ShowPlaces
from codeframe_tui.tui.deeds import editing
from codeframe_tui.tui.modals.context import ContextDialog
from codeframe_tui.tui.modals.places import PlacePicker
from codeframe_tui.tui.widgets.lines import LineList
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService


async def finding(drive: Drive) -> None:
    drive.key("ctrl+f")
    await drive.until(lambda: isinstance(drive.app.screen, PlacePicker))
    await drive.until(lambda: isinstance(drive.app.focused, Input))


def listed(drive: Drive) -> list[str]:
    return [line for line in drive.screen_text().splitlines() if "client/" in line]


async def typed(drive: Drive, text: str, lines: int) -> None:
    drive.type(text)
    await drive.until(lambda: len(listed(drive)) == lines)


async def test_files_and_definitions_are_found_by_what_is_typed() -> None:
    async with opened() as drive:
        await finding(drive)
        await drive.until(lambda: len(listed(drive)) == 4)
        await typed(drive, "run", 1)
        (line,) = listed(drive)
        assert line.split() == ["def", "Retry.run", "client/retry.py:41"]
        await typed(drive, "x", 0)
        assert "nothing like it" in drive.screen_text()


async def test_a_place_is_opened_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[list[str]] = []

    async def run(_app: object, argv: list[str], **_: object) -> int:
        runs.append(argv)
        return 0

    monkeypatch.setattr(editing, "run_aside", run)
    monkeypatch.setenv("VISUAL", "vim")
    (tmp_path / "client").mkdir()
    file = tmp_path / "client/retry.py"
    file.touch()
    service = FakeService()
    service.overview["path"] = str(tmp_path)
    async with opened(service) as drive:
        await finding(drive)
        await typed(drive, "run", 1)
        drive.key("enter")
        await drive.until(lambda: runs)
        assert runs == [["vim", "+41", str(file)]]


async def test_a_place_is_copied_or_its_file_pinned_to_the_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened() as drive:
        copied: list[str] = []
        monkeypatch.setattr(drive.app, "copy_to_clipboard", copied.append)
        await finding(drive)
        await typed(drive, "run", 1)
        drive.key("ctrl+y")
        await drive.until(lambda: copied == ["client/retry.py:41"])
        await finding(drive)
        await typed(drive, "fetch", 1)
        assert "pin to 1.2.3" in drive.screen_text()
        drive.key("tab")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [ChooseContext("client/api.py", "pinned", "1.2.3")]
        await drive.until(lambda: "pinned client/api.py to 1.2.3" in drive.label("notice"))


async def test_typing_waits_for_no_answer_and_only_the_last_text_is_asked_for() -> None:
    service = FakeService(held={"": asyncio.Event(), "f": asyncio.Event()})
    async with opened(service) as drive:
        await finding(drive)
        drive.type("fetch")
        await drive.until(lambda: drive.app.screen.query_one(Input).value == "fetch")
        service.held[""].set()
        await drive.until(lambda: len(listed(drive)) == 1)
        asked = [each.text for each in service.asked if isinstance(each, ShowPlaces)]
        assert asked == ["", "fetch"]


async def test_while_the_code_is_read_the_list_grows_and_the_cursor_stays() -> None:
    service = FakeService(left=[5, 5, 0])
    later = service.places.pop(0)
    async with opened(service) as drive:
        await finding(drive)
        await drive.until(lambda: "the code is being read: 4 of 9 files" in drive.screen_text())
        drive.key("down")
        service.places.insert(0, later)
        await drive.until(lambda: len(listed(drive)) == 4)
        await drive.until(lambda: "being read" not in drive.screen_text())
        drive.key("tab")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [ChooseContext("client/retry.py", "pinned", "1.2.3")]


async def test_what_the_index_cannot_do_is_told_in_the_picker() -> None:
    class Broken(FakeService):
        async def _places(self, text: str) -> dict[str, object]:
            raise NotFound(f"no index for \x1b[1m{text}", hint="read it")

    async with opened(Broken()) as drive:
        await finding(drive)
        drive.type("a")
        await drive.until(lambda: "✘ no index for" in drive.screen_text())
        assert " · read it" in drive.screen_text()
        assert "\x1b" not in drive.screen_text()
        drive.key("escape")
        await drive.in_pane("queue")


async def test_a_file_that_the_context_lacks_is_pinned_from_there() -> None:
    async with opened() as drive:
        drive.key("c")
        await drive.until(lambda: isinstance(drive.app.screen, ContextDialog))
        await drive.in_pane("shown")
        drive.key("a")
        await drive.until(lambda: isinstance(drive.app.screen, PlacePicker))
        await typed(drive, "fetch", 1)
        drive.key("enter")
        await drive.until(lambda: isinstance(drive.app.screen, ContextDialog))
        assert drive.service.submitted == [ChooseContext("client/api.py", "pinned", "1.2.3")]


def pins(drive: Drive) -> list[str]:
    return [each.path for each in drive.service.submitted if isinstance(each, ChooseContext)]


def pasted(drive: Drive, text: str) -> None:
    drive.app.screen.query_one(Input).value = text


async def asked_for(drive: Drive, *texts: str) -> None:
    asked = drive.service.asked
    await drive.until(
        lambda: [each.text for each in asked if isinstance(each, ShowPlaces)] == [*texts]
    )


async def test_a_cursor_that_moves_while_an_answer_is_on_its_way_stays_where_it_is() -> None:
    service = FakeService(left=[5, 0], held={"": asyncio.Event()})
    service.held[""].set()
    async with opened(service) as drive:
        await finding(drive)
        await drive.until(lambda: len(listed(drive)) == 4)
        service.held[""].clear()
        await asked_for(drive, "", "")
        drive.key("down", "down", "down")
        await drive.until(lambda: drive.app.screen.query_one(LineList).cursor == "3")
        service.held[""].set()
        await drive.until(lambda: "being read" not in drive.screen_text())
        drive.key("tab")
        await drive.until(lambda: pins(drive))
        assert pins(drive) == ["client/api.py"]


async def test_a_wish_is_about_what_was_typed_before_it_and_not_about_an_older_list() -> None:
    service = FakeService(held={"fetch": asyncio.Event()})
    async with opened(service) as drive:
        await finding(drive)
        await drive.until(lambda: len(listed(drive)) == 4)
        pasted(drive, "fetch")
        drive.key("tab")
        await asked_for(drive, "", "fetch")
        await drive.pilot.pause()
        assert pins(drive) == []
        service.held["fetch"].set()
        await drive.until(lambda: pins(drive))
        assert pins(drive) == ["client/api.py"]


@pytest.mark.parametrize("further", ["x", "down"])
async def test_who_goes_on_typing_or_moving_has_no_older_wish(further: str) -> None:
    service = FakeService(held={"fetch": asyncio.Event()})
    async with opened(service) as drive:
        await finding(drive)
        await drive.until(lambda: len(listed(drive)) == 4)
        pasted(drive, "fetch")
        drive.key("tab", further)
        await asked_for(drive, "", "fetch")
        await drive.pilot.pause()
        assert pins(drive) == []
        service.held["fetch"].set()
        await drive.until(lambda: len(listed(drive)) == (0 if further == "x" else 1))
        await drive.pilot.pause()
        assert isinstance(drive.app.screen, PlacePicker)
        assert pins(drive) == []


async def test_what_is_picked_is_not_exchanged_by_an_answer_that_comes_after() -> None:
    service = FakeService(held={"fetch": asyncio.Event()})
    async with opened(service) as drive:
        drive.key("c")
        await drive.until(lambda: isinstance(drive.app.screen, ContextDialog))
        await drive.in_pane("shown")
        drive.key("a")
        await drive.until(lambda: isinstance(drive.app.screen, PlacePicker))
        await drive.until(lambda: len(listed(drive)) == 4)
        pasted(drive, "fetch")
        await asked_for(drive, "", "fetch")
        picker = drive.app.screen
        assert isinstance(picker, PlacePicker)
        picker.decide(0)
        service.held["fetch"].set()
        await drive.until(lambda: pins(drive))
        assert pins(drive) == ["client/retry.py"]

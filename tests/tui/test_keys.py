"""Every action can be found: in the palette with its key of now, and in the help at any size."""

from __future__ import annotations

import pytest

from codeframe_tui.tui.deeds.palette import known
from codeframe_tui.tui.keymap import KEYS, PLACES, key_names
from codeframe_tui.tui.modals.history import HistoryDialog
from codeframe_tui.tui.modals.palette import Palette
from codeframe_tui.tui.present.palette import Entry, entries, left_of, right_of
from codeframe_tui.tui.present.reasons import why_not
from codeframe_tui.tui.present.state import State, works
from codeframe_tui.tui.widgets.lines import LineList, LineView
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService


def _listed(state: State, pane: str = "queue", chosen: dict[str, str] | None = None) -> list[Entry]:
    return entries(known(chosen or {}), PLACES, state, pane, ["light"])


def _state() -> State:
    service = FakeService()
    return State(
        overview=service.overview, queue=service.queue, blockers=service.blockers, focus="1.2.3"
    )


def test_the_palette_has_every_action_with_its_key_of_now() -> None:
    listed = {each.action: each for each in _listed(_state(), chosen={"queue.new": "f7"})}
    for key in KEYS:
        if key.action == "app.palette":
            continue
        expected = "f7" if key.action == "queue.new" else key_names(key.keys)
        assert (listed[key.action].keys, listed[key.action].text) == (expected, key.help)
        shown = "".join(text for text, _ in left_of(listed[key.action]))
        assert shown.split() == [*expected.split(), *key.help.split()]
    assert listed["theme.light"].text == "Theme: light"


def test_what_works_here_and_now_stands_first() -> None:
    for pane in ("queue", "activity"):
        found = _listed(_state(), pane)
        assert [each.group for each in found] == sorted(each.group for each in found)
    first = _listed(_state())
    names = [each.action for each in first if each.group == 0]
    assert names[:3] == ["queue.open", "queue.new", "queue.retry"]
    assert names.index("queue.history") < names.index("app.urgent") < names.index("list.first")


def test_what_does_not_work_now_is_there_with_its_reason() -> None:
    listed = {each.action: each for each in _listed(_state())}
    assert listed["queue.undo"].why == "1.2.3 is in review"
    assert listed["diff.accept_hunk"].why == "there is no change yet"
    assert listed["tests.run"].why == "there is no attempt yet"
    assert listed["blockers.answer"].why == "no question is chosen"
    assert listed["app.search_next"].why == "nothing is searched for"
    assert right_of(listed["queue.undo"]) == (("1.2.3 is in review", "dim"),)
    assert {style for text, style in left_of(listed["queue.undo"]) if text.strip()} == {"faint"}


@pytest.mark.parametrize("action", [key.action for key in KEYS])
def test_every_action_that_does_not_work_says_why(action: str) -> None:
    for state in (State(), _state()):
        assert bool(why_not(action, state)) is not works(action, state)


async def _rows(drive: Drive) -> list[str]:
    await drive.until(lambda: drive.app.screen.query(".dialog-picks"))
    view = drive.app.screen.query_one(".dialog-picks", LineView)
    return [view.text_at(line) for line in range(view.count())]


async def test_the_best_match_of_what_is_typed_comes_first_and_can_be_done() -> None:
    async with opened() as drive:
        await drive.in_pane("queue")
        drive.key("ctrl+p")
        await drive.sheet()
        rows = await _rows(drive)
        assert rows[0] == "HERE AND NOW"
        assert rows[1].split()[:2] == ["enter", "Open"]
        assert {"ELSEWHERE", "NOT JUST NOW"} < set(rows)
        drive.type("history")
        await drive.until(lambda: "HERE AND NOW" not in drive.screen_text())
        assert (await _rows(drive))[0].startswith("h  ")
        drive.key("enter")
        await drive.until(lambda: isinstance(drive.app.screen, HistoryDialog))


async def test_what_cannot_be_done_says_why_and_does_nothing() -> None:
    async with opened() as drive:
        await drive.in_pane("queue")
        drive.key("ctrl+p")
        await drive.sheet()
        drive.type("undo")
        await drive.until(lambda: "HERE AND NOW" not in drive.screen_text())
        first = (await _rows(drive))[0]
        assert first.startswith("u  ")
        assert first.endswith("1.2.3 is in review")
        drive.key("enter")
        await drive.until(lambda: drive.label("notice") == "Undo: 1.2.3 is in review")
        assert not drive.service.submitted


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


async def test_of_two_that_are_called_the_same_the_one_of_this_pane_comes_first() -> None:
    async with opened() as drive:
        await drive.in_pane("queue")
        for pane, why in (("1", "queue"), ("4", "blockers")):
            drive.key(pane)
            await drive.in_pane(why)
            drive.key("ctrl+p")
            await drive.sheet()
            drive.type("retry")
            await drive.until(lambda: "HERE AND NOW" not in drive.screen_text())
            found = drive.app.screen
            assert isinstance(found, Palette)
            listed = found.query_one(".dialog-picks", LineList)
            assert found._entries[int(listed.cursor or -1)].action == f"{why}.retry"
            drive.key("escape")
            await drive.until(lambda: drive.app.screen is drive.app.cockpit)

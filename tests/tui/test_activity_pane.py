"""The Activity pane by its keys."""

from __future__ import annotations

from codeframe_tui.core.queries import Query, ShowActivity, ShowEntry
from codeframe_tui.ports import Document
from codeframe_tui.tui.modals.viewer import Page
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, at


async def _in_activity(drive: Drive) -> None:
    drive.key("5")
    await drive.in_pane("activity")
    await drive.until(lambda: drive.pane("activity").count() > 5)


async def test_an_entry_opens_to_all_of_it_and_its_money_stands_in_the_title() -> None:
    async with opened() as drive:
        await _in_activity(drive)
        await drive.until(lambda: "task $0.31 · today $0.84" in drive.label("proof-title"))
        drive.key("k", "enter")
        await drive.until(lambda: "all of entry 15" in drive.screen_text())
        assert ShowEntry("1.2.3", 15) in drive.service.asked
        assert "  indented" in drive.screen_text()
        drive.key("escape", "3")
        await drive.in_pane("tests")
        await drive.until(lambda: "PROVEN" in drive.label("proof-title"))
        assert "today" not in drive.label("proof-title")


class Long(FakeService):
    """Its entries have a line that is wider than the sheet on a narrow screen."""

    async def query(self, query: Query) -> Document:
        if isinstance(query, ShowEntry):
            return {"title": "long", "text": f"{'word ' * 16}the-end"}
        return await super().query(query)


async def test_all_of_an_entry_is_read_on_a_narrow_screen() -> None:
    async with opened(Long(), size=(80, 24)) as drive:
        await _in_activity(drive)
        drive.key("k", "enter")
        await drive.until(lambda: "the-end" in drive.screen_text())
        page = drive.app.screen.query_one(Page)
        assert all(len(page.text_at(at)) <= page.size.width for at in range(page.count()))


async def test_a_note_shows_that_it_joined_a_turn() -> None:
    service = FakeService()
    note = service.activity["items"][5]
    joined, note["title"] = note["title"], "note from a person, waits"
    async with opened(service) as drive:
        await _in_activity(drive)
        assert "note from a person, waits" in drive.screen_text()
        note["title"] = joined
        service.happen("turn.recorded", "1.2.3", turn=3, tools=[], usage=None, cost_usd=0.0)
        await drive.until(lambda: "note from a person, joined turn 2" in drive.screen_text())


async def test_what_the_model_says_just_now_is_the_last_line_until_it_is_stored() -> None:
    async with opened() as drive:
        await _in_activity(drive)
        pane, service = drive.pane("activity"), drive.service
        service.signal("model.text", "1.2.3", append=True, text="I change the budget")
        await drive.until(lambda: "says  I change the budget" in pane.text_at(pane.count() - 1))
        service.happen("turn.recorded", "1.2.3", turn=5, tools=[], usage=None, cost_usd=0.0)
        await drive.until(lambda: "says" not in pane.text_at(pane.count() - 1))


async def test_a_thousand_entries_are_as_quick_as_ten() -> None:
    service = FakeService()
    item = service.activity["items"][3]
    service.activity["items"] = [item | {"seq": n, "at": at(1)} for n in range(1_000)]
    async with opened(service) as drive:
        await _in_activity(drive)
        pane = drive.pane("activity")
        await drive.until(lambda: pane.count() == 1_000)
        await drive.until(lambda: pane.cursor == "999")
        drive.key("home")
        await drive.until(lambda: pane.cursor == "0")
        drive.key("G")
        await drive.until(lambda: pane.cursor == "999")


def _long(count: int, page: int) -> FakeService:
    """A task with so many entries, of which a page comes at once."""
    service = FakeService()
    item = service.activity["items"][3]
    service.activity["items"] = [
        item | {"seq": n, "at": at(1), "title": f"entry {n}"} for n in range(1, count + 1)
    ]
    service.page = page
    return service


def _asked(drive: Drive) -> list[ShowActivity]:
    return [query for query in drive.service.asked if isinstance(query, ShowActivity)]


async def test_an_event_brings_only_what_is_new() -> None:
    service = _long(50, 30)
    async with opened(service) as drive:
        await _in_activity(drive)
        await drive.until(lambda: drive.pane("activity").cursor == "50")
        service.activity["items"].append(service.activity["items"][0] | {"seq": 51})
        service.happen("turn.recorded", "1.2.3", turn=5, tools=[], usage=None, cost_usd=0.0)
        await drive.until(lambda: drive.pane("activity").cursor == "51")
        assert _asked(drive)[-1] == ShowActivity("1.2.3", after=50)
        assert drive.pane("activity").count() == 32  # and the line that says there is more
        drive.app.state.activity = None  # as when it could not be read for a moment
        service.happen("turn.recorded", "1.2.3", turn=6, tools=[], usage=None, cost_usd=0.0)
        await drive.until(lambda: drive.app.state.activity)
        assert _asked(drive)[-1] == ShowActivity("1.2.3")


async def test_going_up_reaches_the_first_entry_and_nothing_jumps() -> None:
    async with opened(_long(100, 30)) as drive:
        await _in_activity(drive)
        pane = drive.pane("activity")
        await drive.until(lambda: pane.cursor == "100")
        assert pane.text_at(0) == "… more above: it comes when you go up"
        drive.key("g")
        await drive.until(lambda: pane.count() == 61)
        assert pane.cursor == "71"
        line = next(at for at in range(pane.count()) if pane.rows[at].key == "71")
        assert 0 <= line - pane.scroll_offset.y < 3
        drive.key("g")
        await drive.until(lambda: pane.count() == 91)
        drive.key("g")
        await drive.until(lambda: pane.count() == 100)
        assert "more above" not in pane.text_at(0)
        drive.key("g")
        await drive.until(lambda: pane.cursor == "1")
        before = len(_asked(drive))
        drive.key("k", "k")
        await drive.pilot.pause()
        assert len(_asked(drive)) == before
        drive.key("G")
        await drive.until(lambda: pane.cursor == "100")

"""`/` in a pane: what is found, marked, counted and gone to; nothing else is held up by it."""

from __future__ import annotations

from typing import Any

from codeframe_tui.core.queries import ShowHits
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.supply import opened as opened_document
from codeframe_tui.tui.widgets.diff.view import DiffView
from codeframe_tui.tui.widgets.messages import HitsAsked
from codeframe_tui.tui.widgets.panes import BlockersPane
from codeframe_tui.tui.widgets.task_panes import ActivityPane
from tests.diff_documents import document, file, hunk, large
from tests.tui.diff_host import Host, until
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService
from tests.unit.test_diff_pages import in_room


def three() -> dict[str, Any]:
    """Two files with three lines that hold a word."""
    return document(
        file("a.py", hunk(1, 1, "-retry = 1", "+retry = Retry()", " x", heading="")),
        file("b.py", hunk(1, 5, "+call(retry)", "+pass")),
    )


async def _searched(drive: Drive, text: str) -> DiffView:
    drive.key("2")
    await drive.in_pane("diff")
    drive.key("/")
    await drive.in_pane("sought")
    drive.type(text)
    view = drive.app.cockpit.query_one(DiffView)
    await drive.until(lambda: view.sought == text and view.found not in {"", "…"})
    return view


def _hits(view: DiffView, row: int) -> list[str]:
    segments = view.render_line(row - view.scroll_offset.y)
    return [part.text for part in segments if part.style and part.style.underline]


async def test_a_search_goes_to_the_first_hit_below_and_round() -> None:
    app = Host(three())
    async with app.run_test(size=(100, 20)) as pilot:
        diff = await app.settled(pilot)
        diff.seek("retry")
        await until(pilot, lambda: diff.found == "1 of 3")
        assert diff.place == Place("a.py", 1, 0)
        assert _hits(diff, 2) == ["retry"]
        assert [part for row in (3,) for part in _hits(diff, row)] == ["retry", "Retry"]
        steps = []
        for _ in range(3):
            diff.seek_by(1)
            steps.append((diff.place, diff.found))
        assert steps == [
            (Place("a.py", 1, 1), "2 of 3"),
            (Place("b.py", 1, 0), "3 of 3"),
            (Place("a.py", 1, 0), "1 of 3"),
        ]
        diff.seek_by(-1)
        assert diff.place == Place("b.py", 1, 0)


async def test_an_upper_case_letter_makes_it_exact_and_nothing_found_is_told() -> None:
    app = Host(three())
    async with app.run_test(size=(100, 20)) as pilot:
        diff = await app.settled(pilot)
        diff.seek("Retry")
        await until(pilot, lambda: diff.found == "1 of 1")
        diff.seek("r.t")
        await until(pilot, lambda: diff.found == "no hit")
        diff.seek("")
        assert diff.found == ""
        assert not _hits(diff, 2)


async def test_a_hit_in_a_folded_file_unfolds_it() -> None:
    app = Host(three())
    async with app.run_test(size=(100, 20)) as pilot:
        diff = await app.settled(pilot)
        diff.fold({"b.py"})
        diff.seek("call")
        await until(pilot, lambda: diff.found == "1 of 1")
        assert diff.place == Place("b.py", 1, 0)
        assert not diff._folded


async def test_hits_are_searched_anew_in_another_document_and_the_cursor_stays() -> None:
    app = Host(three())
    async with app.run_test(size=(100, 20)) as pilot:
        diff = await app.settled(pilot)
        diff.seek("retry")
        await until(pilot, lambda: diff.found == "1 of 3")
        more = three()
        more["files"].insert(0, file("0.py", hunk(1, 1, "+retry")))
        diff.show(more)
        await until(pilot, lambda: diff.found == "of 4")
        assert diff.place == Place("a.py", 1, 0)
        diff.seek_by(1)
        assert (diff.place, diff.found) == (Place("a.py", 1, 1), "3 of 4")


async def test_searching_many_lines_is_cut_into_slices_and_counts_up_to_a_limit() -> None:
    app = Host(large(100_000))
    async with app.run_test(size=(100, 20)) as pilot:
        diff = await app.settled(pilot)
        diff.seek("over the limit")
        await pilot.pause(0)
        assert diff.place is not None
        assert diff.place.line == 5
        await until(pilot, lambda: diff.found == "1 of 10,000+")
        diff.seek("quantity[2500]")
        await until(pilot, lambda: diff.found == "1 of 10")


async def test_where_not_all_text_is_here_the_engine_is_asked_once_a_person_pauses() -> None:
    app = Host(opened_document(in_room(three(), 0)))
    async with app.run_test(size=(100, 20)) as pilot:
        diff = await app.settled(pilot)
        diff.seek("ret")
        diff.seek("retry")
        assert diff.found == "…"
        await until(pilot, lambda: bool(app.said) and isinstance(app.said[-1], HitsAsked))
        asked = app.said[-1]
        assert [each.about for each in app.said if isinstance(each, HitsAsked)] == [
            ("p1", 2, None, True, "retry")
        ]
        hits = [["b.py", 1, 0], ["a.py", 1, 0], ["gone.py", 1, 0], ["a.py", 1, 1]]
        diff.give_hits(asked, {"hits": hits, "all": True})
        assert (diff.place, diff.found) == (Place("a.py", 1, 0), "1 of 3")
        diff.seek_by(-1)
        assert diff.place == Place("b.py", 1, 0)
        diff.seek("")
        diff.action_bottom()
        diff.seek("Retry")
        await until(pilot, lambda: getattr(app.said[-1], "about", ("",))[-1] == "Retry")
        diff.give_hits(app.said[-1], {"hits": [["a.py", 1, 1]], "all": True})
        assert (diff.place, diff.found) == (Place("a.py", 1, 1), "1 of 1")  # round the end
        diff.seek("x")
        diff.give_hits(asked, {"hits": hits, "all": True})
        assert diff.found == "…"


async def test_the_engine_searches_what_is_large() -> None:
    service = FakeService()
    service.diffs["1.2.3"] = in_room(service.diffs["1.2.3"], 0)
    async with opened(service) as drive:
        view = await _searched(drive, "limit")
        asked = [each for each in drive.service.asked if isinstance(each, ShowHits)]
        assert (asked[-1].number, asked[-1].text) == ("1.2.3", "limit")
        assert view.found == "1 of 1"
        assert view.place == Place("client/limit.py", 1, 0)


async def test_the_prompt_is_typed_in_while_everything_else_goes_on() -> None:
    async with opened() as drive:
        view = await _searched(drive, "q1a")
        assert view.found == "no hit"  # these are keys elsewhere
        drive.service.happen("task.status", "1.3.1", to="blocked", **{"from": "in_progress"})
        drive.key("backspace", "backspace", "backspace")
        await drive.until(lambda: not view.sought)
        drive.type("retry")
        await drive.until(lambda: view.found.startswith("1 of "))
        await drive.until(lambda: view.found in drive.label("found"))
        assert drive.app.focused is not None
        assert drive.app.focused.id == "sought"
        assert not view.draft.parts
        drive.key("enter")
        await drive.in_pane("diff")
        assert not drive.app.cockpit.query_one("#prompt").display
        assert f"n hit {view.found}" in drive.label("footer")
        drive.key("n")
        await drive.until(lambda: view.found.startswith("2 of "))
        drive.key("N")
        await drive.until(lambda: view.found.startswith("1 of "))


async def test_keys_typed_faster_than_the_prompt_opens_are_text_and_decide_nothing() -> None:
    async with opened() as drive:
        drive.key("2")
        await drive.in_pane("diff")
        view = drive.app.cockpit.query_one(DiffView)
        for times in range(1, 3):  # the second time it is there already
            drive.key("/", *"rAqP1")
            await drive.until(lambda: view.sought == "rAqP1")
            assert not view.draft.rejected_parts
            assert drive.app.screen is drive.app.cockpit
            assert drive.app.cockpit.pane == "diff", times
            drive.key("escape")
            await drive.in_pane("diff")


async def test_keys_of_a_dialogue_above_are_no_text_for_the_prompt() -> None:
    async with opened() as drive:
        view = await _searched(drive, "retry")
        drive.key("ctrl+q")
        await drive.sheet()
        drive.key("x", "y")
        await drive.pilot.pause()
        assert view.sought == "retry"
        drive.key("escape")
        await drive.in_pane("sought")


async def test_esc_in_the_prompt_drops_the_search_and_in_the_pane_too() -> None:
    async with opened() as drive:
        view = await _searched(drive, "retry")
        drive.key("escape")
        await drive.in_pane("diff")
        assert view.sought == ""
        await _searched(drive, "retry")
        drive.key("enter")
        await drive.in_pane("diff")
        drive.key("escape")
        await drive.until(lambda: view.sought == "")
        assert drive.app.cockpit.pane == "diff"
        await drive.until(lambda: "hit" not in drive.label("footer"))


async def test_a_search_without_a_hit_offers_no_next_one() -> None:
    async with opened() as drive:
        view = await _searched(drive, "retry")
        drive.key("enter")
        await drive.until(lambda: "n hit" in drive.label("footer"))
        view.seek("not there at all")
        await drive.until(lambda: view.found == "no hit")
        await drive.until(lambda: "hit" not in drive.label("footer"))


async def test_leaving_the_prompt_by_another_pane_closes_it_and_keeps_the_hits() -> None:
    async with opened() as drive:
        view = await _searched(drive, "retry")
        drive.key("tab")
        await drive.in_pane("tests")
        await drive.until(lambda: not drive.app.cockpit.query_one("#prompt").display)
        assert view.sought == "retry"


async def test_entries_of_the_activity_are_searched_and_gone_round() -> None:
    async with opened() as drive:
        drive.key("5")
        await drive.in_pane("activity")
        pane = drive.app.cockpit.query_one(ActivityPane)
        drive.key("/")
        await drive.in_pane("sought")
        drive.type("turn")
        await drive.until(lambda: pane.found.endswith("of 3"))
        drive.key("enter")
        await drive.in_pane("activity")
        at = []
        for _ in range(4):
            drive.key("n")
            before = pane.cursor
            await drive.until(lambda before=before: pane.cursor != before)  # type: ignore[misc]
            at.append(pane.found)
        assert len(set(at[:3])) == 3
        assert at[3] == at[0]
        row = next(n for n in range(pane.count()) if "turn" in pane.text_at(n))
        marked = [p.text for p in pane.render_line(row) if p.style and p.style.underline]
        assert marked == ["turn"]
        drive.key("escape")
        await drive.until(lambda: not pane.sought)


async def test_a_question_is_found_by_its_words() -> None:
    async with opened() as drive:
        drive.key("4")
        await drive.in_pane("blockers")
        pane = drive.app.cockpit.query_one(BlockersPane)
        drive.key("/")
        await drive.in_pane("sought")
        drive.type("half")
        await drive.until(lambda: pane.found == "1 of 1")
        drive.type("zz")
        await drive.until(lambda: pane.found == "no hit")

"""The diff as a person uses it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from textual import events

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.tui.present.diff.actions import DIFF_ACTIONS
from codeframe_tui.tui.present.diff.index import DiffIndex
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.draft import Verdict
from codeframe_tui.tui.widgets.diff.view import DiffView
from codeframe_tui.tui.widgets.messages import ApproveAllAsked, DraftChanged, SendAsked, Told
from tests.diff_documents import document, file, hunk, large, retry
from tests.tui.diff_host import Host, press, until

RETRY, TESTS, LEGACY = "client/retry.py", "tests/test_retry.py", "client/legacy.py"
SIZE = (100, 30)


def rows_in_sight(diff: DiffView) -> list[str]:
    return [diff.render_line(y).text.rstrip() for y in range(diff.size.height)]


def test_every_action_of_the_table_is_a_method_and_every_key_is_used_once() -> None:
    keys = [key for each in DIFF_ACTIONS for key in each.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert all(each.action.startswith("diff.") for each in DIFF_ACTIONS)
    assert all(callable(getattr(DiffView, f"action_{each.name}", None)) for each in DIFF_ACTIONS)


async def test_a_proposal_opens_on_its_first_undecided_hunk() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        assert diff.place == Place(RETRY, 1, -1)
        shown = rows_in_sight(diff)
        assert shown[0].split() == ["~", RETRY, "+8", "−3", "file", "1", "of", "5"]
        assert shown[1].split() == ["⋯", "11", "unchanged", "lines", "in", "Limit", "z"]
        assert shown[2].startswith("▌1/3 @@ 12 · class Limit")
        assert shown[2].endswith("○ undecided")
        assert shown[3] == "        12   + class Limit:"


async def test_space_accepts_and_goes_on_to_the_next_undecided_hunk() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "space", "space", "r")
        assert diff.draft.parts == Parts(hunks=((RETRY, 1), (RETRY, 2)))
        assert diff.draft.rejected_parts == Parts(hunks=((RETRY, 3),))
        assert diff.place == Place(TESTS, 1, -1)
        await until(pilot, lambda: app.said[-1].draft is diff.draft)
        diff.action_top()
        assert "✔ 2 ✘ 1 of 3" in diff.render_line(0).text
        assert diff.render_line(2).text.rstrip().endswith("✔ accepted")


async def test_a_file_is_accepted_or_rejected_whole_also_by_its_bar() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "a", "R", "k", "space")
        assert diff.draft.parts == Parts(files=(RETRY, "client/logo.png"))
        assert diff.draft.rejected_parts == Parts(files=(TESTS,))


async def test_a_verdict_can_be_taken_back() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "space", "a", "U")
        assert diff.draft.parts == Parts(hunks=((RETRY, 1),))
        await press(pilot, "U", "U")
        assert diff.draft.count(Verdict.UNDECIDED) == 7
        assert diff.place == Place(RETRY, 1, -1)


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("j", Place(RETRY, 1, 0)),
        ("j j k", Place(RETRY, 1, 0)),
        ("k k", Place(RETRY)),
        ("] ]", Place(RETRY, 3, -1)),
        ("] ] [", Place(RETRY, 2, -1)),
        ("j j [", Place(RETRY, 1, -1)),
        ("} }", Place("client/logo.png")),
        ("} } {", Place(TESTS)),
        ("G", Place(LEGACY, 1, 1)),
        ("G g", Place(RETRY)),
        ("G u", Place(RETRY, 1, -1)),
        ("u u", Place(RETRY, 3, -1)),
        ("G ]", Place(LEGACY, 1, 1)),
        ("pagedown pageup", Place(RETRY, 1, -1)),
    ],
)
async def test_keys_move(keys: str, place: Place) -> None:
    app = Host(retry())
    async with app.run_test(size=(100, 12)) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, *keys.split())
        assert diff.place == place
        assert 0 <= diff.cursor - diff.scroll_offset.y < diff.size.height


async def test_going_on_shows_the_whole_hunk_where_it_fits() -> None:
    app = Host(retry())
    async with app.run_test(size=(100, 12)) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "space")
        assert diff.place == Place(RETRY, 2, -1)
        assert "raise RetriesExhausted" in "".join(rows_in_sight(diff))


async def test_no_verdict_acts_in_the_first_moment_of_a_proposal() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "j")
        diff.show(retry() | {"proposal": "p2"})
        app.clock.now += (
            5  # a slow frame: a key that was pressed meanwhile is for what stood before
        )
        await press(pilot, "space")
        assert diff.draft.count(Verdict.UNDECIDED) == 7
        await until(pilot, lambda: diff._painted)
        app.clock.now += 0.299
        await press(pilot, "space", "a", "r", "R", "A", "S", "U")
        assert diff.draft.count(Verdict.UNDECIDED) == 7
        assert all(isinstance(each, DraftChanged) for each in app.said)
        app.clock.now += 0.002
        await press(pilot, "space")
        assert diff.draft.parts


async def test_the_same_proposal_shown_again_starts_no_new_guard() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        diff.show(retry())
        await press(pilot, "space")
        assert diff.draft.parts


async def test_a_diff_that_comes_to_the_front_is_guarded_again() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        assert diff.can_decide
        diff.display = False
        await pilot.pause(0)
        diff.display = True
        await until(pilot, lambda: not diff.can_decide)


async def test_what_is_not_reviewable_or_still_written_takes_no_verdict() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        diff.reviewable = False
        await press(pilot, "space", "A", "S")
        assert not diff.draft.parts
        assert "undecided" not in diff.render_line(1).text
        diff.reviewable = True
        diff.show_live("a.py", "x = 1\n", None)
        app.clock.now += 1
        await press(pilot, "space", "A", "S", "u", "U")
        assert not diff.draft.parts
        assert not [each for each in app.said if not isinstance(each, DraftChanged)]


async def test_a_shown_proposal_that_becomes_reviewable_is_guarded_again() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        diff.reviewable = False
        diff.reviewable = True
        await press(pilot, "space")
        assert not diff.draft.parts


async def test_pasted_text_never_acts() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        app.post_message(events.Paste(" aArRS"))
        await press(pilot, "j")
        assert diff.draft.count(Verdict.UNDECIDED) == 7
        assert diff.place == Place(RETRY, 1, 0)


async def test_approving_all_and_sending_only_ask() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "space", "A", "S")
        await until(pilot, lambda: isinstance(app.said[-1], SendAsked))
        assert isinstance(app.said[-2], ApproveAllAsked)
        assert diff.sent_draft is diff.draft
        assert diff.draft.count(Verdict.ACCEPTED) == 1


async def test_cursor_scroll_verdicts_and_folds_stay_when_shown_again() -> None:
    app = Host(large(400))
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "space", "}", "z", "}", "]", "]", "pagedown", "j")
        place, top, draft = diff.place, diff.scroll_offset.y, diff.draft
        more = copy.deepcopy(large(400))
        more["files"].insert(0, file("a_new_first.py", *(hunk(k, 9, "+x") for k in range(1, 30))))
        diff.show(more)
        assert diff.place == place
        assert diff.draft is draft
        assert top > 0
        assert diff.scroll_offset.y == top + 60
        assert len(diff._folded) == 1


async def test_another_proposal_starts_a_new_draft_at_the_top() -> None:
    app = Host(retry())
    async with app.run_test(size=(100, 12)) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "space", "z", "G")
        diff.show(retry() | {"proposal": "p2"})
        assert (diff.draft.proposal, bool(diff.draft.parts)) == ("p2", False)
        assert diff.place == Place(RETRY, 1, -1)
        assert diff.scroll_offset.y == 0
        assert not diff._folded


async def test_files_are_seen_when_the_cursor_enters_them() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        assert diff.draft.seen == {RETRY}
        await press(pilot, "}")
        assert diff.draft.seen == {RETRY, TESTS}


async def test_a_fold_hides_all_but_the_bar_and_going_there_opens_it() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "z")
        assert diff.place == Place(RETRY)
        assert "folded" in diff.render_line(0).text
        assert TESTS in diff.render_line(1).text
        diff.go_to((RETRY, 2))
        assert diff.place == Place(RETRY, 2, -1)
        assert "folded" not in diff.render_line(0).text


async def test_long_lines_move_sideways_and_numbers_stay() -> None:
    line = "+" + "".join(f"{n:>4}" for n in range(100))
    app = Host(document(file("a.txt", hunk(1, 1, line))))
    async with app.run_test(size=(60, 10)) as pilot:
        diff = await app.settled(pilot)
        first = diff.render_line(2).text
        assert first.endswith("›")
        await press(pilot, "right")
        moved = diff.render_line(2).text
        assert moved.startswith("         1   +‹   2   3")
        assert len(moved) == len(first)
        await press(pilot, "left", "left")
        assert diff.render_line(2).text == first


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\tx\ty", "    x   y"),
        ("単\tx", "単  x"),
        ("e\u0301\tx", "e\u0301   x"),
    ],
)
async def test_tabs_and_wide_and_combining_characters_align(text: str, shown: str) -> None:
    app = Host(document(file("a.txt", hunk(1, 1, f"+{text}"))))
    async with app.run_test(size=(60, 10)) as pilot:
        diff = await app.settled(pilot)
        strip = diff.render_line(2)
        assert strip.text[15:].rstrip() == shown
        assert strip.cell_length == 60


async def test_half_a_wide_character_at_the_edge_is_a_space() -> None:
    app = Host(document(file("a.txt", hunk(1, 1, "+x" + "単" * 60))))
    async with app.run_test(size=(60, 10)) as pilot:
        diff = await app.settled(pilot)
        assert diff.render_line(2).cell_length == 60
        await press(pilot, "right")
        assert diff.render_line(2).text[14:19] == "‹ 単単単"
        assert diff.render_line(2).cell_length == 60


async def test_a_click_moves_the_cursor_and_decides_nothing() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await pilot.click(diff, offset=(95, 8))
        assert diff.place == Place(RETRY, 2, -1)
        assert not diff.draft.parts


async def test_a_double_click_selects_the_text_of_the_line_without_its_numbers() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        await app.settled(pilot)
        await pilot.click(DiffView, offset=(20, 11), times=2)
        assert app.screen.get_selected_text() == "        for attempt in self.limit.attempts():"


async def test_the_place_is_copied_as_path_and_line() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        await app.settled(pilot)
        await press(pilot, "]", "j", "j", "j", "y")
        assert app.clipboard == "client/retry.py:45"


async def test_what_the_model_writes_grows_and_its_end_stays_in_sight() -> None:
    app = Host(None)
    async with app.run_test(size=(80, 10)) as pilot:
        diff = await app.settled(pilot)
        assert diff.render_line(0).text.strip() == "No proposal to look at yet."
        text = ""
        for number in range(40):
            text += f"value_{number} = {number}\n"
            diff.show_live("a.py", text, None)
            await pilot.pause(0)
        assert rows_in_sight(diff)[-1].endswith("value_39 = 39")
        assert diff.place == Place("a.py", 1, 39)
        diff.scroll_to_row(3)  # as the wheel does
        diff.show_live("a.py", text + "x = 1\n", None)
        assert diff.scroll_offset.y == 3
        await press(pilot, "g")
        diff.show_live("a.py", text + "x = 1\ny = 2\n", None)
        assert diff.place == Place("a.py")
        assert "being written" in diff.render_line(0).text


async def test_the_proposal_after_the_writing_is_guarded_and_opens_at_its_top() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "space")
        diff.show_live("a.py", "x = 1\n" * 100, None)
        diff.show(retry())
        assert not diff.can_decide
        assert diff.place == Place(RETRY, 2, -1)
        assert diff.draft.parts


async def test_with_nothing_to_show_every_key_is_harmless() -> None:
    app = Host(None)
    async with app.run_test(size=(80, 10)) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, *(each.keys.split(",")[0] for each in DIFF_ACTIONS))
        assert diff.place is None
        assert all(isinstance(said, Told) for said in app.said)


async def test_a_hundred_thousand_lines_open_and_scroll_by_the_rows_in_sight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[int] = []
    row = DiffIndex.row

    def counted(self: DiffIndex, number: int) -> Any:
        built.append(number)
        return row(self, number)

    monkeypatch.setattr(DiffIndex, "row", counted)
    app = Host(large(100_000))
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        assert diff.count() == 225_010  # a file's bar; of each hunk what is above, its bar, 7 lines
        assert len(built) < 150
        built.clear()
        await press(pilot, *["pagedown"] * 5)
        assert len(built) < 300
        built.clear()
        await press(pilot, "G")
        assert len(built) < 100
        assert rows_in_sight(diff)[-1].endswith("return total")


async def test_moving_the_cursor_builds_no_more_than_the_rows_it_touches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        await app.settled(pilot)
        built: list[int] = []
        row = DiffIndex.row

        def counted(self: DiffIndex, number: int) -> Any:
            built.append(number)
            return row(self, number)

        monkeypatch.setattr(DiffIndex, "row", counted)
        await press(pilot, "j", "j")
        assert set(built) <= {2, 3, 4}


async def test_a_half_done_review_stands_when_a_person_comes_back_to_it() -> None:
    app = Host(retry())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "space", "space")
        given = diff.draft.parts
        diff.show(retry() | {"proposal": "another"})
        assert not diff.draft.parts
        diff.show(None)
        diff.show(retry())
        assert diff.draft.parts == given
        assert given

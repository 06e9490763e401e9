"""Two sides beside each other, and long lines over several rows."""

from __future__ import annotations

from typing import Any

import pytest
from textual.geometry import Offset
from textual.selection import Selection

from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.widgets.diff.text import row_starts, rows_in
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.diff_documents import document, file, hunk, large, retry
from tests.tui.diff_host import Host, press, until

RETRY = "client/retry.py"


def rows_in_sight(diff: DiffView) -> list[str]:
    return [diff.render_line(y).text.rstrip() for y in range(diff.size.height)]


def line(diff: DiffView, path: str, k: int, at: int) -> str:
    row = diff.index.find(Place(path, k, at))
    assert row is not None
    return diff.render_line(row - diff.scroll_offset.y).text


@pytest.mark.parametrize(("width", "split"), [(119, False), (120, True), (200, True)])
async def test_the_width_chooses_until_a_person_does(width: int, split: bool) -> None:
    app = Host(retry())
    async with app.run_test(size=(width, 40)) as pilot:
        diff = await app.settled(pilot)
        assert diff.is_split is split
        await press(pilot, "=")
        assert diff.is_split is not split
        diff.show(retry() | {"proposal": "p2"})
        assert diff.is_split is not split
        await press(pilot, "=")
        assert diff.is_split is split


async def test_another_width_chooses_anew_and_the_cursor_stays() -> None:
    app = Host(retry())
    async with app.run_test(size=(100, 40)) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "]", "j", "j", "j")
        assert diff.place == Place(RETRY, 2, 2)
        await pilot.resize_terminal(140, 40)
        await until(pilot, lambda: diff.is_split)
        assert diff.place == Place(RETRY, 2, 2)


async def test_old_lines_stand_left_of_what_they_became() -> None:
    app = Host(retry())
    async with app.run_test(size=(130, 40)) as pilot:
        diff = await app.settled(pilot)
        left, right = line(diff, RETRY, 2, 1)[:64], line(diff, RETRY, 2, 2)[64:]
        assert line(diff, RETRY, 2, 1) == line(diff, RETRY, 2, 2)
        assert left.split() == ["42", "-", "for", "attempt", "in", "range(3):"]
        assert right.split() == ["45", "+", "for", "attempt", "in", "self.limit.attempts():"]
        added = line(diff, RETRY, 1, 0)
        assert not added[1:64].strip()
        assert added[64:].split() == ["12", "+", "class", "Limit:"]


async def test_a_file_that_came_or_went_has_all_the_width_and_is_copied_whole() -> None:
    long = "x = " + "1 + " * 30
    came = document(file("a.py", hunk(1, 1, f"+{long}", "+end", old_at=0), action="create"))
    app = Host(came)
    async with app.run_test(size=(130, 40)) as pilot:
        diff = await app.settled(pilot)
        assert diff.is_split
        assert line(diff, "a.py", 1, 0).split()[:3] == ["1", "+", "x"]
        assert line(diff, "a.py", 1, 0)[15:].startswith("x = 1 + 1")
        await press(pilot, "W")
        assert diff.count() == 5  # one line more, by all the width
        first = diff.index.find(Place("a.py", 1, 0)) or 0
        selection = Selection(Offset(17, first), Offset(128, first + 2))
        assert diff.get_selection(selection) == (f"{long[2:]}\nend", "\n")


async def test_a_verdict_by_a_line_of_either_side_is_the_hunks() -> None:
    app = Host(retry())
    async with app.run_test(size=(130, 40)) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "]", "j", "j")
        assert diff.place == Place(RETRY, 2, 2)
        await press(pilot, "space")
        assert diff.draft.parts.hunks == ((RETRY, 2),)


async def test_a_range_over_two_sides_has_the_lines_of_both() -> None:
    app = Host(retry())
    async with app.run_test(size=(130, 40)) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "]", "j", "j")
        diff.action_range()
        await press(pilot, "j", "j")
        assert diff.place == Place(RETRY, 2, 5)
        assert diff.chosen_lines() == {(RETRY, 2): [1, 2, 3, 4, 5]}


@pytest.mark.parametrize("text", ["\tx\ty", "単位 \t価格" * 9, "e\u0301" * 40, "x" * 300])
async def test_tabs_and_wide_and_combining_characters_leave_the_sides_aligned(text: str) -> None:
    app = Host(document(file("a.txt", hunk(1, 1, f"-{text}", f"+{text}!", f" {text}"))))
    async with app.run_test(size=(121, 20)) as pilot:
        diff = await app.settled(pilot)
        for wrapped in (False, True):
            for y in range(diff.size.height):
                strip = diff.render_line(y)
                assert strip.cell_length == diff.line_width
                left, right = strip.divide([60, diff.line_width])
                if "+" in right.text:
                    assert right.text.split()[:2] == ["1", "+"]
                    assert left.text.split()[:2] == ["1", "-"]
            if not wrapped:
                await press(pilot, "W")


async def test_a_selection_copies_the_side_it_began_in() -> None:
    app = Host(retry())
    async with app.run_test(size=(130, 40)) as pilot:
        diff = await app.settled(pilot)
        first = diff.index.find(Place(RETRY, 2, 1)) or 0
        for x, copied in (
            (10, "        for attempt in range(3):\n            response = call()"),
            (74, "        for attempt in self.limit.attempts():\n            response = call()"),
        ):
            selection = Selection(Offset(x, first), Offset(129, first + 1))
            app.screen.selections = {diff: selection}
            assert diff.get_selection(selection) == (copied, "\n")
            marked = diff.selected_at(selection, first)
            assert marked is not None
            assert (marked[0] < 64) is (x < 64)
            assert (marked[1] <= 64) is (x < 64) or marked[1] < 0


async def test_a_double_click_takes_the_line_of_its_side() -> None:
    app = Host(retry())
    async with app.run_test(size=(130, 40)) as pilot:
        diff = await app.settled(pilot)
        row = diff.index.find(Place(RETRY, 2, 1)) or 0
        await pilot.click(DiffView, offset=(20, row), times=2)
        assert app.screen.get_selected_text() == "        for attempt in range(3):"


def wordy() -> dict[str, Any]:
    long = "".join(f"{n:>4}" for n in range(60))
    return document(file("a.txt", hunk(1, 1, f"+{long}", "+short", f"+{'単' * 100}")))


async def test_a_wrapped_line_goes_on_below_and_is_one_step_of_the_cursor() -> None:
    app = Host(wordy())
    async with app.run_test(size=(80, 30)) as pilot:
        diff = await app.settled(pilot)
        assert diff.count() == 5
        await press(pilot, "W")
        room = diff.line_width - 15
        assert diff.count() == 5 + 240 // (room - room % 4) + 200 // room
        shown = rows_in_sight(diff)
        assert shown[2].startswith("         1   +    0   1")
        assert shown[3].lstrip().startswith("↳")
        whole = " ".join(each[15:] for each in shown[2:6])
        assert whole.split() == [str(n) for n in range(60)]
        places = []
        for _ in range(3):
            await press(pilot, "j")
            places.append(diff.place)
        assert places == [Place("a.txt", 1, at) for at in range(3)]
        await press(pilot, "k", "k")
        assert diff.place == Place("a.txt", 1, 0)
        await press(pilot, "right")
        assert rows_in_sight(diff)[2] == shown[2].replace(" ", "▌", 1)
        await press(pilot, "W")
        assert diff.count() == 5


async def test_a_wrapped_line_is_copied_once_and_found_anew_at_another_width() -> None:
    app = Host(wordy())
    async with app.run_test(size=(80, 30)) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "W", "j", "j")
        count = diff.count()
        copied = diff.get_selection(Selection(Offset(0, 0), None))
        assert copied is not None
        assert copied[0].splitlines()[1] == "short"
        await pilot.resize_terminal(60, 30)
        await until(pilot, lambda: diff.count() > count)
        assert diff.place == Place("a.txt", 1, 1)


@pytest.mark.parametrize("key", ["=", "W"])
async def test_above_a_limit_it_says_why_not(key: str) -> None:
    app = Host(large(80_000))
    async with app.run_test(size=(130, 30)) as pilot:
        diff = await app.settled(pilot)
        count = diff.count()
        assert not diff.is_split
        await press(pilot, key)
        assert diff.count() == count
        assert "more than 100,000 lines" in app.said[-1].text


def test_rows_of_a_text_hold_all_of_it() -> None:
    assert list(row_starts("x" * 10, 4)) == [0, 4, 8]
    assert list(row_starts("単" * 5, 5)) == [0, 4, 8]
    assert list(row_starts("one two three", 9)) == [0, 8]
    assert list(row_starts("単 two three", 9)) == [0, 7]
    assert list(row_starts("a " + "x" * 50, 40)) == [0, 40]
    assert rows_in("\t" * 3, 10) == 2
    assert rows_in("", 10) == 1
    assert rows_in("a\x1b[2J", 5) == 1
    assert rows_in("\u202e", 5) == 2  # <U+202E>

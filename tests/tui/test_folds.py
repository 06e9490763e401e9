"""What is folded: unchanged code to a line that says what it hides, files to their bars."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from codeframe_tui.core.queries import ShowSide
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.quiet import quiet_reason
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.diff_documents import document, file, hunk
from tests.tui.diff_host import Host, press, until
from tests.tui.driving import opened

SIZE = (80, 60)


def two() -> dict[str, Any]:
    """Changes at lines 30 and 60; the file ends somewhere below."""
    return document(
        file(
            "a.py",
            hunk(1, 30, "-x", "+y", heading="def first(x: int) -> None:", old_at=28),
            hunk(2, 60, "+z", " a", " b", " c", heading="class Second:", old_at=58),
        ),
        file("b.py", hunk(1, 1, "+z")),
    )


def shown(diff: DiffView) -> list[str]:
    return [diff.render_line(y).text.strip().removeprefix("▌").strip() for y in range(diff.count())]


def texts(diff: DiffView) -> list[str]:
    return [diff.text_at(row) for row in range(diff.count()) if diff.index.place(row).k < 0]


def holds(diff: DiffView, count: int) -> bool:
    return diff.count() == count


async def at_gap(app: Host, pilot: Any, n: int) -> DiffView:
    diff = await app.settled(pilot)
    diff.move_to(diff.index.find(Place("a.py", -n)) or 0)
    return diff


async def test_unchanged_code_is_one_line_that_says_what_it_hides() -> None:
    app = Host(two())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        lines = shown(diff)
        assert lines[1].split() == ["⋯", "29", "unchanged", "lines", "in", "first", "z"]
        assert lines[5].split() == ["⋯", "29", "unchanged", "lines", "in", "Second", "z"]
        assert lines[11].split() == [
            "⋯",
            *("unchanged", "to", "the", "end", "of", "the", "file", "z"),
        ]
        assert (
            diff.count() == 12 + 3
        )  # none in the other file, which begins and ends with its change


async def test_z_shows_the_lines_next_to_the_hunk_then_all_then_folds_back() -> None:
    app = Host(two())
    async with app.run_test(size=SIZE) as pilot:
        diff = await at_gap(app, pilot, 2)
        await press(pilot, "z")
        await until(pilot, lambda: diff.count() == 35)
        assert texts(diff)[1:22] == ["", *(f"line {n}" for n in range(40, 60))]
        assert "9 more unchanged lines in Second" in shown(diff)[5]
        assert shown(diff)[6].split() == ["38", "40", "line", "40"]
        await press(pilot, "z")
        await until(pilot, lambda: diff.count() == 44)
        assert texts(diff)[1:31] == ["", *(f"line {n}" for n in range(31, 60))]
        assert "29 unchanged lines shown" in shown(diff)[5]
        assert diff.place == Place("a.py", -2)
        await press(pilot, "j", "j", "z")
        assert diff.count() == 15
        assert diff.place == Place("a.py", -2)


async def test_the_end_of_a_file_is_shown_from_its_top_and_counted_then() -> None:
    app = Host(two())
    async with app.run_test(size=SIZE) as pilot:
        diff = await at_gap(app, pilot, 3)
        await press(pilot, "z")
        await until(pilot, lambda: diff.count() == 35)
        assert texts(diff)[2:22] == [f"line {n}" for n in range(64, 84)]
        assert any("17 more unchanged lines" in line for line in shown(diff))
        await press(pilot, "z")
        await until(pilot, lambda: diff.count() == 52)
        await press(pilot, "z")
        assert diff.count() == 15
        app.total = 63
        await press(pilot, "z")
        await until(pilot, lambda: diff.count() == 14)  # nothing was left after all


async def test_what_comes_for_another_proposal_or_twice_is_left_alone() -> None:
    app = Host(two())
    async with app.run_test(size=SIZE) as pilot:
        diff = await at_gap(app, pilot, 2)
        await press(pilot, "z")
        await until(pilot, lambda: diff.count() == 35)
        asked = app.said[-1]
        diff.give_lines(asked, {"lines": ["twice"] * 20, "total": 100})
        assert diff.count() == 35
        diff.show(two() | {"proposal": "p2"})
        diff.give_lines(asked, {"lines": ["late"] * 20, "total": 100})
        assert diff.count() == 15


async def test_no_verdict_is_given_on_unchanged_code() -> None:
    app = Host(two())
    async with app.run_test(size=SIZE) as pilot:
        diff = await at_gap(app, pilot, 2)
        app.clock.now += 1
        await press(pilot, "space", "r")
        assert not diff.draft.parts
        assert not diff.draft.rejected_parts


async def test_all_files_fold_and_unfold() -> None:
    app = Host(two())
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        await press(pilot, "Z")
        assert diff.count() == 2
        assert all("⋯ folded" in line for line in shown(diff))
        await press(pilot, "z", "Z")
        assert diff.count() == 2
        await press(pilot, "Z")
        assert diff.count() == 15


@pytest.mark.parametrize(
    ("path", "first", "reason"),
    [
        ("web/package-lock.json", "{", "lock file"),
        ("uv.lock", "x", "lock file"),
        ("api/v1_pb2.py", "x", "generated"),
        ("static/app.min.js", "x", "generated"),
        ("a.go", "// Code generated by stringer. DO NOT EDIT.", "generated"),
        ("a.py", "x = 1", ""),
        ("padlock.py", "x = 1", ""),
    ],
)
def test_files_that_tools_write_start_folded(path: str, first: str, reason: str) -> None:
    assert quiet_reason(file(path, hunk(1, 1, f"+{first}"))) == reason


async def test_a_lock_file_starts_folded_says_why_and_opens_for_its_verdict() -> None:
    app = Host(document(file("a.py", hunk(1, 1, "+x")), file("uv.lock", hunk(1, 1, "+y"))))
    async with app.run_test(size=SIZE) as pilot:
        diff = await app.settled(pilot)
        assert "⋯ folded: lock file" in shown(diff)[3]
        await press(pilot, "space")
        assert diff.place == Place("uv.lock", 1, -1)
        assert "folded" not in "".join(shown(diff))


async def test_the_engine_is_asked_for_the_lines_of_the_proposal() -> None:
    async with opened() as drive:
        drive.service.sides["client/retry.py"] = [f"line {n}" for n in range(1, 200)]
        drive.key("2")
        await drive.in_pane("diff")
        view = drive.app.cockpit.query_one(DiffView)
        place = Place("client/retry.py", -1)
        view.move_to(view.index.find(place) or 0)
        before = view.count()
        drive.key("z")
        await drive.until(lambda: view.count() > before)
        asked = [each for each in drive.service.asked if isinstance(each, ShowSide)]
        assert [(each.number, each.path, each.side) for each in asked] == [
            ("1.2.3", "client/retry.py", "proposal")
        ]
        assert view.text_at(view.cursor + 1) == f"line {asked[0].first}"


async def test_a_click_shows_what_is_folded_and_hides_nothing() -> None:
    app = Host(two())
    async with app.run_test(size=SIZE) as pilot:
        diff = await at_gap(app, pilot, 2)
        for count in (35, 44):  # twenty lines, then all
            row = diff.index.find(Place("a.py", -2)) or 0
            await pilot.click(diff, offset=(20, row - diff.scroll_offset.y))
            await until(pilot, partial(holds, diff, count))
        row = diff.index.find(Place("a.py", -2)) or 0
        for y in (row, row + 1):  # all is shown: the line that says so, and one of it
            await pilot.click(diff, offset=(20, y - diff.scroll_offset.y))
            await pilot.pause()
            assert diff.count() == 44
        await press(pilot, "Z")
        await pilot.click(diff, offset=(20, 0))
        await until(pilot, lambda: diff.count() == 42)
        await pilot.click(diff, offset=(20, 0))
        await pilot.pause()
        assert diff.count() == 42
        assert not diff.draft.parts

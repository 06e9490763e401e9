"""Showing only some files of a diff: what is out of sight is neither decided nor lost unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.core.commands import AddComment, AddTask
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.tui.modals.file_picker import FilePicker
from tests.diff_documents import document, file, hunk
from tests.tui.diff_host import Host
from tests.tui.review_room import FIRST, SECOND, Desk, reviewing
from tests.tui.test_compare import WIDE, files_of


async def narrow(desk: Desk, typed: str) -> None:
    """Show only files that fit."""
    await desk.press("p")
    await desk.drive.sheet()
    await desk.press(*typed, "tab")
    await desk.closed()
    await desk.drive.pilot.pause(0)


async def test_only_files_that_fit_are_shown_until_esc(tmp_path: Path) -> None:
    async with reviewing(tmp_path, size=WIDE) as desk:
        await narrow(desk, "[bd].py")
        await desk.drive.until(lambda: "a.py" not in desk.text)
        assert "b.py" in desk.text
        assert "only [bd].py" in desk.drive.label("title")
        assert files_of(desk).startswith("FILES  only [bd].py  2\n")
        assert "a.py" not in files_of(desk)
        assert "esc show all" in desk.drive.label("footer")
        await desk.press("escape")
        await desk.drive.until(lambda: "a.py" in desk.text)
        assert desk.drive.app.cockpit.pane == "diff", "it left the filter, not the pane"
        assert "a.py" in files_of(desk)
        assert "only" not in desk.drive.label("title")


async def test_keys_of_verdicts_stay_in_what_is_shown(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await narrow(desk, "b.py")
        await desk.drive.until(lambda: "a.py" not in desk.text)
        desk.past_guard()
        await desk.press("u", "a")
        await desk.drive.until(lambda: "other files are out of sight" in desk.drive.label("notice"))
        await desk.press("space", "right_curly_bracket", "right_square_bracket", "G", "space", "r")
        await desk.press("left_curly_bracket", "left_square_bracket", "g", "space")
        assert {
            unit[0]
            for unit in desk.diff.draft.units
            if desk.diff.draft.verdict(*unit) != "undecided"
        } == {"b.py"}
        await desk.press("A")
        await desk.sheet()
        said = desk.drive.screen_text()
        assert "2 files out of sight by your filter, applied too" in said
        await desk.press("escape")
        await desk.closed()


async def test_a_hit_a_flag_and_a_comment_out_of_sight_are_passed_over(tmp_path: Path) -> None:
    flags = [Flag("r", "amber", "a.py", 5, "here"), Flag("r", "amber", "b.py", 9, "there")]
    async with reviewing(tmp_path, flags=flags) as desk:
        await narrow(desk, "b.py")
        await desk.drive.until(lambda: "a.py" not in desk.text)
        await desk.press("exclamation_mark")
        await desk.drive.until(lambda: "flag 1 of 1" in desk.drive.label("notice"))
        await desk.press("slash", *"ni", "enter")
        await desk.drive.until(lambda: desk.diff.found == "1 of 1")
        await desk.press("n")
        assert desk.diff.place is not None
        assert desk.diff.place.path == "b.py"
        for path, line in (("a.py", 5), ("b.py", 9)):
            await desk.engine.submit(AddComment(desk.number, f"of {path}", path, line))
        await desk.comments(2)
        await desk.drive.until(lambda: "of b.py" in desk.text)
        for key in ("right_parenthesis", "left_parenthesis", "right_parenthesis"):
            await desk.press(key)
            assert (desk.diff.place.path, desk.diff.only) == ("b.py", "b.py")


async def test_a_verdict_that_is_taken_back_out_of_sight_is_shown(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "five")
        await desk.press("space")
        await narrow(desk, "b.py")
        await desk.drive.until(lambda: "a.py" not in desk.text)
        desk.past_guard()
        await desk.press("U")
        await desk.drive.until(lambda: "a.py" in desk.text)
        assert not desk.diff.draft.parts
        assert desk.diff.place is not None
        assert (desk.diff.place.path, desk.diff.only) == ("a.py", "")


async def test_it_holds_for_the_next_attempt_and_not_for_another_task(tmp_path: Path) -> None:
    async with reviewing(tmp_path, FIRST, SECOND) as desk:
        await narrow(desk, "a.py")
        await desk.drive.until(lambda: "b.py" not in desk.text)
        await desk.press("i")
        await desk.drive.until(lambda: "since attempt 1" in desk.drive.label("title"))
        await desk.drive.until(lambda: "zwanzig" in desk.text)
        await desk.press("i")
        await desk.drive.until(lambda: "five" in desk.text)
        assert "b.py" not in desk.text
        desk.number = (await desk.engine.submit(AddTask("Another")))["number"]
        await desk.propose(FIRST)
        desk.drive.app.focus_task(desk.number)
        await desk.drive.until(lambda: desk.diff.draft.task == desk.number)
        await desk.drive.until(lambda: "b.py" in desk.text)
        assert desk.diff.only == ""


async def test_it_holds_while_a_file_is_shown_as_it_is_written() -> None:
    files = [file(f"{name}.py", hunk(1, 1, "-a", "+b")) for name in "ab"]
    shown = document(*files) | {"task": "1"}
    app = Host(shown)
    async with app.run_test(size=(120, 40)) as pilot:
        diff = await app.settled(pilot)
        diff.narrow("b.py")
        diff.show_live("c.py", "x = 1\n", None)
        diff.show(shown)
        assert (diff.only, diff.shows("a.py")) == ("b.py", False)
        diff.show_live("c.py", "x = 1\n", None)
        diff.show({**shown, "task": "2"})
        assert (diff.only, diff.shows("a.py")) == ("", True)


async def test_a_key_on_its_way_is_none_for_what_the_filter_left(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await narrow(desk, "d.py")
        await desk.press("space")
        assert not desk.diff.draft.moves


@pytest.mark.parametrize("typed", ["nosuch", "[a"])
async def test_what_fits_nothing_or_is_no_pattern_changes_nothing(
    tmp_path: Path, typed: str
) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("p")
        await desk.drive.sheet()
        await desk.press(*typed)
        said = "[ has no ] in [a" if typed == "[a" else "no file fits"
        await desk.drive.until(lambda: said in desk.drive.screen_text())
        await desk.press("tab", "escape")
        await desk.closed()
        assert "a.py" in desk.text
        assert "b.py" in desk.text
        assert not isinstance(desk.drive.app.screen, FilePicker)


async def test_ten_thousand_files_are_narrowed_and_widened() -> None:
    files = [file(f"src/p{n % 90}/m{n}.py", hunk(1, 1, "-a", "+b")) for n in range(10_000)]
    app = Host(document(*files))
    async with app.run_test(size=(120, 40)) as pilot:
        diff = await app.settled(pilot)
        diff.narrow("*7.py")
        assert diff.count() == 3 * 1_000
        diff.narrow("")

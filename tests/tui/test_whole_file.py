"""The whole file as it will be, with the diff's marks and the attempts that brought its lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.core.queries import ShowOrigins
from codeframe_tui.tui.modals.whole_file import WholeFileDialog
from codeframe_tui.tui.present.whole_file import Changed, WholeFile, changed_in
from tests.diff_documents import file, hunk
from tests.tui.review_room import BASE, FIRST, SECOND, Desk, numbered, reviewing


def test_what_a_diff_changes_is_known_by_the_line_after_it() -> None:
    changed = changed_in(
        file(
            "a.py",
            hunk(1, 1, " a", "-b", "+B", "+C", " d", "-e", " f"),
            hunk(2, 20, " x", "+y", "-z"),
            hunk(3, 40, "-gone", old_at=44),
        )
    )
    assert changed.added == ((2, 3), (21, 21))
    assert changed.removed == {5, 22, 41}
    assert [line for line in range(30) if changed.is_added(line)] == [2, 3, 21]
    whole = WholeFile("a.py", changed)
    whole.put({"first": 1, "total": 40, "lines": [], "tokens": None})
    assert [whole.next_change(line, 1) for line in (1, 2, 22, 41)] == [2, 5, 40, 41]
    assert [whole.next_change(line, -1) for line in (1, 3, 40)] == [1, 2, 22]
    assert not Changed().is_added(1)


def lines(desk: Desk) -> list[str]:
    """The dialogue's rows."""
    return desk.drive.screen_text().split("\n")


async def opened(desk: Desk) -> None:
    """Open it where the cursor is."""
    await desk.press("t")
    await desk.drive.sheet()
    await desk.drive.until(lambda: "as it will be" in desk.drive.screen_text())


async def test_the_whole_file_is_shown_with_its_marks_and_leads_back(tmp_path: Path) -> None:
    less = {**FIRST, "a.py": numbered("a", line_5="five", line_30="")}
    async with reviewing(tmp_path, less) as desk:
        desk.go_to("a.py", "five")
        await opened(desk)
        await desk.drive.until(lambda: "a 40" in desk.drive.screen_text())
        said = desk.drive.screen_text()
        assert "a 30" not in said
        assert "a 17" in said, "code that no hunk shows"
        text = desk.drive.app.screen.query_one(".dialog-file")
        rows = {line: text.spans_at(line - 1, 80) for line in (5, 29, 30)}  # type: ignore[attr-defined]
        assert "+ five" in "".join(part for part, _ in rows[5])
        assert ("−", "red") in rows[30]
        assert ("−", "red") not in rows[29]
        await desk.press("right_square_bracket")
        await desk.press("enter")
        await desk.closed()
        assert desk.diff.place is not None
        assert desk.diff.index.line_number(desk.diff.cursor) == 30


async def test_lines_say_which_attempt_brought_them(tmp_path: Path) -> None:
    async with reviewing(tmp_path, FIRST, SECOND) as desk:
        found = await desk.engine.query(ShowOrigins(desk.number, "a.py"))
        assert found["runs"] == [[5, 5, 1], [20, 20, 2], [21, 21, 1]]
        desk.go_to("a.py", "five")
        await opened(desk)
        await desk.drive.until(lambda: "aN: brought by attempt N" in desk.drive.screen_text())
        text = desk.drive.app.screen.query_one(".dialog-file")
        said = {
            line: "".join(part for part, _ in text.spans_at(line - 1, 80))  # type: ignore[attr-defined]
            for line in (4, 5, 20, 21)
        }
        assert said[5].lstrip("▌ ").startswith("a1")
        assert said[20].lstrip().startswith("a2")
        assert said[21].lstrip().startswith("a1")
        assert said[4].lstrip().startswith("4 ")


async def test_a_file_that_goes_away_has_no_text(tmp_path: Path) -> None:
    gone = {path: text for path, text in BASE.items() if path != "c.py"}
    async with reviewing(tmp_path, gone) as desk:
        await desk.press("t")
        await desk.drive.until(lambda: "no text after the change" in desk.drive.label("notice"))


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80x24", "200x50"])
async def test_a_long_file_comes_in_pages_as_it_is_looked_at(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    long = {**FIRST, "a.py": numbered("a", lines=3_000, line_5="five")}
    async with reviewing(tmp_path, long, size=size) as desk:
        desk.go_to("a.py", "five")
        await opened(desk)
        screen = desk.drive.app.screen
        assert isinstance(screen, WholeFileDialog)
        await desk.press("G")
        await desk.drive.until(lambda: "a 3000" in desk.drive.screen_text())
        assert len(screen._file._pages) < 6, "not all of it"
        await desk.press("escape")
        await desk.closed()
        assert desk.diff.text_at(desk.diff.cursor) == "five"

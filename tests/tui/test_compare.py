"""Comparing attempts: what is listed there, and that a review is sent from there, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import AddTask, Reject
from codeframe_tui.tui.widgets.task_panes import FileList
from tests.tui.review_room import FIRST, SECOND, Desk, numbered, reviewing

THIRD = {**SECOND, "c.py": numbered("c", line_3="three")}
WIDE = (200, 50)


def files_of(desk: Desk) -> str:
    """The column of files."""
    listed = desk.drive.app.cockpit.part("files", FileList)
    return "\n".join(listed.text_at(row) for row in range(listed.count()))


async def compared(desk: Desk) -> None:
    """A review of the first attempt, a second one, and how it differs."""
    desk.go_to("b.py", "nine")
    await desk.press("space")
    await desk.drive.app.keeper.save()
    await desk.engine.submit(Reject(desk.number, "again"))
    await desk.propose(THIRD)
    await desk.shown(2)
    await desk.drive.until(lambda: desk.diff.is_restored(desk.diff.draft.name))
    await desk.press("i")
    await desk.drive.until(lambda: "attempt 2 since attempt 1" in desk.drive.label("title"))
    await desk.drive.until(lambda: "b.py" not in desk.text)


async def test_the_files_of_a_comparison_are_those_that_differ_with_their_own_progress(
    tmp_path: Path,
) -> None:
    async with reviewing(tmp_path, size=WIDE) as desk:
        assert "b.py" in files_of(desk)
        await compared(desk)
        await desk.drive.until(lambda: "b.py" not in files_of(desk))
        assert "FILES  1 of 2 seen" in files_of(desk)
        assert "~ a.py  +1 −1" in files_of(desk)
        await desk.press("right_curly_bracket")
        await desk.drive.until(lambda: "2 of 2 seen" in files_of(desk))
        await desk.press("i")
        await desk.drive.until(lambda: "✔ b.py" in files_of(desk))
        assert "of 4 seen" in files_of(desk)


async def test_a_comment_made_where_attempts_are_compared_is_sent_from_there(
    tmp_path: Path,
) -> None:
    async with reviewing(tmp_path) as desk:
        await compared(desk)
        assert "S send" in desk.drive.label("footer")
        desk.go_to("a.py", "zwanzig")
        await desk.press("c")
        await desk.drive.sheet()
        await desk.press(*"no", "enter")
        await desk.closed()
        await desk.drive.until(lambda: "S sends it" in desk.drive.label("notice"))
        desk.past_guard()
        await desk.press("S")
        await desk.sheet()
        said = desk.drive.screen_text()
        assert "about all of the newest attempt" in said
        assert "✔ 1 accepted" in said, "verdicts are those of the proposal"
        await desk.press("r")
        await desk.becomes("pending")
        (stored,) = (await desk.task())["comments"]
        assert stored["sent"] == 2


async def test_what_is_accepted_is_applied_from_where_attempts_are_compared(
    tmp_path: Path,
) -> None:
    async with reviewing(tmp_path) as desk:
        await compared(desk)
        desk.past_guard()
        await desk.press("S")
        await desk.sheet()
        await desk.press("a")
        await desk.until_async(desk.decisions)
        (decision,) = await desk.decisions()
        assert decision.parts == Parts(files=("b.py",))


async def test_nothing_is_sent_while_kept_verdicts_are_on_their_way(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await compared(desk)
        desk.diff._kept._restored.clear()
        desk.past_guard()
        await desk.press("S")
        await desk.drive.until(lambda: "on their way" in desk.drive.label("notice"))
        assert desk.drive.app.screen is desk.drive.app.cockpit


async def test_a_comment_on_an_earlier_attempt_says_how_it_is_sent(tmp_path: Path) -> None:
    async with reviewing(tmp_path, FIRST, THIRD) as desk:
        desk.drive.app.look_at(1)
        await desk.shown(1)
        await desk.press("c")
        await desk.drive.sheet()
        await desk.press(*"no", "enter")
        await desk.closed()
        notice = "esc shows the newest attempt, where S sends it"
        await desk.drive.until(lambda: notice in desk.drive.label("notice"))
        await desk.press("escape")
        await desk.shown(2)
        await desk.press("S")
        await desk.sheet()
        assert "◆ 1 comment" in desk.drive.screen_text()


@pytest.mark.fault(
    "people",
    "two tasks propose the same bytes",
    sees="each task's own verdicts",
    kept="a draft by task and proposal",
)
async def test_two_tasks_that_propose_the_same_have_a_draft_each(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        first, proposal = desk.number, desk.diff.draft.proposal
        await desk.press("a")
        await desk.drive.until(lambda: desk.diff.draft.parts)
        await desk.drive.app.keeper.save()
        desk.number = (await desk.engine.submit(AddTask("The same again")))["number"]
        assert await desk.propose(FIRST) == proposal
        desk.drive.app.focus_task(desk.number)
        await desk.drive.until(lambda: desk.diff.draft.task == desk.number)
        await desk.shown()
        await desk.drive.until(lambda: desk.diff.is_restored(desk.diff.draft.name))
        assert not desk.diff.draft.parts
        await desk.press("R")
        await desk.drive.app.keeper.save()
        assert (await desk.review())["draft"]["accepted"]["files"] == []
        desk.number = first
        kept = (await desk.review())["draft"]
        assert (kept["accepted"]["files"], kept["rejected"]["files"]) == (["a.py"], [])


async def test_a_range_ends_where_another_diff_is_shown(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await compared(desk)
        desk.go_to("a.py", "zwanzig")
        await desk.press("v", "i")
        await desk.drive.until(lambda: "nine" in desk.text)
        assert not desk.diff.has_range


async def test_a_draft_that_was_left_long_ago_is_asked_for_anew(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        name = desk.diff.draft.name
        await desk.press("a")
        await desk.drive.app.keeper.save()
        for n in range(70):  # as many as are kept, and some
            desk.diff._kept.leave(desk.diff.draft.__class__(f"p{n}"), None)
        desk.diff._kept.leave(desk.diff.draft, None)
        assert desk.diff._kept.is_restored(name)
        for n in range(70):
            desk.diff._kept.leave(desk.diff.draft.__class__(f"q{n}"), None)
        assert not desk.diff._kept.is_restored(name)

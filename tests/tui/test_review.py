"""Reviewing by keys, on a real service: comments, ranges, comparing, sending, drafts."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import AddComment, Explain, Reject
from codeframe_tui.core.errors import NotFound
from codeframe_tui.core.evidence.verification import Flag, Verdict
from codeframe_tui.core.queries import Query, ShowDiff, ShowSide
from codeframe_tui.tui import following
from codeframe_tui.tui.modals.comment import CommentDialog
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.tui.driving import opened
from tests.tui.fake_service import FakeService, diff, shown
from tests.tui.review_room import BASE as BEFORE
from tests.tui.review_room import (
    FIRST,
    SECOND,
    Desk,
    Trees,
    cockpit_on,
    engine_at,
    numbered,
    reviewing,
)


async def comment(desk: Desk, text: str, *keys: str, first: str = "c") -> None:
    """Write a comment where the cursor is."""
    before = len((await desk.task())["comments"])
    await desk.press(first)
    await desk.drive.sheet()
    exists = "delete" in desk.drive.screen_text()
    await desk.press(*keys, *text, "enter")
    await desk.closed()
    await desk.comments(before + (not exists))


# -- comments -------------------------------------------------------------------------------------


async def test_a_comment_takes_two_keys_and_stands_below_its_line(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "twenty")
        await comment(desk, "say it in words")
        await desk.drive.until(lambda: "say it in words" in desk.text)
        lines = desk.text.split("\n")
        at = next(n for n, line in enumerate(lines) if "say it in words" in line)
        assert lines[at - 1].rstrip().endswith("+ twenty")
        assert lines[at].strip().startswith("◆ say it in words")
        assert lines[at].rstrip().endswith("you · attempt 1")
        (stored,) = (await desk.task())["comments"]
        assert (stored["path"], stored["first"], stored["type"]) == ("a.py", 20, "issue")


async def test_tab_chooses_the_type_and_a_removed_line_is_of_the_old_side(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "a 20")
        await comment(desk, "why", "tab")
        await desk.drive.until(lambda: "? why" in desk.text)
        (stored,) = (await desk.task())["comments"]
        assert (stored["side"], stored["first"], stored["type"]) == ("old", 20, "question")
        assert stored["excerpt"] == ["a 20"]


async def test_a_range_a_hunk_a_file_and_the_whole_are_commented(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "a 19")
        await desk.press("v", "j", "j", "j")
        await comment(desk, "range")
        await desk.press("left_square_bracket")
        await comment(desk, "hunk")
        desk.go_to("a.py", "a 6")
        await comment(desk, "file", first="C")
        await desk.press("g")
        await comment(desk, "whole", first="C")
        said = {each["text"]: each for each in (await desk.task())["comments"]}
        places = {text: (c["path"], c["first"], c["last"]) for text, c in said.items()}
        assert places["range"] == ("a.py", 19, 21)
        assert places["file"] == ("a.py", 0, 0)
        assert places["whole"] == ("", 0, 0)
        assert places["hunk"][0] == "a.py"
        assert places["hunk"][1] < 20 < places["hunk"][2]
        await desk.drive.until(lambda: "whole" in desk.text)
        assert "the whole proposal · you" in desk.text
        assert "this file · you" in desk.text
        assert "lines 19-21 · you" in desk.text


async def test_a_comment_is_changed_and_deleted_where_it_stands(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "twenty")
        await comment(desk, "first")
        await desk.drive.until(lambda: "◆ first" in desk.text)
        await desk.press("M")
        await comment(desk, "!", "tab", "tab")
        await desk.drive.until(lambda: "~ first!" in desk.text)
        await desk.press("M", "c")
        await desk.drive.sheet()
        assert isinstance(desk.drive.app.screen, CommentDialog)
        assert "enter on nothing delete" in desk.drive.screen_text()
        await desk.press(*["backspace"] * len("first!"), "enter")
        await desk.drive.until(lambda: "first!" not in desk.text)
        assert (await desk.task())["comments"] == []


async def test_leaving_the_dialogue_writes_nothing(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("c")
        await desk.drive.sheet()
        desk.drive.type("half a thought")
        await desk.press("escape")
        await desk.closed()
        assert (await desk.task())["comments"] == []


@pytest.mark.fault(
    "people",
    "the next attempt changes lines that were commented on, or does not",
    sees="by each comment: changed since, not addressed, or outdated with the lines as they were",
    kept="the comment; it moves with its lines",
)
async def test_comments_follow_to_the_next_attempt_and_tell_what_became(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        for path, line, said in (
            *(("a.py", "twenty", "others"), ("a.py", "five", "goes")),
            *(("b.py", "nine", "stays"), ("d.py", "file", "drops")),
        ):
            desk.go_to(path, line)
            await comment(desk, said)
        await desk.engine.submit(Reject(desk.number, "again"))
        shorter = numbered("a", line_5="", line_20="zwanzig\nand more")
        kept = {path: SECOND[path] for path in ("b.py", "c.py")}
        await desk.propose({**kept, "a.py": f"new\n{shorter}"})
        await desk.shown(2)
        await desk.drive.until(lambda: "stays" in desk.text)
        lines = desk.text.split("\n")
        at = {said: n for n, line in enumerate(lines) for said in re.findall("◆ (\\w+)", line)}
        assert "changed since line 20 · you · attempt 1 · told" in lines[at["others"]]
        assert lines[at["others"] + 1].strip() == "> twenty"
        assert "outdated line 5 · you" in lines[at["goes"]]
        assert "outdated line 2 · you" in lines[at["drops"]]
        assert "not addressed you · attempt 1 · told" in lines[at["stays"]]
        assert lines[at["stays"] - 1].rstrip().endswith("+ nine")
        await desk.press("S")
        await desk.sheet()
        told = "told before: 1 changed since · 1 not addressed · 2 outdated"
        await desk.drive.until(lambda: told in desk.drive.screen_text())
        await desk.press("escape")
        await desk.closed()
        await desk.press("i")
        await desk.drive.until(lambda: "since attempt 1" in desk.drive.label("title"))
        await desk.drive.until(lambda: "- twenty" in desk.text and "+ zwanzig" in desk.text)


# -- line ranges ----------------------------------------------------------------------------------


async def test_lines_are_accepted_and_shown_by_sign_and_bar(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "twenty")
        await desk.press("v", "space")
        await desk.drive.until(lambda: "partly" in desk.text)
        lines = {line.split(" ")[-1]: line for line in desk.text.split("\n")}
        assert "✔ + twenty" in lines["twenty"]
        assert "○ + and more" in desk.text
        assert "✔ - a 20" in desk.text
        assert "◐ partly" in desk.text
        assert not desk.diff.has_range
        await desk.press("U")
        await desk.drive.until(lambda: "partly" not in desk.text)


async def test_ranges_across_hunks_give_each_its_part_and_one_key_takes_all_back(
    tmp_path: Path,
) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "five")
        await desk.press("v")
        await desk.drive.until(lambda: desk.diff.has_range)
        desk.go_to("a.py", "twenty")
        await desk.press("r")
        await desk.drive.until(lambda: "partly" in desk.text)
        assert "✘ - a 20" in desk.text
        assert desk.text.count("✘ rejected") == 1
        await desk.press("U")
        await desk.drive.until(lambda: "rejected" not in desk.text)
        assert desk.diff.draft.moves == 0


async def test_a_range_decides_nothing_in_the_first_moment_of_a_proposal(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        now = desk.diff._clock()
        desk.diff._clock, desk.diff._appeared = lambda: now, now - 0.29
        desk.go_to("a.py", "twenty")
        await desk.press("v", "space")
        assert desk.diff.draft.moves == 0
        assert desk.diff.has_range, "nor is it lost"
        desk.diff._appeared -= 0.02
        await desk.press("space")
        assert desk.diff.draft.verdict("a.py", 2) == "partly"


async def test_a_key_meant_for_a_hunk_is_none_for_where_kept_verdicts_lead(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        view, now = desk.diff, desk.diff._clock()
        view._clock, view._appeared = lambda: now, now - 1
        view.move_to(view.row_of(("a.py", 1))[0])
        view._began = view.place
        view._kept._restored.clear()
        kept = {"accepted": Parts(hunks=(("a.py", 1),)).document, "seen": [], "since": {}}
        view.restore({**kept, "rejected": Parts().document}, view.draft.name)
        assert view.place is not None
        assert (view.place.path, view.place.k) == ("a.py", 2)
        await desk.press("space")
        assert view.draft.verdict("a.py", 2) == "undecided"


async def test_a_range_of_unchanged_lines_says_that_nothing_is_decided(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("b.py", "nine")
        await desk.press("]", "[", "v", "j")
        await desk.press("space")
        await desk.drive.until(lambda: "no line that changes" in desk.drive.label("notice"))
        assert "space accept lines" in desk.drive.label("footer")
        assert not desk.diff.draft.moves


@pytest.mark.parametrize("begun", [("v", "space"), ("space",)], ids=["lines", "hunk"])
async def test_the_same_verdict_again_on_lines_says_so(
    tmp_path: Path, begun: tuple[str, ...]
) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "twenty")
        await desk.press(*begun)
        desk.go_to("a.py", "twenty")
        moves = desk.diff.draft.moves
        await desk.press("v", "space")
        await desk.drive.until(lambda: "are accepted already" in desk.drive.label("notice"))
        assert (desk.diff.draft.moves, desk.diff.has_range) == (moves, False)


async def test_an_accepted_removal_is_not_quoted_with_a_rejected_one(tmp_path: Path) -> None:
    less = {**BEFORE, "a.py": numbered("a", line_38="", line_40="")}
    async with reviewing(tmp_path, less) as desk:
        desk.go_to("a.py", "a 38")
        await desk.press("v", "r")
        desk.go_to("a.py", "a 40")
        await desk.press("v", "space")
        await desk.press("S")
        await desk.sheet()
        await desk.drive.until(lambda: "-a 38" in desk.drive.screen_text())
        await desk.drive.until(lambda: "> -a 40" not in desk.drive.screen_text())
        await desk.press("r")
        await desk.becomes("pending")
        (said,) = [e for e in (await desk.task())["history"] if e["type"] == "review.rejected"]
        assert "-a 38" in said["data"]["text"]
        assert "-a 40" not in said["data"]["text"]


async def test_what_was_copied_is_told(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("b.py", "nine")
        await desk.press("y")
        await desk.drive.until(lambda: desk.drive.label("notice") == "copied b.py:9")
        assert desk.drive.app.clipboard == "b.py:9"


async def test_esc_leaves_the_range_and_decides_nothing(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("v", "j")
        await desk.drive.until(lambda: "space accept lines" in desk.drive.label("footer"))
        assert "esc leave lines" in desk.drive.label("footer")
        await desk.press("escape")
        await desk.drive.until(lambda: "space accept   " in desk.drive.label("footer"))
        await desk.drive.until(lambda: not desk.diff.has_range)
        assert desk.drive.app.cockpit.pane == "diff"
        assert desk.diff.draft.moves == 0


async def test_hunks_and_lines_are_sent_as_they_were_decided(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "five")
        await desk.press("space")
        desk.go_to("a.py", "and more")
        await desk.press("v", "space")
        await desk.drive.until(lambda: "partly" in desk.text)
        await desk.press("S")
        await desk.sheet()
        assert "◐ 1 partly" in desk.drive.screen_text()
        await desk.press("a")
        await desk.until_async(desk.decisions)
        (decision,) = await desk.decisions()
        assert decision.parts == Parts(hunks=(("a.py", 1),), lines=(("a.py", 21, 21),))


@pytest.mark.fault(
    "people",
    "somebody comments elsewhere while the sheet that sends is open",
    sees="that the letter changed, and the whole of it anew",
    kept="the review, unsent",
)
async def test_what_was_not_on_the_sheet_is_not_sent(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "twenty")
        await desk.press("r", "S")
        await desk.sheet()
        await desk.engine.submit(AddComment(desk.number, "from another cockpit", "b.py", 9))
        await desk.press("r")
        await desk.drive.until(lambda: "changed meanwhile" in desk.drive.screen_text())
        await desk.drive.until(lambda: "from another cockpit" in desk.drive.screen_text())
        assert (await desk.task())["status"] == "in_review"
        await desk.sheet()
        await desk.press("r")
        await desk.becomes("pending")


# -- comparing ------------------------------------------------------------------------------------


async def test_one_key_shows_what_changed_since_the_reviewed_attempt_and_back(
    tmp_path: Path,
) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("b.py", "nine")
        await desk.press("space")
        await desk.drive.until(lambda: desk.diff.draft.moves)
        await desk.drive.app.keeper.save()
        await desk.engine.submit(Reject(desk.number, "again"))
        await desk.propose(SECOND)
        await desk.engine.submit(Reject(desk.number, "and again"))
        third = {**SECOND, "c.py": numbered("c", line_3="three")}
        await desk.propose(third)
        await desk.shown(3)
        assert "since attempt 2" in desk.drive.label("footer")
        desk.go_to("c.py", "three")
        place = desk.diff.place
        await desk.press("i")
        await desk.drive.until(lambda: "attempt 3 since attempt 2" in desk.drive.label("title"))
        await desk.drive.until(lambda: "a.py" not in desk.text)
        assert "only to read" in desk.drive.label("title")
        for key in ("space", "r", "a", "R", "A", "U"):
            desk.drive.app.tell()
            await desk.press(key)
            await desk.drive.until(lambda: "esc shows the proposal" in desk.drive.label("notice"))
            assert desk.drive.app.screen is desk.drive.app.cockpit
        assert desk.diff.text_at(desk.diff.cursor) == "three"
        desk.past_guard()
        await desk.press("space", "a", "A")
        await desk.drive.pilot.pause()
        assert desk.drive.app.screen is desk.drive.app.cockpit
        await desk.press("i")
        await desk.drive.until(lambda: "five" in desk.text)
        assert desk.diff.place == place
        assert desk.diff.draft.verdict("b.py", 1) == "accepted"


async def test_without_changes_of_white_space_the_diff_is_only_read(tmp_path: Path) -> None:
    spaced = {**FIRST, "b.py": numbered("b", line_9="    b 9")}
    async with reviewing(tmp_path, spaced) as desk:
        desk.go_to("b.py", "    b 9")
        await desk.press("space")
        decided = desk.diff.draft.parts
        await desk.press("w")
        await desk.drive.until(lambda: "nothing but white space changes" in desk.text)
        assert "without changes of white space · only to read" in desk.drive.label("title")
        assert desk.drive.label("footer").startswith("w white space again")
        desk.past_guard()
        await desk.press("space", "a", "A", "r")
        await desk.drive.pilot.pause()
        assert desk.drive.app.screen is desk.drive.app.cockpit
        assert not desk.diff.draft.parts
        await desk.press("w")
        await desk.drive.until(lambda: "    b 9" in desk.text)
        assert desk.diff.draft.parts == decided
        desk.past_guard()
        await desk.press("r")
        assert desk.diff.draft.rejected_parts


async def test_what_came_in_outline_is_filled_in_and_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "ROOM", 3)
    async with reviewing(tmp_path) as desk:
        await desk.drive.until(lambda: "five" in desk.text and "…" not in desk.text)
        desk.go_to("a.py", "twenty")
        desk.past_guard()
        await desk.press("space")
        assert desk.diff.draft.parts == Parts(hunks=(("a.py", 2),))


async def test_code_that_moved_says_from_where(tmp_path: Path) -> None:
    moved = range(10, 22)
    rest = numbered("a", lines=40, **{f"line_{number}": "" for number in moved})
    block = "".join(f"a {number}\n" for number in moved)
    async with reviewing(tmp_path, {"a.py": rest, "d.py": block}) as desk:
        await desk.drive.until(lambda: "moved from a.py:10" in desk.text)
        assert "moved to d.py:1" in desk.text
        await desk.press("space")
        assert desk.diff.draft.parts


async def test_an_attempt_nobody_reviewed_is_not_what_is_compared_with(tmp_path: Path) -> None:
    third = {**SECOND, "c.py": numbered("c", line_3="three")}
    async with reviewing(tmp_path, FIRST, SECOND, third) as desk:
        await desk.drive.until(lambda: "since attempt 2" in desk.drive.label("footer"))


async def test_any_attempt_is_read_and_any_two_are_compared(tmp_path: Path) -> None:
    third = {**SECOND, "c.py": numbered("c", line_3="three")}
    async with reviewing(tmp_path, FIRST, SECOND, third) as desk:
        await desk.press("I")
        await desk.drive.sheet()
        assert " 3  proven" in desk.drive.screen_text()
        await desk.press("j", "j", "enter")
        await desk.drive.until(lambda: "attempt 1 of 3" in desk.drive.label("title"))
        await desk.drive.until(lambda: "twenty" in desk.text)
        await desk.press("I")
        await desk.drive.sheet()
        await desk.press("k", "k", "i")
        await desk.drive.until(lambda: "attempt 3 since attempt 1" in desk.drive.label("title"))
        await desk.drive.until(lambda: "zwanzig" in desk.text and "three" in desk.text)
        await desk.press("escape")
        await desk.drive.until(lambda: "since" not in desk.drive.label("title"))
        desk.past_guard()
        await desk.drive.until(lambda: desk.diff.can_decide)


# -- sending --------------------------------------------------------------------------------------


async def test_what_the_worker_reads_stands_on_the_sheet_and_goes_with_two_keys(
    tmp_path: Path,
) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "twenty")
        await comment(desk, "say it in words")
        desk.go_to("b.py", "nine")
        await desk.press("r")
        await desk.drive.until(lambda: "1 rejected" in desk.drive.label("title"))
        await desk.press("S")
        await desk.sheet()
        seen = desk.drive.screen_text()
        assert "1. a.py:20 (issue): say it in words" in seen
        assert "2. b.py (rejected)" in seen
        await desk.press("r")
        await desk.becomes("pending")
        message = (await desk.engine.progress(desk.number)).inbox[0]
        assert message.kind == "rejection"
        for line in message.text.split("\n"):
            assert line in seen


async def test_a_line_about_all_of_it_stands_first(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("r", "S")
        await desk.sheet()
        await desk.press("o")
        await desk.drive.until(lambda: "It stands above" in desk.drive.screen_text())
        desk.drive.type("hurry")
        await desk.press("enter")
        await desk.drive.until(lambda: "│ hurry" in desk.drive.screen_text())
        await desk.sheet()
        await desk.press("r")
        await desk.becomes("pending")
        assert (await desk.engine.progress(desk.number)).inbox[0].text.startswith("hurry\n\n1. ")


async def test_questions_alone_are_explained_and_the_answer_stands_below(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("b.py", "nine")
        await comment(desk, "why nine", "tab")
        await desk.press("S")
        await desk.sheet()
        assert "explain only changes nothing, and asks:" in desk.drive.screen_text()
        await desk.press("e")
        await desk.becomes("pending")
        assert (await desk.engine.claim("w1")) is not None
        await desk.engine.record_explanation(desk.number, "Because it comes after eight.")
        await desk.drive.until(lambda: "↳ Because it comes after eight." in desk.text)
        assert (await desk.task())["status"] == "in_review"


async def test_a_refused_sending_keeps_what_was_written(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("r", "S")
        await desk.sheet()
        await desk.press("o")
        await desk.drive.until(lambda: "It stands above" in desk.drive.screen_text())
        desk.drive.type("kept")
        await desk.press("enter")
        await desk.drive.until(lambda: "│ kept" in desk.drive.screen_text())
        await desk.engine.submit(Reject(desk.number, "another cockpit was faster"))
        await desk.sheet()
        await desk.press("r")
        await desk.drive.until(lambda: "✘ task 1 is pending" in desk.drive.screen_text())
        assert "│ kept" in desk.drive.screen_text()


async def test_what_was_written_is_kept_when_what_was_rejected_is_not_there_any_more(
    tmp_path: Path,
) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("r", "S")
        await desk.sheet()
        await desk.press("o")
        await desk.drive.until(lambda: "It stands above" in desk.drive.screen_text())
        desk.drive.type("kept")
        await desk.press("enter")
        await desk.drive.until(lambda: "│ kept" in desk.drive.screen_text())
        await desk.engine.submit(Reject(desk.number, "another cockpit was faster"))
        await desk.propose({**BEFORE, "d.py": "another\n"})
        await desk.sheet()
        await desk.press("r")
        await desk.drive.until(
            lambda: "✘ the proposal does not touch a.py" in desk.drive.screen_text()
        )
        assert "│ kept" in desk.drive.screen_text()


# -- the guard ------------------------------------------------------------------------------------

RED = Flag("weakened_assert", "red", "a.py", 5, "an assert was weakened")


async def test_red_flags_need_another_key_than_the_fast_yes(tmp_path: Path) -> None:
    async with reviewing(tmp_path, flags=(RED,)) as desk:
        await desk.press("A")
        await desk.sheet()
        seen = desk.drive.screen_text()
        assert "an assert was weakened" in seen
        assert "a acknowledge and apply" in seen
        await desk.press("enter")
        await desk.drive.pilot.pause()
        assert not await desk.decisions()
        await desk.press("a")
        await desk.drive.until(lambda: "Why may 1 red flag" in desk.drive.screen_text())
        await desk.press("enter")
        await desk.drive.pilot.pause()
        assert not await desk.decisions()
        desk.drive.type("two cases say the same")
        await desk.press("enter")
        await desk.until_async(desk.decisions)
        (flag,) = (await desk.task())["attempts"][-1]["flags"]
        assert flag["acknowledged"]["reason"] == "two cases say the same"


async def test_a_reason_is_asked_for_those_flags_that_it_will_be_of(tmp_path: Path) -> None:
    other = replace(RED, severity="amber", path="b.py", line=9, message="a new dependency")
    async with reviewing(tmp_path, flags=(RED, other)) as desk:
        await desk.press("A")
        await desk.sheet()
        assert "a new dependency" in desk.drive.screen_text()
        await desk.press("a")
        await desk.drive.until(lambda: "Why may 1 red flag" in desk.drive.screen_text())
        assert "an assert was weakened" in desk.drive.screen_text()
        assert "a new dependency" not in desk.drive.screen_text()


async def test_leaving_the_reason_applies_nothing(tmp_path: Path) -> None:
    async with reviewing(tmp_path, flags=(RED,)) as desk:
        await desk.press("A")
        await desk.sheet()
        await desk.press("a")
        await desk.drive.until(lambda: "Why may 1 red flag" in desk.drive.screen_text())
        desk.drive.type("half a")
        await desk.press("escape")
        await desk.closed()
        assert not await desk.decisions()
        (flag,) = (await desk.task())["attempts"][-1]["flags"]
        assert flag["acknowledged"] is None


async def test_a_flag_is_acknowledged_where_it_stands_and_the_fast_yes_is_back(
    tmp_path: Path,
) -> None:
    twenty = replace(RED, line=20, before="assert total == 20", after="assert total")
    async with reviewing(tmp_path, flags=(RED, twenty)) as desk:
        for line in (5, 20):
            await desk.press("!", "K")
            await desk.drive.until(lambda: "Why may it stand?" in desk.drive.screen_text())
            said = desk.drive.screen_text()
            assert f"a.py:{line}" in said
            assert ("− assert total == 20" in said) == (line == 20)
            desk.drive.type(f"said of {line}")
            await desk.press("enter")
            await desk.closed()
            await desk.drive.until(lambda: "acknowledged" in desk.drive.label("notice"))
        flags = (await desk.task())["attempts"][-1]["flags"]
        assert [flag["acknowledged"]["reason"] for flag in flags] == ["said of 5", "said of 20"]
        await desk.drive.until(lambda: "2 flags ✔" in desk.drive.screen_text())
        await desk.press("A")
        await desk.sheet()
        seen = desk.drive.screen_text()
        assert "· said of 20" in seen
        assert "enter apply" in seen


async def test_only_flags_of_what_is_accepted_need_a_reason(tmp_path: Path) -> None:
    async with reviewing(tmp_path, flags=(replace(RED, path="b.py", line=9),)) as desk:
        desk.go_to("a.py", "five")
        await desk.press("a", "S")
        await desk.sheet()
        await desk.press("a")
        await desk.until_async(desk.decisions)


async def test_a_failed_verdict_needs_it_too(tmp_path: Path) -> None:
    async with reviewing(tmp_path, verdict=Verdict.FAILED) as desk:
        await desk.press("A")
        await desk.sheet()
        await desk.press("enter")
        await desk.drive.pilot.pause()
        assert not await desk.decisions()


async def test_the_guard_sheet_names_what_was_not_seen_and_not_sent(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await comment(desk, "hm")
        await desk.press("A")
        await desk.sheet()
        seen = desk.drive.screen_text()
        assert "○ 2 files not looked at: b.py, d.py" in seen
        assert "○ 1 comment not sent to the worker" in seen


async def test_a_proposal_that_changed_behind_the_sheet_is_not_applied(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("A")
        await desk.sheet()
        await desk.engine.submit(Reject(desk.number, "again"))
        await desk.propose(SECOND)
        await desk.drive.until(lambda: (desk.drive.app.state.diff or {}).get("attempt") == 2)
        await desk.press("enter")
        await desk.closed()
        await desk.drive.until(lambda: "changed meanwhile" in desk.drive.label("notice"))
        assert not await desk.decisions()


async def test_what_is_still_shown_of_another_task_is_not_decided_and_gets_no_comment() -> None:
    class Slow(FakeService):
        """Takes its time for the change of one task."""

        async def query(self, query: Query) -> dict[str, Any]:
            if isinstance(query, ShowDiff) and query.number == "1.2.1":
                came.set()
                await let.wait()
            if isinstance(query, ShowSide):
                raise NotFound("there are no colours")
            return await super().query(query)

    came, let = asyncio.Event(), asyncio.Event()
    other = shown() | {"number": "1.2.1"}
    diffs = {number: diff() | {"task": number} for number in ("1.2.3", "1.2.1")}
    service = Slow(tasks={"1.2.3": shown(), "1.2.1": other}, diffs=diffs)
    async with opened(service) as drive:
        drive.key("2")
        await drive.in_pane("diff")
        view = drive.app.cockpit.query_one(DiffView)
        await drive.until(lambda: view.can_decide)
        drive.app.focus_task("1.2.1")
        await drive.until(came.is_set)
        assert not view.can_decide
        drive.key("c")
        await drive.until(lambda: "one moment" in drive.label("notice"))
        let.set()
        await drive.until(lambda: view.can_decide)


# -- drafts ---------------------------------------------------------------------------------------


@pytest.mark.fault(
    "people",
    "the cockpit or the engine ends in the middle of a review",
    sees="the same verdicts, comments and seen files, and the cursor at what is undecided",
    kept="all but the last half second, without a key",
)
async def test_verdicts_and_seen_files_outlive_the_cockpit_and_the_engine(tmp_path: Path) -> None:
    trees = Trees()
    base = trees.put(BEFORE)
    async with engine_at(tmp_path / "state.db", trees) as engine:
        desk = Desk(engine, trees, base)
        await desk.propose(FIRST)
        async with cockpit_on(desk):
            await desk.shown()
            await desk.press("space")
            desk.go_to("a.py", "twenty")
            await desk.press("v", "r")
            desk.go_to("d.py", "new")
            await desk.press("a")
            await desk.drive.until(lambda: desk.diff.draft.moves == 3)

            async def kept() -> bool:
                return bool((await desk.review())["draft"]["accepted"]["files"])

            await desk.until_async(kept)
    async with engine_at(tmp_path / "state.db", trees) as engine:
        desk = Desk(engine, trees, base, desk.number)
        async with cockpit_on(desk):
            await desk.shown()
            await desk.drive.until(lambda: "◐ partly" in desk.text)
            draft = desk.diff.draft
            assert draft.verdict("a.py", 1) == "accepted"
            assert "✘ + twenty" in desk.text
            assert draft.file_verdict("d.py") == "accepted"
            assert draft.seen >= {"a.py", "d.py"}
            assert desk.diff.place is not None
            assert desk.diff.place.path == "b.py", "it goes on at what is undecided"
            desk.go_to("d.py", "new")
            await desk.press("U")
            assert desk.diff.draft.file_verdict("d.py") == "undecided"


async def test_leaving_stores_at_once(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("space", "q")
        await desk.drive.until(lambda: not desk.drive.app.is_running or desk.drive.app._exit)
        assert (await desk.review())["draft"]["accepted"]["hunks"] == [["a.py", 1]]


async def test_a_burst_of_verdicts_is_one_write(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        keeper = desk.drive.app.keeper
        saved: list[object] = []
        submit = keeper._submit

        async def counting(wish: Any) -> object:
            saved.append(wish)
            return await submit(wish)

        await keeper.save()
        keeper._submit, keeper._later = counting, lambda *_: None  # the time is not over
        await desk.press("space", "U", "space", "U", "space", "space", "U")
        assert saved == []
        await keeper.save()
        assert len(saved) == 1
        await keeper.save()
        assert len(saved) == 1


async def test_unchanged_verdicts_stand_on_the_next_attempt_and_say_so(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("a.py", "five")
        await desk.press("space")
        desk.go_to("a.py", "twenty")
        await desk.press("r")
        desk.go_to("b.py", "nine")
        await desk.press("a", "S")
        await desk.sheet()
        await desk.press("r")
        await desk.becomes("pending")
        await desk.propose(SECOND)
        await desk.shown(2)
        await desk.drive.until(lambda: "since attempt 1" in desk.text)
        draft = desk.diff.draft
        assert draft.verdict("a.py", 1) == "accepted"
        assert draft.verdict("a.py", 2) == "undecided"
        assert draft.verdict("b.py", 1) == "accepted"
        assert desk.text.count("✔ accepted since attempt 1") == 2
        assert "hunks 2/4 accepted" in desk.drive.label("title")


# -- keystrokes -----------------------------------------------------------------------------------


async def test_ten_files_take_ten_keys(tmp_path: Path) -> None:
    files = {**BEFORE, **{f"f{n}.py": f"file {n}\n" for n in range(10)}}
    async with reviewing(tmp_path, files) as desk:
        await desk.press(*["a"] * 10)
        await desk.drive.until(lambda: "hunks 10/10 accepted" in desk.drive.label("title"))


async def test_each_hunk_takes_one_key(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("space", "r", "space", "space")
        await desk.drive.until(lambda: "hunks 3/4 accepted" in desk.drive.label("title"))
        assert desk.diff.draft.verdict("a.py", 2) == "rejected"


async def test_the_fast_yes_takes_two_keys(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("A")
        await desk.sheet()
        await desk.press("enter")
        await desk.until_async(desk.decisions)


async def test_a_paste_is_no_verdict_and_writes_no_comment(tmp_path: Path) -> None:
    from textual import events

    async with reviewing(tmp_path) as desk:
        desk.drive.app.post_message(events.Paste("aASrcU"))
        await desk.drive.until(lambda: desk.drive.app.screen is not desk.drive.app.cockpit)
        assert desk.diff.draft.moves == 0
        assert (await desk.task())["comments"] == []
        await desk.drive.until(lambda: "Add 1 task" in desk.drive.screen_text())


async def test_an_explanation_that_is_asked_elsewhere_is_followed(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        desk.go_to("b.py", "nine")
        await comment(desk, "why", "tab")
        await desk.engine.submit(Explain(desk.number))
        await desk.drive.until(lambda: "told" in desk.text)

"""All comments of a proposal: their list, the way from one to another, and a copy of the letter."""

from __future__ import annotations

from pathlib import Path

from codeframe_tui.core.commands import AddComment, Reject
from codeframe_tui.core.queries import ShowLetter
from tests.tui.review_room import SECOND, Desk, reviewing


async def said(desk: Desk) -> None:
    """A second attempt with comments on what changed, sent and not sent, two on one line."""
    say, number = desk.engine.submit, desk.number
    await say(AddComment(number, "changes soon", "a.py", 20))
    await say(AddComment(number, "nine?", "b.py", 9, type="question"))
    await say(Reject(number, "again"))
    await desk.propose(SECOND)
    await desk.shown(2)
    await say(AddComment(number, "first of two", "b.py", 9))
    await say(AddComment(number, "second of two", "b.py", 9, type="nit"))
    await say(AddComment(number, "all in all"))
    await desk.comments(5)
    await desk.drive.until(lambda: "all in all" in desk.text)


def here(desk: Desk) -> str:
    """The row under the cursor."""
    return "".join(text for text, _ in desk.diff.spans_at(desk.diff.cursor, 100))


async def test_the_list_says_what_became_of_each_comment_and_leads_to_it(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await said(desk)
        await desk.press("Z", "L")
        await desk.drive.sheet()
        await desk.drive.until(lambda: "5 comments, 3 not sent" in desk.drive.screen_text())
        rows = desk.drive.screen_text().split("\n")
        told = {
            text: row for row in rows for text in ("changes soon", "nine?", "all in") if text in row
        }
        assert told["changes soon"].endswith("changed since attempt 1")
        assert told["nine?"].endswith("sent with attempt 1")
        assert "the whole proposal" in told["all in"]
        assert told["all in"].endswith("not sent")
        await desk.press(*"second", "enter")
        await desk.closed()
        await desk.drive.until(lambda: "second of two" in here(desk))
        await desk.press("L")
        await desk.drive.sheet()
        await desk.press("escape")
        await desk.closed()
        assert "second of two" in here(desk), "leaving goes nowhere"


async def test_two_keys_go_from_comment_to_comment_also_on_one_line(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await said(desk)
        await desk.press("g")
        there = []
        for _ in range(6):
            await desk.press("right_parenthesis")
            there.append(here(desk))
        assert len(set(there[:5])) == 5
        assert there[5] == there[0], "it goes round"
        await desk.press("left_parenthesis")
        assert here(desk) == there[4]
        await desk.press("M")
        assert here(desk) == there[0]


async def test_without_a_comment_the_keys_say_so(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        for key in ("right_parenthesis", "left_parenthesis"):
            desk.drive.app.tell()
            await desk.press(key)
            await desk.drive.until(lambda: "no comments here" in desk.drive.label("notice"))
        await desk.press("L")
        await desk.drive.sheet()
        assert "nobody said anything yet" in desk.drive.screen_text()


async def test_the_whole_letter_is_copied_word_for_word(tmp_path: Path) -> None:
    async with reviewing(tmp_path) as desk:
        await desk.press("Y")
        await desk.drive.until(lambda: "nothing to tell" in desk.drive.label("notice"))
        await said(desk)
        desk.go_to("a.py", "zwanzig")
        await desk.press("r", "Y")
        await desk.drive.until(lambda: "copied what the worker" in desk.drive.label("notice"))
        parts = desk.diff.draft.rejected_parts
        letter = (await desk.engine.query(ShowLetter(desk.number, "changes", "", parts)))["text"]
        assert "first of two" in letter
        assert "-a 20" in letter
        assert desk.drive.app.clipboard == letter
        desk.drive.app._clipboard = ""
        await desk.press("S")
        await desk.sheet()
        await desk.press("y")
        await desk.drive.until(lambda: desk.drive.app.clipboard == letter)
        await desk.drive.until(lambda: "copied" in desk.drive.screen_text())
        assert (await desk.task())["status"] == "in_review"
        await desk.press("escape")
        await desk.closed()

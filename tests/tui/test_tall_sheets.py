"""Sheets taller than the screen: keys reach all of them; field and hints stay in sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from codeframe_tui.tui.modals.comment import CommentDialog, Said
from codeframe_tui.tui.modals.dialog import GUARD, Dialog
from codeframe_tui.tui.modals.letter import LetterSheet
from codeframe_tui.tui.modals.sheet import Choice, Sheet
from codeframe_tui.tui.modals.text import AnswerDialog, AskText, Words
from codeframe_tui.tui.present.rows import Row, cells, heading
from tests.tui.driving import Drive, opened

FACTS = [heading(f"fact {n:02} {'x' * 61}") for n in range(1, 31)]
"""As wide as facts are wrapped to."""
CHOICES = [
    Choice("a", "apply", "apply"),
    Choice("r", "request changes", "reject"),
    Choice("e", "explain only", "explain"),
    Choice("o", "overall", "overall"),
]


def letter(width: int) -> Sequence[Row]:
    del width
    return [heading(f"letter {n:02}") for n in range(1, 31)]


MADE: dict[str, Callable[[], Dialog[Any]]] = {
    "sheet": lambda: Sheet("Apply?", FACTS, [Choice("enter", "apply", "yes")]),
    "letter": lambda: LetterSheet("Send", FACTS, letter, CHOICES, text="x"),
    "text": lambda: AskText("Why?", FACTS),
    "answer": lambda: AnswerDialog("asks", FACTS, ["one", "two"]),
    "comment": lambda: CommentDialog("says", FACTS, Said("")),
}


def screen(drive: Drive) -> list[str]:
    """The lines on screen."""
    return [strip.text for strip in drive.app.screen._compositor.render_strips()]


def shows(drive: Drive, text: str) -> bool:
    """Whether a text is on screen."""
    return any(text in line for line in screen(drive))


async def asked(drive: Drive, dialog: Dialog[Any]) -> list[Any]:
    """Show a dialogue; what it gives back comes into the list."""
    given: list[Any] = []
    drive.app.push_screen(dialog, given.append)
    await drive.until(lambda: shows(drive, "esc back"))
    await drive.pilot.pause()
    return given


async def click(drive: Drive, text: str) -> None:
    """Click on a text of the screen."""
    y, line = next((y, line) for y, line in enumerate(screen(drive)) if text in line)
    await drive.pilot.click(offset=(cells(line[: line.index(text)]), y))


@pytest.mark.parametrize("size", [(80, 24), (60, 12)])
@pytest.mark.parametrize("kind", MADE)
async def test_every_fact_is_reached_by_keys_with_field_and_keys_in_sight(
    kind: str, size: tuple[int, int]
) -> None:
    async with opened(size=size) as drive:
        dialog = MADE[kind]()
        given = await asked(drive, dialog)
        wanted = [f"fact {n:02}" for n in range(1, 31)]
        wanted += [f"letter {n:02}" for n in range(1, 31)] if kind == "letter" else []
        await drive.until(lambda: shows(drive, "pgdn more"))
        while wanted:
            seen = [each for each in wanted if shows(drive, each)]
            assert seen, (wanted, screen(drive))
            for key, what in dialog._hints:
                assert shows(drive, f"{key} {what}"), (key, screen(drive))
            for field in dialog.query(Words):
                assert 0 < field.region.y < field.region.bottom < size[1]
            wanted = [each for each in wanted if each not in seen]
            if wanted:
                drive.key("pagedown")
                await drive.until(partial(shows, drive, wanted[0]))
        await drive.until(lambda: shows(drive, "pgup back up"))
        drive.key("pageup")
        await drive.until(lambda: shows(drive, "pgdn more"))
        assert not given


async def test_a_fact_is_not_cut_beside_the_scrollbar() -> None:
    async with opened(size=(80, 24)) as drive:
        await asked(drive, MADE["sheet"]())
        await drive.until(lambda: shows(drive, "pgdn more"))
        assert shows(drive, f"fact 01 {'x' * 61}")


async def test_a_sheet_scrolls_by_the_keys_of_lists_and_decides_nothing_by_them() -> None:
    async with opened(size=(80, 24)) as drive:
        given = await asked(drive, MADE["sheet"]())
        for key, there in (
            ("end", "fact 30"), ("home", "fact 01"), ("G", "fact 30"), ("pageup", "fact 14"),
            ("home", "fact 01"),
        ):  # fmt: skip
            drive.key(key)
            await drive.until(partial(shows, drive, there))
        for down, up in (("down", "up"), ("j", "k")):
            drive.key(down)
            await drive.until(lambda: not shows(drive, "fact 01"))
            drive.key(up)
            await drive.until(lambda: shows(drive, "fact 01"))
        assert not given


async def test_what_fits_says_nothing_of_more() -> None:
    async with opened(size=(80, 24)) as drive:
        await asked(drive, Sheet("Apply?", FACTS[:3], CHOICES))
        await drive.until(lambda: shows(drive, "fact 03"))
        assert not shows(drive, "pgdn")


async def test_the_field_keeps_its_place_while_a_long_text_grows_in_it() -> None:
    async with opened(size=(80, 24)) as drive:
        dialog = MADE["text"]()
        await asked(drive, dialog)
        drive.key(*["x", "ctrl+j"] * 7, "z")
        await drive.until(lambda: shows(drive, "z"))
        field = dialog.query_one(Words)
        await drive.until(lambda: field.region.height == 8)
        assert field.region.bottom < 24
        assert shows(drive, "enter send")
        assert shows(drive, "fact 01")


# -- the keys of a dialogue, clicked ---------------------------------------------------------------


async def test_the_keys_of_a_sheet_decide_by_a_click() -> None:
    async with opened(size=(80, 24)) as drive:
        dialog = Sheet("Apply?", FACTS, CHOICES)
        given = await asked(drive, dialog)
        dialog._appeared -= 1
        await click(drive, "pgdn more")
        await drive.until(lambda: not shows(drive, "fact 01"))
        await click(drive, "request changes")
        await drive.until(lambda: given == ["reject"])


async def test_a_click_decides_no_earlier_than_a_key_could() -> None:
    now = 100.0
    async with opened(size=(80, 24)) as drive:
        sheet = Sheet("Apply?", FACTS[:3], [Choice("enter", "apply", "yes")], clock=lambda: now)
        given = await asked(drive, sheet)
        await drive.pilot.pause()
        now += GUARD - 0.01
        await click(drive, "enter apply")
        await drive.pilot.pause()
        assert not given
        assert drive.app.screen is sheet
        now += 0.02
        await click(drive, "enter apply")
        await drive.until(lambda: given == ["yes"])


@pytest.mark.parametrize(("hint", "gives"), [("esc back", None), ("enter send", "so")])
async def test_a_dialogue_is_left_and_a_text_is_sent_by_a_click(
    hint: str, gives: str | None
) -> None:
    async with opened(size=(80, 24)) as drive:
        dialog = AskText("Why?")
        given = await asked(drive, dialog)
        drive.type("so")
        await drive.until(lambda: dialog.query_one(Words).text == "so")
        dialog._appeared -= 1
        await click(drive, hint)
        await drive.until(lambda: given == [gives])


async def test_a_click_beside_the_keys_does_nothing() -> None:
    async with opened(size=(80, 24)) as drive:
        dialog = AskText("Why?", optional=True)
        given = await asked(drive, dialog)
        dialog._appeared -= 1
        await click(drive, "   esc back")
        await click(drive, "Why?")
        await drive.pilot.pause()
        assert not given

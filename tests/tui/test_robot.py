"""Whole reviews, and keys pressed at random: only what was decided is sent."""

from __future__ import annotations

import random

import pytest
from textual import events

from codeframe_tui.core.commands import Approve, Cancel, Redo, Undo
from codeframe_tui.tui.keymap import KEYS
from codeframe_tui.tui.modals.sheet import Sheet
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService
from tests.tui.robot import Robot, Verdicts, any_document

DECISIONS = (Approve, Cancel, Redo, Undo)
"""What changes files or ends work."""
OTHER_KEYS = {"diff.accept_hunk": "ctrl+y", "diff.send": "f9", "diff.reject_file": "x"}


@pytest.mark.parametrize("seed", range(9))
async def test_what_a_robot_accepts_is_what_is_sent(seed: int) -> None:
    chance = random.Random(seed)
    shown = any_document(chance)
    service = FakeService(diffs={"1.2.3": shown})
    chosen = OTHER_KEYS if seed % 3 == 0 else {}
    async with opened(service, keys=chosen) as drive:
        robot = Robot(drive, Verdicts.of(shown), chosen)
        await robot.to_the_diff()
        for _ in range(chance.randint(4, 30)):
            await robot.step(chance)
        accepted = robot.expected.parts("accepted")
        if not accepted:
            await robot.judge("accept", "hunk")
            accepted = robot.expected.parts("accepted")
        assert service.submitted == []
        await robot.send("a")
        await drive.until(lambda: service.submitted)
        assert service.submitted == [Approve("1.2.3", expect="p2", parts=accepted)]


@pytest.mark.parametrize("files", [1, 10])
async def test_a_file_takes_one_key_and_ten_files_take_ten(files: int) -> None:
    chance = random.Random(files)
    shown = any_document(chance)
    one = shown["files"][0]
    shown["files"] = [one | {"path": f"src/part_{n}.py"} for n in range(files)]
    async with opened(FakeService(diffs={"1.2.3": shown})) as drive:
        robot = Robot(drive, Verdicts.of(shown))
        await robot.to_the_diff()
        for _ in range(files):
            await robot.judge("accept", "file")
        assert set(robot.expected.parts("accepted").files) == {f["path"] for f in shown["files"]}
        assert robot.diff.draft.parts == robot.expected.parts("accepted")


async def test_the_fast_yes_takes_two_keys() -> None:
    async with opened() as drive:
        robot = Robot(drive, Verdicts.of(drive.service.diffs["1.2.3"]))
        await robot.to_the_diff()
        await robot.press("diff.approve_all")
        await drive.sheet()
        assert isinstance(drive.app.screen, Sheet)
        drive.app.screen._appeared -= 1
        drive.key("enter")
        await drive.until(lambda: drive.service.submitted)
        assert drive.service.submitted == [Approve("1.2.3", expect="p2")]


@pytest.mark.parametrize("seed", range(5))
async def test_a_cat_on_the_keyboard_decides_nothing(seed: int) -> None:
    """Sheets decide nothing in their first moment, and nothing else does by one key."""
    chance = random.Random(seed)
    keys = sorted({k for key in KEYS for k in key.keys.split(",")} - {"q", "ctrl+c"})
    keys += ["x", "y", "Q", "é", "f5", "ctrl+z", "delete", "backspace", "ctrl+left", "9"]
    async with opened() as drive:
        for _ in range(120):
            await _poke(drive, chance, keys)
        await drive.pilot.pause(0)
        assert drive.app.is_running
        assert [c for c in drive.service.submitted if isinstance(c, DECISIONS)] == []


async def _poke(drive: Drive, chance: random.Random, keys: list[str]) -> None:
    what = chance.choices(["key", "paste", "resize"], [20, 1, 1])[0]
    screen = drive.app.screen
    if isinstance(screen, Sheet):
        screen._appeared = screen._clock()  # as if each key came in its first moment
    if what == "key":
        drive.key(chance.choice(keys))
    elif what == "paste":
        drive.app.post_message(events.Paste("A\n\x1b[A\renter a S y"))
    else:
        await drive.pilot.resize_terminal(chance.randint(20, 220), chance.randint(6, 60))
    await drive.pilot.pause(0)

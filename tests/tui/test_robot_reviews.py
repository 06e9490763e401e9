"""Whole reviews of two attempts, played at random on the real service."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.tui.present.draft import Verdict
from tests.tui.review_room import reviewing
from tests.tui.reviewer import Reviewer, any_attempt, became_of_line

RED = Flag("weakened_assert", "red", "a.py", 0, "an assert was weakened")


@pytest.mark.parametrize("seed", range(3))
async def test_what_a_robot_says_is_sent_and_followed_to_the_next_attempt(
    seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    first = any_attempt(chance)
    second = any_attempt(chance, first)
    async with reviewing(tmp_path, first, flags=(RED,)) as desk:
        robot = Reviewer(desk, chance)
        await _acknowledge(robot)
        for _ in range(14):
            await robot.step()
        await robot.press("top")
        await robot.press("reject_file")
        assert (await desk.task())["status"] == "in_review", "nothing is sent by itself"
        comments = (await desk.task())["comments"]
        assert {c["text"]: (c["path"], c["first"]) for c in comments} == robot.said
        rejected = robot.given[1]
        await robot.send("r")
        await desk.becomes("pending")
        told = (await desk.engine.progress(desk.number)).inbox[-1].text
        assert [f"(issue): {text}\n" in told for text in robot.said] == [True] * len(robot.said)
        assert all(f"{path} (rejected)" in told for path in rejected.files)

        await desk.propose(second)
        await desk.shown(2)
        became = {c["text"]: c["became"] for c in (await desk.review())["comments"]}
        assert became == {
            text: became_of_line(*place, first, second) for text, place in robot.said.items()
        }
        await robot.press("interdiff")
        await desk.drive.until(lambda: "since attempt 1" in desk.drive.label("title"))
        await robot.press("interdiff")
        await desk.shown(2)
        for _ in range(3):
            if desk.diff.draft.count(Verdict.ACCEPTED) < len(desk.diff.draft.units):
                await robot.press("next_undecided")
                await robot.press("accept_file")
        accepted = robot.given[0]
        await robot.send("a")
        await desk.until_async(desk.decisions)
        assert [each.parts for each in await desk.decisions()] == [accepted]


async def _acknowledge(robot: Reviewer) -> None:
    desk = robot.desk
    await robot.press("next_flag")
    await robot.press("acknowledge")
    await desk.sheet()
    await desk.press(*"fine", "enter")
    await desk.closed()

    async def is_kept() -> bool:
        flags = (await desk.task())["attempts"][-1]["flags"]
        return [flag["acknowledged"]["reason"] for flag in flags] == ["fine"]

    await desk.until_async(is_kept)

"""Any keys in a review of several attempts: verdicts are about what was under the cursor."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from codeframe_tui.core.commands import Reject
from codeframe_tui.tui.modals.sheet import Sheet
from codeframe_tui.tui.present.draft import ReviewDraft, Unit
from tests.tui.review_room import FIRST, SECOND, Desk, numbered, reviewing

THIRD = {**SECOND, "c.py": numbered("c", line_3="three", line_30="thirty")}
MOVES = (
    *("j", "k", "right_square_bracket", "left_square_bracket", "right_curly_bracket", "u", "g"),
    *("left_curly_bracket", "G", "pagedown", "exclamation_mark", "right_parenthesis", "M"),
)
LOOKS = (
    *("i", "w", "z", "Z", "equals_sign", "W", "D", "I", "v", "p", "L", "t", "d", "s", "escape"),
    *("enter", "tab", "1", "2", "slash", "n", "f", "c", "C", "S", "A", "Y", "y", "backspace"),
)
VERDICTS = ("space", "r", "a", "R", "U")


def verdicts(draft: ReviewDraft) -> dict[Unit, tuple[object, object]]:
    """Unit -> what is said of it."""
    return {unit: (draft.verdict(*unit), draft._lines.get(unit)) for unit in draft.units}


def meant(desk: Desk, key: str) -> set[Unit]:
    """The units that a key may change."""
    diff, place = desk.diff, desk.diff.place
    if key not in VERDICTS or place is None or desk.drive.app.focused is not diff:
        return set()
    if key == "U":
        last = diff.draft._history[-1] if diff.draft._history else ()
        return {unit for unit, _ in last} or set(diff._here())
    if key in {"a", "R"}:
        return set(diff.draft.units_of(place.path))
    return set(diff.chosen_lines()) if diff.has_range else set(diff._here())


async def poke(desk: Desk, key: str) -> None:
    """One key, and what must be true after it."""
    diff, screen = desk.diff, desk.drive.app.screen
    if isinstance(screen, Sheet):
        screen._appeared = screen._clock()  # as if each key came in its first moment
    elif key in VERDICTS:
        desk.past_guard()
    before, may = diff.draft, meant(desk, key) if screen is desk.drive.app.cockpit else set()
    restored = diff.is_restored(before.name)
    said, known = verdicts(before), len((await desk.task())["comments"])
    await desk.press(key)
    after = diff.draft
    if after.name == before.name and restored:  # else kept verdicts may have come just now
        changed = {unit for unit, state in verdicts(after).items() if said.get(unit) != state}
        assert changed <= may, (key, changed, may)
        assert not (changed and before.look), "what is only read is not decided"
    assert not await desk.decisions(), key
    task = await desk.task()
    assert task["status"] == "in_review", key
    typed = screen is not desk.drive.app.cockpit  # a dialogue may change or delete a comment
    assert typed or len(task["comments"]) == known, key


@pytest.mark.parametrize("seed", range(2))
async def test_no_key_decides_about_anything_but_what_is_under_the_cursor(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    async with reviewing(tmp_path, FIRST, SECOND) as desk:
        for step in range(60):
            if step == 35:
                await desk.engine.submit(Reject(desk.number, "again"))
                await desk.propose(THIRD)
            group = chance.choices([MOVES, LOOKS, VERDICTS], [4, 3, 3])[0]
            await poke(desk, chance.choice(group))
        await desk.press("escape", "escape", "escape", "escape")
        await desk.drive.app.keeper.save()
        sent = desk.diff.sent_draft
        if sent is not None and sent.units and desk.diff.is_restored(sent.name):
            stored = (await desk.review())["draft"]
            assert stored["accepted"] == sent.parts.document
            assert stored["rejected"] == sent.rejected_parts.document

"""A robot that reviews on the real service, by the names of actions: lines, comments, flags."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.tui.keymap import find
from codeframe_tui.tui.present.diff.kinds import Place
from tests.tui.review_room import BASE, Desk, Files, numbered

__all__ = ["Reviewer", "any_attempt", "became_of_line"]

_MOVES = (
    *("next_hunk", "previous_hunk", "next_file", "previous_file", "cursor_down", "cursor_up"),
    *("page_down", "top", "bottom", "next_undecided"),
)
_WORDS = ("others", "two\nlines", "")


def any_attempt(chance: random.Random, before: Files | None = None) -> Files:
    """Three files in which some of forty lines are others, more, or left out; or as before."""
    made: dict[str, str] = {}
    for path in BASE:
        if before is not None and chance.random() < 1 / 3:
            made[path] = before[path]
            continue
        name = path[0]
        changed = {
            f"line_{n}": word and f"{word} {name}{n}"
            for n in chance.sample(range(1, 41), chance.randint(1, 3))
            for word in chance.choices(_WORDS)
        }
        made[path] = numbered(name, lines=40, **changed)
    return made


def became_of_line(path: str, line: int, told: Files, now: Files) -> str:
    """What became of a line, where most lines are only once in their file."""
    old, new = (files[path].splitlines() for files in (told, now))
    before, after = old[max(0, line - 4) : line - 1], old[line : line + 3]
    if old[line - 1] in new:
        at = new.index(old[line - 1])
        around = new[max(0, at - 3) : at], new[at + 1 : at + 4]
        return "stands" if around == (before, after) else "changed"
    pad = ["<"] * (3 - len(before)), [">"] * (3 - len(after))
    closed = [*pad[0], *before, *after, *pad[1]]
    all_ = ["<", "<", "<", *new, ">", ">", ">"]
    gone = any(all_[at : at + 6] == closed for at in range(len(all_)))
    return "gone" if gone else "changed"


@dataclass
class Reviewer:
    """Plays a review.

    Attributes:
        said: text -> path and line of each comment, as counted in the document by hand.
        steps: what was accepted and rejected before each verdict, for taking it back.
    """

    desk: Desk
    chance: random.Random
    said: dict[str, tuple[str, int]] = field(default_factory=dict)
    steps: list[tuple[Parts, Parts]] = field(default_factory=list)

    async def press(self, action: str) -> None:
        """Press the key of an action of the diff."""
        self.desk.past_guard()
        await self.desk.press(find(f"diff.{action}").keys.split(",")[0])

    @property
    def given(self) -> tuple[Parts, Parts]:
        """What is accepted and rejected now."""
        draft = self.desk.diff.draft
        return draft.parts, draft.rejected_parts

    async def step(self) -> None:
        """One thing that reviewers do."""
        does = (self._move, self._judge, self._judge_lines, self._comment, self._take_back)
        await self.chance.choices(does, [3, 1, 4, 4, 1])[0]()

    async def _move(self) -> None:
        await self.press(self.chance.choice(_MOVES))

    async def _judge(self) -> None:
        what = self.chance.choice(["hunk", "hunk", "file"])
        await self._decide(f"{self.chance.choice(['accept', 'reject'])}_{what}")

    def _to_a_line(self, *, changed: bool = False) -> None:
        diff = self.desk.diff
        places = [(row, diff.index.place(row)) for row in range(diff.count())]
        lines = [row for row, at in places if at.k > 0 and at.line >= 0 and not at.extra]
        if changed:
            lines = [row for row in lines if self._sign(diff.index.place(row)) != " "]
        diff.move_to(self.chance.choice(lines))

    async def _judge_lines(self) -> None:
        """What a range has in it gets the verdict, every line of it."""
        self._to_a_line(changed=True)
        await self.press("range")
        for _ in range(self.chance.randint(0, 3)):
            await self.press(self.chance.choice(["cursor_down", "cursor_up"]))
        chosen, verb = self.desk.diff.chosen_lines(), self.chance.choice(["accept", "reject"])
        await self._decide(f"{verb}_hunk")
        if self.desk.diff.has_range:  # there was no line in it
            await self.press("range")
            return
        verdict = f"{verb}ed"
        for (path, k), lines in chosen.items():
            signs = self._hunk(path, k)["lines"] if k else ()
            for line in lines:
                if 0 <= line < len(signs) and signs[line][0] in "+-":
                    found = self.desk.diff.draft.line_verdict(path, k, line)
                    assert (found or self.desk.diff.draft.verdict(path, k)) == verdict

    async def _decide(self, action: str) -> None:
        before, moves = self.given, self.desk.diff.draft.moves
        await self.press(action)
        if self.desk.diff.draft.moves != moves:
            self.steps.append(before)

    async def _take_back(self) -> None:
        await self.press("take_back")
        if self.steps:
            assert self.given == self.steps.pop()

    async def _comment(self) -> None:
        self._to_a_line()
        place = self.desk.diff.place
        assert place is not None
        if self._sign(place) == "-":
            return
        lines = [sign for sign, _ in self._hunk(place.path, place.k)["lines"][: place.line]]
        text = f"say{len(self.said)}"
        number = self._hunk(place.path, place.k)["new_start"] + sum(s in " +" for s in lines)
        await self.press("comment")
        await self.desk.drive.sheet()
        await self.desk.press(*text, "enter")
        await self.desk.closed()
        self.said[text] = place.path, number
        await self.desk.comments(len(self.said))

    def _sign(self, place: Place) -> str:
        return str(self._hunk(place.path, place.k)["lines"][place.line][0])

    def _hunk(self, path: str, k: int) -> Mapping[str, Any]:
        found = self.desk.diff.hunk((path, k))
        assert found is not None
        return found

    async def send(self, key: str) -> None:
        """Open the sheet of sending, and decide by a key of it."""
        await self.press("send")
        await self.desk.sheet()
        await self.desk.press(key)

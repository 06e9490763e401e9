"""A robot that reviews by the names of actions; their keys come from the one table."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.tui.keymap import find
from codeframe_tui.tui.modals.sheet import Sheet
from codeframe_tui.tui.present.risk import by_risk
from codeframe_tui.tui.widgets.diff.view import DiffView
from tests.diff_documents import document, file, hunk
from tests.tui.driving import Drive

__all__ = ["Robot", "Verdicts", "any_document"]

_MOVES = (
    *("next_hunk", "previous_hunk", "next_file", "previous_file", "cursor_down", "cursor_up"),
    *("page_down", "page_up", "top", "bottom", "next_undecided"),
)
_SIGNS = {"accept": "accepted", "reject": "rejected"}


def any_document(chance: random.Random) -> dict[str, Any]:
    """A proposal of one to five files with up to five hunks each, some of them none."""
    files = []
    for f in range(chance.randint(1, 5)):
        hunks = [
            hunk(
                k,
                20 * k,
                " before",
                *["-old"] * chance.randint(0, 3),
                *["+new"] * chance.randint(1, 3),
                " after",
                heading=f"def part_{k}()",
            )
            for k in range(1, chance.randint(0, 5) + 1)
        ]
        files.append(file(f"src/part_{f}.py", *hunks, binary=not hunks))
    return document(*files, proposal="p2")


@dataclass
class Verdicts:
    """What a review should come to, kept as plainly as can be.

    Attributes:
        files: path -> its hunk numbers; ``[0]`` for a file without hunks.
        given: what was said last of each.
        steps: what each verdict replaced, for taking it back.
    """

    files: Mapping[str, list[int]]
    given: dict[tuple[str, int], str] = field(default_factory=dict)
    steps: list[dict[tuple[str, int], str | None]] = field(default_factory=list)

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> Verdicts:
        """No verdict yet on a diff document; its files in the order in which they are read."""
        files = by_risk(shown["files"], ())
        return cls({f["path"]: [h["k"] for h in f["hunks"]] or [0] for f in files})

    def say(self, verdict: str, path: str, numbers: list[int]) -> None:
        """Give a verdict; one that changes nothing is no step."""
        before = {
            (path, k): self.given.get((path, k))
            for k in numbers
            if self.given.get((path, k)) != verdict
        }
        if before:
            self.steps.append(before)
            self.given.update(dict.fromkeys(before, verdict))

    def take_back(self) -> None:
        """Undo the last step."""
        for unit, verdict in (self.steps.pop() if self.steps else {}).items():
            if verdict is None:
                del self.given[unit]
            else:
                self.given[unit] = verdict

    def parts(self, verdict: str) -> Parts:
        """What has this verdict, whole files first."""
        whole = [p for p, ks in self.files.items() if self._all(p, ks, verdict)]
        hunks = [
            (path, k)
            for path, ks in self.files.items()
            for k in ks
            if path not in whole and self.given.get((path, k)) == verdict
        ]
        return Parts(files=tuple(whole), hunks=tuple(hunks))

    def _all(self, path: str, numbers: list[int], verdict: str) -> bool:
        return all(self.given.get((path, k)) == verdict for k in numbers)


@dataclass
class Robot:
    """Plays reviews in a running cockpit.

    Attributes:
        chosen: a person's own keys.
        expected: what the verdicts should come to.
    """

    drive: Drive
    expected: Verdicts
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def diff(self) -> DiffView:
        """The diff of the cockpit."""
        return self.drive.app.cockpit.part("diff", DiffView)

    async def press(self, action: str) -> None:
        """Press the key of an action, and wait until it was taken."""
        keys = self.chosen.get(action) or find(action).keys
        await self.drive.pilot.press(keys.split(",")[0])

    async def to_the_diff(self) -> None:
        """Go there, and wait until verdicts act."""
        await self.press("app.pane_diff")
        await self.drive.in_pane("diff")
        self.diff._appeared -= 1
        await self.drive.until(lambda: self.diff.can_decide)

    async def judge(self, verb: str, what: str) -> None:
        """Accept or reject the hunk or file under the cursor."""
        place = self.diff.place
        assert place is not None
        numbers = self.expected.files[place.path]
        if what == "hunk" and place.k:
            numbers = [place.k]
        await self.press(f"diff.{verb}_{what}")
        self.expected.say(_SIGNS[verb], place.path, numbers)

    async def step(self, chance: random.Random) -> None:
        """One thing that reviewers do."""
        what = chance.choices(["judge", "move", "back"], [6, 5, 1])[0]
        if what == "judge":
            verb = chance.choice(["accept", "accept", "reject"])
            await self.judge(verb, chance.choice(["hunk", "hunk", "hunk", "file"]))
        elif what == "back":
            await self.press("diff.take_back")
            self.expected.take_back()
        else:
            await self.press(f"diff.{chance.choice(_MOVES)}")

    async def send(self, key: str) -> None:
        """Open the sheet of sending, and decide by a key of it."""
        await self.press("diff.send")
        await self.drive.sheet()
        sheet = self.drive.app.screen
        assert isinstance(sheet, Sheet)
        sheet._appeared -= 1
        self.drive.key(key)

"""A person's own hands: a copy in which they go on with a task, and what they make of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the cockpit's first picture needs nothing of it
    from codeframe_tui.core.change.diff import FileDiff

__all__ = [
    "BY_HAND",
    "COPY",
    "EDITABLE_BYTES",
    "Hand",
    "hand_folder",
    "is_marked",
    "marked",
    "marks",
    "told",
]

BY_HAND = "hand"
"""Cause of an attempt that a person made, and kind of the message that tells the model of it."""
COPY = 0
"""In a question about a diff the number of no attempt: the copy that a person has in hand, against
what it held at first."""
EDITABLE_BYTES = 2**20
"""Of a file that is opened in an editor, and of each file that comes back from one."""
_START = "<<<<<<< yours"
_ENDS = re.compile(r">>>>>>> attempt \d").match
_DIFF = 20_000
"""Characters of a person's change that the model is told."""


@dataclass(frozen=True, slots=True)
class Hand:
    """A copy that is open.

    Attributes:
        attempt: number of the newest attempt when it was opened; 0 = there was none.
        base: tree id of the snapshot that the task stood on.
        tree: tree id of what the copy held at first.
    """

    attempt: int
    base: str
    tree: str

    def stored(self) -> str:
        """As one line for the store."""
        return f"{self.attempt} {self.base} {self.tree}"

    @classmethod
    def of(cls, stored: object) -> Hand | None:
        """What was stored; None when no copy is open."""
        if not isinstance(stored, str):
            return None
        attempt, base, tree = stored.split()
        return cls(int(attempt), base, tree)


def marks(attempt: int) -> tuple[str, str]:
    """What the marks of a conflict call the person's side and that of an attempt."""
    return "yours", f"attempt {attempt}"


def marked(diffs: Iterable[FileDiff]) -> list[str]:
    """Paths in which marks of a conflict with `marks` were added and still stand."""
    return [diff.path for diff in diffs if is_marked(_added(diff))]


def _added(diff: FileDiff) -> Iterator[str]:
    return (text for hunk in diff.hunks for sign, text in hunk.lines if sign == "+")


def is_marked(lines: Iterable[str]) -> bool:
    """Whether marks of a conflict with `marks` stand in lines."""
    found = {line.rstrip() for line in lines if line.startswith(("<<<<<<< ", ">>>>>>> "))}
    return _START in found and any(map(_ENDS, found))


def hand_folder(number: str) -> str:
    """Name of the copy in which a person goes on with a task."""
    return f"hand-{number}"


def told(diff: str) -> str:
    """What the model reads of a person's own change when it works on."""
    if len(diff) > _DIFF:
        diff = f"{diff[:_DIFF]}\n… (cut; the files in your copy have all of it)"
    return (
        "A person went on with your proposal by hand; your files are as they left them. Keep what "
        f"they did unless they say otherwise. Their change:\n```diff\n{diff}\n```"
    )

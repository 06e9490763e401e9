"""Which files people want the worker to be shown, or not to be. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from codeframe_tui.core.code.context import Ranked

__all__ = ["CHOICES", "EXCLUDED", "MOST", "NOTHING", "PINNED", "Choice", "Chosen", "arrange"]

Choice = Literal["pinned", "excluded"]
CHOICES: tuple[Choice, ...] = ("pinned", "excluded")
PINNED, EXCLUDED = "pinned by you", "excluded by you"
_GONE = "it is absent, too large, or made by a program"
_NOT_YET = "it is not read yet; ask again in a moment"
MOST = 40
"""Paths that can be pinned, and that can be excluded, for one task or for the project."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What people chose for a task, for all tasks of the project, or both together.

    Attributes:
        pinned: files that always come.
        excluded: files, and folders with all that is in them, that never come; a pinned file comes
            from an excluded folder too.
    """

    pinned: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @classmethod
    def of(cls, stored: object) -> Chosen:
        """As `stored` wrote it; of anything else nothing."""
        if not isinstance(stored, str):
            return NOTHING
        held = json.loads(stored)
        return cls(tuple(held["pinned"]), tuple(held["excluded"]))

    def stored(self) -> str | None:
        """As text; None when nothing is chosen."""
        if self == NOTHING:
            return None
        return json.dumps({"pinned": self.pinned, "excluded": self.excluded})

    def choose(self, path: str, choice: Choice | None) -> Chosen:
        """With another choice about a path, the same when it is made already; None = with none."""
        if choice is not None and path in getattr(self, choice):
            return self
        kept = {
            name: tuple(each for each in getattr(self, name) if each != path) for name in CHOICES
        }
        if choice is not None:
            kept[choice] = (*kept[choice], path)
        return Chosen(kept["pinned"], kept["excluded"])

    def over(self, wider: Chosen) -> Chosen:
        """What holds for a task: its own choices, and of the project's what they leave."""
        pinned = [path for path in wider.pinned if not self._covers(path)]
        excluded = [path for path in wider.excluded if path not in self.pinned]
        return Chosen(
            tuple(dict.fromkeys([*self.pinned, *pinned])),
            tuple(dict.fromkeys([*self.excluded, *excluded])),
        )

    def leaves_out(self, path: str) -> bool:
        """Whether a file is not to be shown."""
        return path not in self.pinned and self._covers(path)

    def _covers(self, path: str) -> bool:
        return any(path == each or path.startswith(f"{each}/") for each in self.excluded)


NOTHING = Chosen()


def arrange(
    ranked: Sequence[Ranked],
    chosen: Chosen,
    known: Collection[str],
    unread: Collection[str] = (),
) -> tuple[list[Ranked], int, list[str]]:
    """Pinned files first, excluded ones out.

    Args:
        ranked: best first.
        known: paths of which something can be shown.
        unread: paths of which it is not known yet whether anything can.

    Returns:
        The files, how many of them are pinned, and what of the choices is to be told.
    """
    found = {each.path: each for each in ranked}
    pinned = [_pinned(path, found.get(path)) for path in chosen.pinned if path in known]
    first = {each.path for each in pinned}
    rest = [each for each in ranked if each.path not in first and not chosen.leaves_out(each.path)]
    gone = [path for path in chosen.pinned if path not in known]
    told = [f"{path}: {PINNED}, but {_NOT_YET if path in unread else _GONE}" for path in gone]
    told += [f"{path}: {EXCLUDED}" for path in chosen.excluded]
    return [*pinned, *rest], len(pinned), told


def _pinned(path: str, found: Ranked | None) -> Ranked:
    if found is None:
        return Ranked(path, 0.0, (PINNED,))
    return Ranked(path, found.score, (PINNED, *found.reasons))

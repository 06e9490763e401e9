"""What a person typed to find files: letters, ``*.py``, ``tests/**``, ``!docs``. Pure.

Regular expressions are not offered: one that takes minutes on a path cannot be told from one that
takes microseconds. Letters and globs take a time that grows with the two lengths only.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

__all__ = ["PathFilter", "in_order", "parse_path_filter"]

LONGEST = 200
"""Characters of a filter that count."""
_WILD = re.compile(r"[*?\[]")
_Fits = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class PathFilter:
    """Which paths are meant; upper and lower case are the same.

    Attributes:
        letters: must be in the path in this order, whatever stands between them.
        all_of: each must fit.
        none_of: none may fit.
        wrong: why it fits nothing, for a person; empty when nothing is wrong.
    """

    letters: str = ""
    all_of: tuple[_Fits, ...] = ()
    none_of: tuple[_Fits, ...] = ()
    wrong: str = ""

    def __bool__(self) -> bool:
        return bool(self.letters or self.all_of or self.none_of or self.wrong)

    def fits(self, path: str) -> bool:
        """Whether a path is meant."""
        folded = path.casefold()
        return (
            not self.wrong
            and in_order(self.letters, folded)
            and all(fits(folded) for fits in self.all_of)
            and not any(fits(folded) for fits in self.none_of)
        )


def parse_path_filter(text: str) -> PathFilter:
    """What was typed, word by word; each narrows what is meant.

    A word with ``*``, ``?`` or ``[`` is a glob: of a name on the way to the file or its own when
    it has no ``/``, else of the whole path, where ``**`` stands for any folders. Another word is
    letters in their order. ``!`` before it leaves out what fits; a plain word must then stand in
    the path as it is.
    """
    letters: list[str] = []
    all_of: list[_Fits] = []
    none_of: list[_Fits] = []
    for word in text[:LONGEST].casefold().split():
        bare = word.removeprefix("!")
        if not bare:
            continue  # more will follow
        if not _WILD.search(bare):
            if bare is word:
                letters.append(bare)
            else:
                none_of.append(partial(_holds, bare))
            continue
        if wrong := _fault(bare):
            return PathFilter(wrong=wrong)
        (all_of if bare is word else none_of).append(_glob(bare))
    return PathFilter("".join(letters), tuple(all_of), tuple(none_of))


def in_order(letters: str, text: str) -> bool:
    """Whether a text has these letters in this order."""
    at = -1
    for letter in letters:
        at = text.find(letter, at + 1)
        if at < 0:
            return False
    return True


def _holds(part: str, path: str) -> bool:
    return part in path


def _fault(word: str) -> str:
    """What is wrong with a glob, for a person; empty for most."""
    at = word.find("[")
    while at >= 0:
        closes = word.find("]", at + 2 + (word[at + 1 : at + 2] == "!"))
        if closes < 0:
            return f"[ has no ] in {word}"
        at = word.find("[", closes)
    return ""


def _glob(word: str) -> _Fits:
    parts = [part for part in word.split("/") if part]
    if len(parts) == 1 and "/" not in word.rstrip("/"):
        return partial(_any_name, _name(parts[0]))
    steps = [None if part == "**" else _name(part) for part in parts]
    return partial(_whole, steps)


def _name(part: str) -> re.Pattern[str]:
    """A name: in what `fnmatch` makes, no star is tried again, so it takes linear time."""
    return re.compile(fnmatch.translate(re.sub(r"\*+", "*", part)))


def _any_name(name: re.Pattern[str], path: str) -> bool:
    return any(name.match(part) for part in path.split("/"))


def _whole(steps: Sequence[re.Pattern[str] | None], path: str) -> bool:
    """Whether the names of a path fit one by one; None stands for any number of them.

    ``reached`` are the steps that may come next: there are never more of them than steps.
    """
    reached = {0}
    for part in path.split("/"):
        following: set[int] = set()
        for at in _with_skips(reached, steps):
            if at == len(steps):
                continue
            step = steps[at]
            if step is None:
                following.add(at)
            elif step.match(part):
                following.add(at + 1)
        reached = following
        if not reached:
            return False
    return len(steps) in _with_skips(reached, steps)


def _with_skips(reached: set[int], steps: Sequence[re.Pattern[str] | None]) -> set[int]:
    """The same with those that come next when ``**`` stands for nothing more."""
    found = set(reached)
    for at in sorted(reached):
        after = at
        while after < len(steps) and steps[after] is None:
            after += 1
            found.add(after)
    return found

"""What a command line of a shell is made of, as far as it can be known before it runs."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass, field, replace

__all__ = [
    "ANYTHING",
    "MAX_PARTS",
    "OTHERS",
    "RESERVED",
    "SHELLS",
    "SPLIT",
    "Hidden",
    "Part",
    "Script",
    "Word",
    "count",
]

MAX_PARTS = 500
"""Programs that a text may start."""
OTHERS = frozenset({"select", "coproc"})
"""Reserved in some shells only."""
SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "rbash", "busybox"})
SPLIT = "\\\n"
"""What shells leave out before they look for signs, of which it may stand between two."""
RESERVED = OTHERS | {
    "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "for", "case",
    "esac", "in", "{", "}", "!", "function",
}  # fmt: skip
"""Words that are no program where a command begins."""


class Hidden(Exception):
    """What a text would run cannot be told from it; the message says why."""


def count(found: Sized) -> None:
    """Raises: Hidden, where there are too many parts."""
    if len(found) > MAX_PARTS:
        raise Hidden(f"it starts more than {MAX_PARTS} programs")


@dataclass(frozen=True, slots=True)
class Word:
    """One word that a program is given.

    Attributes:
        text: what is known of it, from its start on.
        known: whether that is all of it; else anything may follow.
        open: whether it may become no word, or several.
        runs: whether what a variable or another command holds decides it.
    """

    text: str
    known: bool = True
    open: bool = False
    runs: bool = False


ANYTHING = Word("", known=False, open=True, runs=True)
"""Words that nobody knows."""


@dataclass(slots=True, eq=False)
class Part:
    """One program that a command line starts, or one builtin of the shell.

    Attributes:
        words: its name first; empty where only variables are set or files are written.
        sets: names of the variables that are set for it, or for all that follows.
        texts: those of them that are set to something that may be no number.
        prints: those of them that are set to numbers, as long as programs are what they seem.
        counts: names of the variables that a shell calculates with; ``()`` of what programs print.
        defines: names of functions, which are no program any more.
        writes: files that it is redirected into.
        given: what it reads from a here-document; None where there is none.
        carries: whether it does nothing but start the parts that follow it, as ``timeout`` does.
        outer: the part that starts this one.
        skipped: how many words of the outer part come before the words of this one.
    """

    words: list[Word] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    prints: list[str] = field(default_factory=list)
    counts: list[str] = field(default_factory=list)
    defines: list[str] = field(default_factory=list)
    writes: list[Word] = field(default_factory=list)
    given: Word | None = None
    carries: bool = False
    outer: Part | None = None
    skipped: int = 0

    @property
    def name(self) -> str:
        """The program without its folder; empty where there is none."""
        return self.words[0].text.rpartition("/")[2] if self.words else ""

    def starts(self, place: int, end: int | None = None) -> Part:
        """The part that this one starts with its words from a place on, up to another."""
        inner = replace(self, words=self.words[place:end], texts=[], prints=[], counts=[])
        inner.carries, inner.outer, inner.skipped = False, self, place
        return inner


@dataclass(frozen=True, slots=True)
class Script:
    """All that a text runs.

    Attributes:
        parts: in the order of the text; those found before a problem where there is one.
        problem: why not all of it can be told; empty = it is all there.
    """

    parts: tuple[Part, ...]
    problem: str = ""

"""Patterns of commands: the first words of what they are about.

``git push`` is every push. ``*`` stands for any text within a word, ``**`` for any number of words,
and ``$`` as the last word says that nothing follows. Quotes and a backslash take all of that from
what they hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from codeframe_tui.core.shell import Word

__all__ = ["Match", "Pattern", "pattern", "quoted"]

_PIECE = re.compile(r"""\s+|'([^']*)'|"([^"]*)"|\\(.)|(\*)|([^\s'"\\*]+)""", re.DOTALL)
_BARE = re.compile(r"[\w@%+=:,./~^#!-]+", re.ASCII)


class Match(IntEnum):
    """Whether a command is what a pattern is about, as far as its words are known."""

    NO = 0
    MAYBE = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class _One:
    """A word of a pattern.

    Attributes:
        start: the text before its first star.
        shape: all of it; None where it has no star.
    """

    start: str
    shape: re.Pattern[str] | None

    def match(self, word: Word) -> Match:
        if word.known:
            shape = self.shape
            fits = shape.fullmatch(word.text) if shape else word.text == self.start
            return Match.YES if fits else Match.NO
        may = word.text.startswith(self.start) or self.start.startswith(word.text)
        return Match.MAYBE if may else Match.NO


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read.

    Attributes:
        text: as it was written.
        words: None stands for any number of words.
        ends: whether nothing may follow.
    """

    text: str
    words: tuple[_One | None, ...]
    ends: bool

    def match(self, words: Sequence[Word], *, strict: bool = False) -> Match:
        """Whether some words are what it is about.

        Args:
            words: the name of a program first.
            strict: whether a program counts only as it is named here; else in any folder.
        """
        if not words:
            return Match.NO
        first = words[0]
        bare = self.words[0] is not None and "/" not in self.words[0].start
        if bare and not strict:
            first = Word(first.text.rpartition("/")[2], first.known, first.open, first.runs)
        return self._match([first, *words[1:]])

    def as_words(self) -> list[Word]:
        """What is known of every command that it is about."""
        anything = Word("", known=False, open=True)
        return [anything if w is None else Word(w.start, known=w.shape is None) for w in self.words]

    def _match(self, words: Sequence[Word]) -> Match:
        """From the last word of the pattern on: what each rest of the words is to its rest."""
        if self.words[0] is not None and not self.words[0].match(words[0]):
            return Match.NO
        past = [Match.YES] * (len(words) + 1)
        if self.ends:
            past = [Match.NO] * len(words) + [Match.YES]
            for place in range(len(words) - 1, -1, -1):
                past[place] = min(Match.MAYBE, past[place + 1]) if words[place].open else Match.NO
        for one in reversed(self.words):
            now = [Match.NO] * (len(words) + 1)
            if one is None:
                now[-1] = past[-1]
            for place in range(len(words) - 1, -1, -1):
                now[place] = self._step(one, words[place], past[place : place + 2], now[place + 1])
            past = now
        return past[0]

    @staticmethod
    def _step(one: _One | None, word: Word, rest: Sequence[Match], later: Match) -> Match:
        if one is None:
            return max(rest[0], later)
        found = one.match(word)
        if word.open:  # it may be many words, or none
            return Match.MAYBE if found or not word.text else Match.NO
        return min(found, rest[1])


@lru_cache(maxsize=1024)
def pattern(text: str) -> Pattern:
    """Read a pattern. Raises: ValueError, which says what is wrong."""
    words: list[list[tuple[str, bool]]] = [[]]
    place = 0
    while place < len(text):
        found = _PIECE.match(text, place)
        if found is None:
            raise ValueError(f"a quote is not closed in {text!r}")
        place = found.end()
        single, double, escaped, star, bare = found.groups()
        if star is not None:
            words[-1].append(("*", True))
        elif bare is not None:
            words[-1].append((bare, bare == "$"))
        elif found.group().isspace():
            words.append([])
        else:
            words[-1].append((single or double or escaped or "", False))
    read = [pieces for pieces in words if pieces]
    ends = bool(read) and read[-1] == [("$", True)]
    made = tuple(_one(pieces) for pieces in (read[:-1] if ends else read))
    if not made or made[0] is None:
        raise ValueError(f"{text!r} begins with no program")
    return Pattern(text, made, ends)


def _one(pieces: Sequence[tuple[str, bool]]) -> _One | None:
    if pieces == [("*", True), ("*", True)]:
        return None
    stars = [place for place, piece in enumerate(pieces) if piece == ("*", True)]
    start = "".join(text for text, _ in pieces[: stars[0] if stars else None])
    if not stars:
        return _One(start, None)
    shape = "".join(".*" if piece == ("*", True) else re.escape(piece[0]) for piece in pieces)
    return _One(start, re.compile(shape, re.DOTALL))


def quoted(text: str) -> str:
    """A word as a pattern holds it that is about this word only."""
    return text if _BARE.fullmatch(text) else "'" + text.replace("'", "'\\''") + "'"

"""The conditions of ``[[ … ]]``, which some shells do not know.

To those that do it is one condition, in which words are compared and calculated with. To the others
``[[`` is a program that is not there: they run what follows ``||`` in it, and nothing at all of a
text in which a bracket stands between its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeframe_tui.core.shell.calculated import calculated, named, printed
from codeframe_tui.core.shell.parts import SPLIT, Hidden, Part, Word
from codeframe_tui.core.shell.words import Words

__all__ = ["Condition", "in_brackets"]

_COMPARES = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
_SIGNS = ("&&", "||", "(", ")", "|", "<", ">", "\n")


class Condition:
    """The words between ``[[`` and ``]]``, which may be those of several parts."""

    def __init__(self) -> None:
        self._words: list[tuple[str, Word]] | None = None

    @property
    def open(self) -> bool:
        """Whether its end is yet to come."""
        return self._words is not None

    def add(self, raw: str, word: Word, *, first: bool) -> Iterator[Part]:
        """Add the next word: at the end of a condition, what it calculates with.

        Args:
            raw: the word as it is written.
            word: the same as it is read.
            first: whether it is where a command begins.

        Raises:
            Hidden: it may be more than numbers and variables.
        """
        if self._words is None:
            self._words = [] if raw == "[[" and first else None
        elif raw == "]]":
            words, self._words = self._words, None
            yield from _calculated_in(words)
        else:
            self._words.append((raw, word))


def _calculated_in(words: Sequence[tuple[str, Word]]) -> Iterator[Part]:
    for place, (sign, _) in enumerate(words):
        if sign in _COMPARES:
            for raw, _ in (*words[max(place - 1, 0) : place], *words[place + 1 : place + 2]):
                text, commands = printed(raw)
                yield calculated(text)
                yield Part(counts=["()"] if commands else [])
        elif sign == "-v":
            for _, name in words[place + 1 : place + 2]:
                yield Part(counts=named(name))


def in_brackets(reader: Words, part: Part, condition: Condition, signs: str) -> None:
    """Read the rest of a condition, from a bracket on, as shells do that know it.

    Args:
        reader: stands at the bracket.
        part: keeps the words.
        condition: that is open.
        signs: those that may stand in it outside of brackets, where other shells run nothing of it.

    Raises:
        Hidden: it is read in different ways, or calculates with more than numbers and variables.
    """
    level = 0
    while True:
        sign = next((each for each in _SIGNS if reader.peek(len(each)) == each), "")
        if reader.peek() in {" ", "\t"}:
            reader.at += 1
        elif reader.peek(2) == SPLIT:
            reader.at += 2
        elif sign and (sign not in {"<", ">"} or reader.peek(2)[1:] in {" ", "\t"}):
            level += (sign == "(") - (sign == ")")
            if level < 0 or (level == 0 and sign != ")" and sign[0] not in signs):
                raise Hidden("some shells run what stands beside a bracket of [[")
            reader.at += len(sign)
        elif reader.peek() in {"", "#", "<", ">"}:
            raise Hidden("a condition with brackets is read in different ways")
        else:
            start = reader.at
            part.words.append(reader.word())
            raw = reader.text[start : reader.at].replace(SPLIT, "")
            for each in condition.add(raw, part.words[-1], first=False):
                reader.keep(each)
            if not condition.open:
                break
    if level:
        raise Hidden("a bracket of [[ is not closed")

"""The lines of one hunk: numbers, partners and colours, each worked out when it is looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from codeframe_tui.core.text import reveal, reveal_name
from codeframe_tui.tui.present.diff.pages import PAGE, PagedLines, signs_of
from codeframe_tui.tui.present.diff.python import Strings, Token, python_tokens
from codeframe_tui.tui.present.diff.words import Span, pair_lines, word_marks
from codeframe_tui.tui.present.words import count

__all__ = ["Colours", "HunkLines", "LineRow", "context_row", "shown"]

_ABOVE = 512  # lines above and below, in which colours are guessed
_BLOCK = 4_096  # lines between two remembered counts
_CHANGE = 400  # lines of one change above which lines are not paired
_SHOWN = 20_000  # characters of one line that are ever shown

Colours = Callable[[Literal["base", "proposal"], int], tuple[Token, ...] | None]
"""The exact colours of a line of one side by its number; None where they are not known."""


class LineRow(NamedTuple):
    r"""A line of a hunk, ready to be drawn.

    Attributes:
        sign: ``+``, ``-``, a space, or ``\`` for the note that no newline follows.
        old: line number before, None for an added line.
        new: line number after, None for a removed line.
        text: with hidden characters made visible; tabs stay.
        hidden: whether there were hidden characters.
        marks: spans of changed words.
        tokens: spans to colour.
        moved: where a block that begins here came from, or went, in words; else empty.
    """

    sign: str
    old: int | None
    new: int | None
    text: str
    hidden: bool = False
    marks: tuple[Span, ...] = ()
    tokens: tuple[Token, ...] = ()
    moved: str = ""


class HunkLines:
    """Random access to the lines of one hunk of a diff document (CONTRACT §9).

    Opening costs nothing; looking at a line costs about its own length, whatever the hunk's.
    """

    def __init__(
        self, hunk: Mapping[str, Any], *, python: bool, colours: Colours | None = None
    ) -> None:
        self.k: int = hunk["k"]
        self._hunk = hunk
        self._lines = hunk["lines"]
        self._paged = self._lines if isinstance(self._lines, PagedLines) else None
        self._counts = {sign: [0] for sign in "+-\\"}
        self._pairs: dict[int, dict[int, int]] = {}
        self._python = python
        self._strings: dict[tuple[str, int], Strings] = {}
        self._colours = colours
        self._moved: Sequence[Sequence[Any]] = hunk.get("moved") or ()

    def __len__(self) -> int:
        return len(self._lines)

    @cached_property
    def signs(self) -> str:
        """The signs of all lines, one character each."""
        return signs_of(self._lines)

    def row(self, line: int) -> LineRow:
        """A line by its position from 0."""
        sign, raw = self._lines[line]
        if sign == "\\":
            return LineRow(sign, None, None, "no newline at the end")
        old, new = self.numbers(line)
        if not self.has(line):
            return LineRow(sign, old, new, "…", tokens=((0, 1, "faint"),))
        text, hidden = shown(raw)
        if (block := self._moved_at(line)) is not None:
            return LineRow(sign, old, new, text, hidden, (), ((0, len(text), "dim"),), block)
        marks = self._marks(line, text)
        exact = _exact(self._colours, old, new)
        tokens = self._guess(line, text) if exact is None else _fitted(exact, raw, text, hidden)
        return LineRow(sign, old, new, text, hidden, marks, tokens)

    @property
    def is_paged(self) -> bool:
        """Whether the text comes in pages."""
        return self._paged is not None

    def has(self, line: int) -> bool:
        """Whether the text of a line has come."""
        return self._paged is None or self._paged.text(line) is not None

    def new_line_number(self, line: int) -> int:
        """The number of a line after the change; of the next one for a removed line."""
        return int(self._numbers_passed(line)[1])

    def _numbers_passed(self, line: int) -> tuple[int, int]:
        added, removed, notes = (self._count(sign, line) for sign in "+-\\")
        same = line - added - removed - notes
        return self._hunk["old_start"] + same + removed, self._hunk["new_start"] + same + added

    def numbers(self, line: int) -> tuple[int | None, int | None]:
        """The numbers of a line before and after the change; None where it has none."""
        old, new = self._numbers_passed(line)
        sign = self.signs[line]
        return (None if sign == "+" else old), (None if sign == "-" else new)

    def _count(self, sign: str, end: int) -> int:
        counts, block = self._counts[sign], end // _BLOCK
        for start in range((len(counts) - 1) * _BLOCK, block * _BLOCK, _BLOCK):
            counts.append(counts[-1] + self.signs.count(sign, start, start + _BLOCK))
        return counts[block] + self.signs.count(sign, block * _BLOCK, end)

    def _moved_at(self, line: int) -> str | None:
        """Where the block that begins at a line is from; empty below its first, None in none."""
        at = bisect_right(self._moved, line, key=itemgetter(0)) - 1
        if at < 0 or line >= self._moved[at][0] + self._moved[at][1]:
            return None
        index, _, path, number = self._moved[at]
        way = "from" if self.signs[index] == "+" else "to"
        return f"moved {way} {reveal_name(path)}:{number}" if line == index else ""

    def _marks(self, line: int, text: str) -> tuple[Span, ...]:
        partner = self.partner(line)
        if partner is None:
            return ()
        other = shown(self._lines[partner][1])[0]
        if self.signs[line] == "-":
            return word_marks(text, other)[0]
        return word_marks(other, text)[1]

    def partner(self, line: int) -> int | None:
        """The line that a removed one became or an added one was; None where there is none."""
        if self.signs[line] not in "+-":
            return None
        start = self.signs.rfind(" ", 0, line) + 1
        if start in self._pairs:
            return self._pairs[start].get(line)
        end = self.signs.find(" ", line)
        pairs = self._paired(start, len(self) if end < 0 else end)
        if self._paged is None or pairs:  # else their text may still come
            self._pairs[start] = pairs
        return pairs.get(line)

    def _paired(self, start: int, end: int) -> dict[int, int]:
        if end - start > _CHANGE or not (self.has(start) and self.has(end - 1)):
            return {}
        removed = [i for i in range(start, end) if self.signs[i] == "-"]
        added = [i for i in range(start, end) if self.signs[i] == "+"]
        if not removed or not added:
            return {}
        texts = [[self._lines[i][1] for i in side] for side in (removed, added)]
        pairs = [(removed[i], added[j]) for i, j in pair_lines(*texts)]
        return dict(pairs) | {new: old for old, new in pairs}

    def _guess(self, line: int, text: str) -> tuple[Token, ...]:
        """Colours by the lines above, as far as it is worth it until the exact ones come."""
        if not self._python:
            return ()
        side = "-" if self.signs[line] == "-" else "+"
        start = max(0, line // _ABOVE - 1) * _ABOVE
        strings = self._strings_from(start, side)
        quotes = "" if strings is None else strings.quotes_at(line - start)
        return tuple(python_tokens(text, quotes)[0])

    def _strings_from(self, start: int, side: str) -> Strings | None:
        """None while not all that is above has come."""
        if (side, start) not in self._strings:
            end = min(start + 2 * _ABOVE, len(self))
            if not all(self.has(min(at, end - 1)) for at in range(start, end + PAGE, PAGE)):
                return None
            self._strings[side, start] = Strings(self._lines[start:end], side)
        return self._strings[side, start]


def context_row(
    raw: str, tokens: Sequence[Token] | None, old: int, new: int, *, python: bool
) -> LineRow:
    """A line that no hunk has, for it does not change.

    Args:
        raw: its text.
        tokens: of the text; None where they are not known.
        old: its number before.
        new: its number after.
        python: what to guess tokens by.
    """
    text, hidden = shown(raw)
    if tokens is None or text != raw:
        tokens = python_tokens(text, "")[0] if python else ()
    return LineRow(" ", old, new, text, hidden, (), tuple(tokens))


def _exact(colours: Colours | None, old: int | None, new: int | None) -> tuple[Token, ...] | None:
    if colours is None:
        return None
    return colours("base", old or 0) if new is None else colours("proposal", new)


def _fitted(tokens: tuple[Token, ...], raw: str, text: str, hidden: bool) -> tuple[Token, ...]:
    """Tokens of a line as they stand in what is shown of it."""
    if not hidden and len(raw) == len(text):
        return tokens
    places = [(len(reveal(raw[:start])[0]), len(reveal(raw[:end])[0])) for start, end, _ in tokens]
    size = min(_SHOWN, len(text))
    return tuple(
        (start, min(end, size), kind)
        for (start, end), (_, _, kind) in zip(places, tokens, strict=True)
        if start < size
    )


def shown(raw: str) -> tuple[str, bool]:
    """A text with its hidden characters visible, cut if it is giant; also whether it had any."""
    text, hidden = reveal(raw)
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN]} … {count(len(text) - _SHOWN, 'more character')}"
    return text, hidden

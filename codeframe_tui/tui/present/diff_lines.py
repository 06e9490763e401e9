"""The lines of one hunk: numbers, partners and colours, each worked out when it is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from codeframe_tui.core.text import reveal
from codeframe_tui.tui.present.diff_python import Strings, Token, python_tokens
from codeframe_tui.tui.present.diff_units import signs_of
from codeframe_tui.tui.present.diff_words import Span, pair_lines, word_marks

__all__ = ["HunkLines", "LineRow", "context_row", "shown"]

_BLOCK = 4_096  # lines between two remembered counts
_CHANGE = 400  # lines of one change above which lines are not paired
_SHOWN = 20_000  # characters of one line that are ever shown


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
    """

    sign: str
    old: int | None
    new: int | None
    text: str
    hidden: bool = False
    marks: tuple[Span, ...] = ()
    tokens: tuple[Token, ...] = ()


class HunkLines:
    """Random access to the lines of one hunk of a diff document (CONTRACT §9).

    Opening costs nothing; looking at a line costs about its own length, whatever the hunk's.
    """

    def __init__(self, hunk: Mapping[str, Any], *, python: bool) -> None:
        self._hunk = hunk
        self._lines = hunk["lines"]
        self._counts = {sign: [0] for sign in "+-\\"}
        self._pairs: dict[int, dict[int, int]] = {}
        self._strings = {side: Strings(self._lines, side) for side in "-+"} if python else {}

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
        text, hidden = shown(raw)
        old, new = self._numbers(line)
        marks = self._marks(line, text)
        return LineRow(sign, old, new, text, hidden, marks, self._tokens(line, text))

    def new_line_number(self, line: int) -> int:
        """The number of a line after the change; of the next one for a removed line."""
        return int(self._numbers_passed(line)[1])

    def _numbers_passed(self, line: int) -> tuple[int, int]:
        added, removed, notes = (self._count(sign, line) for sign in "+-\\")
        same = line - added - removed - notes
        return self._hunk["old_start"] + same + removed, self._hunk["new_start"] + same + added

    def _numbers(self, line: int) -> tuple[int | None, int | None]:
        old, new = self._numbers_passed(line)
        sign = self.signs[line]
        return (None if sign == "+" else old), (None if sign == "-" else new)

    def _count(self, sign: str, end: int) -> int:
        counts, block = self._counts[sign], end // _BLOCK
        for start in range((len(counts) - 1) * _BLOCK, block * _BLOCK, _BLOCK):
            counts.append(counts[-1] + self.signs.count(sign, start, start + _BLOCK))
        return counts[block] + self.signs.count(sign, block * _BLOCK, end)

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
        if start not in self._pairs:
            end = self.signs.find(" ", line)
            self._pairs[start] = self._paired(start, len(self) if end < 0 else end)
        return self._pairs[start].get(line)

    def _paired(self, start: int, end: int) -> dict[int, int]:
        if end - start > _CHANGE:
            return {}
        removed = [i for i in range(start, end) if self.signs[i] == "-"]
        added = [i for i in range(start, end) if self.signs[i] == "+"]
        if not removed or not added:
            return {}
        texts = [[self._lines[i][1] for i in side] for side in (removed, added)]
        pairs = [(removed[i], added[j]) for i, j in pair_lines(*texts)]
        return dict(pairs) | {new: old for old, new in pairs}

    def _tokens(self, line: int, text: str) -> tuple[Token, ...]:
        if not self._strings:
            return ()
        side = "-" if self.signs[line] == "-" else "+"
        return tuple(python_tokens(text, self._strings[side].quotes_at(line))[0])


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


def shown(raw: str) -> tuple[str, bool]:
    """A text with its hidden characters visible, cut if it is giant; also whether it had any."""
    text, hidden = reveal(raw)
    if len(text) > _SHOWN:
        text = f"{text[:_SHOWN]} … {len(text) - _SHOWN:,} more characters"
    return text, hidden

"""The hunks of a patch, read from its text when they are looked at."""

from __future__ import annotations

import mmap
import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import TypeVar, overload

from codeframe_tui.core.change.diff import Hunk
from codeframe_tui.core.change.lines import Lines

__all__ = ["Hunks", "PatchLines", "PatchText"]

T = TypeVar("T")

PatchText = bytes | mmap.mmap
"""What git wrote."""

FIELDS = 8
"""Numbers of a hunk: where its head begins, the line after it, the head's four, how many lines it
has, and how many of these are notes."""
OUTLINE = (2, 3, 4, 5, 6)
"""Those that an outline tells."""
_HEAD = 1_024  # bytes, more than a head can have
_PAGE = 8_192  # lines read at once when all are read
_LINE = re.compile(r"(.)(.*)\n")
_FIRST = itemgetter(0)
_HEADING = re.compile(rb"@@ -\S+ \+\S+ @@ ?(.*)\n")


class _Read(Sequence[T]):
    """A sequence that is like a tuple of what it reads."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as for all that is compared by content

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)})"

    def _at(self, index: int) -> T:
        raise NotImplementedError

    def _within(self, first: int, last: int) -> Sequence[T]:
        return [self._at(index) for index in range(first, last)]

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            first, last, step = index.indices(len(self))
            return self._within(first, max(first, last))[::step]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(index)
        return self._at(at)


class PatchLines(_Read[tuple[str, str]]):
    """The lines of one hunk as pairs of sign and text; see `core.change.diff.Hunk`."""

    def __init__(self, lines: Lines[bytes], first: int, count: int) -> None:
        self._lines = lines
        self._first = first
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for first in range(0, self._count, _PAGE):
            yield from self._within(first, min(first + _PAGE, self._count))

    def _at(self, index: int) -> tuple[str, str]:
        return self._within(index, index + 1)[0]

    def _within(self, first: int, last: int) -> Sequence[tuple[str, str]]:
        raw = self._lines.raw(self._first + first, self._first + last)
        # bytes that are no UTF-8 are replaced: these lines are for display only
        return _LINE.findall(raw.decode("utf-8", "replace"))


class Hunks(_Read[Hunk]):
    """The hunks of one file, each made when it is asked for.

    Args:
        lines: the whole patch.
        numbers: `FIELDS` of each hunk.
    """

    def __init__(self, lines: Lines[bytes], numbers: array[int]) -> None:
        self._lines = lines
        self._numbers = numbers
        self._signs: tuple[int, bytes] | None = None  # the last answer: it is asked for again

    def __len__(self) -> int:
        return len(self._numbers) // FIELDS

    def _at(self, index: int) -> Hunk:
        place, first, old_start, old_lines, new_start, new_lines, count, _ = self._numbers[
            index * FIELDS : (index + 1) * FIELDS
        ]
        head = _HEADING.match(self._lines.text[place : place + _HEAD])
        return Hunk(
            k=index + 1,
            old_start=old_start,
            old_lines=old_lines,
            new_start=new_start,
            new_lines=new_lines,
            lines=PatchLines(self._lines, first, count),
            heading="" if head is None else head[1].decode("utf-8", "replace"),
        )

    def outline(self, first: int) -> array[int]:
        """See `core.change.diff.Outlined`."""
        columns = [self._numbers[first * FIELDS + field :: FIELDS] for field in OUTLINE]
        return array("I", chain.from_iterable(zip(*columns, strict=True)))

    @property
    def counts(self) -> tuple[int, int]:
        """Added and removed lines of all hunks."""
        old, new, count, notes = (sum(self._numbers[field::FIELDS]) for field in (3, 5, 6, 7))
        context = old + new - (count - notes)
        return new - context, old - context

    def signs(self, first: int) -> bytes:
        """See `core.change.diff.Outlined`."""
        if self._signs is None or self._signs[0] != first:
            self._signs = first, self._read_signs(first)
        return self._signs[1]

    def _read_signs(self, first: int) -> bytes:
        if first >= len(self):
            return b""
        start = self._numbers[first * FIELDS + 1]
        end = self._numbers[1 - FIELDS] + self._numbers[-2]
        pieces = [
            bytes(map(_FIRST, self._lines.read(at, min(at + _PAGE, end))))
            for at in range(start, end, _PAGE)
        ]
        return b"".join(pieces).replace(b"@", b"")  # heads of hunks stand between them

"""The kinds of rows that a diff has, and the place by which each is found again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from codeframe_tui.tui.present.diff.lines import LineRow

__all__ = ["ExtraRow", "FileRow", "GapRow", "HunkRow", "NoteRow", "PairRow", "Place", "Row"]


class Place(NamedTuple):
    """Where a row is, so that it is found again when rows move.

    Attributes:
        k: number of the hunk; 0 for the file's bar or note; below 0 for what does not change:
            ``-n`` is before the hunk at position n from 1, or after the last one.
        line: position in the hunk from 0; -1 for a bar. In what does not change the position from
            its first line; -1 for the line that says what is hidden.
        extra: which of the rows added after a line, from 1; 0 for the line itself.
        part: which row of a wrapped line, from 0.
    """

    path: str
    k: int = 0
    line: int = -1
    extra: int = 0
    part: int = 0

    @property
    def first(self) -> Place:
        """The row that what is here begins with: of a wrapped line its first one."""
        return self._replace(part=0)


class FileRow(NamedTuple):
    """The bar of a file; ``number`` of ``total`` from 1.

    Attributes:
        mode: what becomes of its mode, in words; empty when nothing is to say.
        quiet: why nobody reads it line by line; empty for most.
        moved: where the same content was, or is now, in words; empty for most.
    """

    path: str
    shown: str
    action: str
    added: int
    removed: int
    number: int
    total: int
    folded: bool
    mode: str
    binary: bool
    quiet: str = ""
    moved: str = ""


class HunkRow(NamedTuple):
    """The bar of a hunk; ``start`` is its first line after the change, if any is left."""

    path: str
    k: int
    total: int
    start: int
    heading: str


class NoteRow(NamedTuple):
    """What is to say of a file without hunks."""

    path: str
    text: str


class GapRow(NamedTuple):
    """Lines that do not change, and are not shown.

    Attributes:
        first: number after the change of the first line that does not change here.
        total: lines that do not change here; None when it is not known.
        shown: how many of them are shown.
        heading: what they belong to: the heading of the hunk below; may be empty.
    """

    path: str
    first: int
    total: int | None
    shown: int
    heading: str


class PairRow(NamedTuple):
    """Two lines beside each other; None where one side has none."""

    left: LineRow | None
    right: LineRow | None


class ExtraRow(NamedTuple):
    """A row that somebody added after another one, e.g. a line of a comment."""

    place: Place
    value: Hashable


Row = FileRow | HunkRow | LineRow | NoteRow | GapRow | PairRow | ExtraRow

"""The files of a change, in a column beside it or on a line above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Any, NamedTuple, overload

from codeframe_tui.tui.present.diff.kinds import FileRow
from codeframe_tui.tui.present.rows import BLANK, Row, Span, row, safe
from codeframe_tui.tui.present.words import action_sign

__all__ = ["FileRows", "Marks", "place_row", "size_spans"]

_HEAD = 2
"""Rows above the first file."""


class Marks(NamedTuple):
    """What changes of a list of files while a person reviews them.

    Attributes:
        verdict: path -> ``accepted``, ``rejected`` or None while undecided or mixed.
        current: the path the diff is at.
        seen: number of files that a person has been in.
    """

    verdict: Callable[[str], str | None] = lambda _: None
    current: str = ""
    seen: int = 0


class FileRows(Sequence[Row]):
    """A heading, and one row a file, two where it is flagged; keys are paths.

    Rows are made when they are looked at: a verdict must not cost by the number of files. They are
    their own `Stops`: nobody moves a cursor here.

    Args:
        files: ``files`` of an attempt or a diff: path, action, added, removed.
        flags: flags of the attempt.
        only: what was typed to see only these; empty = they are all there are.
    """

    def __init__(
        self,
        files: Sequence[Mapping[str, Any]],
        flags: Iterable[Mapping[str, Any]] = (),
        only: str = "",
    ) -> None:
        left = [flag for flag in flags if not flag.get("acknowledged")]
        self._flagged = {str(flag.get("path")): flag for flag in reversed(left)}  # gravest stays
        self._lines: list[tuple[Mapping[str, Any], bool]] = []
        self._at: dict[str, int] = {}
        for file in files:
            path = str(file.get("path"))
            self._at[path] = _HEAD + len(self._lines)
            self._lines.append((file, False))
            if path in self._flagged:
                self._lines.append((file, True))
        self._total = len(files)
        self._only = only
        self.marks = Marks()

    def showing(self, marks: Marks) -> FileRows:
        """The same files with other marks."""
        other = copy(self)
        other.marks = marks
        return other

    # -- rows -----------------------------------------------------------------------------------

    def __len__(self) -> int:
        return _HEAD + len(self._lines) if self._total else 0

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[line] for line in range(*index.indices(len(self)))]
        line = index + len(self) if index < 0 else index
        if not 0 <= line < len(self):
            raise IndexError(index)
        if line < _HEAD:
            return BLANK if line else self._head()
        file, of_flag = self._lines[line - _HEAD]
        return self._flag(file) if of_flag else self._file(file)

    def _head(self) -> Row:
        if self._only:
            only = (f"  only {safe(self._only, limit=40)}", "violet")
            return row(None, ("FILES", "dim"), only, right=[(f"{self._total:,}", "faint")])
        return row(
            None, ("FILES", "dim"), (f"  {self.marks.seen:,} of {self._total:,} seen", "faint")
        )

    def _file(self, file: Mapping[str, Any]) -> Row:
        path = str(file.get("path"))
        sign, style = action_sign(file.get("action"))
        verdict = self.marks.verdict(path)
        if verdict == "accepted":
            sign, style = "✔", "green"
        elif verdict == "rejected":
            sign, style = "✘", "red"
        decided = verdict in {"accepted", "rejected"}
        name = "bold" if path == self.marks.current else "dim" if decided else "text"
        return row(path, (f"{sign} ", style), (safe(path), name), right=size_spans(file))

    def _flag(self, file: Mapping[str, Any]) -> Row:
        flag = self._flagged[str(file.get("path"))]
        colour = "red" if flag.get("severity") == "red" else "amber"
        return row(None, (f"  ! {safe(flag.get('rule'))}", colour))

    # -- where a cursor could stand ---------------------------------------------------------------

    @property
    def first(self) -> int | None:
        """See `Stops`."""
        return _HEAD if self._total else None

    def line_of(self, key: str | None) -> int | None:
        """See `Stops`."""
        return None if key is None else self._at.get(key)

    def beyond(self, line: int | None, steps: int) -> int | None:
        """See `Stops`."""
        del line, steps
        return None


def place_row(file: FileRow | None, *, seen: int = 0) -> Row:
    """The file whose lines are in sight without its bar; a blank line while there is none.

    Args:
        file: its bar.
        seen: number of files that a person has been in.
    """
    if file is None:
        return BLANK
    sign, style = action_sign(file.action)
    size = size_spans({"added": file.added, "removed": file.removed})
    left = ((f"{sign} ", style), (file.shown, "text"), ("  ", ""), *size)
    progress: list[Span] = [(f"{seen} of {file.total} seen · ", "faint")] if seen else []
    return row(None, *left, right=[*progress, (f"file {file.number} of {file.total}", "dim")])


def size_spans(file: Mapping[str, Any]) -> list[Span]:
    """``+31 −8``: lines added and removed, without zeros."""
    spans: list[Span] = []
    if file.get("added"):
        spans.append((f"+{file['added']}", "green"))
    if file.get("removed"):
        spans.append((f"{' ' if spans else ''}−{file['removed']}", "red"))
    return spans

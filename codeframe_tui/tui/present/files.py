"""The file list beside the diff: any number of files, of which only rows in sight are made."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, overload

from codeframe_tui.tui.present.rows import BLANK, Row, Span, row, safe
from codeframe_tui.tui.present.words import ACTIONS, size_spans

__all__ = ["FileRows", "Files", "Progress"]

_HEAD = 2
"""Rows above the first file."""

_Document = Mapping[str, Any]


class Progress(NamedTuple):
    """How far a review is.

    Attributes:
        verdict_of: path -> ``accepted``, ``rejected`` or another, None while mixed.
        seen: paths of files that a person has been in.
        here: the path the diff is at.
    """

    verdict_of: Callable[[str], str | None]
    seen: frozenset[str]
    here: str


class Files:
    """Where each file of an attempt stands, which no verdict changes.

    Args:
        files: ``files`` of an attempt: path, action, added, removed.
        order: paths as the diff has them; others stand behind.
        flags: flags of the attempt, the worst of a file first.
    """

    def __init__(
        self, files: Iterable[_Document], order: Iterable[str], flags: Iterable[_Document]
    ) -> None:
        places = {path: at for at, path in enumerate(order)}
        self.files = sorted(files, key=lambda file: places.get(str(file.get("path")), len(places)))
        self.paths = {str(file.get("path")): at for at, file in enumerate(self.files)}
        self.flags: dict[str, _Document] = {}
        for flag in flags:
            self.flags.setdefault(str(flag.get("path")), flag)
        flagged = sorted(at for path in self.flags if (at := self.paths.get(path)) is not None)
        self._below = [at + n + _HEAD + 1 for n, at in enumerate(flagged)]
        """Lines of flags, which stand below their files."""
        self._flagged = flagged

    def __len__(self) -> int:
        return len(self.files)

    @property
    def lines(self) -> int:
        """All rows."""
        return _HEAD + len(self.files) + len(self._below) if self.files else 0

    def line_of(self, path: str | None) -> int | None:
        """The line of a file."""
        at = None if path is None else self.paths.get(path)
        return None if at is None else _HEAD + at + bisect_left(self._flagged, at)

    def at(self, line: int) -> tuple[_Document, bool]:
        """The file of a line, and whether the line tells its flag."""
        flags = bisect_right(self._below, line)
        is_flag = flags > 0 and self._below[flags - 1] == line
        return self.files[line - _HEAD - flags], is_flag


class FileRows(Sequence[Row]):
    """The rows; keys are paths. They are where a cursor can stand (`present.stops`) too."""

    def __init__(self, files: Files, progress: Progress) -> None:
        self._files, self._progress = files, progress

    def __len__(self) -> int:
        return self._files.lines

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
        file, is_flag = self._files.at(line)
        return self._flag(file) if is_flag else self._file(file)

    @property
    def first(self) -> int | None:
        """See `Stops`."""
        return _HEAD if len(self) else None

    def line_of(self, key: str | None) -> int | None:
        """See `Stops`."""
        return self._files.line_of(key)

    def beyond(self, line: int | None, steps: int) -> int | None:
        """See `Stops`; no cursor stands in this list."""
        del line, steps
        return self.first

    def _head(self) -> Row:
        seen = len(self._files.paths.keys() & self._progress.seen)
        return row(None, ("FILES", "dim"), (f"  {seen:,} of {len(self._files):,} seen", "faint"))

    def _file(self, file: _Document) -> Row:
        path = str(file.get("path"))
        sign, style = ACTIONS.get(str(file.get("action")), ACTIONS["modify"])
        verdict = self._progress.verdict_of(path)
        if verdict == "accepted":
            sign, style = "✔", "green"
        elif verdict == "rejected":
            sign, style = "✘", "red"
        decided = verdict in {"accepted", "rejected"}
        name = "bold" if path == self._progress.here else "dim" if decided else "text"
        right: list[Span] = size_spans(file)
        return row(path, (f"{sign} ", style), (safe(path), name), right=right)

    def _flag(self, file: _Document) -> Row:
        flag = self._files.flags[str(file.get("path"))]
        colour = "red" if flag.get("severity") == "red" else "amber"
        return row(None, (f"  ! {safe(flag.get('rule'))}", colour))

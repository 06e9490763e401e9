"""A diff as rows: addressed by number, built when they are looked at.

Theory of operation: rows come in blocks: the bar of a file, each of its hunks (a bar and its
lines), or one note for a file that has none. The index holds where each block starts, so a row is
found by bisection and opening costs by hunks, not by lines.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any, NamedTuple

from codeframe_tui.core.text import reveal
from codeframe_tui.tui.present.diff_lines import HunkLines, LineRow
from codeframe_tui.tui.present.diff_python import is_python

__all__ = ["DiffIndex", "FileRow", "HunkRow", "NoteRow", "Place", "Row", "live_document"]

_SMALL = 400  # lines of a base that is compared anew with every piece of a streamed file


class Place(NamedTuple):
    """Where a row is, so that it is found again when rows move.

    Attributes:
        k: number of the hunk; 0 for the file's bar or note.
        line: position in the hunk from 0; -1 for a bar.
    """

    path: str
    k: int = 0
    line: int = -1


class FileRow(NamedTuple):
    """The bar of a file; ``number`` of ``total`` from 1.

    Attributes:
        mode: what becomes of its mode, in words; empty when nothing is to say.
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


Row = FileRow | HunkRow | LineRow | NoteRow


class DiffIndex:
    """The rows of a diff document (CONTRACT §9).

    Args:
        document: the diff; it is read, never changed.
        folded: paths of which only the bar is a row.
    """

    def __init__(self, document: Mapping[str, Any], folded: Collection[str] = ()) -> None:
        self._files: Sequence[Mapping[str, Any]] = document["files"]
        self._hunks: dict[tuple[int, int], HunkLines] = {}
        self._numbers = {file["path"]: at for at, file in enumerate(self._files)}
        self.fold(folded)
        ends = (
            max(hunk["old_start"] + hunk["old_lines"], hunk["new_start"] + hunk["new_lines"])
            for file in self._files
            for hunk in file["hunks"]
        )
        self.number_width = max(4, len(str(max(ends, default=0))))
        """Cells that the widest line number takes, at least 4."""

    def fold(self, folded: Collection[str]) -> None:
        """Fold exactly these paths; the numbers of rows change."""
        self._folded = frozenset(folded)
        self._blocks = [
            (at, h)
            for at, file in enumerate(self._files)
            for h in self._blocks_of(file)  # 0 its bar, from 1 its hunks, -1 a note
        ]
        self._starts = list(accumulate(map(self._size, self._blocks), initial=0))
        starts = list(zip(self._starts, self._blocks, strict=False))
        self._bars = [start for start, (_, h) in starts if h == 0]
        self._stops = [start for start, (_, h) in starts if h != 0]

    def __len__(self) -> int:
        return self._starts[-1]

    def row(self, number: int) -> Row:
        """Build a row by its number from 0."""
        at, h, line = self._locate(number)
        file = self._files[at]
        if h == 0:
            return self._file_row(at, file)
        if h < 0:
            return NoteRow(file["path"], _note(file))
        if line < 0:
            hunk = file["hunks"][h - 1]
            heading = reveal(hunk.get("heading") or "")[0]
            start = hunk["new_start"] if hunk["new_lines"] else hunk["old_start"]
            return HunkRow(file["path"], hunk["k"], len(file["hunks"]), start, heading)
        return self._lines(at, h).row(line)

    def kind(self, number: int) -> str:
        """What a row is, without building it: ``file``, ``hunk``, ``note``, or a line's sign."""
        at, h, line = self._locate(number)
        if h <= 0:
            return "note" if h else "file"
        return "hunk" if line < 0 else self._lines(at, h).signs[line]

    def place(self, number: int) -> Place:
        """Where a row is."""
        at, h, line = self._locate(number)
        file = self._files[at]
        return Place(file["path"], file["hunks"][h - 1]["k"] if h > 0 else 0, line)

    def find(self, place: Place) -> int | None:
        """The row at a place, or the nearest in the same file; None when the file is gone."""
        at = self._numbers.get(place.path)
        if at is None:
            return None
        first = bisect_left(self._blocks, at, key=lambda block: block[0])
        last = bisect_right(self._blocks, at, key=lambda block: block[0])
        for block in range(first, last):
            _, h = self._blocks[block]
            k = self._files[at]["hunks"][h - 1]["k"] if h > 0 else 0
            if k == place.k and (h != 0 or place.line < 0 or last - first == 1):
                return min(self._starts[block] + 1 + place.line, self._starts[block + 1] - 1)
        return self._starts[first]

    def next_stop(self, number: int, step: int) -> int:
        """The bar of the next (1) or previous (-1) hunk; stays where there is none."""
        return _step(self._stops, number, step)

    def next_file(self, number: int, step: int) -> int:
        """The bar of the next (1) or previous (-1) file; stays where there is none."""
        return _step(self._bars, number, step)

    def line_number(self, number: int) -> int:
        """The line of the file after the change that a row is at or before."""
        at, h, line = self._locate(number)
        if h <= 0:
            return 1
        return max(1, self._lines(at, h).new_line_number(max(line, 0)))

    def _blocks_of(self, file: Mapping[str, Any]) -> Sequence[int]:
        if file["path"] in self._folded:
            return (0,)
        return range(len(file["hunks"]) + 1) if file["hunks"] else (0, -1)

    def _size(self, block: tuple[int, int]) -> int:
        at, h = block
        return 1 + len(self._files[at]["hunks"][h - 1]["lines"]) if h > 0 else 1

    def _locate(self, number: int) -> tuple[int, int, int]:
        if not 0 <= number < len(self):
            raise IndexError(number)
        block = bisect_right(self._starts, number) - 1
        at, h = self._blocks[block]
        return at, h, number - self._starts[block] - 1 + (h < 0)

    def _lines(self, at: int, h: int) -> HunkLines:
        if (at, h) not in self._hunks:
            file = self._files[at]
            python = is_python(file["path"])
            self._hunks[at, h] = HunkLines(file["hunks"][h - 1], python=python)
        return self._hunks[at, h]

    def _file_row(self, at: int, file: Mapping[str, Any]) -> FileRow:
        signs = [self._lines(at, h).signs for h in range(1, len(file["hunks"]) + 1)]
        return FileRow(
            file["path"],
            reveal(file["path"])[0],
            file["action"],
            sum(text.count("+") for text in signs),
            sum(text.count("-") for text in signs),
            at + 1,
            len(self._files),
            file["path"] in self._folded,
            _mode(file),
            bool(file.get("binary")),
        )


def live_document(path: str, content: str, base_text: str | None) -> dict[str, Any]:
    """A file as far as it has been written, in the form of a diff document.

    Args:
        path: of the file.
        content: what has arrived so far.
        base_text: the file as it was; None when it is new. A large one is not compared: all
            that arrives is shown as added.
    """
    lines, base = _split(content), _split(base_text or "")
    action = "create" if base_text is None else "modify"
    if base and len(base) <= _SMALL and len(lines) <= 2 * _SMALL:
        hunks = _compared(base, lines)
    else:
        hunks = [_hunk(1, (0, 0), (0, len(lines)), [["+", line] for line in lines])]
    file = {"path": path, "action": action, "mode": None, "binary": False, "hunks": hunks}
    return {"base": "", "proposal": "", "files": [file]}


def _compared(base: list[str], lines: list[str]) -> list[dict[str, Any]]:
    hunks: list[dict[str, Any]] = []
    for group in SequenceMatcher(None, base, lines, autojunk=False).get_grouped_opcodes(3):
        tag, a, b, c, d = group[-1]
        if tag != "equal" and b == len(base):  # its rest is not removed, only not reached yet
            group[-1] = ("replace", a, min(b, a + d - c), c, d)
        if all(tag == "equal" or (a == b and c == d) for tag, a, b, c, d in group):
            continue
        rows: list[list[str]] = []
        for tag, a, b, c, d in group:
            if tag != "equal":
                rows.extend(["-", line] for line in base[a:b])
            rows.extend([" " if tag == "equal" else "+", line] for line in lines[c:d])
        old, new = (group[0][1], group[-1][2]), (group[0][3], group[-1][4])
        hunks.append(_hunk(len(hunks) + 1, old, new, rows))
    return hunks


def _split(text: str) -> list[str]:
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _hunk(
    k: int, old: tuple[int, int], new: tuple[int, int], lines: list[list[str]]
) -> dict[str, Any]:
    return {
        "k": k,
        "old_start": old[0] + 1,
        "old_lines": old[1] - old[0],
        "new_start": new[0] + 1,
        "new_lines": new[1] - new[0],
        "heading": "",
        "lines": lines,
        "verdict": None,
    }


def _mode(file: Mapping[str, Any]) -> str:
    mode = file.get("mode")
    if file["action"] == "create":
        return "executable" if mode == "100755" else ""
    if file.get("old_mode", mode) == mode:
        return ""
    return "now executable" if mode == "100755" else "no longer executable"


def _note(file: Mapping[str, Any]) -> str:
    if file.get("binary"):
        return "binary file, taken or left as a whole"
    if file["action"] != "modify":
        return "empty file"
    return f"only the mode changes, to {file.get('mode')}"


def _step(stops: Sequence[int], number: int, step: int) -> int:
    at = bisect_right(stops, number) if step > 0 else bisect_left(stops, number) - 1
    return stops[at] if 0 <= at < len(stops) else number

"""A file while it is written, as a diff against what it was.

Theory of operation: what has been written is compared from its start on, and what is certain is
never compared again: lines that follow the old file one by one, and all that stands before a run of
equal lines. The rest is compared anew with each piece that arrives; it is short. What the old file
has beyond it is not removed, only not reached yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

__all__ = ["LiveDiff"]

_CERTAIN = 5  # equal lines in a row that settle all that stands before them
_OPEN = 240  # lines of the new file that are compared anew at most
_AHEAD = 400  # lines of the old file that may be gone before what is looked for
_CONTEXT = 3

_Line = list[str]  # a sign and a text


class LiveDiff:
    """Compares a file that grows; each call costs by what has arrived since the last one.

    Args:
        path: of the file.
        base_text: the file as it was; None when it is new.
    """

    def __init__(self, path: str, base_text: str | None) -> None:
        self.path = path
        self.base_text = base_text
        self._base = _lines(base_text or "")
        self._known: dict[tuple[str, str], int] | None = None
        self._restart()

    def _restart(self) -> None:
        self._content = ""
        self._partial = ""
        self._open: list[str] = []  # complete lines of which nothing is certain yet
        self._at = 0  # how many lines of the old file are behind what is certain
        self._hunks = _Hunks()

    def document(self, content: str) -> dict[str, Any]:
        """The file as far as it has been written, in the form of a diff document."""
        if not content.startswith(self._content):
            self._restart()
        *lines, self._partial = (self._partial + content[len(self._content) :]).split("\n")
        self._content = content
        self._open += lines
        self._settle()
        action = "create" if self.base_text is None else "modify"
        hunks = self._hunks.with_more(self._uncertain())
        file = {"path": self.path, "action": action, "mode": None, "binary": False, "hunks": hunks}
        return {"base": "", "proposal": "", "live": True, "files": [file]}

    # -- what is certain ------------------------------------------------------------------------

    def _settle(self) -> None:
        """Take out of the open lines what is certain."""
        while self._open:
            self._follow()
            if self._at == len(self._base):
                self._take(len(self._open), [("insert", 0, 0, 0, len(self._open))])
                return
            codes = self._compared(self._open[:_OPEN])
            certain = [
                at
                for at, (tag, start, end, _, _) in enumerate(codes)
                if tag == "equal" and end - start >= _CERTAIN
            ]
            if certain:
                self._take_codes(codes[: certain[-1]])
            elif len(self._open) > _OPEN:
                self._force(codes)
            else:
                return

    def _follow(self) -> None:
        """Lines that are as the old file goes on."""
        equal = 0
        for line in self._open:
            if self._at + equal == len(self._base) or line != self._base[self._at + equal]:
                break
            equal += 1
        self._take(equal, [("equal", 0, equal, 0, equal)])

    def _force(self, codes: Sequence[_Code]) -> None:
        """Call the first half certain although it is not, so that little is compared anew."""
        half = _OPEN // 2
        whole = [code for code in codes[:-1] if code[4] <= half]
        if whole:
            self._take_codes(whole)
        else:
            self._take(half, [("insert", 0, 0, 0, half)])

    def _take_codes(self, codes: Sequence[_Code]) -> None:
        self._take(codes[-1][4] if codes else 0, codes)

    def _take(self, count: int, codes: Sequence[_Code]) -> None:
        self._hunks.add(_rows(codes, self._base, self._at, self._open))
        self._at += codes[-1][2] if codes else 0
        del self._open[:count]

    # -- what is not ----------------------------------------------------------------------------

    def _uncertain(self) -> Iterator[_Line]:
        lines = [*self._open, self._partial] if self._partial else self._open
        expected = "".join(self._base[self._at : self._at + 1])
        if not self._open and expected.startswith(self._partial):
            return iter(())  # it may become what the old file has there
        codes = self._compared(lines)
        return _rows(codes, self._base, self._at, lines)

    def _compared(self, lines: Sequence[str]) -> list[_Code]:
        """How lines differ from the old file; what that has beyond them is left out."""
        end = self._at + len(lines) + _AHEAD
        for pair in pairwise(lines):
            if (far := self._far(pair)) is not None:
                end = max(end, far + len(lines))
        base = self._base[self._at : end]
        if not lines:
            return []
        codes: list[_Code] = list(SequenceMatcher(None, base, lines, autojunk=False).get_opcodes())
        tag, a, _, c, d = codes[-1]
        if tag == "replace":
            codes[-1] = ("insert", a, a, c, d)
        elif tag == "delete":
            codes.pop()
        return codes

    def _far(self, pair: tuple[str, str]) -> int | None:
        """Where two lines in a row stand in the old file, if they do so only once."""
        if self._known is None:
            self._known = {}
            for at, known in enumerate(pairwise(self._base)):
                self._known[known] = -1 if known in self._known else at
        found = self._known.get(pair, -1)
        return found if found > self._at else None


_Code = tuple[str, int, int, int, int]


def _rows(
    codes: Sequence[_Code], base: Sequence[str], at: int, lines: Sequence[str]
) -> Iterator[_Line]:
    for tag, a, b, c, d in codes:
        if tag == "equal":
            yield from ([" ", line] for line in lines[c:d])
        else:
            yield from (["-", line] for line in base[at + a : at + b])
            yield from (["+", line] for line in lines[c:d])


class _Hunks:
    """Makes hunks of lines that come one after the other."""

    def __init__(self) -> None:
        self._done: list[dict[str, Any]] = []
        self._lines: list[_Line] = []  # of the hunk that is open, or context for the next
        self._is_open = False
        self._same = 0  # unchanged lines at its end
        self._old = self._new = 0  # lines before the first of these

    def add(self, lines: Iterator[_Line]) -> None:
        """More lines."""
        for line in lines:
            self._lines.append(line)
            if line[0] == " ":
                self._same += 1
                self._close_or_drop()
            else:
                self._same, self._is_open = 0, True

    def _close_or_drop(self) -> None:
        if self._is_open and self._same > 2 * _CONTEXT:
            end = len(self._lines) - self._same + _CONTEXT
            self._done.append(self._hunk(self._lines[:end]))
            self._is_open = False
        if not self._is_open and len(self._lines) > _CONTEXT:
            gone = self._lines[:-_CONTEXT]
            self._old += sum(sign != "+" for sign, _ in gone)
            self._new += sum(sign != "-" for sign, _ in gone)
            del self._lines[:-_CONTEXT]

    def with_more(self, lines: Iterator[_Line]) -> list[dict[str, Any]]:
        """All hunks, as if these lines had come too."""
        more = _Hunks()
        more._done = list(self._done)
        more._lines = list(self._lines)
        more._is_open, more._same = self._is_open, self._same
        more._old, more._new = self._old, self._new
        more.add(lines)
        if not more._is_open:
            return more._done
        end = len(more._lines) - max(0, more._same - _CONTEXT)
        return [*more._done, more._hunk(more._lines[:end])]

    def _hunk(self, lines: list[_Line]) -> dict[str, Any]:
        old, new = (sum(sign != other for sign, _ in lines) for other in "+-")
        return {
            "k": len(self._done) + 1,
            "old_start": self._old + (old > 0),
            "old_lines": old,
            "new_start": self._new + (new > 0),
            "new_lines": new,
            "heading": "",
            "lines": lines,
            "verdict": None,
        }


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]

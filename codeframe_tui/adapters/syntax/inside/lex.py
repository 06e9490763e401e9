"""Lexes files and tells how their lines are coloured; a process of its own, for it takes seconds.

Standard input: a JSON line ``{"paths"}`` (where our package and pygments lie), then requests: a
JSON line ``{"id", "blob", "path", "first", "last", "size"}`` and as many bytes of the file, or a
size of -1 when it should be known. Writes ``{"id", "tokens"}`` for each, or ``{"id", "missing"}``
when it is not known. Lines count from 0, the last one is left out.

Theory of operation: a lexer is a generator, and a suspended generator is all the state there is. A
file is lexed once from its start, as far as somebody looked; what was found stays in arrays. So no
line is ever guessed at, whatever lexer it is. Work goes in slices, the newest request first, for
what was asked before may have scrolled out of sight.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath
from typing import Any

SLICE_SECONDS = 0.02
STUCK_SECONDS = 3.0
"""Of CPU in one slice: a pattern that takes longer is given up, and the rest of its file."""
KEPT = 32 * 2**20
"""Characters of all files that are remembered."""
WIDEST = 65_536
"""Characters of a line that are coloured."""
SAMPLE = 4_096
"""Characters by which languages with the same file names are told apart."""
KINDS = ("", "keyword", "string", "comment", "number", "function", "class", "self", "decorator")
_KINDS = {
    "Comment.Preproc": "decorator",
    "Comment.PreprocFile": "string",
    "Comment": "comment",
    "Keyword": "keyword",
    "Literal.Number": "number",
    "Literal": "string",
    "Name.Builtin.Pseudo": "self",
    "Name.Class": "class",
    "Name.Decorator": "decorator",
    "Name.Exception": "class",
    "Name.Function": "function",
    "Name.Tag": "keyword",
    "Operator.Word": "keyword",
    "Generic.Heading": "keyword",
    "Generic.Subheading": "keyword",
}
"""Our kinds by the nearest token type of pygments."""


class Lexed:
    """One file, lexed as far as somebody looked."""

    def __init__(self, path: str, text: str) -> None:
        from codeframe_tui.core.change.lines import Lines  # noqa: PLC0415 - found only in main

        text = text.replace("\r\n", "\n")
        self.lines = Lines(text, "\n")
        self.known = True
        self._spans = _spans(path, text)
        self._reached = 0
        self._starts, self._ends, self._kinds = array("I"), array("I"), bytearray()

    def advance(self, last: int) -> bool:
        """Go on for a slice; whether everything before a line is known, or never will be."""
        until, stop = self.lines.start(last), time.monotonic() + SLICE_SECONDS
        if self._reached >= until or not self.known:
            return True
        signal.setitimer(signal.ITIMER_VIRTUAL, STUCK_SECONDS)
        try:
            return self._go(until, stop)
        except Exception:  # noqa: BLE001 - whatever a lexer does, the file is shown without it
            self.known = False
            return True
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _go(self, until: int, stop: float) -> bool:
        for count, (start, end, kind) in enumerate(self._spans):
            self._reached = start
            if kind:
                self._add(start, end, kind)
            if start >= until:
                return True
            if not count % 256 and time.monotonic() > stop:
                return False
        self._reached = len(self.lines.text)
        return True

    def _add(self, start: int, end: int, kind: int) -> None:
        if self._ends and self._ends[-1] == start and self._kinds[-1] == kind:
            self._ends[-1] = end
            return
        self._starts.append(start)
        self._ends.append(end)
        self._kinds.append(kind)

    def window(self, first: int, last: int) -> list[list[tuple[int, int, str]]] | None:
        """Tokens of each line; None where they cannot be known."""
        if self._reached < self.lines.start(last):
            return None
        return [self._line(line) for line in range(first, min(last, len(self.lines)))]

    def _line(self, line: int) -> list[tuple[int, int, str]]:
        start = self.lines.start(line)
        end = min(self.lines.start(line + 1), start + WIDEST)
        if end > start and self.lines.text[end - 1 : end] == "\n":
            end -= 1
        if start == end:
            return []
        begin, stop = bisect_right(self._ends, start), bisect_left(self._starts, end)
        return [
            (
                max(self._starts[at], start) - start,
                min(self._ends[at], end) - start,
                KINDS[self._kinds[at]],
            )
            for at in range(begin, stop)
        ]


class Desk:
    """The files that are remembered, and the requests that wait."""

    def __init__(self) -> None:
        self.waiting: list[dict[str, Any]] = []
        self._files: OrderedDict[tuple[str, str], Lexed] = OrderedDict()
        self._size = 0

    def take(self, request: dict[str, Any], content: bytes | None) -> None:
        """Note a request, and the file that came with it."""
        self.waiting.append(request)
        key = _key(request)
        if content is None or key in self._files:
            return
        lexed = self._files[key] = Lexed(request["path"], content.decode("utf-8", "replace"))
        self._size += len(lexed.lines.text)
        while self._size > KEPT and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._size -= len(oldest.lines.text)

    def work(self) -> dict[str, Any] | None:
        """A slice for the newest request; its answer when that was all."""
        request = self.waiting[-1]
        lexed = self._files.get(_key(request))
        if lexed is not None and not lexed.advance(request["last"]):
            return None
        self.waiting.pop()
        if lexed is None:
            return {"id": request["id"], "missing": True}
        self._files.move_to_end(_key(request))
        tokens = lexed.window(request["first"], request["last"])
        return {"id": request["id"], "tokens": tokens}


class Inbox:
    """Requests from a pipe, read without waiting while there is work."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._head: dict[str, Any] | None = None

    def read(self, desk: Desk) -> bool:
        """Hand over what has come; False at the end of the pipe."""
        while not desk.waiting or select.select([0], [], [], 0)[0]:
            piece = os.read(0, 2**20)
            if not piece:
                return False
            self._bytes += piece
            self._split(desk)
        return True

    def _split(self, desk: Desk) -> None:
        while True:
            if self._head is None:
                end = self._bytes.find(b"\n")
                if end < 0:
                    return
                self._head = json.loads(self._bytes[:end])
                del self._bytes[: end + 1]
            if "paths" in self._head:
                sys.path[:0] = self._head["paths"]
                self._head = None
                continue
            size = self._head["size"]
            if len(self._bytes) < size:
                return
            desk.take(self._head, None if size < 0 else bytes(self._bytes[:size]))
            del self._bytes[: max(0, size)]
            self._head = None


def main() -> None:
    """Answer until the pipe ends."""
    os.nice(5)
    signal.signal(signal.SIGVTALRM, _stuck)
    inbox, desk = Inbox(), Desk()
    while inbox.read(desk):
        if (answer := desk.work()) is not None:
            sys.stdout.write(json.dumps(answer, separators=(",", ":")) + "\n")
            sys.stdout.flush()


def _stuck(*_: object) -> None:
    raise TimeoutError


def _key(request: dict[str, Any]) -> tuple[str, str]:
    return request["blob"], PurePosixPath(request["path"]).name


def _spans(path: str, text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and number of the kind of each token, in order."""
    from pygments.lexers import find_lexer_class_for_filename  # noqa: PLC0415 - found only in main

    name = PurePosixPath(path).name
    lexer = find_lexer_class_for_filename(name, text[:SAMPLE])
    if lexer is None:
        raise LookupError(name)
    at = 0
    for start, kind, value in lexer().get_tokens_unprocessed(text):
        if start >= at:  # anything else would be a lexer that goes back
            at = start + len(value)
            yield start, at, _kind(str(kind).removeprefix("Token."))


@cache
def _kind(name: str) -> int:
    while name:
        if name in _KINDS:
            return KINDS.index(_KINDS[name])
        name = name.rpartition(".")[0]
    return 0


if __name__ == "__main__":
    main()

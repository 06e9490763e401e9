"""Files seen inside JSON that has not ended yet.

A model writes its change set, or the input of a Write call, piece by piece. `PartialFiles` reads
along and tells, for every object that has a ``path`` and a ``content``, how far the content has
come. It shows, it never decides: what counts is parsed strictly once the whole text is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["PartialFile", "PartialFiles"]

_ESCAPES = {
    '"': '"',
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}
_PLAIN = re.compile(r'[^"\\]+')
_HEX = re.compile(r"[0-9a-fA-F]{4}", re.ASCII)
_HIGH = range(0xD800, 0xDC00)
_LOW = range(0xDC00, 0xE000)
_LITERAL = frozenset("0123456789+-.eEtrufalsn")
_NAMES = frozenset({"path", "content", "encoding"})
_SPACE = frozenset(" \t\r\n")


@dataclass(frozen=True, slots=True)
class PartialFile:
    """A file as far as it is written; ``complete`` once its content has ended."""

    path: str
    content: str
    complete: bool


@dataclass(slots=True)
class _Text:
    """A string value in the making."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    closed: bool = False

    def add(self, piece: str) -> None:
        self.parts.append(piece)
        self.length += len(piece)

    def value(self) -> str:
        if len(self.parts) > 1:
            self.parts = ["".join(self.parts)]
        return self.parts[0] if self.parts else ""


@dataclass(slots=True)
class _Frame:
    """An object or array that is open."""

    is_object: bool
    wants_key: bool
    key: str = ""
    texts: dict[str, _Text] = field(default_factory=dict)
    told: int = -1


class PartialFiles:
    """Scans growing text; anything that is no JSON (prose, a fence) is passed over.

    Args:
        step: a file is told again after it has grown by this many characters, or by 1/32 of its
            length if that is more, and when it ends; so that long files stay cheap to show.
    """

    def __init__(self, step: int = 40) -> None:
        self._step = step
        self._stack: list[_Frame] = []
        self._text: _Text | None = None
        self._is_key = False
        self._pending = ""

    def feed(self, piece: str) -> list[PartialFile]:
        """Take the next piece; returns the files that grew enough to be told, in order."""
        told: list[PartialFile] = []
        text, self._pending = self._pending + piece, ""
        at = 0
        while at < len(text):
            if self._text is not None:
                at = self._string(text, at, told)
            else:
                self._structure(text[at])
                at += 1
        if self._text is not None and not self._is_key:
            self._tell(told)
        return told

    def _structure(self, char: str) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is None:
            if char == "{":
                self._open(char)
        elif char in _SPACE:
            return
        elif frame.is_object and frame.wants_key and char not in '"}':
            self._stack.clear()  # a brace of prose, not of JSON
            self._structure(char)
        elif char == '"':
            self._begin(frame)
        elif char in "{[":
            self._open(char)
        elif char in "}]":
            self._stack.pop()
        elif char == ",":
            frame.wants_key = frame.is_object
        elif char != ":" and char not in _LITERAL:
            self._stack.clear()

    def _open(self, char: str) -> None:
        self._stack.append(_Frame(is_object=char == "{", wants_key=char == "{"))

    def _begin(self, frame: _Frame) -> None:
        self._is_key = frame.is_object and frame.wants_key
        self._text = _Text()
        if frame.is_object and not self._is_key and frame.key in _NAMES:
            frame.texts[frame.key] = self._text

    def _string(self, text: str, at: int, told: list[PartialFile]) -> int:
        """Read on in a string; returns the place after what was read."""
        assert self._text is not None
        if text[at] == '"':
            self._end(told)
            return at + 1
        if text[at] == "\\":
            return self._escape(text, at)
        match = _PLAIN.match(text, at)
        assert match is not None
        self._text.add(match.group())
        return match.end()

    def _escape(self, text: str, at: int) -> int:
        assert self._text is not None
        if at + 1 == len(text):
            return self._wait(text, at)
        if text[at + 1] != "u":
            self._text.add(_ESCAPES.get(text[at + 1], text[at + 1]))
            return at + 2
        if at + 6 > len(text):
            return self._wait(text, at)
        code = _code(text, at)
        if code not in _HIGH:
            self._text.add(chr(code))
            return at + 6
        rest = text[at + 6 : at + 12]
        if len(rest) < 6 and "\\u".startswith(rest[:2]):
            return self._wait(text, at)
        low = _code(text, at + 6) if rest.startswith("\\u") else 0
        if low not in _LOW:
            self._text.add(chr(code))
            return at + 6
        self._text.add(chr(0x10000 + ((code - 0xD800) << 10) + low - 0xDC00))
        return at + 12

    def _wait(self, text: str, at: int) -> int:
        self._pending = text[at:]
        return len(text)

    def _end(self, told: list[PartialFile]) -> None:
        assert self._text is not None
        frame = self._stack[-1]
        self._text.closed = True
        if self._is_key:
            frame.key, frame.wants_key = self._text.value(), False
        else:
            self._tell(told)
        self._text = None

    def _tell(self, told: list[PartialFile]) -> None:
        frame = self._stack[-1]
        path, content = frame.texts.get("path"), frame.texts.get("content")
        if path is None or content is None or not path.closed or "encoding" in frame.texts:
            return  # base64 is nothing to look at
        grown = content.length - frame.told
        if content.closed or frame.told < 0 or grown >= max(self._step, frame.told // 32):
            told.append(PartialFile(path.value(), content.value(), content.closed))
            frame.told = content.length


def _code(text: str, at: int) -> int:
    """The number of a Unicode escape at a place; a malformed one reads as U+FFFD."""
    match = _HEX.fullmatch(text, at + 2, at + 6)
    return int(match.group(), 16) if match else 0xFFFD

"""A small tokenizer that colours Python line by line, cheap enough for every visible line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from keyword import kwlist

__all__ = ["Strings", "Token", "is_python", "python_tokens"]

Token = tuple[int, int, str]
"""Start, end, and ``keyword``, ``string``, ``comment``, ``number``, ``function``, ``class``,
``self`` or ``decorator``."""

_KEYWORDS = frozenset(kwlist)
_NAMED_BY = {"def": "function", "class": "class"}
_OPENS = r"(?:^|[=(\[{,:+%]|\breturn|\byield|\bin)\s*[rRbBfFuUtT]{0,2}$"


@cache
def _token() -> re.Pattern[str]:
    """Compiled when code is first looked at, not on the way to the first picture."""
    return re.compile(
        r"""
        (?P<comment>\#.*)
      | (?P<triple>[rRbBfFuUtT]{0,2}(?P<quotes>\"{3}|'{3}))
      | (?P<string>[rRbBfFuUtT]{0,2}(?:"(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$)))
      | (?P<number>(?<![\w.])\.?\d[\w.]*)
      | (?P<decorator>^\s*@[\w.]+)
      | (?P<word>[^\W\d]\w*)
        """,
        re.VERBOSE,
    )


def is_python(path: str) -> bool:
    """Whether a path names a Python file."""
    return path.endswith((".py", ".pyi"))


def python_tokens(text: str, quotes: str) -> tuple[list[Token], str]:
    """Tokens of one line.

    Args:
        text: the line.
        quotes: the quotes of the string it begins in, or nothing.

    Returns:
        The tokens in order, and the quotes of the string the next line begins in.
    """
    tokens: list[Token] = []
    at, previous = 0, ""
    if quotes:
        at, closed = _string_end(text, 0, quotes)
        tokens.append((0, at, "string"))
        if not closed:
            return tokens, quotes
    search = _token().search
    while match := search(text, at):
        start, at = match.span()
        kind = match.lastgroup or ""
        if kind == "triple":
            at, closed = _string_end(text, at, match["quotes"])
            tokens.append((start, at, "string"))
            if not closed:
                return tokens, match["quotes"]
        elif kind == "word":
            word = match.group()
            if colour := _colour(word, previous):
                tokens.append((start, at, colour))
            previous = word
        else:
            tokens.append((start, at, kind))
    return tokens, ""


class Strings:
    """In which multi-line string each line of one side of a hunk begins.

    Args:
        lines: the hunk's lines, ``(sign, text)``.
        side: the sign of this side, ``-`` or ``+``.
    """

    def __init__(self, lines: Sequence[Sequence[str]], side: str) -> None:
        self._lines = lines
        self._signs = (" ", side)
        self._at = [0]
        self._quotes = [_begins_in(lines, self._signs)]
        self._read = 0

    def quotes_at(self, line: int) -> str:
        """The quotes that are open where a line begins, or nothing."""
        quotes = self._quotes[-1]
        for at in range(self._read, line):
            sign, text = self._lines[at]
            if sign not in self._signs or ('"""' not in text and "'''" not in text):
                continue
            after = python_tokens(text, quotes)[1]
            if after != quotes:
                quotes = after
                self._at.append(at + 1)
                self._quotes.append(quotes)
        self._read = max(self._read, line)
        return self._quotes[bisect_right(self._at, line) - 1]


def _begins_in(lines: Sequence[Sequence[str]], signs: Sequence[str]) -> str:
    """Guess whether a hunk begins inside a string: by what stands before its first quotes."""
    above = ""
    for sign, text in lines:
        if sign not in signs:
            continue
        at = min((p for p in (text.find('"""'), text.find("'''")) if p >= 0), default=-1)
        if at >= 0:
            alone = text.strip() in {'"""', "'''"}
            opens = (
                above.rstrip().endswith((":", "=", "(")) if alone else re.search(_OPENS, text[:at])
            )
            return "" if opens or text.lstrip().startswith("#") else text[at : at + 3]
        above = text
    return ""


def _string_end(text: str, start: int, quotes: str) -> tuple[int, bool]:
    end = text.find(quotes, start)
    while end > start and text[end - 1] == "\\":
        end = text.find(quotes, end + 1)
    return (len(text), False) if end < 0 else (end + 3, True)


def _colour(word: str, previous: str) -> str:
    if word in _KEYWORDS:
        return "keyword"
    if word in {"self", "cls"}:
        return "self"
    return _NAMED_BY.get(previous, "")

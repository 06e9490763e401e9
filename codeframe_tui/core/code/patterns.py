"""What a regular expression asks of a text before it is tried. Pure."""

from __future__ import annotations

import re

__all__ = ["required"]

_PIECE = re.compile(
    r"(?P<plain>[^\\.^$*+?{}\[\]()|\ufffd])"
    r"|\\(?P<sign>[^\w\s\ufffd])"
    r"|(?P<other>\\[AbBdDsSwWZ]|[.^$]|\[(?:[^\\\]\[^]|\\[dswDSW])+\])"
)
_REPEAT = re.compile(r"(?:[?*+]|\{\d*,?\d*\})[?+]?")
_LEAST_ONCE, _MAYBE = ("+",), ("?", "*", "{")


def required(pattern: str) -> str:
    """The longest plain text that stands in everything that a pattern matches; may be empty.

    Only what is plain is read: no groups, no choices, no flags, no escapes that mean a character.
    """
    texts, text, at = [], "", 0
    while at < len(pattern):
        piece = _PIECE.match(pattern, at)
        if piece is None:
            return ""
        at = piece.end()
        character = piece["plain"] or piece["sign"] or ""
        if pattern.startswith((*_MAYBE, *_LEAST_ONCE), at):
            texts.append(text + character if pattern.startswith(_LEAST_ONCE, at) else text)
            text = ""
            repeat = _REPEAT.match(pattern, at)
            if repeat is None:
                return ""
            at = repeat.end()
        elif character:
            text += character
        else:
            texts.append(text)
            text = ""
    return max((*texts, text), key=len)

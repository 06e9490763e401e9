"""The one sanitiser: every text that reaches a terminal, log viewer or page has passed here.

Text from a model, a test, a file or a database may carry escape sequences, control and bidi
characters that change what a person sees or what the terminal does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

__all__ = ["clean", "clean_line", "is_mark", "plain", "printable", "reveal", "reveal_name"]

MAX_LINE = 4_096
MAX_MARKS = 8

# No part can match what another part starts with, so a hostile text costs linear time. A string
# without its end takes the rest of its line only: what follows must not vanish with it.
_BODY = r"[^\x07\x1b\x90\x98\x9c-\x9f]*"
_SEQUENCE = re.compile(
    rf"""
    (?: \x1b[\]PX^_] | [\x90\x98\x9d-\x9f] )                    # OSC DCS SOS PM APC
        (?: {_BODY} (?: \x07 | \x1b\\ | \x9c ) | [^\x07\x1b\x90\x98\x9c-\x9f\r\n]* )
  | (?: \x1b\[ | \x9b ) [0-?]* [\ -/]* [@-~]?                   # CSI
  | \x1b (?: [\ -/]+ [0-~]? | [0-Z\\`-~] )?                     # other escapes
    """,
    re.VERBOSE,
)
_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_UNDRAWN = re.compile(f"[\t\n]|{_HIDDEN.pattern}")
_WIDE_RUN = re.compile(rf"[^\x00-\u02ff]{{{MAX_MARKS + 1},}}")
_LONG_LINE = re.compile(rf"^([^\n]{{{MAX_LINE - 1}}})[^\n]{{2,}}", re.MULTILINE)


def clean(text: str, *, limit: int = 32_768) -> str:
    """Text of several lines without anything a terminal would act on.

    Sequences and hidden characters are dropped, other line ends become newlines, a text longer
    than ``limit`` and a line longer than `MAX_LINE` characters end in an ellipsis. A second pass
    changes nothing.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    text = _WIDE_RUN.sub(lambda run: _few_marks(run.group()), plain(text))
    return _LONG_LINE.sub(r"\1…", text)


def plain(text: str) -> str:
    """The same without any bound: what is left when sequences and hidden characters are gone."""
    return _HIDDEN.sub("", _BREAK.sub("\n", _SEQUENCE.sub("", text)))


def clean_line(text: str, *, limit: int = MAX_LINE) -> str:
    """The same on one line; line breaks and tabs become spaces."""
    return clean(text, limit=limit).replace("\n", " ").replace("\t", " ")


def reveal(text: str) -> tuple[str, bool]:
    """A line as it must be shown where it is approved: hidden characters made visible.

    Returns:
        The line, and whether anything was hidden in it. Tabs stay.
    """
    shown = _HIDDEN.sub(lambda match: _form(ord(match.group())), text)
    shown = _WIDE_RUN.sub(lambda run: _few_marks(run.group(), visible=True), shown)
    return shown, shown != text


def reveal_name(text: str) -> str:
    """A path or a heading as `reveal` shows a line; tabs and line breaks are made visible too."""
    return reveal(text)[0].replace("\t", "\u2409").replace("\n", "\u240a")


def printable(text: str, cells: Callable[[str], int] | None = None) -> str:
    """A drawn text without what a terminal may act on and what nobody sees.

    The last door before a terminal: what has passed `clean_line` goes through unchanged.

    Args:
        text: a part of a line.
        cells: how many cells a character was counted as; so many spaces stand in its place.
    """
    if text.isprintable():
        return text
    return _UNDRAWN.sub(lambda found: " " * cells(found.group()) if cells else "", text)


def is_mark(char: str) -> bool:
    """Whether a terminal draws it into the cell before it: marks, Hangul vowels and finals."""
    return (
        "\u1160" <= char <= "\u11ff"
        or "\ud7b0" <= char <= "\ud7ff"
        or unicodedata.category(char) in {"Mn", "Me"}
    )


def _few_marks(run: str, *, visible: bool = False) -> str:
    """At most `MAX_MARKS` marks on a cell; the others are dropped or told."""
    kept: list[str] = []
    marks = 0
    for char in run:
        marks = marks + 1 if is_mark(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
        elif visible:
            kept.append(_form(ord(char)))
    return "".join(kept)


def _form(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<U+{code:04X}>"

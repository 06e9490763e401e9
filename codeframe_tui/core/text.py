"""The one sanitiser: every text that reaches a terminal, log viewer or page has passed here.

Text from a model, a test, a file or a database may carry escape sequences, control and bidi
characters that change what a person sees or what the terminal does.
"""

from __future__ import annotations

import re

__all__ = ["clean", "clean_line", "reveal"]

_SEQUENCE = re.compile(
    r"""
    (?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]) .*? (?:\x07|\x1b\\|\x9c|$)   # OSC DCS SOS PM APC
  | (?:\x1b\[|\x9b) [0-?]* [ -/]* [@-~]?                                  # CSI
  | \x1b [ -/]* [0-~]?                                                    # other escapes
    """,
    re.VERBOSE | re.DOTALL,
)
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def clean(text: str, *, limit: int = 32_768) -> str:
    """Lines without anything a terminal would act on; cut at ``limit`` characters."""
    cut = text[:limit].replace("\r\n", "\n")
    return _HIDDEN.sub("", _SEQUENCE.sub("", cut))


def clean_line(text: str, *, limit: int = 4_096) -> str:
    """The same on one line; line breaks and tabs become spaces."""
    return clean(text, limit=limit).replace("\n", " ").replace("\t", " ")


def reveal(text: str) -> tuple[str, bool]:
    """A line as it must be shown where it is approved: hidden characters made visible.

    Returns:
        The line, and whether anything was hidden in it. Tabs stay.
    """
    shown = _HIDDEN.sub(lambda match: _form(ord(match.group())), text)
    return shown, shown != text


def _form(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<U+{code:04X}>"

"""Programs with a small language of their own, in which others can be started and files written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codeframe_tui.core.shell import Part, Word

__all__ = ["starts_others"]

_PLACE = r"(?:\d+|\$|/(?:[^/\\\n]|\\.)*/)"
_SED = re.compile(
    rf"(?:{_PLACE}(?:,[+~]?{_PLACE})?!?)?\s*+"
    r"(?:[dpqDPGgHhNnx=]|s(?P<mark>[/|#,:@!%])(?:(?!(?P=mark))[^\\\n]|\\.)*(?P=mark)"
    r"(?:(?!(?P=mark))[^\\\n]|\\.)*(?P=mark)[gpiI0-9]*)?\s*+",
)
_AWK = re.compile(r"system|getline|\||>|@|ENVIRON|close")


def starts_others(part: Part) -> str:
    """Why a program may start others or write files by what it is told; empty = it does not."""
    if part.name == "sed":
        safe = all(_SED.fullmatch(piece) for text in _scripts(part) for piece in text)
        why = "" if safe else "this 'sed' may start programs or write files"
        inplace = any(w.text.startswith(("-i", "--in-place", "-f", "--file")) for w in part.words)
        return "this 'sed' changes files, or runs a script of a file" if inplace else why
    if part.name in {"awk", "gawk", "mawk", "nawk"}:
        return "" if _counts(part.words[1:]) else "this 'awk' may start programs or write files"
    return ""


def _counts(words: Sequence[Word]) -> bool:
    """Whether an ``awk`` does no more than to read and to tell."""
    place = 0
    while place < len(words) and words[place].text.startswith(("-F", "-v")):
        place += 1 + (len(words[place].text) == 2)
    rest = words[place:]
    if not rest or not all(word.known for word in words[: place + 1]):
        return False
    return not any(_AWK.search(word.text) or _reads(word.text) for word in rest)


def _scripts(part: Part) -> list[list[str]]:
    """Commands of each script of a ``sed``; one that is not known is none that is safe."""
    found: list[str] = []
    expects = False
    for word in part.words[1:]:
        if not word.known and (expects or not found):
            return [["e"]]
        if expects or (not word.text.startswith("-") and not found):
            found.append(word.text)
            expects = False
        elif word.text.startswith("-e") and len(word.text) > 2:
            found.append(word.text[2:])
        elif word.text in {"-e", "--expression", "-ne", "-Ee", "-nEe", "-re"}:
            expects = True
        elif word.text.startswith("-") and set(word.text[1:]) - set("nErszu"):
            return [["e"]]
    return [re.split(r"[;\n]", text) for text in found]


def _reads(text: str) -> bool:
    return text.startswith(("-f", "-i", "-l", "-e", "-E", "-W", "--"))

"""Programs with a small language of their own, in which others can be started and files written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from codeframe_tui.core.shell import Part, Word

__all__ = ["starts_others"]

_BRACKET = r"\[\^?(?:(?!{})(?:[^]\[\\\n]|\\\w|\[:\w+:\]))+\]"
"""A list of signs without the one that ends what it stands in: some end that there, some do not."""
_PLACE = rf"(?:\d+|\$|/(?:[^/\[\\\n]|\\.|{_BRACKET.format('/')})*/)"
_SED = re.compile(
    rf"(?:{_PLACE}(?:,[+~]?{_PLACE})?!?)?\s*+"
    r"(?:[dpqDPGgHhNnx=]|s(?P<mark>[/|#,:@!%])"
    rf"(?:(?!(?P=mark))[^\[\\\n]|\\.|{_BRACKET.format('(?P=mark)')})*(?P=mark)"
    r"(?:(?!(?P=mark))[^\\\n]|\\.)*(?P=mark)[gpiI0-9]*)?\s*+",
)
_AWK = re.compile(r"system|getline|\||>|@|ENVIRON|close")
_AWK_TEXT = re.compile(r'(?P<string>"(?:[^"\\\n]|\\[^\n])*+")|#[^\n]*+|[ \t]++')
_AWK_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\[^\n]|\[(?:[^]\[/\\\n]|\[:\w+:\])*+\])*+/", re.ASCII)
"""One that each ``awk`` ends at the same place."""
_AWK_BEFORE = frozenset("\n(,{};~!&|")
"""After these a ``/`` begins a regular expression and divides nothing."""


def starts_others(part: Part) -> str:
    """Why a program may start others or write files by what it is told; empty = it does not."""
    if part.name == "sed":
        safe = all(_SED.fullmatch(piece) for text in _scripts(part) for piece in text)
        why = "" if safe else "this 'sed' may start programs or write files"
        inplace = any(w.text.startswith(("-i", "--in-place", "-f", "--file")) for w in part.words)
        return "this 'sed' changes files, or runs a script of a file" if inplace else why
    if part.name in {"test", "["}:
        return "this 'test' may run what a value holds" if _tests_names(part.words) else ""
    if part.name == "printf":
        return "this 'printf' may run what a value holds" if _prints_into(part.words) else ""
    if part.name in {"awk", "gawk", "mawk", "nawk"}:
        return "" if _counts(part.words[1:]) else "this 'awk' may start programs or write files"
    return ""


def _may_name(word: Word) -> bool:
    """Whether it may be a ``-v``, after which a shell runs what stands in the place of a name."""
    return not word.known and "-v".startswith(word.text[:2])


def _tests_names(words: Sequence[Word]) -> bool:
    """Whether a ``test`` may be about a variable that is only known when it runs."""
    several = any(word.open and (word.runs or _may_name(word)) for word in words[1:])
    return several or any(
        _may_name(word) and (not name.known or "[" in name.text) for word, name in pairwise(words)
    )


def _prints_into(words: Sequence[Word]) -> bool:
    """Whether a ``printf`` may set a variable that is only known when it runs."""
    return len(words) > 2 and _may_name(words[1])


def _counts(words: Sequence[Word]) -> bool:
    """Whether an ``awk`` does no more than to read and to tell."""
    place = 0
    while place < len(words) and words[place].text.startswith(("-F", "-v")):
        place += 1 + (len(words[place].text) == 2)
    if place >= len(words) or not all(word.known for word in words[: place + 1]):
        return False
    program = words[place].text  # what follows are files, whatever they begin with
    return not program.startswith("-") and not _reaches(program)


def _reaches(program: str) -> bool:
    """Whether a program of an ``awk`` may start others or write files."""
    code = _without_texts(program)
    if code is None:
        return bool(_AWK.search(program))
    if any(word in code for word in ("system", "getline", "close", "ENVIRON", "@")):
        return True
    pieces = re.split("[;{}]", code)
    redirects = any(">" in piece[piece.find("print") :] for piece in pieces if "print" in piece)
    return redirects or "|" in code.replace("||", "")


def _without_texts(program: str) -> str | None:
    """What is left of it without its strings, regular expressions and comments.

    None where one ``awk`` may take for one of them what another one runs.
    """
    kept: list[str] = []
    at, begins = 0, True
    while at < len(program):
        char = program[at]
        if char == "/":
            found = _AWK_REGEX.match(program, at) if begins else None
            if found is None:
                return None
            kept.append(" ")
            begins = False
        elif found := _AWK_TEXT.match(program, at):
            kept.append(" ")
            begins = begins and not found["string"]
        elif char in {'"', "\\"}:
            return None
        else:
            kept.append(char)
            begins = char in _AWK_BEFORE
        at = found.end() if found else at + 1
    return "".join(kept)


def _scripts(part: Part) -> list[list[str]]:
    """Commands of each script of a ``sed``; one that is not known is none that is safe."""
    found: list[str] = []
    expects, options = False, True
    for word in part.words[1:]:
        several = word.open and word.runs  # a value with spaces: what follows may be an option
        may_be_option = options and (several or word.text[:1] in {"", "-"})
        if not word.known and (expects or not found or may_be_option):
            return [["e"]]
        if expects or (not found and not (options and word.text.startswith("-"))):
            found.append(word.text)
            expects = False
        elif options and word.text == "--":
            options = False
        elif word.text.startswith("-e") and len(word.text) > 2:
            found.append(word.text[2:])
        elif word.text in {"-e", "--expression", "-ne", "-Ee", "-nEe", "-re"}:
            expects = True
        elif options and word.text.startswith("-") and set(word.text[1:]) - set("nErszu"):
            return [["e"]]
    return [re.split(r"[;\n]", text) for text in found]

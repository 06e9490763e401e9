"""Functions and classes in a diff: what is added, removed, changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.core.text import reveal_name
from codeframe_tui.tui.present.diff.kinds import Place

__all__ = ["MOST_LINES", "Symbol", "symbol_of", "symbols"]

MOST_LINES = 100_000
"""Lines that are looked through for symbols."""
_WORDS = r"(?:def|class|func|function|fn|interface|struct|trait|impl)"
_NAMED = re.compile(rf"\b{_WORDS}\s+([\w.]+)")
_DEFINES = re.compile(
    rf"^(\s*)(?:(?:export|default|public|private|protected|static|abstract|async|pub)\s+)*"
    rf"{_WORDS}\s+([A-Za-z_]\w*)"
)


class Symbol(NamedTuple):
    """A function or class that a change is about.

    Attributes:
        sign: ``+`` added, ``-`` removed, ``~`` changed.
        name: with the names of what it is in, as far as the diff shows them.
        place: of its first line that changes.
    """

    sign: str
    name: str
    place: Place


def symbol_of(heading: str) -> str:
    """The name in the heading of a hunk, or all of it where it has none that we know."""
    found = _NAMED.search(heading)
    return reveal_name(found[1] if found else heading)


def symbols(files: Sequence[Mapping[str, Any]]) -> list[Symbol]:
    """What the lines of a diff tell, in their order; each name of a file once."""
    found: dict[tuple[str, str], Symbol] = {}
    looked = 0
    for file in files:
        for hunk in file["hunks"]:
            looked += len(hunk["lines"])
            if looked > MOST_LINES:
                return list(found.values())
            for symbol in _in_hunk(file["path"], hunk):
                key = (file["path"], symbol.name)
                known = found.setdefault(key, symbol)
                if known.sign != symbol.sign:  # removed here and added there: it is changed
                    found[key] = known._replace(sign="~")
    return list(found.values())


def _in_hunk(path: str, hunk: Mapping[str, Any]) -> Iterator[Symbol]:
    stack = _around(hunk)
    for at, (sign, text) in enumerate(hunk["lines"]):
        if not text.strip() or sign == "\\":
            continue
        indent, begins = _indent(text), text.lstrip()[0]
        if begins not in ")]}":
            while stack and stack[-1][0] >= indent:
                stack.pop()
        defines = _DEFINES.match(text)
        if defines:
            stack.append((indent, defines[2], sign))
        if sign == " " or not stack or begins == "@":
            continue
        # the body of what is added or removed as a whole says no more than its first line
        if defines or stack[-1][2] != sign:
            name = ".".join(name for _, name, _ in stack)
            yield Symbol(sign if defines else "~", reveal_name(name), Place(path, hunk["k"], at))


def _around(hunk: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """What a hunk begins in: its name, and where it would be indented by the lines that follow."""
    inside = _NAMED.search(hunk.get("heading") or "")
    if inside is None:
        return []
    body = 1
    for sign, text in hunk["lines"]:
        if sign == "\\" or not text.strip():
            continue
        if _DEFINES.match(text) or text.lstrip().startswith("@"):
            break
        if _indent(text):
            body = _indent(text) if body == 1 else min(body, _indent(text))
    return [(body - 1, inside[1], " ")]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())

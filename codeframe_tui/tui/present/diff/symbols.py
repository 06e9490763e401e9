"""Functions and classes in a diff: what is added, removed, changed, moved."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from codeframe_tui.core.text import reveal_name
from codeframe_tui.tui.present.diff.kinds import Place

__all__ = ["MOST_LINES", "SIGNATURE", "Outlines", "Symbol", "symbol_of", "symbols"]

MOST_LINES = 100_000
"""Lines that are looked through for symbols."""
SIGNATURE = "signature"
"""What is said of a symbol whose own line changes, so that who uses it may have to follow."""
Outlines = Mapping[str, Sequence[tuple[int, str]]]
"""Path -> first line and whole name of each definition that the file had, in order of lines."""
_WORDS = r"(?:def|class|func|function|fn|interface|struct|trait|impl)"
_NAMED = re.compile(rf"\b{_WORDS}\s+([\w.]+)")
_DEFINES = re.compile(
    rf"^(\s*)(?:(?:export|default|public|private|protected|static|abstract|async|pub)\s+)*"
    rf"{_WORDS}\s+([A-Za-z_]\w*)"
)


class Symbol(NamedTuple):
    """A function or class that a change is about.

    Attributes:
        sign: ``+`` added, ``-`` removed, ``~`` changed, ``→`` moved.
        name: with the names of what it is in, as far as they are known.
        place: of its first line that changes.
        said: `SIGNATURE`, or where it moved, in words; empty for most.
    """

    sign: str
    name: str
    place: Place
    said: str = ""


class _Around(NamedTuple):
    """A definition that a line is in; ``open_`` counts brackets that its own lines left open."""

    indent: int
    name: str
    sign: str
    open_: int = 0


def symbol_of(heading: str) -> str:
    """The name in the heading of a hunk, or all of it where it has none that we know."""
    found = _NAMED.search(heading)
    return reveal_name(found[1] if found else heading)


def symbols(files: Sequence[Mapping[str, Any]], outlines: Outlines | None = None) -> list[Symbol]:
    """What the lines of a diff tell, in their order; each name of a file once.

    Args:
        files: of a diff document.
        outlines: what is known of the files before the change: git tells of a hunk's surroundings
            the nearest name only.
    """
    found: dict[tuple[str, str], tuple[Symbol, str]] = {}
    looked = 0
    for file in files:
        outline = (outlines or {}).get(file["path"], ())
        for hunk in file["hunks"]:
            looked += len(hunk["lines"])
            if looked > MOST_LINES:
                return [symbol for symbol, _ in found.values()]
            for symbol, line in _in_hunk(file["path"], hunk, outline):
                key = (file["path"], symbol.name)
                known = found.setdefault(key, (symbol, line))
                found[key] = (_both(known, (symbol, line)), known[1])
    return [symbol for symbol, _ in found.values()]


def _both(known: tuple[Symbol, str], other: tuple[Symbol, str]) -> Symbol:
    """What two lines of a file say of one name together, each with the definition it stands on."""
    (first, line), (second, another) = known, other
    signature = SIGNATURE in {first.said, second.said}
    if first.sign == second.sign:
        return first._replace(said=SIGNATURE) if signature else first
    if {first.sign, second.sign} == {"+", "-"}:  # removed here and added there: it is changed
        signature = line != another
    if "→" in first.sign + second.sign and not signature:
        return first if first.sign == "→" else first._replace(sign="→", said=second.said)
    return first._replace(sign="~", said=SIGNATURE if signature else "")


def _in_hunk(
    path: str, hunk: Mapping[str, Any], outline: Sequence[tuple[int, str]]
) -> Iterator[tuple[Symbol, str]]:
    """Each line that says something of a symbol, with its text where that defines it."""
    stack = _around(hunk, outline)
    for at, (sign, text) in enumerate(hunk["lines"]):
        if not text.strip() or sign == "\\":
            continue
        indent, begins = _indent(text), text.lstrip()[0]
        if begins not in ")]}":
            while stack and stack[-1].indent >= indent:
                stack.pop()
        defines = _DEFINES.match(text)
        if defines:
            stack.append(_Around(indent, defines[2], sign))
        if not stack:
            continue
        signature = bool(defines) or stack[-1].open_ > 0
        if signature:
            stack[-1] = stack[-1]._replace(open_=max(stack[-1].open_ + _opened(text), 0))
        if sign == " " or begins == "@":
            continue
        # the body of what is added or removed as a whole says no more than its first line
        if defines or stack[-1].sign != sign:
            name = reveal_name(".".join(each.name for each in stack))
            moved = _moved(hunk, at, sign) if defines else ""
            said = moved or (SIGNATURE if signature and not defines else "")
            shown = "→" if moved else sign if defines else "~"
            yield Symbol(shown, name, Place(path, hunk["k"], at), said), text.strip()


def _moved(hunk: Mapping[str, Any], line: int, sign: str) -> str:
    """Where the block that a line is in comes from, or goes; empty in none."""
    blocks: Sequence[Sequence[Any]] = hunk.get("moved") or ()
    at = bisect_right(blocks, line, key=itemgetter(0)) - 1
    if at < 0 or line >= blocks[at][0] + blocks[at][1]:
        return ""
    way = "from" if sign == "+" else "to"
    return f"moved {way} {reveal_name(blocks[at][2])}"


def _opened(text: str) -> int:
    return sum(text.count(sign) for sign in "([{") - sum(text.count(sign) for sign in ")]}")


def _around(hunk: Mapping[str, Any], outline: Sequence[tuple[int, str]]) -> list[_Around]:
    """What a hunk begins in, and where it would be indented by the lines that follow."""
    inside = _NAMED.search(hunk.get("heading") or "")
    if inside is None:
        return []
    names = _whole(inside[1], hunk["old_start"], outline)
    if not names and inside[0].startswith("class "):
        names = [inside[1]]  # what follows is in it, as most classes are in nothing else
    if len(names) == 1 and inside[0].startswith("class "):
        return [_Around(0, names[0], " ")]
    last = max(_body(hunk) - 1, 0)
    above = [_Around(min(4 * n, last), name, " ") for n, name in enumerate(names[:-1])]
    return [*above, _Around(last, inside[1], " ")]


def _whole(name: str, line: int, outline: Sequence[tuple[int, str]]) -> list[str]:
    """The names of what is called so nearest above a line of the file before the change."""
    for first, qualified in reversed(outline):
        if first < line and qualified.rpartition(".")[2] == name:
            return qualified.split(".")
    return []


def _body(hunk: Mapping[str, Any]) -> int:
    """How far the lines of what a hunk begins in are indented.

    Where another definition comes first, it counts as one beside it: most are.
    """
    body = 0
    for sign, text in hunk["lines"]:
        if sign == "\\" or not text.strip():
            continue
        if _DEFINES.match(text) or text.lstrip().startswith("@"):
            return body or _indent(text) + 1
        if _indent(text):
            body = min(body or _indent(text), _indent(text))
    return body or 1


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())

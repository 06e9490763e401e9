"""Files of the repository that a person may trust: how they stand, and all of their text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from codeframe_tui.core.text import reveal
from codeframe_tui.tui.present.rows import (
    BLANK,
    Row,
    Span,
    heading,
    row,
    safe,
    wrap,
    wrap_text,
)
from codeframe_tui.tui.present.words import count

__all__ = ["in_order", "only_one", "state_words", "trust_list_rows", "trust_rows"]

_STATES: Mapping[str, tuple[str, str, str]] = {
    # sign, style, words
    "trusted": ("✔ ", "green", "trusted, as it is"),
    "untrusted": ("! ", "amber", "not trusted"),
    "changed": ("! ", "amber", "not trusted any more"),
    "declined": ("- ", "dim", "not trusted, as you decided"),
    "unusable": ("✘ ", "red", "cannot be used"),
    "gone": ("◦ ", "faint", "not there any more"),
}
_CHANGES = {"+": "green", "-": "red", "@": "faint"}
_NUMBER = 5
"""Cells of a line's number."""
_Document = Mapping[str, Any]


def in_order(files: Sequence[_Document]) -> list[_Document]:
    """Those that wait for a person first."""
    return sorted(files, key=lambda file: not _waits(file))


def only_one(files: Sequence[_Document]) -> str | None:
    """The path that is meant without asking: the one that waits, or the only one there is."""
    waiting = [file for file in files if _waits(file)]
    found = waiting or list(files)
    return str(found[0]["path"]) if len(found) == 1 else None


def _waits(file: _Document) -> bool:
    state = file.get("state")
    return state == "changed" or (state == "untrusted" and bool(file.get("says")))


def state_words(file: _Document) -> Sequence[Span]:
    """How a file stands, with its sign."""
    sign, style, words = _STATES.get(str(file.get("state")), ("", "", safe(file.get("state"))))
    if file.get("state") == "untrusted" and not _waits(file):
        sign, style = "- ", "dim"
    return (sign, style), (words, "text")


def trust_list_rows(files: Sequence[_Document]) -> list[Row]:
    """A row for each file, whose key is its path."""
    return [
        row(
            str(file["path"]),
            state_words(file)[0],
            (safe(file["path"]), "text"),
            right=[(safe(file.get("says")) or state_words(file)[1][0], "dim")],
        )
        for file in files
    ]


def trust_rows(file: _Document, width: int) -> list[Row]:
    """What a person must know to trust a file, below how it stands, and the file itself.

    Args:
        file: of the answer to `ShowTrust` about it alone.
        width: cells of a row.
    """
    rows = list(_facts(file, width))
    if changed := file.get("since") or ():
        rows += [BLANK, heading("SINCE YOU TRUSTED IT", "faint")]
        rows += [line for sign, text in changed for line in _changed(sign, text, width)]
    if file.get("sha256"):
        lines = [reveal(line) for line in _lines(str(file.get("text") or ""))]
        rows += [*([BLANK] if rows else []), _title(sum(hidden for _, hidden in lines), len(lines))]
        for number, (text, hidden) in enumerate(lines, 1):
            rows += _line(number, text, hidden, width)
    return rows


def _facts(file: _Document, width: int) -> Iterator[Row]:
    says, why, held = (safe(file.get(name)) for name in ("says", "why", "held"))
    if file.get("state") == "trusted":
        loosens = f"it has: {says}" if says else ""
    else:
        loosens = f"with your trust: {says}" if says else "it asks for nothing more"
    told = (why, loosens if file.get("sha256") else "", held)
    for text in filter(None, told):
        yield from (heading(line, "text") for line in wrap(text, width))


def _title(hidden: int, lines: int) -> Row:
    said = f"! hidden characters in {count(hidden, 'line')}" if hidden else count(lines, "line")
    return heading("THE FILE", "faint", right=[(said, "amber bold" if hidden else "faint")])


def _lines(text: str) -> list[str]:
    """Line ends as whoever reads the definition takes them."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def _line(number: int, text: str, hidden: bool, width: int) -> Iterator[Row]:
    first, *others = wrap_text(text.expandtabs(4), width - _NUMBER - 2)
    mark: Span = ("! ", "amber bold") if hidden else ("  ", "")
    yield row(None, (f"{number:>{_NUMBER - 1}} ", "faint"), mark, (first, "text"))
    indent = " " * (_NUMBER + 2)
    yield from (row(None, (indent, ""), (each, "text")) for each in others)


def _changed(sign: str, text: str, width: int) -> Iterator[Row]:
    style = _CHANGES.get(sign, "dim")
    shown = reveal(text)[0].expandtabs(4).replace("\n", "\u240a")
    for at, piece in enumerate(wrap_text(shown, width - 4)):
        shown_sign = sign if at == 0 and sign in {"+", "-"} else " "
        yield row(None, (f"  {shown_sign} ", style), (piece, style))

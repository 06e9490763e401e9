"""Rows of the functions and classes of a change, with how many callers each has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.tui.present.diff.symbols import Symbol
from codeframe_tui.tui.present.rows import Span, safe
from codeframe_tui.tui.present.words import count

__all__ = ["SymbolItem", "callers_in", "symbol_items"]

_SIGNS = {
    "+": ("+ ", "green"),
    "-": ("- ", "red"),
    "~": ("~ ", "violet"),
    "→": ("→ ", "dim"),
}


class SymbolItem(NamedTuple):
    """One row; see `modals.picker.Pickable`."""

    text: str
    left: tuple[Span, ...]
    right: tuple[Span, ...]


def symbol_items(found: Sequence[Symbol], callers: Mapping[int, str]) -> list[SymbolItem]:
    """A row for each symbol.

    Args:
        found: what is listed.
        callers: words on the callers, by position; of those that are known.
    """
    items = []
    for at, symbol in enumerate(found):
        path = safe(symbol.place.path)
        said = " · ".join(filter(None, (symbol.said, callers.get(at, ""))))
        right: tuple[Span, ...] = ((f"{said}   ", "dim"),) if said else ()
        left = (_SIGNS[symbol.sign], (symbol.name, "text"))
        items.append(SymbolItem(f"{symbol.name} {path}", left, (*right, (path, "faint"))))
    return items


def callers_in(document: Mapping[str, Any], symbol: Symbol) -> str:
    """How many places use a symbol, by its name: definitions, and files outside of any.

    Args:
        document: of `ShowRelations` about its callers.
        symbol: what is used; what it does to itself does not count.
    """
    places = {
        (use["path"], use["within"])
        for use in document["uses"]
        if not _is_import(use, symbol) and not _is_inside(use, symbol)
    }
    if document.get("cut"):  # there may be more
        return f"{len(places):,}+ callers" if places else ""
    return count(len(places), "caller") if places else "no callers"


def _is_import(use: Mapping[str, Any], symbol: Symbol) -> bool:
    """Also a line of one that goes over several: nothing but the name."""
    text: str = use["text"].strip()
    alone = not use["within"] and text.rstrip(", ") == symbol.name.rpartition(".")[2]
    return alone or text.startswith(("import ", "from "))


def _is_inside(use: Mapping[str, Any], symbol: Symbol) -> bool:
    within: str = use["within"] + "."
    return use["path"] == symbol.place.path and within.startswith(f"{symbol.name}.")

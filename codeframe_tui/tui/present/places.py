"""Rows of the files and definitions of a project among which a person picks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from codeframe_tui.tui.present.rows import BLANK, Row, Span, heading, safe
from codeframe_tui.tui.present.words import count

__all__ = ["PlaceItem", "place_items", "place_text", "said_below"]

_KINDS = {"file": "file", "class": "class", "function": "def", "method": "def", "variable": "name"}
_KIND = 7
"""Cells of the column of kinds."""


class PlaceItem(NamedTuple):
    """One row; see `modals.picker.Pickable`."""

    text: str
    left: tuple[Span, ...]
    right: tuple[Span, ...]


def place_items(places: Sequence[Mapping[str, Any]]) -> list[PlaceItem]:
    """A row for each of the ``places`` of `ShowPlaces`."""
    items = []
    for place in places:
        kind, line = _KINDS.get(str(place.get("kind")), ""), place.get("line")
        name, path = safe(place.get("name")), safe(place.get("path"))
        where = f"{path}:{line}" if line else path
        left = ((f"{kind:<{_KIND}}", "faint"), (name, "text"))
        items.append(PlaceItem(name, left, ((where, "dim"),)))
    return items


def place_text(place: Mapping[str, Any]) -> str:
    """``path:line``, as it is copied; of a file its path."""
    path, line = str(place.get("path")), place.get("line")
    return f"{path}:{line}" if line else path


def said_below(document: Mapping[str, Any]) -> Row:
    """What is to be said below the answer to `ShowPlaces`."""
    left, files = int(document.get("left") or 0), int(document.get("files") or 0)
    said = []
    if left:
        said.append(f"the code is being read: {files - left:,} of {count(files, 'file')} so far")
    if document.get("more"):
        said.append(f"{document['more']:,} more like it")
    if not document.get("places"):
        said.insert(0, "nothing like it" if not left else "nothing like it yet")
    return heading(" · ".join(said), "faint") if said else BLANK

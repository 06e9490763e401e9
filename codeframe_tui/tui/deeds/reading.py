"""Deeds for finding the way in a diff."""

from __future__ import annotations

from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.picker import Pickable, Picker
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.pages import PagedHunks
from codeframe_tui.tui.present.diff.symbols import MOST_LINES, symbols
from codeframe_tui.tui.present.rows import safe
from codeframe_tui.tui.present.words import size_spans

__all__ = ["jump", "jump_to_symbol"]

_SIGNS = {"create": ("+ ", "green"), "delete": ("- ", "red"), "modify": ("~ ", "violet")}
_CHANGES = {"+": ("+ ", "green"), "-": ("- ", "red"), "~": ("~ ", "violet")}


async def jump(desk: Desk) -> None:
    """Go to a file by a few letters of its path."""
    files = list(desk.diff.document["files"])
    seen = desk.diff.draft.seen
    items = [
        Pickable(
            safe(file["path"]),
            (
                _SIGNS.get(file["action"], ("? ", "amber")),
                (safe(file["path"]), "dim" if file["path"] in seen else "text"),
            ),
            tuple(size_spans(file)),
        )
        for file in files
    ]
    picked = await desk.ask(Picker("Go to a file", items, nothing="no file is changed"))
    if picked is not None:
        desk.diff.reach(Place(files[picked]["path"]), top=True)


async def jump_to_symbol(desk: Desk) -> None:
    """Go to a function or class that is added, removed or changed."""
    found = symbols(desk.diff.document["files"])
    items = [
        Pickable(
            f"{symbol.name} {safe(symbol.place.path)}",
            (_CHANGES[symbol.sign], (symbol.name, "text")),
            ((safe(symbol.place.path), "faint"),),
        )
        for symbol in found
    ]
    files = desk.diff.document["files"]
    cut = f", of the first {MOST_LINES:,} lines" if desk.diff.index.lines > MOST_LINES else ""
    if any(isinstance(file["hunks"], PagedHunks) for file in files):
        cut = ", as far as the text has come"
    nothing = "no line of this diff is in a function or class that it shows"
    picked = await desk.ask(Picker(f"Functions and classes{cut}", items, nothing=nothing))
    if picked is not None:
        desk.diff.reach(found[picked].place)

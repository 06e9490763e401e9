"""Deeds for finding the way in a diff."""

from __future__ import annotations

from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.picker import Pickable, Picker
from codeframe_tui.tui.present.comment_list import comment_items
from codeframe_tui.tui.present.diff.kinds import Place
from codeframe_tui.tui.present.diff.pages import PagedHunks
from codeframe_tui.tui.present.diff.symbols import MOST_LINES, symbols
from codeframe_tui.tui.present.files import size_spans
from codeframe_tui.tui.present.rows import safe
from codeframe_tui.tui.present.words import count

__all__ = ["jump", "jump_to_comment", "jump_to_symbol"]

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


async def jump_to_comment(desk: Desk) -> None:
    """All comments on what is shown; go to one."""
    review, shown = desk.state.review or {}, desk.state.diff or {}
    if not review or review.get("proposal") != shown.get("proposal"):
        desk.tell(("one moment, the comments are on their way", "dim"))
        return
    found = comment_items(review["comments"])
    unsent = sum(item.right[0][0] == "not sent" for item in found)
    items = [Pickable(item.text, item.left, item.right) for item in found]
    title = f"Comments · {count(len(found), 'comment')}, {unsent} not sent"
    picked = await desk.ask(Picker(title, items, nothing="nobody said anything yet"))
    if picked is not None and not desk.diff.reach_comment(found[picked].comment):
        desk.tell(("it does not stand in what is shown now", "dim"))

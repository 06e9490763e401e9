"""Deeds that find a file or definition of the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.core.commands import ChooseContext
from codeframe_tui.core.queries import ShowPlaces
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.deeds.editing import open_in_project
from codeframe_tui.tui.modals.places import PlacePicker
from codeframe_tui.tui.present.places import place_text
from codeframe_tui.tui.present.rows import safe

__all__ = ["copied", "find", "pick_to_pin"]


async def find(desk: Desk) -> None:
    """Open a place in the editor, copy it, or pin its file to the task in focus."""
    number = desk.number
    keys = {"ctrl+y": ("copy", "copy path:line")}
    if number:
        keys["tab"] = ("pin", f"pin to {number}")
    wish, place = await _pick(desk, "Go to a file, class or function", "open in editor", keys)
    if not place:
        return
    if wish == "copy":
        copied(desk, place_text(place))
    elif wish == "pin":
        await _pin(desk, str(place["path"]), number)
    else:
        await open_in_project(desk, str(place["path"]), int(place.get("line") or 0))


async def pick_to_pin(desk: Desk, number: str) -> None:
    """Pin a file to a task."""
    title = f"Pin a file to {number}"
    _, place = await _pick(desk, title, "pin it", {})
    if place:
        await _pin(desk, str(place["path"]), number)


def copied(desk: Desk, text: str) -> None:
    """Put a text where it can be pasted from, and say so."""
    desk.app.copy_to_clipboard(text)
    desk.tell(("copied ", "text"), (safe(text), "bold"))


async def _pick(
    desk: Desk, title: str, does: str, keys: Mapping[str, tuple[str, str]]
) -> tuple[str, Mapping[str, Any]]:
    """What is wished, and of which place; of an empty one when a person left."""
    asked = desk.feed.ask_quietly
    dialog = PlacePicker(title, lambda text: asked(ShowPlaces(text)), does=does, keys=keys)
    picked = await desk.ask(dialog)
    return dialog.wish, {} if picked is None else dialog.places[picked]


async def _pin(desk: Desk, path: str, number: str) -> None:
    held = await desk.submit(ChooseContext(path, "pinned", number))
    when = "its worker reads of it in a note" if held.get("told") else "its worker will be shown it"
    desk.tell(("pinned ", "text"), (safe(path), "bold"), (f" to {number}: {when}", "dim"))

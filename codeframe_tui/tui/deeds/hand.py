"""Deeds of a person's own hands: going on with a task in a copy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codeframe_tui.core.commands import FinishByHand, LayOver, LeaveHand, TakeInHand
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.queries import ShowHand
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.deeds.editing import in_editor, is_there
from codeframe_tui.tui.modals.sheet import Choice
from codeframe_tui.tui.present.editor import shell_of
from codeframe_tui.tui.present.hand import conflict_rows, hand_rows
from codeframe_tui.tui.present.rows import heading, safe
from codeframe_tui.tui.present.truths import until
from codeframe_tui.tui.programs import run_aside

__all__ = ["by_hand", "kept"]

_EDITOR, _SHELL = Choice("e", "editor", "editor"), Choice("s", "shell", "shell")
_COPY = Choice("y", "path", "copy")
_DONE = Choice("enter", "done", "done")
_THROW = Choice("x", "throw away", "throw")


async def by_hand(desk: Desk) -> None:
    """Go on with a blocked task in a copy, until it is done, thrown away or left for later."""
    asked = desk.state.question()
    number = str(asked.get("task") or "")
    if number:
        await desk.submit(TakeInHand(number))
        await _in_copy(desk, number, asked)


async def kept(desk: Desk) -> None:
    """Go back to the copy that a person has of the task under the cursor, whatever its state."""
    if desk.state.is_by_hand:
        await _in_copy(desk, desk.number, desk.state.row())
    else:
        desk.tell((f"you have no copy of {safe(desk.number)} in hand", "dim"))


async def _in_copy(desk: Desk, number: str, about: Mapping[str, Any]) -> None:
    while True:
        found = await desk.feed.query(ShowHand(number))
        path = str(found.get("path"))
        title = f"{safe(number)} {safe(about.get('title'))}".strip()
        match await _chosen(desk, number, found, title):
            case "copy":
                desk.app.copy_to_clipboard(path)
                desk.tell(("copied: ", "dim"), (safe(path), "text"))
            case "editor":
                await in_editor(desk, Path(path))
            case "shell":
                await _in_shell(desk, path)
            case "lay":
                await _laid_over(desk, number)
            case "done" if await _finished(desk, number):
                return
            case "throw" if await _thrown_away(desk, number):
                return
            case None:
                break
    said = (f"{number} stays in your hands: ", "text")
    desk.tell(said, (safe(path), "bold"), until=until("hand.ended", task=number))


async def _chosen(desk: Desk, number: str, found: Mapping[str, Any], title: str) -> str | None:
    here = is_there(Path(str(found.get("path"))))
    live = desk.state.live.get(number)
    rows = hand_rows(found, here=here, trouble=live.trouble if live else "")
    choices = [*((_EDITOR, _SHELL) if here else ()), _COPY]
    if found.get("waiting", True):
        lay = Choice("l", f"lay over attempt {safe(found.get('newest'))}", "lay")
        choices.append(lay if found.get("moved") else _DONE)
    return await desk.choose(f"{title} by hand", rows, *choices, _THROW)


async def _laid_over(desk: Desk, number: str) -> None:
    try:
        laid = await desk.submit(LayOver(number))
    except CodeframeError as error:
        desk.tell_why(error)
        return
    said = f"your copy of {number} stands on attempt {safe(laid.get('attempt'))} now"
    desk.tell(("✔ ", "green"), (said, "text"))
    if conflicts := laid.get("conflicts"):
        title = f"Attempt {safe(laid.get('attempt'))} and you changed the same"
        await desk.choose(title, conflict_rows(conflicts), Choice("enter", "seen", "seen"))


async def _in_shell(desk: Desk, path: str) -> None:
    shell = shell_of(os.environ, shutil.which)
    note = f"{safe(path)}\r\nSave as you like; exit brings you back to codeframe-tui."
    try:
        await run_aside(desk.app, [shell], folder=path, note=note)
    except OSError as error:
        desk.tell(("✘ ", "red"), (f"{safe(shell)} does not start: {safe(error.strerror)}", "text"))


async def _finished(desk: Desk, number: str) -> bool:
    try:
        made = await desk.submit(FinishByHand(number))
    except CodeframeError as error:
        desk.tell_why(error)
        return False
    said = f"{number} is resolved by hand: attempt {safe(made.get('attempt'))} is tested now"
    desk.tell(("✔ ", "green"), (said, "text"))
    if made.get("kept"):
        late = "; what you saved in the last moment is not in it and stays in "
        desk.tell(("! ", "amber"), (said + late, "text"), (safe(made["kept"]), "bold"))
    return True


async def _thrown_away(desk: Desk, number: str) -> bool:
    rows = [heading("The task and its question stay as they are.", "dim")]
    title = f"Throw away what you did for {number}?"
    if await desk.choose(title, rows, Choice("x", "throw it away", "yes")) is None:
        return False
    await desk.submit(LeaveHand(number))
    desk.tell((f"{number} is as it was before you took it in hand", "dim"))
    return True

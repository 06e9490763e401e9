"""Deeds of a person's own hands: editing a proposal, and going on with a task in a copy."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeframe_tui.core.commands import FinishByHand, LeaveHand, Revise, TakeInHand
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.queries import ShowFile, ShowHand
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.sheet import Choice
from codeframe_tui.tui.present.editor import NO_EDITOR, editor_argv, editor_of, shell_of
from codeframe_tui.tui.present.hand import hand_rows, kept_rows
from codeframe_tui.tui.present.rows import heading, safe
from codeframe_tui.tui.programs import run_aside

__all__ = ["by_hand", "edit", "open_file"]

_EDITOR, _SHELL = Choice("e", "editor", "editor"), Choice("s", "shell", "shell")
_COPY = Choice("y", "path", "copy")
_DONE = Choice("enter", "done", "done")
_THROW = Choice("x", "throw away", "throw")


@dataclass(frozen=True, slots=True)
class _Edit:
    """A file of a proposal on its way through an editor.

    Attributes:
        held: its text in the proposal.
        copy: where the editor has it.
    """

    number: str
    proposal: str
    path: str
    held: str
    copy: Path

    @classmethod
    def of(cls, number: str, path: str, found: Mapping[str, Any]) -> _Edit:
        """A copy that nobody else can read, named as the file is."""
        folder = tempfile.mkdtemp(prefix="codeframe-tui-edit-")
        copy, text = Path(folder, Path(path).name), str(found["text"])
        copy.write_bytes(text.encode())
        return cls(number, str(found["proposal"]), path, text, copy)

    def forget(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self.copy.parent, ignore_errors=True)


async def edit(desk: Desk) -> None:
    """Open the proposal's file in the editor; what is saved becomes a new attempt."""
    place, number = desk.diff.place, desk.number
    if place is None or not desk.state.decidable:
        desk.tell(("only a proposal that waits for you can be edited", "dim"))
        return
    path, line = place.path, desk.diff.index.line_number(desk.diff.cursor)
    found = await desk.feed.query(ShowFile(number, path))
    if found.get("proposal") != desk.diff.draft.proposal or desk.diff.draft.look:
        desk.tell(("there is a newer proposal: look at it first", "amber"))
        return
    if found.get("text") is None:
        desk.tell((f"the proposal deletes {safe(path)}: there is nothing to edit", "dim"))
        return
    work = _Edit.of(number, path, found)
    code = await _in_editor(desk, work.copy, line)
    text = None if code is None else _changed(desk, work, code)
    if text is None or await _send(desk, work, text):
        work.forget()


def _changed(desk: Desk, work: _Edit, code: int) -> str | None:
    """What was saved; None when there is nothing new, or nothing that can be used."""
    try:
        text = work.copy.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        desk.tell(("✘ ", "red"), (f"what was saved of {safe(work.path)} is no text", "text"))
        return None
    if text == work.held:
        said = "nothing was changed" if code == 0 else f"the editor ended with {code}"
        desk.tell((f"{said}: {safe(work.path)} stays as it was proposed", "dim"))
        return None
    return text


async def _send(desk: Desk, work: _Edit, text: str) -> bool:
    """Make an attempt of it; whether its copy is not needed any more. Nothing written is lost."""
    expect = work.proposal
    while True:
        try:
            made = await desk.submit(Revise(work.number, expect, ((work.path, text),)))
        except CodeframeError as error:
            why = error
        else:
            said = f"your edit is attempt {safe(made.get('attempt'))} of {work.number}"
            desk.tell(("✔ ", "green"), (said, "text"), (", it is tested like any other", "dim"))
            return True
        moved = why.code in {"stale_proposal", "nothing_to_review"}
        again = Choice("l", "lay it over the newest", "again") if moved else _AGAIN
        rows = kept_rows(why.message, why.hint, str(work.copy))
        title = f"Your edit of {safe(work.path)} is not taken"
        decision = await desk.choose(title, rows, again, _DROP)
        if decision is None:
            desk.tell(("your text is kept: ", "text"), (safe(work.copy), "bold"))
        if decision != "again":
            return decision == "drop"
        if moved:
            expect = await _newest(desk, work) or expect


_AGAIN = Choice("t", "try again", "again")
_DROP = Choice("x", "throw it away", "drop")


async def _newest(desk: Desk, work: _Edit) -> str:
    """Hash of the proposal that there is now; empty when it cannot be had."""
    try:
        return str((await desk.feed.query(ShowFile(work.number, work.path))).get("proposal") or "")
    except CodeframeError:
        return ""


async def open_file(desk: Desk) -> None:
    """Open the project's own file in the editor at the line, to look around in it."""
    place = desk.diff.place
    if place is None:
        return
    root = str((desk.state.overview or {}).get("path") or "")
    path = Path(root, place.path)
    if _is_there(path):
        await _in_editor(desk, path, desk.diff.index.line_number(desk.diff.cursor))
        return
    there = "not in the project yet" if _is_there(Path(root)) else "on the machine of the engine"
    desk.tell((f"{safe(place.path)} is {there}", "dim"))


def _is_there(path: Path) -> bool:
    """Whether a file or folder is on this machine, which one of no possible name is not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


async def _in_editor(desk: Desk, path: Path, line: int = 0) -> int | None:
    """Run the editor until it ends; None when there is none, which is told."""
    chosen = editor_of(os.environ, shutil.which)
    if not chosen:
        desk.tell(("✘ ", "red"), (NO_EDITOR, "text"))
        return None
    try:
        return await run_aside(desk.app, editor_argv(chosen, str(path), line))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "that is no command"
        said = f"the editor {safe(chosen)} does not start: {safe(why)} · see $VISUAL and $EDITOR"
        desk.tell(("✘ ", "red"), (said, "text"))
        return None


# -- a copy of one's own --------------------------------------------------------------------------


async def by_hand(desk: Desk) -> None:
    """Go on with a blocked task in a copy, until it is done, thrown away or left for later."""
    asked = desk.state.question()
    number = str(asked.get("task") or "")
    if not number:
        return
    path = str((await desk.submit(TakeInHand(number))).get("path"))
    while (choice := await _chosen(desk, number, asked)) is not None:
        match choice:
            case "copy":
                desk.app.copy_to_clipboard(path)
                desk.tell(("copied: ", "dim"), (safe(path), "text"))
            case "editor":
                await _in_editor(desk, Path(path))
            case "shell":
                await _in_shell(desk, path)
            case "done" if await _finished(desk, number):
                return
            case "throw" if await _thrown_away(desk, number):
                return
    desk.tell((f"{number} stays in your hands: ", "text"), (safe(path), "bold"))


async def _chosen(desk: Desk, number: str, asked: Mapping[str, Any]) -> str | None:
    found = await desk.feed.query(ShowHand(number))
    here = _is_there(Path(str(found.get("path"))))
    rows = hand_rows(found, here=here)
    choices = [*((_EDITOR, _SHELL) if here else ()), _COPY, _DONE, _THROW]
    title = f"{safe(number)} {safe(asked.get('title'))}".strip()
    return await desk.choose(f"{title} by hand", rows, *choices)


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
        desk.tell(("✘ ", "red"), (safe(error.message), "text"), (f" · {safe(error.hint)}", "dim"))
        return False
    said = f"{number} is resolved by hand: attempt {safe(made.get('attempt'))} is tested now"
    desk.tell(("✔ ", "green"), (said, "text"))
    return True


async def _thrown_away(desk: Desk, number: str) -> bool:
    rows = [heading("The task and its question stay as they are.", "dim")]
    title = f"Throw away what you did for {number}?"
    if await desk.choose(title, rows, Choice("x", "throw it away", "yes")) is None:
        return False
    await desk.submit(LeaveHand(number))
    desk.tell((f"{number} is as it was before you took it in hand", "dim"))
    return True

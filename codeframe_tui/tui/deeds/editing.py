"""Deeds with an editor: a proposal's file, and the project's own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeframe_tui.core.commands import Revise
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.hand import is_marked
from codeframe_tui.core.paths import check_path
from codeframe_tui.core.queries import ShowFile, ShowHand, ShowMerge
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.sheet import Choice
from codeframe_tui.tui.present.editor import NO_EDITOR, editor_argv, editor_of
from codeframe_tui.tui.present.hand import clash_rows, kept_rows
from codeframe_tui.tui.present.rows import Span, safe
from codeframe_tui.tui.programs import run_aside

__all__ = ["edit", "in_editor", "is_there", "open_file", "open_in_project"]

_AGAIN = Choice("t", "try again", "again")
_DROP = Choice("x", "throw it away", "drop")
_OPEN = Choice("e", "open it in the editor", "open")


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
        """A copy that nobody else can read, named as the file is. Raises: OSError, ValueError."""
        folder = tempfile.mkdtemp(prefix="codeframe-tui-edit-")
        copy, text = Path(folder, Path(path).name), str(found["text"])
        try:
            copy.write_bytes(text.encode())
        except (OSError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return cls(number, str(found["proposal"]), path, text, copy)

    @property
    def kept(self) -> Path:
        """Where the person's own text is, also while both sides of a conflict are in the copy."""
        mine = self._mine
        return mine if mine.exists() else self.copy

    @property
    def _mine(self) -> Path:
        return self.copy.with_name(f"yours-{self.copy.name}")

    def join(self, text: str, joined: str) -> None:
        """Replace the copy by what was joined, with the person's own text beside it.

        Raises: OSError; then `kept` has all of their text.
        """
        try:
            self._mine.write_bytes(text.encode())
        except OSError:
            self._mine.unlink(missing_ok=True)
            raise
        self.copy.write_bytes(joined.encode())

    def settle(self) -> None:
        """What is in the copy now is the person's own text."""
        self._mine.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self.copy.parent, ignore_errors=True)


async def edit(desk: Desk) -> None:
    """Open the proposal's file in the editor; what is saved becomes a new attempt.

    Of a copy that a person has in hand the copy's own file is opened.
    """
    place, number = desk.diff.place, desk.number
    if place is not None and desk.state.shows_copy:
        await _edit_copy(desk, place.path)
        return
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
    try:
        work = _Edit.of(number, path, found)
    except (OSError, ValueError) as error:  # a full disk, a name that no file here can have
        why = getattr(error, "strerror", None) or "no file here can have that name"
        desk.tell(("✘ ", "red"), (f"{safe(path)} cannot be opened: {safe(why)}", "text"))
        return
    code = await in_editor(desk, work.copy, line)
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


async def _edit_copy(desk: Desk, path: str) -> None:
    root = Path(str((await desk.feed.query(ShowHand(desk.number))).get("path")))
    if is_there(root / check_path(path)):
        await in_editor(desk, root / path, desk.diff.index.line_number(desk.diff.cursor))
    else:
        where = (
            "you deleted it" if is_there(root) else f"it is on the machine of the engine: {root}"
        )
        desk.tell((f"{safe(path)} cannot be opened: {safe(where)}", "dim"))


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
        trouble: list[Span] = []
        if decision == "again" and moved:
            try:
                joined = await _joined(desk, work, expect, text)
            except OSError as error:
                joined = None
                why_not = f"it cannot be joined: {safe(error.strerror)} · "
                trouble = [("✘ ", "red"), (why_not, "text")]
            decision = "again" if joined else None
            expect, text = joined or (expect, text)
        if decision is None:
            desk.tell(*trouble, ("your text is kept: ", "text"), (safe(work.kept), "bold"))
        if decision != "again":
            return decision == "drop"


async def _joined(desk: Desk, work: _Edit, since: str, text: str) -> tuple[str, str] | None:
    """The newest proposal's hash, and the text joined with what that has there.

    None when a person leaves the choice between lines that both changed for later. Raises: OSError.
    """
    try:
        found = await desk.feed.query(ShowMerge(work.number, since, work.path, text))
    except CodeframeError as error:
        desk.tell(("✘ ", "red"), (safe(error.message), "text"))
        return since, text
    newest, joined = str(found["proposal"]), str(found["text"])
    if not found.get("conflict"):
        work.join(text, joined)
        work.settle()
        return newest, joined
    if found["conflict"] != "text":
        said = f"attempt {found['attempt']} has {safe(work.path)} otherwise: yours takes its place"
        desk.tell((said, "amber"))
        return newest, text
    work.join(text, joined)
    title = f"Attempt {safe(found['attempt'])} changed the same lines"
    while is_marked(joined.split("\n")):
        rows = clash_rows(str(work.copy), str(work.kept))
        if await desk.choose(title, rows, _OPEN) is None:
            return None
        line = 1 + joined[: joined.index("<<<<<<< ")].count("\n")
        if await in_editor(desk, work.copy, line) is None:
            return None
        try:
            joined = work.copy.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            return None
    work.settle()
    return newest, joined


async def open_file(desk: Desk) -> None:
    """Open the project's own file in the editor at the line, to look around in it."""
    place = desk.diff.place
    if place is not None:
        line = desk.diff.index.line_number(desk.diff.cursor)
        await open_in_project(desk, place.path, line)


async def open_in_project(desk: Desk, path: str, line: int = 0) -> None:
    """Open a file of the project itself in the editor, at a line where one is known."""
    root = str((desk.state.overview or {}).get("path") or "")
    file = Path(root, check_path(path))
    if is_there(file):
        await in_editor(desk, file, line)
        return
    there = "not in the project now" if is_there(Path(root)) else "on the machine of the engine"
    desk.tell((f"{safe(path)} is {there}", "dim"))


def is_there(path: Path) -> bool:
    """Whether a file or folder is on this machine, which one of no possible name is not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


async def in_editor(desk: Desk, path: Path, line: int = 0) -> int | None:
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

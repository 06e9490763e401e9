"""Deeds for tasks of the queue."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from codeframe_tui.core.commands import (
    Cancel,
    EditTask,
    Hold,
    Note,
    Redo,
    Release,
    Retry,
    Undo,
)
from codeframe_tui.core.queries import ShowUndo
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.keymap import find
from codeframe_tui.tui.modals.sheet import Choice
from codeframe_tui.tui.modals.text import AskText
from codeframe_tui.tui.present.preview import is_possible, preview_rows
from codeframe_tui.tui.present.rows import heading, row, safe
from codeframe_tui.tui.present.state import works
from codeframe_tui.tui.present.truths import at_rest, until

__all__ = [
    "can",
    "cancel",
    "hold",
    "lower",
    "note",
    "open_",
    "raise_",
    "redo",
    "retry",
    "undo",
]


_LATER = "It is read when the task is worked on again."


async def open_(desk: Desk) -> None:
    """Go to what the task needs: its question, its change, or its timeline."""
    status = desk.state.row().get("status")
    question = desk.state.question_of(desk.number)
    if status == "blocked" and question:
        desk.cockpit.go("blockers")
        desk.cockpit.move("blockers", str(question.get("id")))
    else:
        desk.cockpit.go("diff")


async def raise_(desk: Desk) -> None:
    """One priority higher."""
    await _priority(desk, -1)


async def lower(desk: Desk) -> None:
    """One priority lower."""
    await _priority(desk, 1)


async def _priority(desk: Desk, step: int) -> None:
    if can(desk, "queue.raise"):
        priority = int(desk.state.row().get("priority", 2)) + step
        if 0 <= priority <= 4:
            await desk.submit(EditTask(desk.number, priority=priority))
            said = (f"{desk.number} has priority {priority}", "dim")
            desk.tell(said, until=until("task.status", task=desk.number))


async def hold(desk: Desk) -> None:
    """Hold a task back, or let it go."""
    if can(desk, "queue.hold"):
        held = desk.state.row().get("held")
        await desk.submit(Release(desk.number) if held else Hold(desk.number))


async def note(desk: Desk) -> None:
    """Write to the worker."""
    if not can(desk, "queue.note"):
        return
    number = desk.number
    works_now = desk.state.row(number).get("status") == "in_progress"
    told = "It joins the worker's next turn." if works_now else _LATER
    said = [heading(told, "dim")]
    title = f"Note to the worker of {number}"
    answer = await desk.ask_until_taken(
        lambda text, wrong: AskText(title, said, text=text or "", wrong=wrong),
        lambda text: Note(number, text),
    )
    if answer is not None:
        works_now = desk.state.row(number).get("status") == "in_progress"
        when = "at its next turn" if works_now else "when it is worked on again"
        said_so = (f"{number} will read it {when}", "text")
        desk.tell(("✔ ", "green"), said_so, until=at_rest(number, "note.told"))


async def retry(desk: Desk) -> None:
    """Send a task back to work with a hint."""
    if not can(desk, "queue.retry"):
        return
    number = desk.number
    said = [heading("What should it do differently? An empty hint just tries again.", "dim")]
    answer = await desk.ask_until_taken(
        lambda text, wrong: AskText(
            f"Retry {number}", said, text=text or "", optional=True, wrong=wrong
        ),
        lambda text: Retry(number, text),
    )
    if answer is not None:
        goes = (f"{number} goes back to work", "text")
        desk.tell(("✔ ", "green"), goes, until=at_rest(number))


async def cancel(desk: Desk) -> None:
    """End a task without its change."""
    if not can(desk, "queue.cancel"):
        return
    number, title = desk.number, safe(desk.state.row().get("title"))
    rows = [row(None, (title, "text")), heading("Your files stay as they are.", "dim")]
    if await desk.choose(f"Cancel {number}?", rows, Choice("enter", "cancel the task", "yes")):
        await desk.submit(Cancel(number))


async def undo(desk: Desk) -> None:
    """Take an applied change out of the real files."""
    if can(desk, "queue.undo"):
        await _after_preview(desk, Undo(desk.number), "undo")


async def redo(desk: Desk) -> None:
    """Bring an undone change back into the real files."""
    if can(desk, "queue.redo"):
        await _after_preview(desk, Redo(desk.number), "redo")


async def _after_preview(desk: Desk, wish: Undo | Redo, kind: Literal["undo", "redo"]) -> None:
    """Tell what would happen, and ask; there is nothing to ask where it would be refused."""
    found = await desk.feed.query(ShowUndo(wish.number, kind))
    rows, name = preview_rows(found), f"{kind.capitalize()} {wish.number}"
    if not is_possible(found):
        await desk.choose(f"{name} is not possible now", rows)
    elif await desk.choose(f"{name}?", rows, Choice("enter", kind, "yes")):
        await desk.submit(replace(wish, expect=found.get("decision", 0)))


def can(desk: Desk, action: str) -> bool:
    """Whether an action is for the task in focus; says so when it is not."""
    if works(action, desk.state):
        return True
    row_ = desk.state.row()
    status = safe(row_.get("status")).replace("_", " ")
    said = f"not for {desk.number}, which is {status}" if row_ else "no task is chosen"
    said = f"{find(action).label or 'priority'}: {said}"
    desk.tell((said, "dim"), until=until("task.status", task=desk.number))
    return False

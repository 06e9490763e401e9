"""The deed that shows and changes what waits for what."""

from __future__ import annotations

from codeframe_tui.core.queries import ShowDependencies
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.dependencies import DependenciesDialog
from codeframe_tui.tui.present.words import DECIDABLE

__all__ = ["show"]

_EDITABLE = {"pending", *DECIDABLE, "failed", "cancelled"}


async def show(desk: Desk) -> None:
    """What the task waits for and what waits for it."""
    if not desk.number:
        return
    found = await desk.feed.query(ShowDependencies(desk.number))
    status = (found.get("task") or {}).get("status")
    dialog = DependenciesDialog(
        found, ask=desk.feed.query, submit=desk.submit, editable=status in _EDITABLE
    )
    if (number := await desk.ask(dialog)) is not None:
        desk.focus_task(number)
        desk.cockpit.go("queue")

"""The deed that shows what happened to a task, and any of its attempts."""

from __future__ import annotations

from codeframe_tui.core.queries import ShowHistory
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.history import HistoryDialog
from codeframe_tui.tui.present.history import history_rows
from codeframe_tui.tui.present.rows import safe

__all__ = ["show"]


async def show(desk: Desk) -> None:
    """The story of the task; an attempt that is chosen stands in the diff until ``esc``."""
    number = desk.number
    if not number:
        return
    found = await desk.feed.query(ShowHistory(number))
    title = f"{safe(found.get('number'))} {safe(found.get('title'))}"
    attempt = await desk.ask(
        HistoryDialog(
            title,
            found,
            rows_of=lambda page: history_rows(page, now=desk.now()),
            more=lambda before: desk.feed.query(ShowHistory(number, before)),
        )
    )
    if attempt is not None:
        desk.look_at(None if attempt == desk.state.newest else attempt, None)
        desk.cockpit.go("diff")

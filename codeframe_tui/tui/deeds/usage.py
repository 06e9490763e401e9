"""The page of what was spent."""

from __future__ import annotations

from codeframe_tui.core.queries import ShowUsage
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.viewer import Viewer
from codeframe_tui.tui.present.rows import safe
from codeframe_tui.tui.present.usage import usage_rows

__all__ = ["show"]


async def show(desk: Desk) -> None:
    """Money and tokens, with the titles of the tasks that the queue has at hand."""
    document = await desk.feed.query(ShowUsage())
    groups = (desk.state.queue or {}).get("groups") or ()
    titles = {
        str(row["number"]): safe(row.get("title")) for group in groups for row in group["rows"]
    }
    width = Viewer.room(desk.app.size.width)
    await desk.ask(Viewer("Usage", usage_rows(document, titles, width)))

"""What is offered below a field: tasks by their number or words of their title."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from codeframe_tui.core.queries import Query, ShowQueue
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.widgets.lines import LineList

if TYPE_CHECKING:  # all ports at once would delay the first picture
    from codeframe_tui.ports import Document

__all__ = ["MOST_CHOICES", "Ask", "Choices", "tasks_like"]

Ask = Callable[[Query], Awaitable["Document"]]
"""Answers a question about other tasks and issues. Raises: CodeframeError."""
MOST_CHOICES = 4
"""Offered at once."""


class Choices(LineList, can_focus=False):
    """What is said below a field; rows with keys can be chosen."""

    def tone_at(self, index: int) -> str:
        """What enter takes stands out, though the keys go to the field above."""
        key = self.rows[index].key
        return "cursor" if key is not None and key == self.cursor else ""

    def offer(self, rows: Iterable[Row]) -> None:
        """Show rows; the first that can be chosen is, though it is only taken by enter."""
        shown = tuple(rows)
        self.set_class(not shown, "-empty")
        self.cursor = None
        self.set_rows(shown)
        if any(each.key is not None for each in shown):
            self.move_by(1)


async def tasks_like(ask: Ask, text: str, *, but: str | None) -> list[Mapping[str, Any]]:
    """Some tasks that fit a text, without one. Raises: CodeframeError."""
    found = await ask(ShowQueue(MOST_CHOICES + 1, filter=text))
    tasks = [task for group in found.get("groups", ()) for task in group.get("rows", ())]
    return [task for task in tasks if task.get("number") != but][:MOST_CHOICES]

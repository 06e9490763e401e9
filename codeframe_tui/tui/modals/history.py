"""Reading the story of a task."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.tui.keymap import bindings
from codeframe_tui.tui.modals.dialog import Dialog
from codeframe_tui.tui.present.history import item_rows
from codeframe_tui.tui.present.rows import Row
from codeframe_tui.tui.widgets.labels import Label
from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.tui.widgets.messages import EarlierAsked
from codeframe_tui.tui.widgets.paged import PagedList

__all__ = ["HistoryDialog"]


class _Story(PagedList):
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]


Page = Mapping[str, Any]
"""The answer to `ShowHistory`."""


class HistoryDialog(Dialog[int]):
    """Gives the attempt back that the person wants to look at.

    Args:
        title: whose story it is.
        page: its newest page.
        rows_of: makes rows of a story; their keys are the numbers of items.
        more: gives the page before an event. Raises: CodeframeError.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "look", show=False)]

    def __init__(
        self,
        title: str,
        page: Page,
        *,
        rows_of: Callable[[Page], Sequence[Row]],
        more: Callable[[int], Awaitable[Page]],
    ) -> None:
        super().__init__(title, [("enter", "look at the attempt"), ("j k", "move")])
        self._page = page
        self._rows_of = rows_of
        self._more = more

    def content(self) -> Iterable[Widget]:
        """The story, and all of what is under the cursor."""
        yield _Story(classes="dialog-page", id="story")
        yield Label(id="whole")

    def on_mount(self) -> None:
        """Begin at the newest attempt, else at the end."""
        super().on_mount()
        story = self._show()
        items = self._page.get("items") or ()
        attempts = [item for item in items if item.get("attempt")]
        if items:
            story.move_to(str((attempts or items)[-1]["seq"]), tell=False)
        self._tell()
        story.focus()

    def _show(self) -> _Story:
        story = self.query_one(_Story)
        self._items = {str(item["seq"]): item for item in self._page.get("items") or ()}
        story.earlier = bool(self._page.get("cut"))
        story.set_rows(self._rows_of(self._page))
        return story

    @on(EarlierAsked)
    def _earlier_asked(self, event: EarlierAsked) -> None:
        """Fetch what was before."""
        event.stop()
        self.run_worker(self._give_earlier(event.answered))

    async def _give_earlier(self, answered: Callable[[], None]) -> None:
        with suppress(CodeframeError):  # it stays as it is, and can be asked for again
            before = await self._more(int(self._page["first"]))
            kept = {name: before[name] for name in ("first", "cut")}
            self._page = {**self._page, **kept, "items": [*before["items"], *self._page["items"]]}
            self._show()
        answered()

    def action_look(self) -> None:
        """Look at the attempt under the cursor."""
        self.query_one(_Story).action_choose()

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Say all of it."""
        event.stop()
        self._tell()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Look at an attempt; other things are told already."""
        event.stop()
        attempt = self._items[event.key].get("attempt")
        if attempt:
            self.decide(int(attempt))

    def _tell(self) -> None:
        key = self.query_one(_Story).cursor
        rows = item_rows(self._items[key]) if key is not None else []
        self.query_one("#whole", Label).show(*rows)

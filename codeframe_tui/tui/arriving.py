"""Documents that come in parts: what is here is not sent again, and is put together here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from codeframe_tui.core import queries
from codeframe_tui.tui.feed import Feed
from codeframe_tui.tui.present.state import State

if TYPE_CHECKING:
    from codeframe_tui.ports import Document

__all__ = ["Arrivals"]


class Arrivals:
    """Asks for what is not here, and puts it to what is.

    Args:
        feed: is told what is wanted from now on.
        state: has the documents that are here.
    """

    def __init__(self, feed: Feed, state: State) -> None:
        self._feed = feed
        self._state = state

    def want_task(self, known: str | None = None) -> None:
        """Fetch the task in focus, with files and tests of the attempt that is shown.

        Args:
            known: what names those that are here: from now on they need not come again.
        """
        number = self._state.focus
        if number is None:
            self._feed.want("task", None)
            return
        shown = queries.ShowTask(number, whole=False, attempt=self._state.attempt_shown or None)
        if known is None:
            self._feed.want("task", shown)
        else:
            self._feed.steer("task", replace(shown, known=known))

    def want_activity(self) -> None:
        """Fetch what happened to the task in focus."""
        number = self._state.focus
        self._feed.want("activity", queries.ShowActivity(number) if number else None)

    def take(self, slot: str, document: Document) -> Document | None:
        """A document with all that is here of it; None when it is of no use, and asked for anew."""
        match slot:
            case "task":
                return self._task(document)
            case "activity":
                return self._activity(document)
            case _:
                return document

    def _task(self, document: Document) -> Document | None:
        from codeframe_tui.tui.present.tested import completed, stamp_of  # noqa: PLC0415 - as below

        whole = completed(document, self._state.task)
        if whole is None:
            self.want_task()
        elif whole["number"] == self._state.focus:
            self.want_task(stamp_of(whole))
        return None if whole is None else dict(whole)

    def _activity(self, document: Document) -> Document | None:
        from codeframe_tui.tui.present.pages import continued  # noqa: PLC0415 - as below

        whole = continued(document, self._state.activity)
        if whole is None:
            self.want_activity()
        elif whole.get("task") == self._state.focus:
            number = str(self._state.focus)
            self._feed.steer("activity", queries.ShowActivity(number, after=whole["last"]))
        return whole

    async def earlier(self) -> None:
        """Fetch what happened before the first of what is here. Raises: CodeframeError."""
        from codeframe_tui.tui.present.pages import preceded  # noqa: PLC0415 - not for the first picture

        here = self._state.activity or {}
        if not here.get("earlier"):
            return
        page = await self._feed.query(queries.ShowActivity(here["task"], before=here["first"]))
        self._state.activity = preceded(page, self._state.activity)

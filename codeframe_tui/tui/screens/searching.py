"""Searching and filtering: which pane it is about, its prompt, and what the footer tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.widget import Widget

from codeframe_tui.tui.screens.picture import Picture
from codeframe_tui.tui.widgets.messages import Narrowed
from codeframe_tui.tui.widgets.seeking import NO_HIT, Seekable

if TYPE_CHECKING:  # it loads when first used
    from codeframe_tui.tui.widgets.prompt import Prompt

__all__ = ["Searching"]


class Searching(Picture):
    """The cockpit as far as `/`, `n` and `N` go."""

    _prompt: Prompt | None = None

    def search(self, action: str) -> None:
        """Do ``search``, ``search_next`` or ``search_previous`` in the pane that has the keys."""
        pane = self._seeker()
        if pane is None:
            self.notice(("nothing to search here", "dim"))
        elif action == "search":
            self._open_prompt(pane)
        elif not pane.sought:
            self.notice(("nothing is searched yet: ", "dim"), (self._key("app.search"), "bold"))
        else:
            pane.seek_by(1 if action == "search_next" else -1)

    def end_search(self) -> bool:
        """Take hits and filter of this pane away; false when there is nothing of the kind."""
        pane = self._seeker()
        if pane is None or not pane.sought:
            return False
        pane.seek("")
        return True

    def end_narrowing(self) -> bool:
        """Show all files of the diff again; false when they are, or another pane has the keys."""
        diff = self.task_parts.diff
        if self.pane != "diff" or not diff.only:
            return False
        diff.narrow("")
        return True

    @on(Narrowed)
    def _narrowed(self) -> None:
        if self.ready:
            self.task_parts.draw_task()
            self.task_parts.draw_place()
            self.draw_found()

    def draw_found(self) -> None:
        """What came of the search in this pane, in the footer or beside the text."""
        pane = self._seeker()
        found = pane.found if pane else ""
        filters = pane is not None and pane.SEEKS == "filter"  # it has no hits
        narrowed = self.front == "diff" and self.ready and bool(self.task_parts.diff.only)
        self.state.filtered = narrowed or (filters and pane is not None and bool(pane.sought))
        self.state.found = "" if filters or found == NO_HIT else found
        if self._prompt is not None:
            self._prompt.tell(found)
        self.draw_footer()

    def _seeker(self) -> Seekable | None:
        for widget in (self.focused, self._parts[self.front]):
            if isinstance(widget, Seekable):
                return widget
        return None

    def _open_prompt(self, pane: Seekable) -> None:
        if self._prompt is None:
            from codeframe_tui.tui.widgets.prompt import Prompt  # noqa: PLC0415 - as above

            self._prompt = Prompt()
            self.mount(self._prompt)
        self._prompt.open(pane.SEEKS, pane.sought)

    def take_late(self, event: events.Key) -> None:
        """A key pressed right after `/` may be on its way to the pane, where it would mean more."""
        typing = self._prompt is not None and self._prompt.is_open and self.is_active
        if typing and self._prompt is not None and event.is_printable:
            event.prevent_default()
            self._prompt.type(event.character or "")

    def close_prompt(self) -> None:
        """Keys go to a pane again."""
        if self._prompt is not None:
            self._prompt.close()

    @on(Seekable.Sought)
    def _sought(self) -> None:
        if self.ready:
            self.draw_found()

    def on_prompt_changed(self, message: Prompt.Changed) -> None:
        """The pane goes by what is typed."""
        pane = self._seeker()
        if pane is not None and message.text != pane.sought:
            pane.seek(message.text)

    def on_prompt_stepped(self, message: Prompt.Stepped) -> None:
        """The next hit while typing."""
        if pane := self._seeker():
            pane.seek_by(message.step)

    def on_prompt_left(self, message: Prompt.Left) -> None:
        """Back to the pane, with what was found or without."""
        if not message.kept:
            self.end_search()
        pane = self._seeker()
        self.close_prompt()
        if isinstance(pane, Widget):
            self.set_focus(pane)

"""The one screen: what stands where, at every size."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.geometry import Size
from textual.message import Message

from codeframe_tui.tui.present.queue import SORTS
from codeframe_tui.tui.screens.arrangement import arranged
from codeframe_tui.tui.screens.searching import Searching
from codeframe_tui.tui.widgets import messages
from codeframe_tui.tui.widgets.areas import Area, Bench
from codeframe_tui.tui.widgets.lines import LineList, LineView
from codeframe_tui.tui.widgets.panes import PaneResized
from codeframe_tui.tui.widgets.queue import QueuePane

__all__ = ["PANES", "Cockpit"]

PANES = ("queue", "diff", "tests", "blockers", "activity")
"""The panes in the order of their number keys."""
NORMAL_COLUMNS, WIDE_COLUMNS = 100, 160
"""From where on panes stand beside each other, and files and evidence beside the diff."""
UNTIL_ROWS = 0.1
"""Seconds that the first rows may take before parts are loaded that they need not wait for."""


class Cockpit(Searching):
    """Queue and blockers, the task in focus, its evidence.

    Args:
        state: read whenever a part is drawn; the app changes it.
        now: the time in the person's time zone.
        chosen: a person's own keys: action -> keys.
    """

    AUTO_FOCUS = "#queue"
    _furnished = False

    class Begun(Message):
        """The first picture is there, and what it shows can be drawn."""

    class Ready(Message):
        """All parts are there and can be drawn."""

    def compose(self) -> ComposeResult:
        """The parts, top to bottom, left to right; what needs no engine is in the first picture."""
        self._fit(self.app.size)
        self.draw_header()
        self.draw_titles()
        self.draw_footer()
        yield from arranged(self._parts)

    def on_mount(self) -> None:
        """The parts are there after the first layout, not yet now."""
        self.call_after_refresh(self._composed)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """The first time all parts have just got their styles."""
        event.refresh_styles = self._begun

    def _composed(self) -> None:
        if not all(part.is_mounted for part in self._parts.values()):
            self.call_after_refresh(self._composed)
            return
        self._begun = True
        self.draw()
        self.post_message(self.Begun())
        self.set_timer(UNTIL_ROWS, self.furnish)

    async def furnish(self) -> None:
        """Bring the parts in that the first picture does without; once."""
        if self._furnished or not self.begun:
            return
        self._furnished = True
        made = self.task_parts
        await self.part("change", Bench).mount(*made.change)
        await self.part("proof", Area).mount(*made.evidence)
        self._complete = True
        self.draw()
        if self.focused in {None, self.part("queue", QueuePane)}:  # an early key may have gone on
            self._give_keys(self.pane)
        self.post_message(self.Ready())

    def _fit(self, size: Size) -> None:
        """Not by Textual's breakpoints: they come after the first picture, and cost another."""
        self.set_class(size.width < NORMAL_COLUMNS, "-narrow")
        self.set_class(size.width >= WIDE_COLUMNS, "-wide")
        self._leave_alone()

    def _leave_alone(self) -> None:
        """Give one pane the whole screen where there is no room for more, or a person wants it."""
        self.set_class(bool({"-narrow", "-full"} & self.classes), "-alone")

    def on_resize(self, event: events.Resize) -> None:
        """What stands where depends on the size, and so do rows."""
        self._fit(event.size)
        if self.begun:
            self.call_after_refresh(self.draw)

    @on(PaneResized)
    def _pane_resized(self) -> None:
        if self.begun:
            self.draw()

    # -- panes ----------------------------------------------------------------------------------

    def go(self, pane: str) -> None:
        """Bring a pane to the front and give it the keys."""
        self.pane = pane
        if pane in {"tests", "activity"}:
            proof = self.part("proof", Area)
            proof.set_class(pane == "tests", "-tests")
            proof.set_class(pane == "activity", "-activity")
            proof.remove_class("-log")
        self._mark_pane()
        self._give_keys(pane)
        self.call_after_refresh(self.draw)

    def _give_keys(self, name: str) -> None:
        """Focus a list at once, so that the next key is for it; a hidden one when it is shown."""
        pane = self.part(name, LineView)
        if pane.focusable:
            self.set_focus(pane)
        else:
            pane.focus()

    def go_by(self, steps: int) -> None:
        """The pane after or before this one."""
        self.go(PANES[(PANES.index(self.pane) + steps) % len(PANES)])

    def toggle_log(self) -> None:
        """Raw output of the test program in the place of the tests, or back."""
        proof = self.part("proof", Area)
        raw = not proof.has_class("-log")
        self.go("tests")
        proof.set_class(raw, "-log")
        proof.set_class(not raw, "-tests")
        self.task_parts.draw_tests()
        self._give_keys("log" if raw else "tests")

    def toggle_full(self) -> None:
        """One pane on the whole screen, or all of them."""
        self.toggle_class("-full")
        self._leave_alone()
        self.call_after_refresh(self.draw)

    def at_once(self, action: str) -> bool:
        """Do an action that only changes what is shown; false when it is not one."""
        place, _, name = action.partition(".")
        if name.startswith("pane_"):
            self.notice()  # it may name a key that does something else there
            self.go(name.removeprefix("pane_"))
        elif place == "app" and name in {"next_pane", "previous_pane"}:
            self.notice()
            self.go_by(1 if name == "next_pane" else -1)
        elif action in {"app.full", "app.back", "tests.failures", "tests.log"}:
            getattr(self, f"toggle_{name}", self.back)()
        elif action == "queue.sort":
            self.sort_queue()
        elif action == "tests.copy":
            self.copy_test()
        elif action == "tests.output" and self.task_parts.at_unchanged:
            self.toggle_unchanged()
        elif place == "app" and name.startswith("search"):
            self.search(name)
        else:
            return False
        return True

    def sort_queue(self) -> None:
        """The next order of the queue."""
        orders = list(SORTS)
        self.state.sort = orders[(orders.index(self.state.sort) + 1) % len(orders)]
        self.notice(("the queue: ", "dim"), (SORTS[self.state.sort], "text"))
        self.part("queue", QueuePane).post_message(QueuePane.Looked())

    def toggle_failures(self) -> None:
        """Failing tests only, or all."""
        self.state.failures = not self.state.failures
        self.task_parts.draw_tests()
        self.draw_footer()

    def copy_test(self) -> None:
        """The id of the test under the cursor, or what is in sight of the raw log."""
        text = self.task_parts.text_to_copy()
        if text:
            self.app.copy_to_clipboard(text)
            self.notice(("copied", "dim"))

    def toggle_unchanged(self) -> None:
        """List the tests about which nothing is to say, or fold them to one row again."""
        self.state.unfolded = not self.state.unfolded
        self.task_parts.draw_tests()

    def back(self) -> None:
        """Leave the selection, the range, the search, the full screen, the pane: one at a time.

        A notice goes along: it comes unasked, and must not take the key from what a person means.
        """
        self.notice()
        if self.selections:
            self.clear_selection()
        elif self.task_parts.diff.leave_range() or self.end_search() or self.end_narrowing():
            pass
        elif self.pane == "diff" and self.state.reading:
            self.post_message(messages.ProposalAsked())
        elif self.has_class("-full"):
            self.toggle_full()
        else:
            self.go("queue")

    def move(self, pane: str, key: str) -> None:
        """Put the cursor of a list on a row."""
        self.part(pane, LineList).move_to(key)

    def cursor_of(self, pane: str) -> str | None:
        """Key of the row under the cursor of a list."""
        return self.part(pane, LineList).cursor

    def on_descendant_focus(self) -> None:
        """A click or tab may have moved the keys to another pane."""
        if not self.ready:
            return
        focused = self.focused.id if self.focused else None
        if focused == "sought":
            return
        self.close_prompt()
        pane = "tests" if focused == "log" else focused
        if pane in PANES and pane != self.pane:
            self.pane = pane
            self._mark_pane()
        self.draw_titles()
        self.draw_found()

    def _mark_pane(self) -> None:
        for name in PANES:
            self.set_class(name == self.pane, f"-at-{name}")

"""What each part of the cockpit shows, drawn from the state whenever the app says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from textual import on
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from codeframe_tui.tui.keymap import find, key_names, keys_at
from codeframe_tui.tui.present.activity import money_spans
from codeframe_tui.tui.present.blockers import blocker_rows, open_count
from codeframe_tui.tui.present.countdown import time_left
from codeframe_tui.tui.present.footer import Offer, footer_row, label_of
from codeframe_tui.tui.present.header import banner_rows, header_row, slow_words
from codeframe_tui.tui.present.queue import queue_rows, queue_title, unknown_rows
from codeframe_tui.tui.present.rows import Row, Span, row
from codeframe_tui.tui.present.state import State, works
from codeframe_tui.tui.present.tests import proof_title
from codeframe_tui.tui.screens.arrangement import parts
from codeframe_tui.tui.stylesheets import stylesheets
from codeframe_tui.tui.widgets import messages
from codeframe_tui.tui.widgets.areas import Area, Surface
from codeframe_tui.tui.widgets.labels import Footer, Label
from codeframe_tui.tui.widgets.panes import BlockersPane
from codeframe_tui.tui.widgets.queue import QueuePane
from codeframe_tui.tui.widgets.seeking import Seekable

if TYPE_CHECKING:  # they load when first needed
    from codeframe_tui.core.events import Event
    from codeframe_tui.tui.present.truths import Ends
    from codeframe_tui.tui.screens.task_parts import TaskParts

__all__ = ["Picture"]

NOTICE_SECONDS = 20.0
"""How long the line above the footer stays."""
TALL_ROWS = 30
"""From where on rows are spent on space between groups."""
W = TypeVar("W", bound=Widget)

_LEAD = ("app.search_next", "app.back", "diff.whitespace")
"""Keys that stand first: they are shown only while there is something to go on with or to end."""


class Picture(Screen[None], Surface):
    """The parts and their looks; what stands where, and who has the keys, is `Cockpit`'s.

    Args:
        state: read whenever a part is drawn; the app changes it.
        now: the time in the person's time zone.
        chosen: a person's own keys: action -> keys.
    """

    def __init__(
        self, state: State, *, now: Callable[[], datetime], chosen: Mapping[str, str]
    ) -> None:
        super().__init__(classes="-at-queue")
        self.state = state
        self._now = now
        self._chosen = chosen
        self.pane = "queue"
        self._parts: dict[str, Widget] = parts()
        self._begun = self._complete = False
        self._task_parts: TaskParts | None = None
        self._notice_ends: Timer | None = None
        self._noticed: tuple[Span, ...] = ()
        self._aside: tuple[Span, ...] = ()
        self._truth: Ends | None = None

    @property
    def begun(self) -> bool:
        """Whether the first picture is there: not before its layout, not while the app ends."""
        return self._begun and self.app.is_running

    @property
    def ready(self) -> bool:
        """Whether all parts are there."""
        return self._complete and self.app.is_running

    @property
    def task_parts(self) -> TaskParts:
        """The parts about the task in focus; they load when first needed."""
        if self._task_parts is None:
            from codeframe_tui.tui.screens.task_parts import TaskParts  # noqa: PLC0415 - as above

            self._task_parts = made = TaskParts(self.state, now=self._now, frame=self)
            self.app.stylesheet.read_all(stylesheets("diff"))
            made.diff.fold_key = self._key("diff.fold")
            self._parts |= {str(part.id): part for part in (*made.change, *made.evidence)}
        return self._task_parts

    @property
    def _columns(self) -> int:
        return self.size.width or self.app.size.width  # the screen's own comes with its layout

    @property
    def front(self) -> str:
        """Id of the part that stands in the pane: the tests give their place to the raw log."""
        raw = self.pane == "tests" and self.part("proof", Area).has_class("-log")
        return "log" if raw else self.pane

    def part(self, name: str, kind: type[W]) -> W:
        """A part by its id, also before it is mounted."""
        if name not in self._parts:
            _ = self.task_parts
        part = self._parts[name]
        assert isinstance(part, kind)
        return part

    # -- drawing --------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw everything from the state."""
        self.draw_header()
        self.draw_queue()
        self.draw_blockers()
        self.draw_titles()
        self.draw_footer()
        if self.ready:
            self.task_parts.draw()

    def draw_header(self) -> None:
        """The top line and the banner."""
        header = self.part("header", Label)
        width, now = max(self._columns - 2, 1), self._now()
        left = {number: time_left(data, now) for number, data in self.state.waits.items()}
        slow = slow_words(self.state.slow, now)
        overview, lost, indexed = self.state.overview, self.state.lost, self.state.indexed
        row = header_row(overview, width=width, lost=lost, left=left, slow=slow, indexed=indexed)
        header.show(row)
        banner = banner_rows(self.state.overview, refused=self.state.refused, width=width)
        self.part("banner", Label).show(*banner)

    def draw_engine(self) -> None:
        """What depends on whether there is an engine."""
        self.draw_header()
        self.draw_queue()
        self.draw_footer()

    def draw_queue(self) -> None:
        """The queue with the running times."""
        pane = self.part("queue", QueuePane)
        height = self.size.height
        room = 0 if height >= TALL_ROWS else height - 6
        width, now, waits = pane.line_width, self._now(), self.state.waits
        if self.state.queue is None and self.state.lost:
            pane.set_rows(unknown_rows())
        else:
            known = queue_rows(self.state.queue, width=width, now=now, room=room, waits=waits)
            pane.set_rows(known)
        self.draw_titles()

    def draw_blockers(self) -> None:
        """The inbox."""
        pane = self.part("blockers", BlockersPane)
        chosen = self.state.blocker if self.pane == "blockers" else None
        pane.set_rows(
            blocker_rows(
                self.state.blockers,
                width=pane.line_width,
                now=self._now(),
                chosen=chosen,
                task=self.state.task,
            )
        )
        self.draw_titles()

    def draw_titles(self) -> None:
        """Titles of panes; the one with the keys stands out."""
        title = self.part("queue-title", Label)
        known = queue_title(self.state.queue, width=max(title.line_width - 8, 8))
        title.show(row(None, ("QUEUE", self._weight("queue")), right=known))
        asks = open_count(self.state.blockers)
        right: list[Span] = [(str(asks), "amber"), (" open", "faint")] if asks else []
        self.part("blockers-title", Label).show(
            row(None, ("BLOCKERS", self._weight("blockers")), right=right)
        )
        self.draw_proof_title()

    @on(messages.Scrolled)
    def _scrolled(self) -> None:
        self.task_parts.draw_place()

    @on(messages.TestsFiltered)
    def _filtered(self) -> None:
        self.task_parts.draw_tests()
        self.post_message(Seekable.Sought())

    @on(messages.LogMoved)
    def draw_proof_title(self) -> None:
        """The tabs, and the verdict as a sentence."""
        self.part("proof-title", Label).show(*self._proof_title())

    def _proof_title(self) -> list[Row]:
        proof = self.part("proof", Area)
        shown = "activity" if proof.has_class("-activity") else "tests"
        tabs: list[Span] = []
        for name in ("tests", "activity"):
            if name == shown:
                tabs.append((name.upper(), f"{self._weight(name)} @app.pane_{name}"))
            else:
                tabs.append((name, f"faint @app.pane_{name}"))
            tabs.append((" ", ""))
        if proof.has_class("-log"):
            tabs += [("raw log", "dim"), *self.task_parts.log.where, (" ", "")]
        if shown == "activity":
            return [row(None, *tabs, right=money_spans(self.state.activity))]
        verdict = self._task_parts.verdict() if self._task_parts else []
        width = self.part("proof-title", Label).line_width
        return proof_title(tabs, verdict, width=width)

    def _weight(self, pane: str) -> str:
        return "bold" if pane == self.pane else "dim"

    def draw_footer(self) -> None:
        """The keys that work here."""
        state = self.state
        if self._task_parts is not None:
            self._task_parts.tell_why_empty()
        keys = [key for key in (*keys_at(self.pane), *keys_at("app")) if key.label]
        keys.sort(key=lambda key: key.action not in _LEAD)
        offers = [
            Offer(key.action, self._key(key.action), label)
            for key in keys
            if key.action != "app.help" and works(key.action, state)
            if (label := label_of(key.action, key.label, state))
        ]
        line = footer_row(
            offers,
            Offer("app.palette", self._key("app.palette"), "all"),
            width=max(self._columns - 2, 1),
            always=[Offer("app.help", self._key("app.help"), "help")],
        )
        self.part("footer", Footer).show(line)

    def notice(self, *spans: Span, until: Ends | None = None) -> None:
        """One line above the footer for a while; nothing takes it away at once.

        Args:
            spans: what it says.
            until: what ends its truth, and takes it away before its time.
        """
        self._truth = until
        if self._notice_ends is not None:
            self._notice_ends.stop()
            self._notice_ends = None
        self._noticed = spans
        if self.begun:
            self.part("notice", Label).show(*([row(None, *spans)] if spans else []))
            if spans:
                self._notice_ends = self.set_timer(NOTICE_SECONDS, self.notice)

    def on_diff_rows_cursor_moved(self) -> None:
        """The file list shows the file under the cursor."""
        self.task_parts.draw_files()

    def heard(self, event: Event) -> None:
        """A line that an event makes untrue goes."""
        if self._truth is not None and self._truth(event):
            self.notice()

    def aside(self, *spans: Span, until: Ends | None = None) -> None:
        """A notice of something that stands elsewhere too: it takes the line from no other one."""
        if not self._noticed or self._noticed == self._aside:
            self._aside = spans
            self.notice(*spans, until=until)

    def _key(self, action: str) -> str:
        keys: Any = self._chosen.get(action) or find(action).keys
        return key_names(str(keys).split(",")[0])

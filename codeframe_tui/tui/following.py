"""What the engine tells: documents, events and signals become state, and the parts are drawn."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual import on
from textual.app import App

from codeframe_tui.core import queries
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import Event
from codeframe_tui.core.hand import COPY
from codeframe_tui.core.queries.board import ShowBlockers, ShowQueue, Sort
from codeframe_tui.tui import later
from codeframe_tui.tui.arriving import Arrivals
from codeframe_tui.tui.feed import SLOTS, Connect, Feed
from codeframe_tui.tui.keymap import key_names
from codeframe_tui.tui.messages import (
    Arrived,
    EngineFound,
    EngineLost,
    Happened,
    Missing,
    Slow,
    Streamed,
)
from codeframe_tui.tui.present.news import news
from codeframe_tui.tui.present.queue import first_key
from codeframe_tui.tui.present.rows import Span, safe
from codeframe_tui.tui.present.state import State
from codeframe_tui.tui.present.windows import is_task
from codeframe_tui.tui.present.words import ENDED
from codeframe_tui.tui.screens.cockpit import Cockpit
from codeframe_tui.tui.supplier import Supplier
from codeframe_tui.tui.waiting import SLOW
from codeframe_tui.tui.widgets import messages
from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.tui.widgets.queue import QueuePane

if TYPE_CHECKING:
    from codeframe_tui.tui.present.truths import Ends

__all__ = ["Follower"]

ROWS = 100
"""Rows of each group that are asked for before it is known which are in sight."""
_FIRST = ("overview", "blockers", "queue")
"""Documents of the first picture: they are shown before all parts are there."""
_TOLD = (("undo", "u"), ("retry", "t"))
"""Keys of the queue that a line above the footer names."""

ROOM = 10_000
"""Lines of a diff that come at once; those after them when they are looked at."""


_SETTLING = frozenset({"proposal.recorded", "task.status", "hand.ended"})
"""Events after which nothing is being written for a task any more."""


class Follower(App[int]):
    """The half of the app that listens.

    Args:
        connect: gives a service; called again whenever the engine is gone.
        now: the time, aware, in the person's time zone.
        chosen: a person's own keys: action -> keys.
    """

    def __init__(
        self, connect: Connect, *, now: Callable[[], datetime], chosen: Mapping[str, str]
    ) -> None:
        # without colours Textual would make greys of them, unless they are the terminal's own
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.now = now
        self.state = State()
        self.feed = Feed(connect, self.post_message)
        self.arrivals = Arrivals(self.feed, self.state)
        self._chosen, self._key_problems = _checked(chosen)
        self.cockpit = Cockpit(self.state, now=now, chosen=self._chosen)
        self._engines = 0
        self._supplier: Supplier | None = None
        keys = {name: self._chosen.get(f"queue.{name}", key) for name, key in _TOLD}
        self._key_of = {name: key_names(each) for name, each in keys.items()}

    def listen(self) -> None:
        """Begin; documents come whether the parts can be drawn yet or not."""
        self.feed.want("queue", ShowQueue(ROWS))
        self.feed.want("blockers", ShowBlockers())
        self.run_worker(self.feed.run(), group="feed")

    def tell(self, *spans: Span, until: Ends | None = None) -> None:
        """Say one line above the footer, for a while; at most until an event makes it untrue."""
        self.cockpit.notice(*spans, until=until)

    # -- what the feed tells --------------------------------------------------------------------

    @on(Arrived)
    def _arrived(self, message: Arrived) -> None:
        document = message.document
        if message.slot in {"diff", "copy"}:
            document = self.cockpit.task_parts.opened(message.slot, document)
        elif (whole := self.arrivals.take(message.slot, document)) is not None:
            document = whole
        else:
            return
        setattr(self.state, message.slot, document)
        if self.cockpit.ready or (self.cockpit.begun and message.slot in _FIRST):
            self._show(message.slot)

    @on(Cockpit.Begun)
    def _cockpit_begun(self) -> None:
        self._show_all(_FIRST)

    @on(Cockpit.Ready)
    def _cockpit_ready(self) -> None:
        if not gc.isenabled():  # off since the start; all that is there by now stays
            gc.freeze()
            gc.enable()
        self._supplier = Supplier(self.feed.query, self.cockpit.task_parts.diff)
        self.run_worker(self._supplier.run(), group="supplier")
        self.run_worker(later.begin(self.feed.ask_quietly), group="later")
        self._show_all(SLOTS)
        if self._key_problems:
            more = len(self._key_problems) - 1
            rest = f" · {more} more: codeframe-tui config" if more else ""
            self.tell((safe(self._key_problems[0]), "amber"), (rest, "dim"))

    def _show_all(self, slots: Iterable[str]) -> None:
        for slot in slots:
            if getattr(self.state, slot) is not None:
                self._show(slot)

    def _show(self, slot: str) -> None:
        """Draw what depends on a document."""
        match slot:
            case "overview":
                self.cockpit.draw_header()
            case "queue":
                self._follow_queue()
            case "blockers":
                self.cockpit.draw_blockers()
            case "task":
                self._follow_task()
            case "base":
                self.cockpit.task_parts.draw_writing()
            case "diff" | "copy":
                self.cockpit.task_parts.draw_diff()
                self.cockpit.task_parts.draw_task()
            case "review":
                self.cockpit.task_parts.draw_review()
            case _:
                self.cockpit.task_parts.draw_activity()
        self.cockpit.draw_footer()

    def want_change(self) -> None:
        """Fetch the change that the diff is to show, and what was said about it."""
        number, state = self.state.focus, self.state
        there = bool(number and (state.task or {}).get("attempts"))
        attempt = state.attempt_shown or None
        shown = queries.ShowDiff(str(number), attempt, state.since, ROOM, state.space)
        self.feed.want("diff", shown if there else None)
        self.feed.want("review", queries.ShowReview(str(number), attempt) if there else None)
        copy = queries.ShowDiff(str(number), COPY, None, ROOM, state.space)
        self.feed.want("copy", copy if number and state.is_by_hand else None)
        if state.copy is not None and (not state.is_by_hand or state.copy["task"] != number):
            state.copy = None
            self.cockpit.task_parts.draw_diff()

    def _follow_task(self) -> None:
        """Show the task in focus, and fetch its change when it has one."""
        number = self.state.focus
        task = self.state.task or {}
        attempts = task.get("attempts")
        running = bool(task.get("testing"))
        if number and task.get("number") == number and (running or number in self.state.live):
            self._follow_again(number, on=running)
        self.want_change()
        if not attempts and self.state.diff is not None:
            self.state.diff = None
            self.cockpit.task_parts.draw_diff()
        self.cockpit.task_parts.draw_writing()
        self.cockpit.task_parts.draw_task()
        self.cockpit.task_parts.draw_tests()
        self.cockpit.draw_blockers()

    @on(Missing)
    def _missing(self, message: Missing) -> None:
        if isinstance(message.query, queries.ShowBase):  # then all of the file counts as new
            lost = {"task": message.query.number, "path": message.query.path, "text": None}
            self.post_message(Arrived("base", message.query, lost))
            return
        if message.slot in {"task", "diff", "copy", "review", "activity"} and self.cockpit.ready:
            setattr(self.state, message.slot, None)
            self.cockpit.task_parts.draw_diff()
            self.cockpit.draw()
        if message.error.code not in {"not_found", "not_in_hand"}:
            self.tell(("✘ ", "red"), (safe(message.error.message), "text"))

    @on(messages.Scrolled)
    def _diff_scrolled(self) -> None:
        if self._supplier is not None:
            self._supplier.wake()

    @on(messages.EarlierAsked)
    def _earlier_asked(self, message: messages.EarlierAsked) -> None:
        self.run_worker(self._give_earlier(message.answered), group="earlier")

    async def _give_earlier(self, answered: Callable[[], None]) -> None:
        """What happened before what is here."""
        try:
            await self.arrivals.earlier()
            self.cockpit.task_parts.draw_activity()
        except CodeframeError as error:
            self.tell(("✘ ", "red"), (safe(error.message), "text"))
        finally:
            answered()

    @on(Happened)
    def _happened(self, message: Happened) -> None:
        event = message.event
        self._follow_event(event)
        said = news(event, **self._key_of)
        self.cockpit.heard(event)
        if not said:
            return
        from codeframe_tui.tui.present.truths import truth_of  # noqa: PLC0415 - when something is said

        tell = self.cockpit.aside if event.type == "blocker.opened" else self.tell
        tell(*said, until=truth_of(event))

    def _follow_event(self, event: Event) -> None:
        if event.task is None:
            return
        if event.type == "task.status":
            self.state.ended.discard(event.task)
        if event.type == "task.status" and event.data.get("to") in ENDED:
            self.state.live.pop(event.task, None)
            self.state.ended.add(event.task)  # its last signals may still be on their way
        elif event.type in {"verification.started", "turn.recorded"}:
            live = self.state.hear(event.task)
            live.begin()
            if event.type == "turn.recorded":
                live.store(int(event.data.get("turn", -1)))
        elif event.type == "tool.ended" and event.task in self.state.live:
            self.state.live[event.task].rest()
        elif event.type in {"tests.started", "tests.ended"}:
            self._follow_again(event.task, on=event.type == "tests.started")
        elif event.type in _SETTLING and event.task in self.state.live:
            self.state.live[event.task].settle()

    def _follow_again(self, number: str, *, on: bool) -> None:
        """Tests of a task run again, or do not any more; also of one that has ended."""
        live = self.state.hear(number)
        if on:
            self.state.ended.discard(number)
        elif live.again and self.state.row(number).get("status") in ENDED:
            self.state.ended.add(number)
        live.repeat(on=on)

    @on(Streamed)
    def _streamed(self, message: Streamed) -> None:
        if self.state.hear_index(message.signals) and self.cockpit.begun:
            self.cockpit.draw_header()
        shown = False
        for signal in message.signals:
            if signal.task is not None and signal.task not in self.state.ended:
                live = self.state.hear(signal.task)
                before = live.trouble
                live.take(signal)
                if live.trouble not in {"", before}:
                    said = f"{safe(signal.task)}: {safe(live.trouble)}"
                    self.tell(("! ", "amber"), (said, "text"))
                shown = shown or signal.task == self.state.focus
        if not shown or not self.cockpit.ready:
            return
        self.cockpit.task_parts.draw_tests()
        if self.cockpit.pane == "activity":
            self.cockpit.task_parts.draw_activity()
        if any(signal.kind == "file" for signal in message.signals):
            if self.state.task is not None and self.state.writing is not None:
                number, path = str(self.state.task.get("number")), self.state.writing[0]
                self.feed.want("base", queries.ShowBase(number, path))
            self.cockpit.task_parts.draw_writing()

    @on(EngineLost)
    def _engine_lost(self, message: EngineLost) -> None:
        why = safe(message.why)  # of an engine that may be another machine's
        self.state.lost = "no engine" if message.final else why
        self.state.refused = why if message.final else ""
        if self.cockpit.begun:
            self.cockpit.draw_engine()

    @on(Slow)
    def _slow(self, message: Slow) -> None:
        since = self.now() - timedelta(seconds=SLOW)
        self.state.slow = (message.what, since) if message.what else None
        if self.cockpit.begun:
            self.cockpit.draw_header()

    @on(EngineFound)
    def _engine_found(self, message: EngineFound) -> None:
        self.state.lost, self.state.refused, self.state.indexed = "", "", (0, 0)
        self.state.overview = message.overview
        self._engines += 1
        self._diff_scrolled()
        if not self.cockpit.begun:
            return
        self.cockpit.draw_header()
        if self._engines > 1:
            key = key_names(self._chosen.get("app.workers", "P"))
            starts: list[Span] = [(key, "bold"), (" starts the workers", "dim")]
            said = "the engine was started again, nothing is lost  "
            from codeframe_tui.tui.present.truths import until  # noqa: PLC0415 - seldom happens

            paused = starts if message.overview.get("paused") else ()
            self.tell((said, "text"), *paused, until=until("workers.changed"))

    # -- the task in focus ----------------------------------------------------------------------

    def focus_task(self, number: str | None) -> None:
        """Make diff, tests and activity be about a task."""
        if number == self.state.focus or not self.cockpit.begun:
            return
        self.state.focus = number
        self.state.attempt_shown = self.state.since = self.state.review = None
        self.state.space = True
        self.feed.focus(number)
        self.arrivals.want_task()
        self.arrivals.want_activity()
        for slot in ("diff", "copy", "review"):
            self.feed.want(slot, None)
        self.cockpit.task_parts.diff.reviewable = self.state.reviewable
        self.cockpit.part("queue", QueuePane).bring(number)
        self._look()
        self.cockpit.task_parts.activity.move_to(None, tell=False)
        self.cockpit.draw_footer()

    def _follow_queue(self) -> None:
        """Show the queue; the cursor's task is the focus, at first the most urgent one."""
        self.cockpit.draw_queue()
        queue = self.cockpit.part("queue", QueuePane)
        if queue.cursor is None and queue.wanted is None:
            queue.move_to(first_key(self.state.queue or {}), tell=False)
        if not self.cockpit.ready:  # first the rows, then what else there is of a task
            self.cockpit.call_after_refresh(self.cockpit.furnish)
            return
        if self.state.focus is None:
            self.focus_task(queue.number)
        self._look()
        self.cockpit.task_parts.draw_writing()
        self.cockpit.task_parts.draw_task()
        if self.state.focus is None:
            self.cockpit.task_parts.draw_tests()
            self.cockpit.task_parts.draw_activity()

    @on(QueuePane.Looked)
    def _look(self) -> None:
        """Fetch rows that are in sight but not there; else only remember what is looked at."""
        if not self.cockpit.ready or self.state.queue is None:
            return
        queue = self.cockpit.part("queue", QueuePane)
        chosen = (queue.sought, Sort(self.state.sort))
        wanted = ShowQueue(ROWS, queue.windows, queue.anchors, *chosen)
        shown = (self.state.queue.get("filter", ""), self.state.queue.get("sort", Sort.TURN))
        if queue.complete and shown == chosen:
            self.feed.steer("queue", wanted)
        else:
            self.feed.want("queue", wanted)

    @on(LineList.Highlighted)
    def _highlighted(self, message: LineList.Highlighted) -> None:
        match message.lines.id if self.cockpit.ready else None:
            case "queue":
                if is_task(message.key):
                    self.focus_task(message.key)
                self._look()
            case "blockers":
                self.state.blocker = message.key
                self.cockpit.draw_blockers()
                task = self.state.question(message.key).get("task")
                if self.cockpit.pane == "blockers" and task:
                    self.focus_task(str(task))
                self.cockpit.draw_footer()
            case _:
                pass


def _checked(chosen: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    if not chosen:
        return {}, []
    from codeframe_tui.tui.own_keys import checked  # noqa: PLC0415 - most people have none

    return checked(chosen)

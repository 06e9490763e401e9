"""The cockpit: its life, and what a person does in it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.screen import Screen

from codeframe_tui.core.text import clean, printable
from codeframe_tui.tui.alerts import Caller
from codeframe_tui.tui.feed import Connect
from codeframe_tui.tui.keymap import bindings, key_names
from codeframe_tui.tui.looks import Looks
from codeframe_tui.tui.messages import Arrived, Happened
from codeframe_tui.tui.preferences import DEFAULTS, Kept, Preferences
from codeframe_tui.tui.present.state import OF_A_TASK, lacks_engine
from codeframe_tui.tui.present.welcome import is_fresh
from codeframe_tui.tui.present.windows import is_task
from codeframe_tui.tui.reviewing import Reviewer
from codeframe_tui.tui.screens.cockpit import Cockpit
from codeframe_tui.tui.stylesheets import stylesheets
from codeframe_tui.tui.terminal import guard_running
from codeframe_tui.tui.theme import full_name
from codeframe_tui.tui.widgets import messages
from codeframe_tui.tui.widgets.labels import Label
from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.tui.widgets.queue import QueuePane

__all__ = ["CockpitApp"]

LEAVING_SECONDS = 0.5
"""How long a terminal that goes away is kept waiting."""
_CALM = 10
"""Times as long as otherwise between two looks at running times, with reduced motion."""


def _local_time() -> datetime:
    return datetime.now(UTC).astimezone()


class CockpitApp(Reviewer, Looks):
    """The app.

    Args:
        connect: gives a service; called again whenever the engine is gone.
        chosen: what a person set for the cockpit.
        kept: the file that remembers what is chosen here; None = nothing does.
        now: the time, aware, in the person's time zone.
        signals: take SIGINT, SIGTERM and SIGHUP over, which only the main thread of a process may.
        tick: seconds between two looks at the running times; 0 = never.
    """

    TITLE = "codeframe-tui"
    CSS_PATH: ClassVar[Any] = stylesheets("app", "cockpit")
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app"),
        Binding("ctrl+q", "act('app.quit')", show=False, priority=True),
    ]

    def __init__(
        self,
        connect: Connect,
        *,
        chosen: Preferences = DEFAULTS,
        kept: Path | None = None,
        now: Callable[[], datetime] = _local_time,
        signals: bool = False,
        tick: float = 1.0,
    ) -> None:
        super().__init__(connect, now=now, chosen=chosen.keys)
        self._signals = signals
        self._tick = tick * (_CALM if chosen.reduced_motion else 1)
        self.caller = Caller(chosen.notify, self._ask_terminal, self._after, os.environ)
        if chosen.reduced_motion:
            self.animation_level = "none"
            self.feed.tick = 1.0  # streams too are drawn seldom
        self.wear_chosen(chosen, Kept(kept))

    # -- life -----------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """The one screen."""
        return self.cockpit

    def copy_to_clipboard(self, text: str) -> None:
        """What is copied is pasted elsewhere, so it holds nothing hidden either."""
        super().copy_to_clipboard("\n".join(map(printable, text.split("\n"))))

    async def on_event(self, event: events.Event) -> None:
        """A pasted text is cleaned before any field gets it."""
        if isinstance(event, events.InputEvent):
            self.caller.touch()
        elif isinstance(event, events.Paste):
            event.text = clean(event.text, limit=len(event.text))
        await super().on_event(event)

    def on_app_focus(self) -> None:
        """Somebody looks at the terminal."""
        self.caller.focus(gained=True)

    def on_app_blur(self) -> None:
        """Somebody looks elsewhere."""
        self.caller.focus(gained=False)

    @on(Happened)
    def _call(self, message: Happened) -> None:
        self.caller.happened(message.event)

    @on(Arrived)
    def _tell_title(self, message: Arrived) -> None:
        if message.slot == "overview":
            self.caller.show_title(message.document)
        if message.slot in {"overview", "queue"}:
            self.call_later(self._welcome)

    @on(Cockpit.Ready)
    def _welcome(self) -> None:
        """On the first fresh project say once what this is."""
        front = self.cockpit.ready and self.screen is self.cockpit
        wanted = front and self._kept.remembers and is_fresh(self.state)
        if wanted and not self._kept.get("welcomed"):
            self._kept.put("welcomed", value=True)
            self.action_act("app.welcome")

    def _ask_terminal(self, request: str) -> None:
        if self._driver is not None:
            self._driver.write(request)

    def _after(self, seconds: float, do: Callable[[], None]) -> None:
        self.set_timer(seconds, do)

    def on_mount(self) -> None:
        """Begin to listen."""
        if self._signals:
            guard_running(self._leave)
        self.set_keymap(self._chosen)
        self.listen()
        if self._tick:
            self.set_interval(self._tick, self._time_passed)

    @property
    def fault(self) -> Exception | None:
        """What failed and ended it; whoever ran it reports that."""
        return self._exception

    def _fatal_error(self) -> None:
        """Textual would print the traceback here, with the values of its variables."""
        self._close_messages_no_wait()

    def panic(self, *_renderables: object) -> None:
        """The same for errors that know how to draw themselves."""
        self._fatal_error()

    def _leave(self, code: int) -> None:
        loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(self.run_worker, self._leave_saved(code))

    async def _leave_saved(self, code: int) -> None:
        """What was said last is stored first, unless that takes longer than a terminal waits."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.keeper.save(), LEAVING_SECONDS)
        self.exit(None, code)

    def _time_passed(self) -> None:
        working = self.state.counted("working") > 0
        asked = bool((self.state.blockers or {}).get("blockers"))
        if (working or asked) and self.cockpit.ready:
            self.cockpit.draw_queue()
            self.cockpit.draw_blockers()
        live = self.state.in_hand
        if live and (live.again or live.progress) and self.cockpit.ready:
            self.cockpit.task_parts.draw_tests()
        if (working or self.state.slow) and self.cockpit.ready:
            self.cockpit.draw_header()
        if working and self.cockpit.ready:
            self.cockpit.task_parts.draw_activity()

    @on(LineList.Chosen)
    def _chosen_row(self, message: LineList.Chosen) -> None:
        opens = {
            "queue": "queue.open",
            "tests": "tests.output",
            "blockers": "blockers.answer",
            "activity": "activity.open",
        }
        if message.lines.id in opens:
            self.action_act(opens[message.lines.id])

    # -- what a person does ---------------------------------------------------------------------

    @on(Label.Clicked)
    def _label_clicked(self, message: Label.Clicked) -> None:
        self.action_act(message.action)

    @on(messages.ApproveAllAsked)
    def _approve_all(self) -> None:
        self.action_act("review.approve_all")

    @on(messages.Told)
    def _told(self, message: messages.Told) -> None:
        self.tell((message.text, message.style))

    @on(messages.JumpAsked)
    def _jump(self, message: messages.JumpAsked) -> None:
        self.action_act(f"reading.{message.what}")

    @on(messages.FilePicked)
    def _file_picked(self, message: messages.FilePicked) -> None:
        self.cockpit.go("diff")
        self.cockpit.task_parts.reach_file(message.path)

    @on(messages.SendAsked)
    def _send(self) -> None:
        self.action_act("review.send")

    @on(messages.LetterAsked)
    def _copy_letter(self) -> None:
        self.action_act("review.copy_letter")

    @on(messages.CommentAsked)
    def _comment(self) -> None:
        self.action_act("review.comment")

    @on(messages.FlagAsked)
    def _flag_asked(self) -> None:
        self.action_act("review.acknowledge")

    @on(messages.AttemptsAsked)
    def _attempts(self) -> None:
        self.action_act("review.attempts")

    @on(messages.EditorAsked)
    def _editor_asked(self, message: messages.EditorAsked) -> None:
        self.action_act(f"review.{message.wish}")

    def on_key(self, event: events.Key) -> None:
        """Before any binding: what is typed is never a key of a pane."""
        self.cockpit.take_late(event)

    def on_paste(self, event: events.Paste) -> None:
        """A pasted list becomes tasks, after a question; a paste is never a key."""
        if self.screen is self.cockpit and event.text.strip() and not self._lacks_engine("paste"):
            self._run("paste", event.text)

    def action_act(self, action: str) -> None:
        """Do what an action of the table names; the only door for keys, footer and palette."""
        place, _, name = action.partition(".")
        self._keep_up(place)
        if self._lacks_engine(action):
            return
        if action in OF_A_TASK and self._row_is_coming:
            self.tell(("one moment, that row is on its way", "dim"))
        elif place == "diff":
            self.cockpit.go("diff")
            getattr(self.cockpit.task_parts.diff, f"action_{name}")()
        elif place == "list":
            self._move(name)
        elif action == "app.theme":
            self.next_theme()
        elif place == "theme":
            self.use_theme(full_name(name))
        elif not self.cockpit.at_once(action):
            self._run(action)

    def _lacks_engine(self, action: str) -> bool:
        """Whether no engine takes this cockpit and an action needs one, which is told."""
        lacks = lacks_engine(action, self.state)
        if lacks:
            self.tell(("there is no engine for that: above it says why", "dim"))
        return lacks

    def _move(self, name: str) -> None:
        """Move in the list that has the keys."""
        move = getattr(self.focused, f"action_{name}", None)
        if move is not None:
            move()

    def _keep_up(self, place: str) -> None:
        """A key is about the row under the cursor, also when its move is not yet told."""
        if not self.cockpit.begun:
            return
        if place == "queue" and (number := self.cockpit.part("queue", QueuePane).number):
            self.focus_task(number)
        elif place == "blockers" and (blocker := self.cockpit.cursor_of("blockers")):
            self.state.blocker = blocker
            if task := self.state.question().get("task"):
                self.focus_task(str(task))

    @property
    def _row_is_coming(self) -> bool:
        """Whether the cursor is on a place whose task is not known yet."""
        cursor = self.cockpit.cursor_of("queue") if self.cockpit.begun else None
        return cursor is not None and not is_task(cursor)

    def _run(self, action: str, pasted: str = "") -> None:
        from codeframe_tui.tui.deeds.desk import Desk  # noqa: PLC0415 - loads when first used
        from codeframe_tui.tui.deeds.table import do  # noqa: PLC0415

        desk = Desk(
            self,
            self.cockpit,
            self.feed,
            self.state,
            focus_task=self.focus_task,
            look_at=self.look_at,
            keep=self.keeper.save,
            now=self.now,
            chosen=self._chosen,
            preview=self.preview,
        )
        self.run_worker(do(action, desk, pasted=pasted), group="deeds")

    async def action_quit(self) -> None:
        """Textual's own way out goes through the same question."""
        self.action_act("app.quit")

    def action_help_quit(self) -> None:
        """What ctrl+c says when nothing is selected."""
        self.tell((key_names(self._chosen.get("app.quit", "q")), "bold"), (" leaves", "dim"))

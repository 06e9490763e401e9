"""The cockpit: takes what the feed tells, and turns what a person does into commands."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme

from codeframe_tui.core.events import Event
from codeframe_tui.core.queries import (
    ShowActivity,
    ShowBase,
    ShowBlockers,
    ShowDiff,
    ShowQueue,
    ShowTask,
)
from codeframe_tui.tui.feed import SLOTS, Connect, Feed
from codeframe_tui.tui.keymap import KEYS, PLACES, bindings, key_names, problems
from codeframe_tui.tui.messages import (
    Arrived,
    EngineFound,
    EngineLost,
    Happened,
    Missing,
    Streamed,
)
from codeframe_tui.tui.present.live import Live
from codeframe_tui.tui.present.news import news
from codeframe_tui.tui.present.queue import first_key, task_rows
from codeframe_tui.tui.present.rows import Span
from codeframe_tui.tui.present.state import ENDED, State
from codeframe_tui.tui.screens.cockpit import Cockpit
from codeframe_tui.tui.stylesheets import stylesheets
from codeframe_tui.tui.terminal import guard_running
from codeframe_tui.tui.theme import DARK, LIGHT, THEMES, variables
from codeframe_tui.tui.widgets.diff import DiffView
from codeframe_tui.tui.widgets.diff_paint import STYLES as DIFF_STYLES
from codeframe_tui.tui.widgets.labels import Footer
from codeframe_tui.tui.widgets.lines import STYLES, LineList

__all__ = ["CockpitApp"]

_TOLD = (("undo", "u"), ("retry", "t"))
"""Keys of the queue that a line above the footer names."""


def _local_time() -> datetime:
    return datetime.now(UTC).astimezone()


class CockpitApp(App[int]):
    """The app.

    Args:
        connect: gives a service; called again whenever the engine is gone.
        keys: a person's own keys: action -> keys.
        theme: name of the palette.
        now: the time, aware, in the person's time zone.
        signals: take SIGTERM and SIGHUP over, which only the main thread of a process may.
        tick: seconds between two looks at the running times; 0 = never.
    """

    TITLE = "codeframe-tui"
    CSS_PATH: ClassVar[Any] = stylesheets("app", "cockpit", "diff")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line--{name}" for name in (*STYLES, *DIFF_STYLES)}
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app"),
        Binding("ctrl+q", "act('app.quit')", show=False, priority=True),
    ]

    theme: Reactive[str] = Reactive(DARK.name)
    """Name of the palette in force."""

    def __init__(
        self,
        connect: Connect,
        *,
        keys: Mapping[str, str] | None = None,
        theme: str = DARK.name,
        now: Callable[[], datetime] = _local_time,
        signals: bool = False,
        tick: float = 1.0,
    ) -> None:
        super().__init__()
        self.state = State()
        self.feed = Feed(connect, self.post_message)
        self.now = now
        self._chosen = dict(keys or {})
        self._problems = problems(self._chosen)
        self._signals = signals
        self._tick = tick
        self._engines = 0
        for each in THEMES:
            self.register_theme(each)
        if theme == LIGHT.name:
            self.theme = theme
        self.cockpit = Cockpit(self.state, now=now, chosen=self._chosen)

    # -- life -----------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """The one screen."""
        return self.cockpit

    def get_theme(self, theme_name: str) -> Theme | None:
        """Ours are there from the first moment, so that the styles are parsed only once."""
        ours = next((each for each in THEMES if each.name == theme_name), None)
        return ours or super().get_theme(theme_name)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for themes that do not know them."""
        return variables()

    def on_mount(self) -> None:
        """Begin to listen."""
        if self._signals:
            guard_running(self._leave)
        known = {key.action for key in KEYS}
        self.set_keymap({name: key for name, key in self._chosen.items() if name in known})
        self.feed.want("queue", ShowQueue())
        self.feed.want("blockers", ShowBlockers())
        self.run_worker(self.feed.run(), group="feed")
        if self._tick:
            self.set_interval(self._tick, self._time_passed)

    def tell(self, *spans: Span) -> None:
        """Say one line above the footer, for a while."""
        self.cockpit.notice(*spans)

    def _leave(self, code: int) -> None:
        loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(self.exit, None, code)

    def _time_passed(self) -> None:
        working = any(t.get("status") == "in_progress" for t in task_rows(self.state.queue or {}))
        asked = bool((self.state.blockers or {}).get("blockers"))
        if (working or asked) and self.cockpit.ready:
            self.cockpit.draw_queue()
            self.cockpit.draw_blockers()
        if working and self.cockpit.ready:
            self.cockpit.draw_header()
            self.cockpit.draw_activity()

    # -- what the feed tells --------------------------------------------------------------------

    @on(Arrived)
    def _arrived(self, message: Arrived) -> None:
        setattr(self.state, message.slot, message.document)
        if self.cockpit.ready:
            self._show(message.slot)

    @on(Cockpit.Ready)
    def _cockpit_ready(self) -> None:
        if not gc.isenabled():  # off since the start; all that is there by now stays
            gc.freeze()
            gc.enable()
        for slot in SLOTS:
            if getattr(self.state, slot) is not None:
                self._show(slot)
        if self._problems:
            self.tell((self._problems[0], "amber"))

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
                self.cockpit.draw_writing()
            case "diff":
                self.cockpit.draw_diff()
                self.cockpit.draw_task()
            case _:
                self.cockpit.draw_activity()
        self.cockpit.draw_footer()

    def _follow_task(self) -> None:
        """Show the task in focus, and fetch its change when it has one."""
        number = self.state.focus
        attempts = (self.state.task or {}).get("attempts")
        self.feed.want("diff", ShowDiff(number) if attempts and number else None)
        if not attempts and self.state.diff is not None:
            self.state.diff = None
            self.cockpit.draw_diff()
        self.cockpit.draw_writing()
        self.cockpit.draw_task()
        self.cockpit.draw_tests()

    @on(Missing)
    def _missing(self, message: Missing) -> None:
        if isinstance(message.query, ShowBase):  # then all of the file counts as new
            lost = {"task": message.query.number, "path": message.query.path, "text": None}
            self.post_message(Arrived("base", message.query, lost))
            return
        if message.slot in {"task", "diff", "activity"} and self.cockpit.ready:
            setattr(self.state, message.slot, None)
            self.cockpit.draw_diff()
            self.cockpit.draw()
        if message.error.code != "not_found":
            self.tell(("✘ ", "red"), (message.error.message, "text"))

    @on(Happened)
    def _happened(self, message: Happened) -> None:
        event = message.event
        self._follow_event(event)
        keys = {name: key_names(self._chosen.get(f"queue.{name}", key)) for name, key in _TOLD}
        said = news(event, **keys)
        if said:
            self.tell(*said)

    def _follow_event(self, event: Event) -> None:
        if event.task is None:
            return
        if event.type == "task.status" and event.data.get("to") in ENDED:
            self.state.live.pop(event.task, None)
        elif event.type in {"verification.started", "turn.recorded"}:
            live = self.state.live.setdefault(event.task, Live())
            live.begin()
            if event.type == "turn.recorded":
                live.store(int(event.data.get("turn", -1)))
        elif event.type in {"proposal.recorded", "task.status"} and event.task in self.state.live:
            self.state.live[event.task].settle()

    @on(Streamed)
    def _streamed(self, message: Streamed) -> None:
        shown = False
        for signal in message.signals:
            if signal.task is not None:
                self.state.live.setdefault(signal.task, Live()).take(signal)
                shown = shown or signal.task == self.state.focus
        if not shown or not self.cockpit.ready:
            return
        self.cockpit.draw_tests()
        if any(signal.kind == "file" for signal in message.signals):
            if self.state.task is not None and self.state.writing is not None:
                number, path = str(self.state.task.get("number")), self.state.writing[0]
                self.feed.want("base", ShowBase(number, path))
            self.cockpit.draw_writing()

    @on(EngineLost)
    def _engine_lost(self, message: EngineLost) -> None:
        self.state.lost = "no engine" if message.final else message.why
        self.state.refused = message.why if message.final else ""
        if self.cockpit.ready:
            self.cockpit.draw_header()

    @on(EngineFound)
    def _engine_found(self, message: EngineFound) -> None:
        self.state.lost = self.state.refused = ""
        self.state.overview = message.overview
        self._engines += 1
        if not self.cockpit.ready:
            return
        self.cockpit.draw_header()
        if self._engines > 1:
            key = key_names(self._chosen.get("app.workers", "P"))
            starts: list[Span] = [(key, "bold"), (" starts the workers", "dim")]
            said = "the engine was started again, nothing is lost  "
            self.tell((said, "text"), *(starts if message.overview.get("paused") else ()))

    # -- the task in focus ----------------------------------------------------------------------

    def focus_task(self, number: str | None) -> None:
        """Make diff, tests and activity be about a task."""
        if number == self.state.focus or not self.cockpit.ready:
            return
        self.state.focus = number
        self.feed.focus(number)
        self.feed.want("task", ShowTask(number) if number else None)
        self.feed.want("activity", ShowActivity(number) if number else None)
        self.feed.want("diff", None)
        self.cockpit.part("queue", LineList).move_to(number, tell=False)
        self.cockpit.part("activity", LineList).move_to(None, tell=False)
        self.cockpit.draw_footer()

    def _follow_queue(self) -> None:
        """Show the queue; the cursor's task is the focus, at first the most urgent one."""
        self.cockpit.draw_queue()
        queue = self.cockpit.part("queue", LineList)
        if queue.cursor is None:
            queue.move_to(first_key(self.state.queue or {}), tell=False)
        if self.state.focus is None:
            self.focus_task(queue.cursor)
        self.cockpit.draw_writing()
        self.cockpit.draw_task()

    @on(LineList.Highlighted)
    def _highlighted(self, message: LineList.Highlighted) -> None:
        match message.lines.id if self.cockpit.ready else None:
            case "queue":
                self.focus_task(message.key)
            case "blockers":
                self.state.blocker = message.key
                task = self.state.question(message.key).get("task")
                if self.cockpit.pane == "blockers" and task:
                    self.focus_task(str(task))
                self.cockpit.draw_footer()
            case _:
                pass

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

    @on(Footer.Clicked)
    def _footer_clicked(self, message: Footer.Clicked) -> None:
        self.action_act(message.action)

    @on(DiffView.DraftChanged)
    def _draft_changed(self) -> None:
        if self.cockpit.ready:
            self.cockpit.draw_task()

    @on(DiffView.ApproveAllAsked)
    def _approve_all(self) -> None:
        self.action_act("review.approve_all")

    @on(DiffView.SendAsked)
    def _send(self) -> None:
        self.action_act("review.send")

    def on_paste(self, event: events.Paste) -> None:
        """A pasted list becomes tasks, after a question; a paste is never a key."""
        if self.screen is self.cockpit and event.text.strip():
            self._run("paste", event.text)

    def action_act(self, action: str) -> None:
        """Do what an action of the table names; the only door for keys, footer and palette."""
        place, _, name = action.partition(".")
        if place == "diff":
            self.cockpit.go("diff")
            getattr(self.cockpit.part("diff", DiffView), f"action_{name}")()
        elif action == "app.theme":
            self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
        elif not self.cockpit.at_once(action):
            self._run(action)

    def _run(self, action: str, pasted: str = "") -> None:
        from codeframe_tui.tui.deeds.desk import Desk  # noqa: PLC0415 - loads when first used
        from codeframe_tui.tui.deeds.table import do  # noqa: PLC0415

        desk = Desk(
            self,
            self.cockpit,
            self.feed,
            self.state,
            focus_task=self.focus_task,
            now=self.now,
            chosen=self._chosen,
        )
        self.run_worker(do(action, desk, pasted=pasted), group="deeds")

    async def action_quit(self) -> None:
        """Textual's own way out goes through the same question."""
        self.action_act("app.quit")

    def action_help_quit(self) -> None:
        """What ctrl+c says when nothing is selected."""
        self.tell((key_names(self._chosen.get("app.quit", "q")), "bold"), (" leaves", "dim"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every action of the table, by what it does."""
        del screen
        for key in KEYS:
            if key.where != "list" and key.action != "app.palette":
                keys = key_names(self._chosen.get(key.action, key.keys))
                title = f"{PLACES[key.where]}: {key.help}" if key.where != "app" else key.help
                yield SystemCommand(
                    title, keys, lambda action=key.action: self.action_act(action)
                )  # fmt: skip

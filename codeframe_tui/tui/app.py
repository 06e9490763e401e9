"""The cockpit: its life, and what a person does in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from textual import events, on
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme

from codeframe_tui.core.text import clean, printable
from codeframe_tui.tui.feed import Connect
from codeframe_tui.tui.following import Follower
from codeframe_tui.tui.keymap import KEYS, PLACES, bindings, find, key_names
from codeframe_tui.tui.present.state import OF_A_TASK
from codeframe_tui.tui.present.windows import is_task
from codeframe_tui.tui.stylesheets import stylesheets
from codeframe_tui.tui.terminal import guard_running
from codeframe_tui.tui.theme import DARK, LIGHT, THEMES, variables
from codeframe_tui.tui.widgets.diff import DiffView
from codeframe_tui.tui.widgets.diff_paint import STYLES as DIFF_STYLES
from codeframe_tui.tui.widgets.door import DOOR
from codeframe_tui.tui.widgets.labels import Footer
from codeframe_tui.tui.widgets.lines import STYLES, LineList
from codeframe_tui.tui.widgets.queue import QueuePane

__all__ = ["CockpitApp"]


def _local_time() -> datetime:
    return datetime.now(UTC).astimezone()


class CockpitApp(Follower):
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
        super().__init__(connect, now=now, chosen=keys or {})
        self.now = now
        self._signals = signals
        self._tick = tick
        for each in THEMES:
            self.register_theme(each)
        if theme == LIGHT.name:
            self.theme = theme

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

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and the last door for text: fields show what was typed or pasted."""
        return [*super().get_line_filters(), DOOR]

    def copy_to_clipboard(self, text: str) -> None:
        """What is copied is pasted elsewhere, so it holds nothing hidden either."""
        super().copy_to_clipboard("\n".join(map(printable, text.split("\n"))))

    async def on_event(self, event: events.Event) -> None:
        """A pasted text is cleaned before any field gets it."""
        if isinstance(event, events.Paste):
            event.text = clean(event.text, limit=len(event.text))
        await super().on_event(event)

    def on_mount(self) -> None:
        """Begin to listen."""
        if self._signals:
            guard_running(self._leave)
        known = {key.action for key in KEYS}
        self.set_keymap({name: key for name, key in self._chosen.items() if name in known})
        fold = self._chosen.get("diff.fold", find("diff.fold").keys)
        self.cockpit.part("diff", DiffView).fold_key = key_names(fold.split(",")[0])
        self.listen()
        if self._tick:
            self.set_interval(self._tick, self._time_passed)

    def _leave(self, code: int) -> None:
        loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(self.exit, None, code)

    def _time_passed(self) -> None:
        working = self.state.counted("working") > 0
        asked = bool((self.state.blockers or {}).get("blockers"))
        if (working or asked) and self.cockpit.ready:
            self.cockpit.draw_queue()
            self.cockpit.draw_blockers()
        if working and self.cockpit.ready:
            self.cockpit.draw_header()
            self.cockpit.draw_activity()

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

    def on_key(self, event: events.Key) -> None:
        """Before any binding: what is typed is never a key of a pane."""
        self.cockpit.take_late(event)

    def on_paste(self, event: events.Paste) -> None:
        """A pasted list becomes tasks, after a question; a paste is never a key."""
        if self.screen is self.cockpit and event.text.strip():
            self._run("paste", event.text)

    def action_act(self, action: str) -> None:
        """Do what an action of the table names; the only door for keys, footer and palette."""
        place, _, name = action.partition(".")
        self._keep_up(place)
        if action in OF_A_TASK and self._row_is_coming:
            self.tell(("one moment, that row is on its way", "dim"))
        elif place == "diff":
            self.cockpit.go("diff")
            getattr(self.cockpit.part("diff", DiffView), f"action_{name}")()
        elif action == "app.theme":
            self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
        elif not self.cockpit.at_once(action):
            self._run(action)

    def _keep_up(self, place: str) -> None:
        """A key is about the row under the cursor, also when its move is not yet told."""
        if not self.cockpit.ready:
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
        cursor = self.cockpit.cursor_of("queue") if self.cockpit.ready else None
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

"""The one table of keys. Bindings, footer, help, palette and the README are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from textual.binding import Binding

from codeframe_tui.tui.present.diff.actions import DIFF_ACTIONS

__all__ = ["KEYS", "PLACES", "Key", "bindings", "find", "key_names", "keys_at"]

PLACES: Mapping[str, str] = {
    "app": "Everywhere",
    "list": "In every list",
    "queue": "Queue",
    "diff": "Diff",
    "tests": "Tests",
    "blockers": "Blockers",
    "activity": "Activity",
}
"""Where keys work -> how the help calls it."""


class Key(NamedTuple):
    """One action and its key.

    Attributes:
        action: ``PLACE.NAME``; what settings and the palette call it.
        keys: default keys as Textual names them, comma separated.
        label: one to three words for the footer; empty = not in the footer.
        help: one line for the help and the palette.
    """

    action: str
    keys: str
    label: str
    help: str

    @property
    def where(self) -> str:
        """A key of `PLACES`."""
        return self.action.partition(".")[0]

    @property
    def name(self) -> str:
        """The action without its place."""
        return self.action.partition(".")[2]


KEYS: tuple[Key, ...] = (
    Key("queue.open", "enter", "open", "Open the task: go to what it changes, or to its question"),
    Key("queue.new", "o", "new task", "Write a new task"),
    Key("queue.edit", "e", "edit", "Change title, description, priority or order of the task"),
    Key("queue.retry", "t", "retry", "Send the task back to work with a hint from you"),
    Key("queue.undo", "u", "undo", "Undo: take an applied change out of your files again"),
    Key("queue.redo", "U", "redo", "Redo: bring an undone change back into your files"),
    Key("queue.note", "w", "write to worker", "Write a note that joins the worker's next turn"),
    Key("queue.hold", "p", "hold", "Keep the task from being taken, or let it go again"),
    Key("queue.raise", "plus", "", "Raise the priority"),
    Key("queue.lower", "minus", "", "Lower the priority"),
    Key("queue.after", "D", "", "What the task waits for and what waits for it; add and take out"),
    Key("queue.import", "i", "", "Import tasks from a file, after a look at what is in it"),
    Key("queue.issue", "I", "", "Write a new issue, which tasks can belong to"),
    Key("queue.sort", "s", "", "Order of the queue: its own, by age, by cost, by change"),
    Key("queue.cancel", "X", "cancel", "Stop or cancel the task; asks first"),
    Key("queue.history", "h", "history", "What happened to the task, and all its attempts"),
    Key("queue.context", "c", "", "What the worker is shown of the code; pin and exclude"),
    Key("queue.hand", "E", "your copy", "Go back to the copy of the task that you have in hand"),
    *(Key(each.action, each.keys, each.label, each.help) for each in DIFF_ACTIONS),
    Key("tests.output", "enter", "output", "Show what the test printed and where it failed"),
    Key("tests.goto", "g", "go to line", "Go to the line in the diff where the test fails"),
    Key("tests.failures", "F", "failures only", "Show failing tests only, or all"),
    Key("tests.run", "r", "run again", "Run this test again; no verdict changes by it"),
    Key("tests.run_failed", "R", "run failed", "Run the failed tests again"),
    Key("tests.run_all", "A", "run all", "Run all tests again"),
    Key("tests.stop", "X", "stop", "Stop the tests that run again"),
    Key("tests.copy", "y", "", "Copy the name of the test, or the lines of the raw log in sight"),
    Key("tests.log", "l", "raw log", "Show what the test program prints, or the tests again"),
    Key("blockers.answer", "enter", "answer", "Answer the question; the task goes on"),
    Key("blockers.retry", "t", "retry", "Send the task back to work with a hint"),
    Key("blockers.approve", "A", "approve as is", "Apply the newest attempt as it is; asks first"),
    Key("blockers.hand", "E", "by hand", "Go on with the task by hand, in a copy of the project"),
    Key("blockers.raise", "l", "raise limit", "Raise the limit the task stopped at"),
    Key("blockers.skip", "s", "skip", "Put question and task aside, on hold"),
    Key("blockers.split", "S", "split", "Split: replace the task by two or more new ones"),
    Key("activity.open", "enter", "whole entry", "Show all of an entry"),
    Key("activity.context", "c", "context", "What the worker was shown; pin and exclude files"),
    Key("list.cursor_down", "j,down", "", "Next line"),
    Key("list.cursor_up", "k,up", "", "Previous line"),
    Key("list.page_down", "pagedown,ctrl+d", "", "A page down"),
    Key("list.page_up", "pageup,ctrl+u", "", "A page up"),
    Key("list.first", "g,home", "", "First line"),
    Key("list.last", "G,end", "", "Last line"),
    Key("app.pane_queue", "1", "", "Go to the queue"),
    Key("app.pane_diff", "2", "", "Go to the diff"),
    Key("app.pane_tests", "3", "", "Go to the tests"),
    Key("app.pane_blockers", "4", "", "Go to the blockers"),
    Key("app.pane_activity", "5", "", "Go to the activity"),
    Key("app.urgent", "b", "what needs me", "Go to the most urgent thing that needs you"),
    Key("app.workers", "P", "start/pause", "Start or pause the workers; says first what it means"),
    Key("app.policy", "m", "policy", "Next approval policy: manual, green, auto"),
    Key("app.find", "ctrl+f", "", "Find a file, class or function of the project; open, pin it"),
    Key("app.new_task", "ctrl+n", "", "Write a new task from anywhere"),
    Key("app.next_pane", "tab", "", "Next pane"),
    Key("app.previous_pane", "shift+tab", "", "Previous pane"),
    Key("app.search", "slash", "", "Search in this pane, or filter it"),
    Key("app.search_next", "n", "next hit", "Next hit of the search"),
    Key("app.search_previous", "N", "", "Previous hit of the search"),
    Key("app.full", "f", "full screen", "Give the pane the whole screen, or back"),
    Key("app.theme", "f2", "", "Next theme: dark, light, high contrast, colour blind, ANSI, mono"),
    Key("app.back", "escape", "back", "Back; never decides anything"),
    Key("app.help", "question_mark,f1", "help", "All keys, and what the signs mean"),
    Key("app.welcome", "f3", "", "What this is, and how to begin"),
    Key("app.usage", "f4", "", "Money and tokens: by day, model and task, and the caps"),
    Key(
        "app.trust", "f5", "", "Files of the repository that ask for your trust: read, trust or not"
    ),
    Key("app.palette", "ctrl+p", "", "Find any action by name"),
    Key("app.quit", "q", "quit", "Leave; asks while work runs"),
)
"""Every action of the cockpit, most useful first in each place."""

_BY_ACTION = {key.action: key for key in KEYS}
_AT = {place: [key for key in KEYS if key.where == place] for place in PLACES}
"""Looked up for the footer, with every event."""
_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "equals_sign": "=",
    "exclamation_mark": "!",
    "plus": "+",
    "minus": "-",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "right_parenthesis": ")",
    "left_parenthesis": "(",
    "space": "space",
}


def keys_at(place: str) -> Sequence[Key]:
    """The actions of a place, most useful first."""
    return _AT.get(place, [])


def find(action: str) -> Key:
    """The entry of an action. Raises: KeyError."""
    return _BY_ACTION[action]


def key_names(keys: str) -> str:
    """Keys as a person reads them: ``question_mark,f1`` becomes ``? f1``."""
    return " ".join(_NAMES.get(key, key) for key in keys.split(","))


def bindings(place: str) -> list[Binding]:
    """Bindings of a widget or the app.

    Actions of lists are methods of the widget, all others go to the app's ``act``.
    """
    own = place == "list"
    return [
        Binding(
            key.keys,
            key.name if own else f"app.act('{key.action}')",
            key.help,
            show=False,
            id=key.action,
        )
        for key in keys_at(place)
    ]

"""Calling a person who looks elsewhere: the bell, the desktop, the terminal's title.

Theory of operation: nothing rings while the terminal has the focus. A terminal that never told of
its focus counts as looked at for a while after each key. What comes within `GAP` of the last call
waits for its end and is told together, so that ten tasks ring once. Nothing here takes the focus.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from codeframe_tui.core.events import Event
from codeframe_tui.tui.preferences import Alerts
from codeframe_tui.tui.present.alerts import (
    TITLE_KEPT,
    Alert,
    alert_of,
    desktop,
    merged,
    title,
)

__all__ = ["GAP", "Caller"]

GAP = 10.0
"""Seconds between two calls."""
HERE = 30.0
"""Seconds after a key in which somebody is taken to look at a terminal that tells no focus."""
_MUTE = ("linux", "dumb")
"""Terminals that would print what they are asked."""


class Caller:
    """Decides and asks.

    Args:
        choice: which reasons, and how.
        write: takes what the terminal is asked.
        later: calls a function after so many seconds.
        environment: names the terminal.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        choice: Alerts,
        write: Callable[[str], object],
        later: Callable[[float, Callable[[], None]], object],
        environment: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._choice = choice
        self._write = write
        self._later = later
        self._environment = environment
        self._clock = clock
        self._mute = environment.get("TERM", "").startswith(_MUTE)
        self._focus: bool | None = None
        self._touched = -HERE
        self._called = -GAP
        self._waiting: list[Alert] = []
        self._title = ""

    def focus(self, *, gained: bool) -> None:
        """The terminal says whether it has the focus; who comes back sees what there is."""
        self._focus = gained
        if gained:
            self._waiting.clear()

    def touch(self) -> None:
        """A person pressed a key or the mouse."""
        self._touched = self._clock()

    def happened(self, event: Event) -> None:
        """Call for an event, now or together with others."""
        alert = alert_of(event)
        wanted = {*self._choice.bell, *self._choice.desktop}
        if alert is None or alert.reason not in wanted or self._looked_at:
            return
        self._waiting.append(alert)
        if len(self._waiting) > 1:
            return  # a call is due already
        left = self._called + GAP - self._clock()
        if left <= 0:
            self._call()
        else:
            self._later(left, self._call)

    def show_title(self, overview: Mapping[str, Any]) -> None:
        """Tell in the terminal's title how many things need a person."""
        if self._mute or not self._choice.title:
            return
        wanted = title(overview)
        if wanted != self._title:
            self._write(wanted if self._title else TITLE_KEPT + wanted)
            self._title = wanted

    @property
    def _looked_at(self) -> bool:
        if self._focus is not None:
            return self._focus
        return self._clock() - self._touched < HERE

    def _call(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting or self._looked_at:
            return
        self._called = self._clock()
        shown = [each for each in waiting if each.reason in self._choice.desktop]
        if shown and not self._mute:
            self._write(desktop(merged(shown), self._choice.protocol, self._environment))
        if any(each.reason in self._choice.bell for each in waiting):
            self._write("\x07")

"""The program on the fake service, with a fault in it; for tests in a real terminal.

``python -m tests.tui.broken_app WHERE FOLDER``
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NoReturn

from textual.drivers.linux_driver import LinuxDriver

from codeframe_tui.__main__ import main
from codeframe_tui.ports import Service
from codeframe_tui.tui import launch
from codeframe_tui.tui.app import CockpitApp
from codeframe_tui.tui.widgets.lines import LineList
from codeframe_tui.wire import start
from codeframe_tui.wire.start import Starter
from tests.tui.fake_service import FakeService

SAID = "cannot draw [/] \x1b]0;title\x07"
LOCAL = "code [/] of a person"


def _fail(*_anything: object) -> NoReturn:
    words = LOCAL.upper()  # would be seen where variables are shown
    key = os.environ["ANTHROPIC_API_KEY"]  # also as a terminal would put it together
    raise RuntimeError(f"{SAID} {key} {key[:9]}\x1b[1m{key[9:]}" if words else "")


async def _reach(_starter: Starter) -> Service:
    return FakeService()


def _break(where: str) -> None:
    start.reach = _reach  # type: ignore[assignment] # no engine: the fault is the cockpit's
    setattr(Starter, "is_running", lambda _self: True)  # noqa: B010
    places: dict[str, Callable[[], None]] = {
        "widget": lambda: setattr(LineList, "render_line", _fail),
        "timer": lambda: setattr(CockpitApp, "_time_passed", _fail),
        "keys": lambda: setattr(LinuxDriver, "run_input_thread", _fail),
        "style": lambda: setattr(CockpitApp, "CSS", "Screen { nonsense: 1 }"),
        "start": lambda: setattr(launch, "_chosen", _fail),
        "nowhere": lambda: None,
    }
    places[where]()


if __name__ == "__main__":
    _break(sys.argv.pop(1))
    sys.exit(main())

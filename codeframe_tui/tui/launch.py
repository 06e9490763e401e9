"""Opening the cockpit: a picture at once, then the imports, then the app.

This module and `terminal` import nothing slow, so that the first bytes come in milliseconds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from platformdirs import user_config_path

from codeframe_tui.core.text import clean_line
from codeframe_tui.ports import Service
from codeframe_tui.tui.own_keys import read_keys
from codeframe_tui.tui.terminal import guard_early, restore, skeleton
from codeframe_tui.wire.start import Starter, reach

__all__ = ["Options", "open_cockpit", "run"]


@dataclass(frozen=True, slots=True)
class Options:
    """How to open the cockpit.

    Attributes:
        connect: gives a service, starting an engine when there is none; called again whenever the
            engine is gone. Raises: CodeframeError, OSError; the code ``engine_lost`` of an error
            says that trying again can help.
        keys: a person's own keys, action -> keys (`settings.keys`).
        theme: ``codeframe-dark`` or ``codeframe-light``.
    """

    connect: Callable[[], Awaitable[Service]]
    keys: Mapping[str, str] = field(default_factory=dict)
    theme: str = "codeframe-dark"


def open_cockpit(starter: Starter) -> int:
    """Start the engine first, so that it gets ready while this process imports; then the cockpit.

    Returns:
        The exit code, see `run`.
    """
    if not starter.is_running():
        starter.spawn()
    keys = read_keys(user_config_path("codeframe-tui", appauthor=False) / "config.toml")
    return run(starter.project.root, options=Options(partial(reach, starter), keys=keys))


def run(project: Path, *, options: Options) -> int:
    """Run the cockpit until the person leaves.

    Returns:
        The exit code: 0, or 128 + n after signal n; the terminal is as it was.
    """
    os.environ.setdefault("TEXTUAL_FPS", "240")  # read once, when textual is imported
    for stale in ("COLUMNS", "LINES"):  # Textual would believe them more than the terminal
        os.environ.pop(stale, None)
    guard_early()  # before the first picture, or a signal in between would leave it behind
    skeleton(clean_line(project.name))
    sys.setswitchinterval(0.0005)
    started = False
    try:
        from codeframe_tui.tui.app import CockpitApp  # noqa: PLC0415 - after the first picture

        app = CockpitApp(options.connect, keys=options.keys, theme=options.theme, signals=True)
        started = True
        app.run()
    finally:
        if not started:
            restore()
    return app.return_code or 0

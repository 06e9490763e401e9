"""Opening the cockpit: a picture at once, then the imports, then the app.

This module, `guardian` and `terminal` import nothing slow, so that the first bytes come in
milliseconds.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codeframe_tui.adapters.project import state_root
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.text import clean_line
from codeframe_tui.tui.preferences import DEFAULTS, Preferences, read_preferences
from codeframe_tui.tui.terminal import give_title_back, guard_early, restore, skeleton

if TYPE_CHECKING:  # all ports at once would delay the first picture
    from codeframe_tui.adapters.project import Project
    from codeframe_tui.ports import Service

__all__ = ["Options", "open_cockpit", "run"]

GOES_ON = "nothing is lost: open it again, and all goes on"


class Options(NamedTuple):
    """How to open the cockpit.

    Attributes:
        connect: gives a service, starting an engine when there is none; called again whenever the
            engine is gone. Raises: CodeframeError, OSError; the code ``engine_lost`` of an error
            says that trying again can help.
        chosen: what a person set for the cockpit.
        kept: the file that remembers what is chosen while it runs; None = nothing does.
    """

    connect: Callable[[], Awaitable[Service]]
    chosen: Preferences = DEFAULTS
    kept: Path | None = None


def open_cockpit(project: Project, options: Sequence[str] = (), *, demo: bool = False) -> int:
    """Start the engine first, so that it gets ready while this process imports; then the cockpit.

    Args:
        project: what to work on.
        options: as `wire.start.spawn_engine`.
        demo: with the scripted model and the tasks of the demo.

    Returns:
        The exit code, see `run`.
    """
    reports = state_root() / "log" if demo else project.reports  # a demo leaves nothing behind
    with first_picture(project.root.name, reports):
        from codeframe_tui.wire.start import Starter, reach  # noqa: PLC0415 - after the picture

        starter = Starter(project, options, demo=demo)
        if not starter.is_running():
            starter.spawn()
        kept = project.state_root / "cockpit.json"
        return _run(Options(partial(reach, starter), _chosen(), kept))


def attach_cockpit(place: str) -> int:
    """The cockpit of an engine that `serve` offers.

    Args:
        place: its URL, or a file that holds it; read again whenever the connection is lost.

    Returns:
        The exit code, see `run`.
    """
    with first_picture("codeframe-tui", state_root() / "log"):
        from codeframe_tui.wire.address import read_address  # noqa: PLC0415 - after the picture
        from codeframe_tui.wire.remote import reach_remote  # noqa: PLC0415

        connect = partial(reach_remote, partial(read_address, place))
        return _run(Options(connect, _chosen()))


def _chosen() -> Preferences:
    from platformdirs import user_config_path  # noqa: PLC0415 - after the picture

    config = user_config_path("codeframe-tui", appauthor=False) / "config.toml"
    return read_preferences(config, os.environ)


def run(project: Path, *, options: Options) -> int:
    """Run the cockpit until the person leaves.

    Returns:
        The exit code: 0, or 128 + n after signal n; the terminal is as it was.

    Raises:
        CodeframeError: it cannot start.
        Exception: what failed inside.
    """
    with first_picture(project.name):
        return _run(options)


@contextmanager
def first_picture(project: str, reports: Path | None = None) -> Iterator[None]:
    """Show the frame at once; take it away again when it comes to nothing else.

    Args:
        project: its name.
        reports: a folder for a report of what fails inside; None = it is raised as it is.

    Raises:
        CodeframeError: something failed inside; names the report.
    """
    if os.isatty(0) and os.isatty(1):
        from codeframe_tui.tui.guardian import divide  # noqa: PLC0415 - only for a terminal

        divide()  # before all that the parent never needs
    gc.disable()  # the start leaves no garbage; looking for it would take a tenth of the time
    guard_early()  # before the picture, or a signal in between would leave it behind
    skeleton(clean_line(project))
    try:
        from codeframe_tui.adapters.memory import seal  # noqa: PLC0415 - loads ctypes

        seal()  # the key that the engine gets stands in our environment, too
        yield
    except BaseException as error:
        restore()
        if reports is None or not isinstance(error, Exception) or isinstance(error, CodeframeError):
            raise
        from codeframe_tui.adapters.reports import failure  # noqa: PLC0415 - hardly ever

        raise failure(reports, "cockpit", error, then=GOES_ON) from error


def _run(options: Options) -> int:
    os.environ.setdefault("TEXTUAL_FPS", "240")  # read once, when textual is imported
    for stale in ("COLUMNS", "LINES"):  # Textual would believe them more than the terminal
        os.environ.pop(stale, None)
    if not os.environ.get("NO_COLOR"):  # an empty one asks for nothing
        os.environ.pop("NO_COLOR", None)
    sys.setswitchinterval(0.0005)
    from codeframe_tui.tui.app import CockpitApp  # noqa: PLC0415 - after the first picture
    from codeframe_tui.tui.driver import TerminalDriver  # noqa: PLC0415
    from codeframe_tui.tui.paste import install  # noqa: PLC0415

    install()
    app = CockpitApp(options.connect, chosen=options.chosen, kept=options.kept, signals=True)
    app.driver_class = TerminalDriver
    logging.getLogger().addHandler(logging.NullHandler())  # or what fails is told on the terminal
    app.run()
    if app.fault is not None:
        raise app.fault
    give_title_back()
    return app.return_code or 0

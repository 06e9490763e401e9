"""The terminal before and after Textual has it: a first picture, and leaving it clean.

Theory of operation: a skeleton is written before anything slow is imported; from then on the
terminal shows another screen, so SIGINT, SIGTERM and SIGHUP must bring it back. Before the app runs
that is a write and an exit. While it runs, the app is asked to end; when the terminal does not take
bytes any more (flow control, a dead connection) the app never gets to it, so a timer does it by
force. What no handler sees is `guardian`'s.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

__all__ = ["RESTORE", "give_title_back", "guard_early", "guard_running", "restore", "skeleton"]

_OPEN = b"\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J"
TITLE_BACK = b"\x1b[23;2t"
"""Asks a terminal to show the title again that it was asked to remember."""
RESTORE = (
    b"\x1b[?2026l"  # a frame that was not finished
    b"\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?1002l\x1b[?1000l"  # mouse
    b"\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[<u"  # paste, focus, sizes, keyboard protocol
    b"\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m" + TITLE_BACK
)
"""Bytes that give a terminal back as a shell expects it."""
PATIENCE = 1.5
"""Seconds for an orderly end after a signal."""
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def skeleton(project: str) -> None:
    """Show the frame of the cockpit at once; nothing when there is no terminal.

    Args:
        project: name to show, sanitised.
    """
    if not os.isatty(1):
        return
    size = os.get_terminal_size(1)
    colours = not os.environ.get("NO_COLOR")
    raised, ground = (b"\x1b[48;2;29;33;45m", b"\x1b[48;2;17;19;26m") if colours else (b"", b"")
    name = f" {project}"[: size.columns].ljust(size.columns).encode()
    bar = b" " * size.columns
    frame = [_OPEN, ground, b"\x1b[2J", raised, b"\x1b[1m", name, b"\x1b[22m"]
    frame += [f"\x1b[{size.lines};1H".encode(), bar, b"\x1b[0m"]
    os.write(1, b"".join(frame))


def guard_early() -> None:
    """Until the app runs: a signal takes the skeleton away and ends the process."""

    def leave(number: int, _frame: FrameType | None) -> None:
        if os.isatty(1):
            os.write(1, RESTORE)
        os._exit(128 + number)

    for number in _ENDING:
        signal.signal(number, leave)


def guard_running(leave: Callable[[int], object]) -> None:
    """While the app runs: a signal asks it to end, and after `PATIENCE` forces it.

    Args:
        leave: asks the app to end with an exit code; called in the main thread at any moment.
    """
    saved = termios.tcgetattr(0) if os.isatty(0) else None
    _guard(leave, saved)


def _guard(leave: Callable[[int], object], saved: list[object] | None) -> None:
    asked = False

    def ask(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            return
        asked = True
        timer = threading.Timer(PATIENCE, _force, (128 + number, saved))
        timer.daemon = True
        timer.start()
        leave(128 + number)

    for number in _ENDING:
        signal.signal(number, ask)


def _force(code: int, saved: list[object] | None) -> None:
    """Give the terminal back without asking anybody, and end."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})  # a shell may have it by now
    with suppress(OSError, termios.error):
        termios.tcflush(1, termios.TCOFLUSH)
    with suppress(OSError, termios.error):
        if os.isatty(1):
            os.set_blocking(1, False)
            os.write(1, RESTORE)
        if saved is not None:
            termios.tcsetattr(0, termios.TCSANOW, saved)  # type: ignore[arg-type] # as it came
    os._exit(code)


def give_title_back() -> None:
    """After the app, which knows how to give all but the title back."""
    if os.isatty(1) and os.environ.get("TERM", "").partition("-")[0] not in {"linux", "dumb"}:
        os.write(1, TITLE_BACK)


def restore() -> None:
    """After an app that could not start: take the skeleton away."""
    if os.isatty(1):
        sys.stdout.flush()
        os.write(1, RESTORE)

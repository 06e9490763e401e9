"""A person at a terminal: a real pty, keys in, and the text that the program has written.

Not a screen: escape sequences are taken out and moves of the cursor become line breaks, so a text
is found when it was painted in one piece, at any place.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["KEYS", "Terminal", "child_of", "cockpit"]

KEYS = {"enter": "\r", "esc": "\x1b", "down": "\x1b[B", "tab": "\t", "space": " "}
_STYLE = re.compile(r"\x1b\[[0-9;:]*m")
_OTHER = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^X][^\x1b]*\x1b\\|.)"
)
PATIENCE = 240.0
"""Seconds; a loaded machine takes its time for five attempts of one task."""


class Terminal:
    """A program on a pty of its own.

    Attributes:
        written: every byte the program wrote.
        pid: of the program.
    """

    def __init__(self, command: Sequence[str], *, size: tuple[int, int] = (120, 40)) -> None:
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.written = b""
        self._mark = 0
        self._ended = False
        columns, rows = size
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # the size is set here, so that the program never sees another
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(command[0], list(command), environment)

    def text(self, *, anew: bool = False) -> str:
        """What was painted since the start, or since the last key."""
        raw = self.written[self._mark if anew else 0 :].decode(errors="replace")
        return _OTHER.sub("\n", _STYLE.sub("", raw))

    def press(self, *keys: str) -> None:
        """Press keys, by name or as text."""
        self._mark = len(self.written)
        for key in keys:
            with suppress(OSError):  # it has just ended
                os.write(self._fd, KEYS.get(key, key).encode())

    def wait(self, wanted: str, *, anew: bool = False) -> re.Match[str]:
        """Wait until a pattern is painted; ``anew``: after the last key."""
        end = time.monotonic() + PATIENCE
        while (found := re.search(wanted, self.text(anew=anew))) is None:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"never painted: {wanted}\n{self.text()[-6000:]}")
        return found

    def insist(self, keys: Sequence[str], wanted: str) -> re.Match[str]:
        """Press keys until a pattern is painted: a guarded key may come too soon."""
        end = time.monotonic() + PATIENCE
        self.press(*keys)
        mark, pressed = self._mark, time.monotonic()
        while (found := re.search(wanted, self.text(anew=True))) is None:
            assert time.monotonic() < end, f"{keys} never led to: {wanted}\n{self.text()[-6000:]}"
            self._read(0.1)
            if time.monotonic() - pressed > 0.5:
                self.press(*keys)
                self._mark, pressed = mark, time.monotonic()
        return found

    def _is_over(self) -> bool:
        return self._ended

    def exit_code(self, *keys: str) -> int:
        """Press keys until the program ends; its code, 128 + n for a signal that killed it."""
        end = time.monotonic() + PATIENCE
        while not self._ended:
            assert time.monotonic() < end, f"it goes on: {self.text()[-3000:]}"
            self.press(*keys)
            again = time.monotonic() + 0.5
            while (left := again - time.monotonic()) > 0 and not self._is_over():
                self._read(left)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.pid = 0
        return code if code >= 0 else 128 - code

    def close(self) -> None:
        """End what still runs."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)

    def _read(self, seconds: float) -> bool:
        """Take what comes within a time; false at the end of the program or of the time."""
        if seconds <= 0 or not select.select([self._fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._fd, 65_536)
        except OSError:  # Linux: the other end is closed
            data = b""
        self.written += data
        self._ended = not data
        return bool(data)


@contextmanager
def cockpit(*arguments: str, size: tuple[int, int] = (120, 40)) -> Iterator[Terminal]:
    """Our program in a terminal."""
    terminal = Terminal([sys.executable, "-m", "codeframe_tui", *arguments], size=size)
    try:
        yield terminal
    finally:
        terminal.close()


def child_of(parent: int) -> int:
    """The one process that a process started and that still runs. Linux only."""
    found = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _parent(entry) == parent]
    assert len(found) == 1, f"{parent} has the children {found}"
    return found[0]


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended since
        return 0

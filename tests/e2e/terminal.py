"""A person at a terminal: a real pty, keys in, and the screen that the program has drawn."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL

import pyte

__all__ = ["Pty", "Terminal", "child_of", "cockpit", "engine_of"]

KEYS = {"enter": "\r", "esc": "\x1b", "down": "\x1b[B", "tab": "\t", "space": " "}
PATIENCE = 240.0
"""Seconds; a loaded machine takes its time for five attempts of one task."""
AGAIN = 1.0
"""Seconds after which a key that led to nothing is pressed once more."""
_UNKNOWN = re.compile(
    rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]"  # keyboard protocols and modes that the emulator would print
    rb"|\x1b\[[?0-9;]*[ $'\"][a-zA-Z]"
    rb"|\x1b[P_^X][^\x1b]*\x1b\\"
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
)
_BEGUN = re.compile(rb"\x1b[^a-zA-Z\\]{0,40}\Z")


class Pty:
    """A program on a pty of its own.

    Attributes:
        written: every byte the program wrote.
        pid: of the program; 0 when it has ended.
    """

    def __init__(self, command: Sequence[str], *, size: tuple[int, int] = (120, 40)) -> None:
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environment["LC_ALL"] = "C.UTF-8"  # signs as they are, whatever the machine's locale
        columns, rows = size
        self.written = b""
        self._ended = False
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # the size is set here, so that the program never sees another
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(command[0], list(command), environment)

    def press(self, *keys: str) -> None:
        """Press keys, by name or as text."""
        for key in keys:
            with suppress(OSError):  # it has just ended
                os.write(self._fd, KEYS.get(key, key).encode())

    def read(self, seconds: float) -> bytes:
        """What comes first within a time; empty at the end of the program or of the time."""
        if seconds <= 0 or not select.select([self._fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._fd, 65_536)
        except OSError:  # Linux: the other end is closed
            data = b""
        self.written += data
        self._ended = not data
        return data

    def exit_code(self, *keys: str) -> int:
        """Press keys until the program ends; its code, 128 + n for a signal that killed it."""
        end = time.monotonic() + PATIENCE
        while not self._is_over():
            assert time.monotonic() < end, "it goes on"
            self.press(*keys)
            again = time.monotonic() + AGAIN
            while (left := again - time.monotonic()) > 0 and not self._is_over():
                self.read(left)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.pid = 0
        return code if code >= 0 else 128 - code

    def close(self) -> None:
        """End what still runs."""
        if self.pid:
            os.kill(self.pid, SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)

    def _is_over(self) -> bool:
        return self._ended


class Terminal(Pty):
    """A program on a pty, and the screen that it has drawn."""

    def __init__(self, command: Sequence[str], *, size: tuple[int, int] = (120, 40)) -> None:
        super().__init__(command, size=size)
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._rest = b""

    @property
    def text(self) -> str:
        """What stands on the screen now, line by line."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def read(self, seconds: float) -> bytes:
        """Take what comes, and draw it; the start of an escape sequence waits for its end."""
        new = super().read(seconds)
        data = _UNKNOWN.sub(b"", self._rest + new)
        begun = _BEGUN.search(data)
        cut = begun.start() if begun else len(data)
        self._rest = data[cut:]
        self._stream.feed(data[:cut])
        return new

    def wait(self, wanted: str) -> re.Match[str]:
        """Wait until a pattern is on the screen."""
        end = time.monotonic() + PATIENCE
        while (found := re.search(wanted, self.text)) is None:
            if not self.read(end - time.monotonic()):
                raise AssertionError(f"never on the screen: {wanted}\n{self.text}")
        return found

    def insist(self, keys: Sequence[str], wanted: str) -> re.Match[str]:
        """Press keys until a pattern is on the screen: a guarded key may come too soon."""
        end, pressed = time.monotonic() + PATIENCE, time.monotonic()
        self.press(*keys)
        while (found := re.search(wanted, self.text)) is None:
            assert time.monotonic() < end, f"{keys} never led to: {wanted}\n{self.text}"
            if time.monotonic() - pressed > AGAIN:
                self.press(*keys)
                pressed = time.monotonic()
            self.read(0.1)
        return found


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


def engine_of(person: Pty) -> int:
    """The engine that a cockpit started: a child of the child of what a person started."""
    return child_of(child_of(person.pid))


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended since
        return 0

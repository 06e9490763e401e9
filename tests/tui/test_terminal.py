"""A real terminal gets back what it had, however the cockpit ends."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.terminal import child_of

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


@dataclass
class Terminal:
    """A pty with the cockpit in it."""

    process: subprocess.Popen[bytes]
    master: int
    seen: bytes = b""

    def read(self, seconds: float) -> bool:
        """Take what is there; false at the end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65_536)
        except OSError:
            return False
        self.seen += data
        return bool(data)

    def until(self, text: bytes) -> None:
        """Read until a text was written."""
        end = time.monotonic() + PATIENCE
        while text not in re.sub(rb"\x1b\[[0-9;]*m", b"", self.seen):
            assert time.monotonic() < end, self.seen[-2000:]
            assert self.read(0.5), self.seen[-2000:]

    def end(self) -> int:
        """Read until the process has ended; its exit code."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end
            self.read(0.1)
        while select.select([self.master], [], [], 0)[0] and self.read(0):
            pass
        return self.process.returncode


@contextmanager
def terminal() -> Iterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    env = os.environ | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.tui.pty_app"],
        cwd=ROOT, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(master)


def _modes(seen: bytes) -> dict[bytes, bytes]:
    """Private terminal modes -> how they were set last."""
    found = re.findall(rb"\x1b\[\?([0-9;]+)([hl])", seen)
    return {mode: how for modes, how in found for mode in modes.split(b";")}


def _assert_clean(seen: bytes) -> None:
    modes = _modes(seen)
    assert modes[b"1049"] == b"l"
    assert modes[b"25"] == b"h"
    left_on = [m for m in (b"1000", b"1003", b"1006", b"2004", b"1004") if modes.get(m) == b"h"]
    assert left_on == []


@pytest.mark.fault(
    "people",
    "the cockpit gets a signal",
    sees="a clean terminal",
    kept="the engine's work",
)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_with_a_clean_terminal(number: signal.Signals, code: int) -> None:
    with terminal() as screen:
        screen.until(b"NEEDS YOU")
        screen.process.send_signal(number)
        assert screen.end() == code
        _assert_clean(screen.seen)


def test_a_paste_with_escape_sequences_is_one_text() -> None:
    with terminal() as screen:
        screen.until(b"NEEDS YOU")
        os.write(
            screen.master, b"\x1b[200~one\n\x1b[31mq m A and some more words to fill it\x1b[201~"
        )
        screen.until(b"Add 2 tasks")


def test_leaving_by_key_gives_the_terminal_back() -> None:
    with terminal() as screen:
        screen.until(b"NEEDS YOU")
        os.write(screen.master, b"q")
        assert screen.end() == 0
        _assert_clean(screen.seen)


def test_a_signal_before_the_app_runs_takes_the_first_picture_away() -> None:
    with terminal() as screen:
        screen.until(b"shop-api")
        screen.process.send_signal(signal.SIGTERM)
        assert screen.end() == 143
        _assert_clean(screen.seen)


def _rests(pid: int) -> None:
    """Wait until a process uses no time any more."""
    used, quiet, end = "", 0, time.monotonic() + PATIENCE
    while quiet < 4:
        assert time.monotonic() < end
        now = Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[11]
        quiet, used = (quiet + 1 if now == used else 0), now
        select.select([], [], [], 0.15)


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see that it is stuck")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_terminal_that_takes_no_bytes_does_not_hold_it(number: signal.Signals, code: int) -> None:
    with terminal() as screen:
        screen.until(b"NEEDS YOU")
        for _ in range(50):  # each paints everything anew, and nobody reads it
            os.write(screen.master, b"\x1bOQ")
            select.select([], [], [], 0.02)
        cockpit = child_of(screen.process.pid)
        _rests(cockpit)
        os.kill(cockpit, number)
        assert screen.process.wait(PATIENCE) == code


@pytest.mark.fault(
    "people",
    "a terminal goes away without a signal",
    sees="nothing: nobody looks",
    kept="the engine's work; no report calls it a fault",
)
def test_a_terminal_that_goes_away_without_a_signal_ends_it() -> None:
    with terminal() as screen:
        screen.until(b"NEEDS YOU")
        away = os.open(os.devnull, os.O_RDWR)
        os.dup2(away, screen.master)  # nobody holds the other end now
        os.close(away)
        assert screen.process.wait(PATIENCE) == 129

"""The parent of the cockpit, in a real terminal: it gives it back, and is in nobody's way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal, child_of
from tests.e2e.test_cockpit import was_given_back

pytestmark = [
    pytest.mark.xdist_group("pty"),
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc"),
]
COCKPIT = [sys.executable, "-m", "tests.tui.pty_app"]
PROMPT = "prompt>"


@contextmanager
def _terminal(command: list[str]) -> Iterator[Terminal]:
    person = Terminal(command, size=(100, 30))
    try:
        yield person
    finally:
        person.close()


@contextmanager
def _in_a_shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Terminal, int]]:
    """The cockpit as a job of a shell; the terminal, and the process that the shell knows."""
    monkeypatch.setenv("PS1", PROMPT)
    with _terminal(["bash", "--norc", "--noprofile", "-i"]) as person:
        person.wait(PROMPT)
        person.press(" ".join(COCKPIT) + "\r")
        person.wait("NEEDS YOU")
        yield person, child_of(person.pid)


def _comes(person: Terminal, keys: str, wanted: str) -> None:
    """Press keys, and wait until a text is written after them."""
    before = len(person.written)
    person.press(keys)
    end = time.monotonic() + 60
    while wanted.encode() not in re.sub(rb"\x1b\[[0-9;]*m", b"", person.written[before:]):
        assert time.monotonic() < end, person.written[before:]
        person.read(0.5)


def _modes(person: Terminal) -> list[object]:
    return list(termios.tcgetattr(person._fd))


def _ended(pid: int) -> bool:
    """Whether a process ends within a time."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def _all_off(written: bytes) -> bool:
    """Whether every mode that was set is as it was, whoever set it."""
    found = re.findall(rb"\x1b\[\?([0-9;]+)([hl])", written)
    last = {mode: how for modes, how in found for mode in modes.split(b";")}
    on = {mode for mode, how in last.items() if how == b"h"}
    return on == {b"25", b"7"}  # the cursor, and long lines wrap


@pytest.mark.fault(
    "kill",
    "kill -9 of the cockpit",
    sees="a clean terminal, and what a shell says of a killed program",
    kept="the engine's work",
)
def test_a_killed_cockpit_leaves_a_clean_terminal() -> None:
    with _terminal(COCKPIT) as person:
        before = _modes(person)
        person.wait("NEEDS YOU")
        assert _modes(person) != before
        os.kill(child_of(person.pid), signal.SIGKILL)
        assert person.exit_code() == 128 + signal.SIGKILL
        assert was_given_back(person)
        assert _all_off(person.written)
        assert _modes(person) == before


@pytest.mark.fault(
    "kill",
    "pkill -9 with the cockpit's name",
    sees="a clean terminal, and what a shell says of a killed program",
    kept="the engine's work",
)
def test_a_cockpit_that_is_killed_by_its_name_leaves_a_clean_terminal() -> None:
    with _terminal(COCKPIT) as person:
        person.wait("NEEDS YOU")
        both = person.pid, child_of(person.pid)
        names = [Path(f"/proc/{pid}/comm").read_text() for pid in both]
        for pid, name in zip(both, names, strict=True):  # as pkill does, for these two alone
            if name == names[1]:
                os.kill(pid, signal.SIGKILL)
        assert person.exit_code() == 128 + signal.SIGKILL
        assert was_given_back(person)
        assert names[0] == "cft-guardian\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_the_parent_gets_ends_the_cockpit(number: signal.Signals) -> None:
    with _terminal(COCKPIT) as person:
        before = _modes(person)
        person.wait("NEEDS YOU")
        os.killpg(person.pid, number)  # each of both gets it, and one hands it on
        assert person.exit_code() == 128 + number
        assert was_given_back(person)
        assert _modes(person) == before
        assert b"Traceback" not in person.written


def test_an_interrupt_before_the_app_runs_is_a_quiet_end() -> None:
    with _terminal(COCKPIT) as person:
        person.wait("shop-api")
        assert person.exit_code("\x03") == 130
        assert was_given_back(person)
        assert b"Traceback" not in person.written


def test_a_killed_parent_takes_the_cockpit_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with _in_a_shell(monkeypatch) as (person, parent):
        cockpit = child_of(parent)
        os.kill(parent, signal.SIGKILL)
        end = time.monotonic() + 30
        while not was_given_back(person):  # after the shell's own word for it
            assert time.monotonic() < end
            person.read(0.2)
        assert b"Killed" in person.written
        assert _ended(cockpit)


@pytest.mark.parametrize("alone", [False, True], ids=["cockpit", "parent"])
def test_a_stopped_cockpit_is_a_stopped_job_that_goes_on(
    monkeypatch: pytest.MonkeyPatch, *, alone: bool
) -> None:
    with _in_a_shell(monkeypatch) as (person, parent):
        os.kill(parent if alone else child_of(parent), signal.SIGTSTP)
        person.wait("Stopped")
        assert was_given_back(person)
        person.press("echo still $((40 + 2))\r")
        person.wait("still 42")
        _comes(person, "bg\r", "&")
        person.insist(
            ["jobs\r"], "(?s)&.*Stopped"
        )  # it has no use for a terminal that is another's
        _comes(person, "fg\r", "NEEDS YOU")
        _comes(person, "q", PROMPT)
        _comes(person, "echo code $?\r", "code 0")
        assert was_given_back(person)


def test_a_job_that_goes_on_without_its_shell_goes_on_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with _in_a_shell(monkeypatch) as (person, parent):
        cockpit = child_of(parent)
        os.killpg(parent, signal.SIGTSTP)
        person.wait("Stopped")
        os.kill(parent, signal.SIGKILL)
        assert _ended(cockpit)


_NO_MORE_THAN_A_USER = "-sys_ptrace,-perfmon,-sys_admin"
"""What of root's rights reads the memory of others."""


@pytest.mark.skipif(os.getuid() == 0 and not shutil.which("setpriv"), reason="reads as root")
def test_nobody_else_reads_the_key_in_the_environment_of_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary-0123456789")
    rights = [f"--{which}={_NO_MORE_THAN_A_USER}" for which in ("bounding-set", "inh-caps")]
    drop = ["setpriv", *rights] if os.getuid() == 0 else []

    def look(pid: int) -> tuple[int, bytes]:
        argv = [*drop, "grep", "-c", "canary", f"/proc/{pid}/environ"]
        found = subprocess.run(argv, capture_output=True, check=False)
        return found.returncode, found.stdout

    with _terminal([*drop, *COCKPIT]) as person, _terminal([*drop, "cat"]) as open_to_all:
        person.wait("NEEDS YOU")
        assert look(open_to_all.pid) == (0, b"1\n")
        assert [look(pid) for pid in (person.pid, child_of(person.pid))] == [(2, b"")] * 2

"""Other programs in the cockpit's terminal, in a real one: they have it to themselves, then it."""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.xdist_group("pty")

EDITOR = """\
#!{python}
import os, pathlib, signal, sys, termios, tty
here, path = pathlib.Path({folder!r}), pathlib.Path(sys.argv[-1])
here.joinpath("path").write_text(str(path))
here.joinpath("modes").write_text(str(termios.tcgetattr(0)[3] & termios.ICANON))
here.joinpath("pid").write_text(str(os.getpid()))
print("THE EDITOR IS OPEN", flush=True)
{act}
"""
WRITES = """\
line = sys.stdin.readline()
path.write_text(line)
"""
CRASHES = """\
tty.setraw(0)
os.write(1, b"\\x1b[?1049h\\x1b[?1003h\\x1b[?1006h\\x1b[>1u\\x1b[?25l\\x1b[31mBROKEN")
os.kill(os.getpid(), signal.SIGKILL)
"""
INTERRUPTED = """\
try:
    print("READY", flush=True)
    sys.stdin.readline()
except KeyboardInterrupt:
    print("INTERRUPTED", flush=True)
    sys.stdin.readline()
"""
SHELL = """\
os.setpgid(0, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
os.tcsetpgrp(0, os.getpgrp())
os.kill(os.getpid(), signal.SIGKILL)
"""


@contextmanager
def cockpit(
    folder: Path, monkeypatch: pytest.MonkeyPatch, act: str, *arguments: str
) -> Iterator[Terminal]:
    """The cockpit on a fake service, with an editor that does what it is told."""
    editor = folder / "editor"
    editor.write_text(EDITOR.format(python=sys.executable, folder=str(folder), act=act))
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    person = Terminal([sys.executable, "-m", "tests.tui.pty_app", *arguments], size=(100, 30))
    try:
        person.wait("Retry on")
        person.insist(["2"], "space accept")
        yield person
    finally:
        person.close()


def cooked(person: Terminal) -> bool:
    """Whether the terminal is as a shell expects it."""
    return bool(termios.tcgetattr(person._fd)[3] & termios.ICANON)


@pytest.mark.parametrize("arguments", [(), ("busy",)], ids=["calm", "busy"])
def test_the_editor_has_the_terminal_and_the_cockpit_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    with cockpit(tmp_path, monkeypatch, WRITES, *arguments) as person:
        before = len(person.written)
        person.press("E")
        person.wait("THE EDITOR IS OPEN")
        assert (tmp_path / "modes").read_text() != "0"
        opened = person.written.index(b"THE EDITOR IS OPEN", before)
        for _ in range(20):  # what the cockpit draws meanwhile is not for this screen
            person.read(0.05)
        assert b"\x1b[" not in person.written[opened:]
        person.press("class Retry: mine\r")
        person.wait(r"your edit is attempt 3 of 1\.2\.3")
        person.wait("Retry on")
        person.insist(["1"], "new task")
        person.press("q")
        assert person.exit_code() == 0
        assert cooked(person)


@pytest.mark.fault(
    "people",
    "an editor is killed in the middle of its own screen",
    sees="the cockpit as it was, with a line that says how the editor ended",
    kept="the proposal as it was, and the terminal's modes",
)
def test_an_editor_that_is_killed_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cockpit(tmp_path, monkeypatch, CRASHES) as person:
        person.press("E")
        person.wait("the editor ended with -9")
        person.wait(r"\A shop-api main")  # all of it is drawn again
        assert "BROKEN" not in person.text
        person.insist(["1"], "new task")
        person.press("q")
        assert person.exit_code() == 0
        assert cooked(person)


def test_a_program_that_took_the_foreground_and_died_gives_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cockpit(tmp_path, monkeypatch, SHELL) as person:
        person.press("E")
        person.wait("the editor ended with -9")
        person.insist(["1"], "new task")
        person.press("q")
        assert person.exit_code() == 0


def test_an_interrupt_is_the_editors_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cockpit(tmp_path, monkeypatch, INTERRUPTED) as person:
        person.press("E")
        person.wait("READY")
        person.press("\x03")
        person.wait("INTERRUPTED")
        person.press("\r")
        person.wait("nothing was changed")


def test_a_signal_meanwhile_ends_both_and_gives_the_terminal_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cockpit(tmp_path, monkeypatch, WRITES) as person:
        person.press("E")
        person.wait("THE EDITOR IS OPEN")
        os.kill(person.pid, signal.SIGTERM)
        assert person.exit_code() == 143
        assert cooked(person)
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "pid").read_text()), 0)

"""Other programs in the same terminal: an editor, a shell. The cockpit steps aside meanwhile.

Theory of operation: the driver gives the terminal back as it was, the program runs in the
foreground, and the loop goes on: an engine must not take a cockpit for dead, nor end with it,
because somebody writes for an hour. So what the cockpit would draw meanwhile is dropped, and all
is drawn again afterwards. However the program ends, killed in the middle of its own screen too,
the terminal is put back to what it was before.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import termios
from asyncio.subprocess import Process
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any
from weakref import WeakSet

from textual.app import App

from codeframe_tui.tui.terminal import RESTORE

__all__ = ["run_aside"]

_PATIENCE = 0.5
"""Seconds between asking a program to end and ending it."""
_aside: WeakSet[App[Any]] = WeakSet()
"""Apps whose terminal another program has."""


async def run_aside(
    app: App[Any], argv: Sequence[str], *, folder: str | None = None, note: str = ""
) -> int:
    """Run a program in the terminal until it ends; its exit code, below zero a signal.

    Args:
        app: steps aside; one without a terminal of its own just waits.
        argv: the program and its arguments.
        folder: where it runs.
        note: a line that is shown before it starts.

    Raises:
        OSError: it cannot be started; also while another program has the terminal, which happens
            when its key was pressed twice before it began.
    """
    if app in _aside:
        raise OSError(errno.EBUSY, "another program has the terminal")
    _aside.add(app)
    try:
        return await _step_aside(app, argv, folder, note)
    finally:
        _aside.discard(app)


async def _step_aside(app: App[Any], argv: Sequence[str], folder: str | None, note: str) -> int:
    if app.is_headless:
        return await _run(argv, folder)
    failure: BaseException | None = None
    code = 0
    with app.suspend():  # which comes back only when nothing is raised inside
        try:
            with _quiet(app), _kept_terminal(), _no_interrupts():
                if note:
                    os.write(1, f"{note}\r\n".encode())
                code = await _run(argv, folder)
        except asyncio.CancelledError:
            raise  # the cockpit ends: it gives the terminal back itself
        except BaseException as error:  # noqa: BLE001 - raised again, below
            failure = error
    if failure is not None:
        raise failure
    return code


async def _run(argv: Sequence[str], folder: str | None) -> int:
    process = await asyncio.create_subprocess_exec(*argv, cwd=folder)
    try:
        return await process.wait()
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    """A program that still runs when the cockpit ends has a moment to put its work in order."""
    for end in (process.terminate, process.kill):
        if process.returncode is None:
            with suppress(ProcessLookupError):
                end()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _PATIENCE)


class _Nowhere:
    """Takes what the driver would write."""

    def write(self, text: str) -> None:
        """Drop it."""

    def stop(self) -> None:
        """Nothing to end."""


@contextmanager
def _quiet(app: App[Any]) -> Iterator[None]:
    """Drop what is drawn: the thread that writes has ended, and its queue would fill and block."""
    driver: Any = app._driver  # noqa: SLF001 - Textual has no word for it
    if hasattr(driver, "_writer_thread"):
        driver._writer_thread = _Nowhere()  # noqa: SLF001
    yield


@contextmanager
def _kept_terminal() -> Iterator[None]:
    """Modes and foreground of the terminal are afterwards what they were, whatever was killed."""
    try:
        saved = termios.tcgetattr(0)
    except termios.error:
        yield
        return
    try:
        yield
    finally:
        with _ignored(signal.SIGTTOU), suppress(OSError, termios.error):
            os.tcsetpgrp(0, os.getpgrp())
            termios.tcsetattr(0, termios.TCSADRAIN, saved)
            termios.tcflush(0, termios.TCIFLUSH)  # what was typed was not meant for us
            os.write(1, RESTORE)


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """``ctrl+c`` is the program's; a handler, not SIG_IGN, which the program would inherit."""

    def ignore(_number: int, _frame: FrameType | None) -> None:
        pass

    numbers = (signal.SIGINT, signal.SIGQUIT)
    before: Mapping[int, Any] = {number: signal.signal(number, ignore) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _ignored(number: signal.Signals) -> Iterator[None]:
    before: Callable[..., Any] | int | None = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)

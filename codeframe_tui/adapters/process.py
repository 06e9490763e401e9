"""Attends to a running program: bounded output, wall clock, an end that leaves nothing behind.

Start programs that use ``--die-with-parent`` from the main thread: the signal follows the thread
that forked, not the process. `spawn` is called by the event loop, so the main thread it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from codeframe_tui.ending import ended

__all__ = [
    "Child",
    "Ended",
    "OnOutput",
    "Ring",
    "attend",
    "lives",
    "read_fd",
    "run_program",
]

OnOutput = Callable[[bytes], None]
CHUNK = 65_536
KEEP = 128 * 1024
DRAIN_SECONDS = 1.0
_DYING_SECONDS, _DYING_LOOKS = 0.002, 100
"""Between looks at a killed group, and how many: dead ones may wait long to be reaped."""


def lives(pid: int) -> bool:
    """Whether there is a process of this id, whoever it belongs to."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


@dataclass(slots=True)
class Ring:
    """Keeps the first and the last ``keep`` bytes of a stream of any length."""

    keep: int = KEEP
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    cut: int = 0

    def add(self, chunk: bytes) -> None:
        """Take the next piece of the stream."""
        room = self.keep - len(self.head)
        if room > 0:
            self.head += chunk[:room]
            chunk = chunk[room:]
        self.tail += chunk
        if len(self.tail) > 2 * self.keep:
            self._trim()

    def _trim(self) -> None:
        over = len(self.tail) - self.keep
        if over > 0:
            self.cut += over
            del self.tail[:over]

    def text(self) -> bytes:
        """Head and tail, with a line between that says how much was cut."""
        self._trim()
        if not self.cut:
            return bytes(self.head + self.tail)
        return bytes(self.head) + b"\n[... %d bytes cut ...]\n" % self.cut + bytes(self.tail)


class Child(Protocol):
    """A program that was started.

    Attributes:
        output: reading end of its output; `attend` closes it.
    """

    output: int

    def kill(self) -> None:
        """End it and all that it started; may be called again."""
        ...

    async def wait(self) -> int:
        """Its exit code, or minus the signal; only when nothing of it is left."""
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left of a program: ``code`` as in `Child.wait`, and its bounded output."""

    code: int
    timed_out: bool
    output: bytes
    cut: int
    seconds: float


def read_fd(fd: int, take: OnOutput) -> asyncio.Future[None]:
    """Read a pipe until its end, chunk by chunk, in the event loop.

    Returns:
        A future that is done at the end of the stream; cancel it to stop early. ``fd`` is closed
        either way.
    """
    loop = asyncio.get_running_loop()
    end: asyncio.Future[None] = loop.create_future()
    os.set_blocking(fd, False)

    def close(_: asyncio.Future[None]) -> None:
        loop.remove_reader(fd)
        os.close(fd)

    def readable() -> None:
        if end.done():
            return
        try:
            chunk = os.read(fd, CHUNK)
        except BlockingIOError:
            return
        if chunk:
            take(chunk)
        else:
            end.set_result(None)

    end.add_done_callback(close)
    loop.add_reader(fd, readable)
    return end


async def attend(
    child: Child,
    *,
    timeout_seconds: float,
    on_output: OnOutput | None = None,
    keep: int = KEEP,
) -> Ended:
    """Stay with a program until it has ended, by itself or by the clock.

    A cancel of the calling task kills the program, waits for its end, and goes on as a cancel.
    """
    started = time.monotonic()
    ring = Ring(keep)

    def take(chunk: bytes) -> None:
        ring.add(chunk)
        if on_output is not None:
            on_output(chunk)

    stream = read_fd(child.output, take)
    waiting = asyncio.ensure_future(child.wait())
    try:
        timed_out = not (await asyncio.wait({waiting}, timeout=timeout_seconds))[0]
        if timed_out:
            child.kill()
            await asyncio.wait({waiting})
        await asyncio.wait({stream}, timeout=DRAIN_SECONDS)
    except asyncio.CancelledError:
        child.kill()
        await ended(waiting)
        raise
    finally:
        stream.cancel()
    seconds = time.monotonic() - started
    return Ended(waiting.result(), timed_out, ring.text(), ring.cut, seconds)


@dataclass(slots=True)
class _Spawned:
    process: Process
    output: int

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    async def wait(self) -> int:
        code = await self.process.wait()
        self.kill()
        await self._all_gone()
        return code

    async def _all_gone(self) -> None:
        """Wait for the others of its group, which die of the same signal a moment later."""
        for _ in range(_DYING_LOOKS):
            try:
                os.killpg(self.process.pid, 0)
            except OSError:  # macOS: not permitted, where only dead ones are left
                return
            await asyncio.sleep(_DYING_SECONDS)


async def run_program(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    timeout_seconds: float,
    on_output: OnOutput | None = None,
    pass_fds: Sequence[int] = (),
    stdin: int = asyncio.subprocess.DEVNULL,
    keep: int = KEEP,
) -> Ended:
    """Run a trusted program of ours in a session of its own; only the given variables.

    Args:
        stdin: an open descriptor that it reads; no input by default.
        keep: bytes kept of its output's beginning, and as many of its end.

    Its process group ends with it. What puts itself into another session is not caught: for
    programs that are not ours there is the sandbox.

    Raises:
        OSError: it could not be started.
    """
    reading, writing = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=stdin,
            stdout=writing,
            stderr=writing,
            env=dict(env),
            cwd=cwd,
            pass_fds=tuple(pass_fds),
            start_new_session=True,
        )
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    child = _Spawned(process, reading)
    return await attend(child, timeout_seconds=timeout_seconds, on_output=on_output, keep=keep)

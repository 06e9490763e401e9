"""The engine's end of the launcher: one order, one answer, per program."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Launched", "Launcher", "Order"]

SCRIPT = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True)
class Order:
    """What the launcher is to start; see its own docstring."""

    argv: Sequence[str]
    command: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    limits: Mapping[str, int]
    totals: Mapping[str, int]
    watched: Sequence[str] = ()
    private: Mapping[str, int] = field(default_factory=dict)
    filter: bytes = b""
    data: Mapping[str, bytes] = field(default_factory=dict)
    stage: Sequence[str] = ()
    uid: int | None = None
    give: str = ""
    given: str = field(default="", compare=False)

    def encode(self) -> bytes:
        """The order as the launcher reads it: length, then JSON."""
        body = json.dumps(
            {
                "argv": list(self.argv),
                "command": list(self.command),
                "env": dict(self.env),
                "cwd": self.cwd,
                "limits": dict(self.limits),
                "totals": dict(self.totals),
                "watched": list(self.watched),
                "private": dict(self.private),
                "filter": self.filter.decode("latin-1"),
                "data": {name: data.decode("latin-1") for name, data in self.data.items()},
                "stage": list(self.stage),
                "stage_at": tempfile.gettempdir(),
                "uid": self.uid,
                "give": self.give,
                "given": self.given,
            }
        ).encode()
        return len(body).to_bytes(8, "big") + body


class Launched:
    """A program that the launcher started; a `process.Child`."""

    def __init__(self, control: socket.socket, output: int) -> None:
        self.output = output
        self.error = ""
        self.exceeded = ""
        self.given = ""
        self.status: list[dict[str, int]] = []
        self._control = control

    def kill(self) -> None:
        """The launcher takes the end of the control socket as the order to kill."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)

    async def wait(self) -> int:
        """Exit code or minus the signal; -1 with `error` when it never ran.

        `exceeded` then names the total for which the launcher ended it; `given` is for the next
        `Order` that gives the same folder to the same user.
        """
        loop = asyncio.get_running_loop()
        answer = bytearray()
        try:
            while not answer.endswith(b"\n"):
                piece = await loop.sock_recv(self._control, 65_536)
                if not piece:
                    break
                answer += piece
        except OSError:
            answer.clear()
        finally:
            self._control.close()
        if not answer:
            self.error = "the launcher died"
            return -1
        report = json.loads(answer)
        self.error = report.get("error", "")
        self.exceeded = report.get("exceeded", "")
        self.given = report.get("given", "")
        self.status = [json.loads(line) for line in report.get("status", "").splitlines()]
        return int(report.get("wait", -1))


class Launcher:
    """Owns the launcher process; starts it when it is first needed, and again if it died."""

    def __init__(self) -> None:
        self._door: socket.socket | None = None
        self._end: weakref.finalize[..., Launcher] | None = None

    async def start(self, order: Order, stdin: int, extras: Sequence[int] = ()) -> Launched:
        """Start a program; ``stdin`` and ``extras`` stay the caller's to close.

        Raises:
            OSError: the launcher cannot be started.
        """
        control, remote = socket.socketpair()
        output, writing = os.pipe()
        try:
            control.setblocking(False)
            text = order.encode()
            there = control.send(text)  # before the warden wakes, who then need not sleep again
            self._send([remote.fileno(), stdin, writing, *extras])
            if there < len(text):
                await asyncio.get_running_loop().sock_sendall(control, text[there:])
        except BaseException:
            control.close()
            os.close(output)
            raise
        finally:
            remote.close()
            os.close(writing)
        return Launched(control, output)

    def _send(self, fds: list[int]) -> None:
        if self._door is not None:
            try:
                socket.send_fds(self._door, [b"1"], fds)
            except OSError:
                self.close()
            else:
                return
        socket.send_fds(self._open(), [b"1"], fds)

    def _open(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            null = os.open(os.devnull, os.O_RDWR)
            actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
            actions.append((os.POSIX_SPAWN_DUP2, theirs.fileno(), 3))
            argv = [sys.executable, "-I", "-S", str(SCRIPT)]
            try:
                pid = os.posix_spawn(
                    sys.executable, argv, {"PATH": "/usr/bin:/bin"}, file_actions=actions
                )
            finally:
                os.close(null)
        self._door = ours
        self._end = weakref.finalize(self, _finish, ours, pid)
        return ours

    def close(self) -> None:
        """End the launcher process; programs that run go on under their wardens."""
        if self._end is not None:
            self._end()
        self._door = None


def _finish(door: socket.socket, pid: int) -> None:
    door.close()
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)

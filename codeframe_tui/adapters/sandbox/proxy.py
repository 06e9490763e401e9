"""The engine's end of a command's way to the network: an HTTP proxy for what is allowed.

It listens on a socket that was made within the sandbox (see `listener.py`), so that nobody else can
come to it. Plain HTTP is carried request by request (see `exchange.py`), all else in tunnels.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import h11

from codeframe_tui.adapters.sandbox.exchange import (
    CHUNK,
    Exchange,
    Refusal,
    Sums,
    next_event,
    streams,
    wanted,
)
from codeframe_tui.adapters.sandbox.network import Network, connect
from codeframe_tui.adapters.scarce import SCARCE
from codeframe_tui.core.network import SETTING, Contact, Target
from codeframe_tui.core.text import clean_line
from codeframe_tui.ending import ended

__all__ = ["Bounds", "Proxy", "becoming", "open_proxy"]

logger = logging.getLogger(__name__)

SOURCE = Path(__file__).with_name("listener.py").read_text(encoding="utf-8")
NOT_NAMED = f"{SETTING} in config.toml does not name it"
UNREAD = 2**20
"""Bytes that a client may still send before it hears that it is refused."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one command may have: connections at once and in all, bytes of a head, seconds."""

    at_once: int = 16
    in_all: int = 2_000
    places: int = 64
    head_bytes: int = 16_384
    head_seconds: float = 10.0
    connect_seconds: float = 30.0
    idle_seconds: float = 60.0
    pause_seconds: float = 0.2


BOUNDS = Bounds()


class _NotReceived(Exception):
    """A socket came, and the machine could not take it."""


class Proxy:
    """Serves one command."""

    def __init__(self, network: Network, bounds: Bounds = BOUNDS) -> None:
        self._network = network
        self._bounds = bounds
        self._seats = asyncio.Semaphore(bounds.at_once)
        self._reached: dict[str, Sums] = {}
        self._refused: Counter[tuple[str, str]] = Counter()

    def contacts(self) -> tuple[Contact, ...]:
        """What was reached and refused so far."""
        reached = (
            Contact(place, each.times, each.sent, each.received)
            for place, each in self._reached.items()
        )
        refused = (
            Contact(place, times, refused=why) for (place, why), times in self._refused.items()
        )
        return (*reached, *refused)

    async def serve(self, engine: socket.socket) -> None:
        """Take the listening socket that the sandbox hands over, and serve it until cancelled."""
        try:
            with engine:
                listener = await _received(engine)
        except _NotReceived:
            self._refuse("everything", "the machine has no descriptor left for the proxy")
            return
        if listener is None:
            return
        async with asyncio.TaskGroup() as serving:
            with listener:
                for _ in range(self._bounds.in_all):
                    try:
                        client = await self._accept(listener)
                    except OSError as error:
                        self._refuse("everything else", f"no more connections: {error.strerror}")
                        return
                    task = serving.create_task(self._attend(client))
                    task.add_done_callback(partial(self._leave, client))
                await _until_readable(listener)
                self._refuse("everything else", f"more than {self._bounds.in_all} connections")

    async def _accept(self, listener: socket.socket) -> socket.socket:
        """The next client, with its seat. Raises: OSError, when there will be no other."""
        loop = asyncio.get_running_loop()
        while True:
            await self._seats.acquire()
            try:
                client, _ = await loop.sock_accept(listener)
            except OSError as error:
                self._seats.release()
                if error.errno in SCARCE:  # the client waits meanwhile
                    await asyncio.sleep(self._bounds.pause_seconds)
                elif error.errno != errno.ECONNABORTED:  # of that client alone: it has left
                    raise
            else:
                return client

    def _leave(self, client: socket.socket, task: asyncio.Task[None]) -> None:
        """Also of a task that was cancelled before it began."""
        del task
        client.close()
        self._seats.release()

    async def _attend(self, client: socket.socket) -> None:
        try:
            async with streams(client) as (reader, writer):
                await self._answer(reader, writer)
        except (OSError, h11.ProtocolError):
            pass  # who left needs no answer
        except Exception:
            logger.exception("one connection to the proxy of a command failed")

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conn = h11.Connection(h11.SERVER, max_incomplete_event_size=self._bounds.head_bytes)
        try:
            async with asyncio.timeout(self._bounds.head_seconds):
                asked = await next_event(conn, reader, self._bounds.head_bytes)
            if not isinstance(asked, h11.Request):
                return
            target, path = wanted(asked)
            upstream = await self._connect(target)
        except h11.RemoteProtocolError as error:
            refusal = Refusal(error.error_status_hint, "?", f"no clean HTTP: {error}")
            await self._decline(conn, reader, writer, refusal)
        except Refusal as refusal:
            await self._decline(conn, reader, writer, refusal)
        else:
            sums = self._reached.setdefault(str(target), Sums())
            sums.times += 1
            async with streams(upstream) as server:
                exchange = Exchange((reader, writer), server, sums, self._bounds.idle_seconds)
                await exchange.run(conn, asked, target, path)

    async def _connect(self, target: Target) -> socket.socket:
        place = str(target)
        if not self._network.allowed.holds(target):
            raise Refusal(403, place, NOT_NAMED)
        if place not in self._reached and len(self._reached) >= self._bounds.places:
            raise Refusal(403, place, f"more than {self._bounds.places} places")
        try:
            async with asyncio.timeout(self._bounds.connect_seconds):
                return await connect(self._network, target)
        except PermissionError as error:
            raise Refusal(403, place, str(error)) from error
        except TimeoutError as error:
            raise Refusal(504, place, "it did not answer in time") from error
        except OSError as error:
            why = f"it cannot be reached: {error.strerror or error}"
            raise Refusal(502, place, why) from error

    async def _decline(
        self,
        conn: h11.Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        refusal: Refusal,
    ) -> None:
        """Say no in the status line: of a tunnel's refusal clients show nothing else."""
        self._refuse(refusal.place, refusal.why)
        if conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        reason = clean_line(f"refused: {refusal.why}", limit=200).encode("ascii", "replace")
        headers = [("Content-Length", "0"), ("Connection", "close")]
        answer = h11.Response(status_code=refusal.status, reason=reason, headers=headers)
        async with asyncio.timeout(self._bounds.head_seconds):
            writer.write(conn.send(answer) or b"")
            await writer.drain()
            writer.write_eof()
            left = UNREAD
            while left > 0 and (chunk := await reader.read(CHUNK)):  # else it may lose the answer
                left -= len(chunk)

    def _refuse(self, place: str, why: str) -> None:
        key = (place, why)
        if key not in self._refused and len(self._refused) >= self._bounds.places:
            key = ("other places", "too many to name")
        self._refused[key] += 1


async def _received(engine: socket.socket) -> socket.socket | None:
    """The listening socket; None when something else comes, or nothing. Raises: _NotReceived."""
    await _until_readable(engine)
    _, fds, flags, _ = socket.recv_fds(engine, 1, 1, socket.MSG_CMSG_CLOEXEC)
    if not fds and flags & socket.MSG_CTRUNC:
        raise _NotReceived
    if not fds:
        return None
    try:
        made = socket.socket(fileno=fds[0])
    except OSError:
        os.close(fds[0])
        return None
    if not _listens(made):
        made.close()
        return None
    made.setblocking(False)
    return made


async def _until_readable(waited: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(waited, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(waited)


def _listens(made: socket.socket) -> bool:
    return (
        (made.family, made.type) == (socket.AF_INET, socket.SOCK_STREAM)
        and made.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
        and made.getsockname()[0] == "127.0.0.1"
    )


@asynccontextmanager
async def open_proxy(network: Network, bounds: Bounds = BOUNDS) -> AsyncIterator[tuple[Proxy, int]]:
    """A proxy for one command, and the descriptor for its `listener.py`; nothing of it stays."""
    proxy = Proxy(network, bounds)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        serving = asyncio.create_task(proxy.serve(ours))
        serving.add_done_callback(_tell)
        try:
            yield proxy, theirs.fileno()
        finally:
            serving.cancel()
            if (stopped := await ended(serving)) is not None:
                raise stopped


def _tell(served: asyncio.Task[None]) -> None:
    if not served.cancelled() and (error := served.exception()) is not None:
        logger.error("the proxy of a command failed", exc_info=error)


def becoming(python: str, fd: int, argv: Sequence[str]) -> list[str]:
    """The command line that hands the listening socket over, then becomes ``argv``."""
    return [python, "-I", "-S", "-c", SOURCE, str(fd), *argv]

"""One request of a hostile client, carried to a place that it may reach.

h11 reads it, and its head is written anew, so that no byte of it is understood in two ways: one
request a connection, with the framing and the Host that were judged. What follows it is never read.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import h11

from codeframe_tui.core.network import Target, parse_target
from codeframe_tui.core.text import clean_line

__all__ = ["CHUNK", "Exchange", "Refusal", "Streams", "Sums", "next_event", "streams", "wanted"]

CHUNK = 65_536
HTTP = 80
"""The port of an address that names none."""
_HTTP = re.compile(r"(?i:http)://(?P<place>[^/?#]*)(?P<path>[^#]*)")
_DROPPED = frozenset(
    b"connection proxy-connection proxy-authorization keep-alive te trailer upgrade expect".split()
)
"""Headers that are for us and not for the server."""
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
_NEEDED = _FRAMING | {b"host"}

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Refusal(Exception):
    """A request that is not carried out; ``place`` is what it asked for."""

    def __init__(self, status: int, place: str, why: str) -> None:
        super().__init__(why)
        self.status, self.place = status, clean_line(place, limit=80)
        self.why = clean_line(why, limit=200)


@dataclass(slots=True)
class Sums:
    """What came of a place that was reached; see `Contact`."""

    times: int = 0
    sent: int = 0
    received: int = 0


class Exchange:
    """Carries one request between a client and the place that it may reach."""

    def __init__(self, client: Streams, server: Streams, sums: Sums, idle_seconds: float) -> None:
        self._client, self._server = client, server
        self._sums = sums
        self._idle_seconds = idle_seconds
        self._idle = asyncio.timeout(idle_seconds)

    async def run(
        self, conn: h11.Connection, asked: h11.Request, target: Target, path: bytes | None
    ) -> None:
        """Until one side has ended, or nothing has come for too long.

        Args:
            target: the place that was judged.
            path: what the server is asked for; None = a tunnel.
        """
        with contextlib.suppress(TimeoutError):
            async with self._idle:
                if path is None:
                    await self._tunnel(conn)
                else:
                    await self._request(conn, asked, target, path)

    async def _tunnel(self, conn: h11.Connection) -> None:
        await next_event(conn, self._client[0], CHUNK)  # the end of a request without a body
        await self._down(conn.send(h11.Response(status_code=200, reason=b"OK", headers=[])) or b"")
        early, _ = conn.trailing_data
        await self._up(early)
        await asyncio.gather(
            self._pump(self._client[0], self._server[1], self._up),
            self._pump(self._server[0], self._client[1], self._down),
        )

    async def _request(
        self, conn: h11.Connection, asked: h11.Request, target: Target, path: bytes
    ) -> None:
        """One request, whose framing is written anew; what comes after it is never read."""
        there = h11.Connection(h11.CLIENT)
        host = target.host if target.port == HTTP else str(target)
        headers = [(b"host", host.encode("ascii")), *_kept(asked), (b"connection", b"close")]
        head = h11.Request(method=asked.method, target=path, headers=headers)
        await self._up(there.send(head) or b"")
        body = asyncio.create_task(self._body(conn, there))
        try:
            await self._pump(self._server[0], self._client[1], self._down)
        finally:
            body.cancel()
            await asyncio.wait({body})

    async def _body(self, conn: h11.Connection, there: h11.Connection) -> None:
        try:
            if conn.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                await self._down(conn.send(go_on) or b"")
            while isinstance(event := await next_event(conn, self._client[0], CHUNK), h11.Data):
                await self._up(there.send(event) or b"")
            if isinstance(event, h11.EndOfMessage):
                await self._up(there.send(h11.EndOfMessage()) or b"")
        except (OSError, h11.ProtocolError):
            self._server[1].transport.abort()

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        carry: Callable[[bytes], Awaitable[None]],
    ) -> None:
        try:
            while chunk := await reader.read(CHUNK):
                await carry(chunk)
            writer.write_eof()
        except OSError:
            writer.transport.abort()

    async def _up(self, data: bytes) -> None:
        self._sums.sent += len(data)
        await self._carry(data, self._server[1])

    async def _down(self, data: bytes) -> None:
        self._sums.received += len(data)
        await self._carry(data, self._client[1])

    async def _carry(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        if not self._idle.expired():  # what comes in the very moment of the end puts nothing off
            self._idle.reschedule(asyncio.get_running_loop().time() + self._idle_seconds)
        writer.write(data)
        await writer.drain()


def wanted(asked: h11.Request) -> tuple[Target, bytes | None]:
    """What a request wants to reach, and the path for a server; None = a tunnel.

    Raises:
        Refusal: it is not clear what it wants.
    """
    text = asked.target.decode("ascii", "replace")
    tunnel = asked.method == b"CONNECT"
    match = _HTTP.fullmatch(text)
    framing = _FRAMING & {name for name, _ in asked.headers}
    if tunnel and framing:
        raise Refusal(400, text, "a tunnel with a body")
    if framing == _FRAMING:  # who believes the one and who the other see two different ends
        raise Refusal(400, text, "a length and chunks: only one of them can be true")
    if _NEEDED & _named(asked):
        raise Refusal(400, text, "its framing is taken away by its Connection header")
    if not tunnel and match is None:
        raise Refusal(400, text, "neither a tunnel nor an http:// address")
    place = text if match is None else match["place"]
    hosts = [] if tunnel else [value for name, value in asked.headers if name == b"host"]
    try:
        target = parse_target(place, None if tunnel else HTTP)
        agreed = all(parse_target(host.decode("latin-1"), HTTP) == target for host in hosts)
    except ValueError as error:
        raise Refusal(400, place, str(error)) from error
    if not agreed:
        raise Refusal(400, place, "not what the Host header names")
    path = "" if match is None else match["path"]
    return target, None if tunnel else (path if path[:1] == "/" else f"/{path}").encode("ascii")


def _named(asked: h11.Request) -> set[bytes]:
    """Headers that a client declares to be for us alone."""
    named = b",".join(value for name, value in asked.headers if name == b"connection")
    return {each.strip().lower() for each in named.split(b",")}


def _kept(asked: h11.Request) -> list[tuple[bytes, bytes]]:
    """Headers that go on to the server; the host is written anew."""
    dropped = _DROPPED | _named(asked) | {b"host"}
    return [(name, value) for name, value in asked.headers if name not in dropped]


async def next_event(
    conn: h11.Connection, reader: asyncio.StreamReader, most: int
) -> h11.Event | None:
    """What a client says next, read in pieces of ``most`` bytes; None = nothing that counts.

    Raises: h11.RemoteProtocolError.
    """
    while (event := conn.next_event()) is h11.NEED_DATA:
        conn.receive_data(await reader.read(most))
    return event if isinstance(event, h11.Event) else None


@asynccontextmanager
async def streams(made: socket.socket) -> AsyncIterator[Streams]:
    """Streams of a socket, which is closed at the end; a drained writer holds nothing back."""
    reader, writer = await asyncio.open_connection(sock=made, limit=CHUNK)
    writer.transport.set_write_buffer_limits(high=0)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

"""Servers on loopback that a test calls public, and a network that leads to them."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from codeframe_tui.adapters.sandbox.network import Address, Network
from codeframe_tui.adapters.sandbox.proxy import BOUNDS, Bounds, Proxy, open_proxy
from codeframe_tui.core.network import NOWHERE, Allowed, Target

__all__ = ["BIG", "GOOD", "OTHER", "World", "ask", "open_directly", "open_world", "tunnel"]

BIG = 300_000
GOOD, OTHER = "good.example.org", "other.example.org"


@dataclass
class World:
    """A server that is allowed, one that is not, and all that they were told.

    Attributes:
        heard: port -> what came, connection by connection.
        names: what names lead to; else 127.0.0.1.
        asked: names that were looked up.
    """

    good: int = 0
    other: int = 0
    heard: dict[int, list[bytes]] = field(default_factory=dict)
    names: dict[str, list[Address]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def look_up(self, target: Target) -> list[Address]:
        self.asked.append(target.host)
        return self.names.get(target.host, [(socket.AF_INET, "127.0.0.1")])

    nothing = NOWHERE

    def network(self, *more: str) -> Network:
        """What leads to the good server; its address counts as public."""
        allowed = Allowed.of([f"{GOOD}:{self.good}", f"*.wild.example.org:{self.good}", *more])
        return Network(allowed, look_up=self.look_up, objection=lambda _: "")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer a request with its path, `/flood` without end; echo what is no request."""
        port = writer.get_extra_info("sockname")[1]
        heard = self.heard[port]
        heard.append(b"")
        place = len(heard) - 1
        try:
            while data := await reader.read(65_536):
                heard[place] += data
                asked = heard[place].split(b"\r\n")[0]
                if asked.endswith(b" HTTP/1.1"):
                    if b"/flood" in asked:
                        await _flood(writer)
                    if not _is_whole(heard[place]):
                        continue
                    if b"/big" in asked:
                        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(BIG))
                        break
                    body = asked.split(b" ")[1]
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
                    writer.write(body)
                    break
                writer.write(data)
        except OSError:
            pass
        finally:
            writer.close()
            self.closed.set()


def _is_whole(heard: bytes) -> bool:
    head, end, body = heard.partition(b"\r\n\r\n")
    if b"\r\ntransfer-encoding: chunked\r\n" in head.lower() + b"\r\n":
        return body.endswith(b"0\r\n\r\n")
    length = [
        line.split(b":")[1]
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    ]
    return bool(end) and len(body) >= int(length[0] if length else 0)


async def _flood(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


@asynccontextmanager
async def open_directly(
    network: Network, bounds: Bounds = BOUNDS
) -> AsyncIterator[tuple[Proxy, int]]:
    """A proxy with its port, without any sandbox around its clients.

    The system takes little of what it sends, so that a slow client meets the proxy's own buffers.
    """
    async with open_proxy(network, bounds) as (proxy, fd):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            port = listener.getsockname()[1]
            with socket.socket(fileno=os.dup(fd)) as end:
                socket.send_fds(end, [b"1"], [listener.fileno()])
        yield proxy, port


@asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    """Both servers, until the block ends."""
    world = World()
    async with AsyncExitStack() as stack:
        for name in ("good", "other"):
            server = await asyncio.start_server(world.serve, "127.0.0.1", 0)
            stack.callback(server.close)
            port = server.sockets[0].getsockname()[1]
            setattr(world, name, port)
            world.heard[port] = []
        yield world


async def ask(port: int, request: bytes) -> bytes:
    """The status line of what the proxy answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return (await reader.read()).split(b"\r\n")[0]
    finally:
        writer.close()


def tunnel(world: World, host: str = GOOD) -> bytes:
    """A request for a tunnel to a host."""
    return f"CONNECT {host}:{world.good} HTTP/1.1\r\nHost: x\r\n\r\n".encode()

"""A connection that stands and says nothing any more: a tunnel that died without a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from codeframe_tui.core.errors import Refused
from codeframe_tui.core.queries import ShowTasks
from codeframe_tui.wire.address import Address
from codeframe_tui.wire.channel import Silence
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.codec import encode
from codeframe_tui.wire.hello import hello
from codeframe_tui.wire.remote import reach_remote
from codeframe_tui.wire.server import Server
from codeframe_tui.wire.websocket import dial
from tests.wire.fake_service import FakeService
from tests.wire.gateway_room import TOKEN, Served, served

SHORT = Silence(seconds=0.1, tries=2)
IN_ALL = SHORT.seconds * (SHORT.tries + 1)


class Tunnel:
    """Hands bytes on between one port and another place, until it is frozen.

    Attributes:
        piece: bytes that are handed on at once, with a breath before each.
    """

    def __init__(self, place: Address) -> None:
        self._place = place
        self._open = asyncio.Event()
        self._open.set()
        self._ways: set[asyncio.Task[None]] = set()
        self.piece = 0

    def freeze(self) -> None:
        self._open.clear()

    def thaw(self) -> None:
        self._open.set()

    @asynccontextmanager
    async def dug(self) -> AsyncIterator[Address]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield Address("127.0.0.1", server.sockets[0].getsockname()[1], self._place.token)
        finally:
            server.close()
            for way in self._ways:
                way.cancel()
            await asyncio.gather(*self._ways, return_exceptions=True)

    async def _accept(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await asyncio.open_connection(self._place.host, self._place.port)
        for reader, writer in ((near, to_far), (far, to_near)):
            way = asyncio.create_task(self._carry(reader, writer))
            self._ways.add(way)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(2**16):
                while data:
                    await self._open.wait()
                    size = self.piece or len(data)
                    if self.piece:
                        await asyncio.sleep(SHORT.seconds / 2)
                    writer.write(data[:size])
                    data = data[size:]
        finally:
            writer.close()


@pytest.mark.fault(
    "people",
    "the tunnel to a remote engine dies without a word",
    sees="that the engine is lost, and all that happened once the tunnel is there again",
    kept="every event, once",
)
async def test_a_tunnel_that_dies_silently_is_noticed_and_nothing_is_missed_after_it() -> None:
    async with served() as place:
        tunnel = Tunnel(place.address)
        async with tunnel.dug() as address:
            client = await reach_remote(lambda: address, SHORT)
            await place.service.record("task.added", "1")
            events = client.events(0)
            assert (await anext(events)).seq == 1
            tunnel.freeze()
            asking = asyncio.ensure_future(client.query(ShowTasks()))
            async with asyncio.timeout(5):
                await client.lost.wait()
            with pytest.raises(Refused) as caught:
                await asking
            assert caught.value.code == "engine_lost"
            with pytest.raises(Refused):
                await anext(events)
            await client.close()
            await place.service.record("task.added", "2")
            tunnel.thaw()
            again = await reach_remote(lambda: address, SHORT)
            assert (await anext(again.events(1))).seq == 2
            await again.close()


async def test_a_quiet_engine_that_answers_is_not_lost() -> None:
    async with served() as place:
        client = await reach_remote(lambda: place.address, SHORT)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3 * IN_ALL):
                await client.lost.wait()
        assert await client.query(ShowTasks()) == {}
        await client.close()


async def test_a_long_message_on_a_slow_way_is_no_silence() -> None:
    async with served() as place:
        place.service.documents["ShowTasks"] = {"text": "x" * 40_000}
        tunnel = Tunnel(place.address)
        async with tunnel.dug() as address:
            client = await reach_remote(lambda: address, SHORT)
            tunnel.piece = 2_500  # far longer than the silence in all
            async with asyncio.timeout(10):
                assert len((await client.query(ShowTasks()))["text"]) == 40_000
            assert not client.lost.is_set()
            await client.close()


async def test_an_engine_that_hangs_is_lost_on_the_unix_stream_too(tmp_path: Path) -> None:
    service, path = FakeService(), tmp_path / "s"
    server = Server(service)
    await server.start(path)
    client = Client(comes_back=False, silence=SHORT)
    await client.connect(path)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2 * IN_ALL):
            await client.lost.wait()
    (session,) = server._sessions._sessions
    for _ in range(session._bounds.in_flight):  # it reads no more: as if its process hung
        await session._slots.acquire()
    async with asyncio.timeout(5):
        await client.lost.wait()
    await client.close()
    session._slots.release()
    await server.close()


async def gone(place: Served) -> None:
    async with asyncio.timeout(5):
        while place.gateway.clients:
            await asyncio.sleep(0)


async def test_a_client_that_does_not_answer_gives_its_place_back() -> None:
    async with served(silence=SHORT) as place:
        channel = await dial(place.address)
        channel.send(encode(hello()))
        assert "hello" in (await channel.receive() or {})
        assert place.gateway.clients == 1
        await gone(place)  # nobody reads there, so no pong is sent
        channel.abort()


async def test_any_client_of_the_protocol_stays_as_long_as_it_answers_pings() -> None:
    async with served(silence=SHORT) as place:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"ws://{place.address.place}/"
        options: dict[str, Any] = {"ping_interval": None, "proxy": None}
        async with connect(url, additional_headers=headers, **options) as watcher:
            await watcher.send(encode(hello()).decode())
            await watcher.recv()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(3 * IN_ALL):
                    await watcher.recv()
            assert place.gateway.clients == 1

"""A connection that stands and says nothing any more: a tunnel that died without a word."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from codeframe_tui.core.commands import AddTask
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.queries import ShowTasks
from codeframe_tui.wire.address import Address
from codeframe_tui.wire.channel import Pulse, Silence
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.codec import encode
from codeframe_tui.wire.hello import hello
from codeframe_tui.wire.remote import reach_remote
from codeframe_tui.wire.server import Server
from codeframe_tui.wire.session import Bounds
from codeframe_tui.wire.stream import dial as dial_stream
from codeframe_tui.wire.websocket import FrameChannel, dial
from tests.wire.fake_service import FakeService
from tests.wire.gateway_room import TOKEN, Served, served

ASK = {"query": {"type": "ShowTasks"}}
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


# -- who is there, and behind ---------------------------------------------------------------------

STOOD = Pulse(came=5, left=100, waits=50, listens=True)


@pytest.mark.parametrize(
    ("before", "now", "there"),
    [
        (STOOD, STOOD, False),
        (STOOD, Pulse(6, 100, 50, True), True),
        (STOOD, Pulse(5, 101, 49, True), True),
        (Pulse(5, 100, 0, True), Pulse(5, 130, 0, True), False),
        (STOOD, Pulse(5, 100, 80, False), False),
        (STOOD, Pulse(5, 100, 0, False), True),
    ],
    ids=["nothing", "it came", "it took", "the system took", "it is in the way", "we are busy"],
)
def test_what_counts_as_a_sign_of_life(before: Pulse, now: Pulse, *, there: bool) -> None:
    assert now.beats_after(before) is there


async def small(address: Address) -> FrameChannel:
    """A client that says nothing by itself, and for which the system holds little."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**14)
    connection.connect((address.host, address.port))
    reader, writer = await asyncio.open_connection(sock=connection)
    protocol = ClientProtocol(parse_uri(f"ws://{address.place}/"), max_size=None)
    channel = FrameChannel(reader, writer, protocol)
    request = protocol.connect()
    request.headers["Authorization"] = f"Bearer {address.token}"
    protocol.send_request(request)
    writer.writelines(protocol.data_to_send())
    await channel.handshake()
    channel.send(encode(hello()))
    assert "hello" in (await channel.receive() or {})
    return channel


async def test_who_reads_slowly_is_there() -> None:
    bounds = Bounds(outbox_bytes=100_000)
    async with served(bounds, silence=SHORT) as place:
        place.service.documents["ShowTasks"] = {"text": "x" * 100_000}
        channel = await small(place.address)
        for number in range(1, 31):  # the gateway hears no pong while answers stand in its way
            channel.send(encode({"id": number, **ASK}))
        for _ in range(30):
            await asyncio.sleep(SHORT.seconds / 2)
            assert "ok" in (await channel.receive() or {}), "it was taken for gone"
        assert place.gateway.clients == 1
        channel.abort()


async def test_who_stopped_reading_is_gone() -> None:
    bounds = Bounds(outbox_bytes=100_000, parting_seconds=0.1)
    async with served(bounds, silence=SHORT) as place:
        place.service.documents["ShowTasks"] = {"text": "x" * 100_000}
        channel = await small(place.address)
        for number in range(1, 31):
            channel.send(encode({"id": number, **ASK}))
        await gone(place)
        channel.abort()


async def test_an_engine_that_takes_its_time_is_not_the_client_s_silence() -> None:
    async with served(Bounds(in_flight=1), silence=SHORT) as place:
        place.service.hold = asyncio.Event()
        client = await place.client()
        both = [asyncio.ensure_future(client.submit(AddTask(title))) for title in "ab"]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3 * IN_ALL):
                await client.lost.wait()
        place.service.hold.set()
        assert sorted(done["number"] for done in await asyncio.gather(*both)) == ["1", "2"]
        await client.close()


async def test_who_only_reads_a_long_message_says_that_it_is_there() -> None:
    async with served(silence=Silence(seconds=2 * SHORT.seconds)) as place:
        place.service.documents["ShowTasks"] = {"text": "x" * 60_000}
        tunnel = Tunnel(place.address)
        async with tunnel.dug() as address:
            client = await reach_remote(lambda: address, SHORT)
            tunnel.piece = 2_500
            async with asyncio.timeout(10):
                assert len((await client.query(ShowTasks()))["text"]) == 60_000
            assert place.gateway.clients == 1
            await client.close()


async def test_both_ends_of_the_unix_stream_hear_each_other(tmp_path: Path) -> None:
    server = Server(FakeService())
    await server.start(tmp_path / "s")
    channel = await dial_stream(tmp_path / "s")
    channel.send(encode(hello()))
    assert "hello" in (await channel.receive() or {})
    (session,) = server._sessions._sessions
    before = session._channel.pulse()
    channel.send(encode({"id": 1, **ASK}))
    assert "ok" in (await channel.receive() or {})
    assert session._channel.pulse().came > before.came > 0
    assert session._channel.pulse().listens
    channel.abort()
    await server.close()


# -- what ends a session --------------------------------------------------------------------------


async def test_a_network_that_gives_a_connection_up_ends_its_session_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with served() as place:
        client, other = await place.client(), await place.client()
        (session, *_) = place.gateway._sessions._sessions
        reader: Any = session._channel
        reader._reader.set_exception(TimeoutError(errno.ETIMEDOUT, "Connection timed out"))
        async with asyncio.timeout(5):
            while place.gateway.clients != 1 or client.lost.is_set() == other.lost.is_set():
                await asyncio.sleep(0)
        assert await (other if client.lost.is_set() else client).query(ShowTasks()) == {}
        await client.close()
        await other.close()
    assert "failed inside" not in caplog.text


async def test_a_session_that_fails_inside_is_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served() as place:
        client = await place.client()
        (session,) = place.gateway._sessions._sessions

        def broken(*_: object) -> None:
            raise KeyError("a fault of ours")

        monkeypatch.setattr(session, "_roomy", broken)
        with pytest.raises(Refused):
            await client.query(ShowTasks())
        async with asyncio.timeout(5):
            while place.gateway._open:
                await asyncio.sleep(0)
        await client.close()
    assert "its session failed inside" in caplog.text
    assert "a fault of ours" in caplog.text

"""The websocket: who is let in, what a slow client sees, and what a hundred of them cost."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from codeframe_tui.core.commands import AddTask, ShowOverview, ShowTasks
from codeframe_tui.core.errors import CodeframeError, Lacking, Refused
from codeframe_tui.wire import websocket
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.codec import Malformed, encode
from codeframe_tui.wire.gateway import Gateway
from codeframe_tui.wire.hello import PROTOCOL, hello
from codeframe_tui.wire.relay import Relay, WatchOnly
from codeframe_tui.wire.remote import Address, reach_remote
from codeframe_tui.wire.session import Bounds
from codeframe_tui.wire.websocket import FrameChannel, dial
from tests.wire.fake_service import FakeService
from tests.wire.logs import spoken

TOKEN = "t" * 43
WATCH = "w" * 43
KEY = base64.b64encode(b"0123456789abcdef").decode()
HEADERS = {
    "Host": "127.0.0.1:7000",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
    "Authorization": f"Bearer {TOKEN}",
}


@dataclass
class Served:
    """A gateway before a service that remembers."""

    service: FakeService
    gateway: Gateway
    address: Address

    async def client(self, token: str = TOKEN) -> Client:
        address = Address(self.address.host, self.address.port, token)
        return await reach_remote(lambda: address)


@asynccontextmanager
async def served(
    bounds: Bounds | None = None, *, comes_back: bool = False, **options: Any
) -> AsyncIterator[Served]:
    service = FakeService()
    relay = Relay(service, service.found if comes_back else None)
    await relay.start()
    relaying = asyncio.create_task(relay.run())
    gateway = Gateway({TOKEN: relay, WATCH: WatchOnly(relay)}, bounds, **options)
    port = await gateway.start("127.0.0.1", 0)
    try:
        yield Served(service, gateway, Address("127.0.0.1", port, TOKEN))
    finally:
        await gateway.close()
        relay.close()
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)


def handshake(request: str = "GET / HTTP/1.1", **changed: str | None) -> bytes:
    """A handshake as it must be, but for some headers; None takes one away."""
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    headers = [(n, v) for n, v in (HEADERS | named).items() if v is not None]
    lines = [request, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode()


async def said(address: Address, request: bytes) -> bytes:
    """All that comes back until the end."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(request)
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.transport.abort()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


# -- who is let in --------------------------------------------------------------------------------


@pytest.mark.fault(
    "people",
    "a web page, another user or a stranger tries the served port",
    sees="HTTP 400 to 505 with the reason, no session",
    kept="nothing is asked, decided or told; the log has no secret",
)
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (handshake(Authorization=None), b"401"),
        (handshake(Authorization="Bearer " + "x" * 43), b"401"),
        (handshake(Authorization=f"Basic {TOKEN}"), b"401"),
        (handshake(Authorization="Bearer "), b"401"),
        (handshake(Authorization=f"Bearer {TOKEN}\r\nAuthorization: Bearer {TOKEN}"), b"401"),
        (handshake(f"GET /?token={TOKEN} HTTP/1.1", Authorization=None), b"404"),
        (handshake(Origin="http://127.0.0.1:7000"), b"403"),
        (handshake(Origin="null"), b"403"),
        (handshake(Origin="https://evil.example"), b"403"),
        (handshake(Host="evil.example:7000"), b"403"),
        (handshake(Host="127.0.0.1.evil.example:7000"), b"403"),
        (handshake(Host=None), b"403"),
        (handshake(Host="127.0.0.1:7000\r\nHost: evil.example:7000"), b"403"),
        (handshake("GET /other HTTP/1.1"), b"404"),
        (handshake("POST / HTTP/1.1"), b"405"),
        (handshake("GET / HTTP/1.0"), b"505"),
        (handshake(Upgrade=None), b"426"),
        (handshake(Sec_WebSocket_Version="8"), b"400"),
        (handshake(Sec_WebSocket_Key="short"), b"400"),
        (handshake(X="y" * 20_000), b"431"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b""),
        (encode(hello()) + b"\n", b""),
    ],
    ids=range(1, 23),
)
async def test_a_bad_handshake_is_refused_and_costs_nothing(request_: bytes, status: bytes) -> None:
    async with served() as place:
        answer = await said(place.address, request_)
        assert answer[9:12] == status, answer
        assert place.gateway.clients == 0
        client = await place.client()
        assert await client.query(ShowTasks()) == {}
        await client.close()
        assert place.service.submitted == []


@pytest.mark.parametrize("host", ["127.0.0.1:7000", "localhost:1", "LOCALHOST:65535", "[::1]:7000"])
async def test_a_forwarded_port_may_have_another_number(host: str) -> None:
    async with served() as place:
        reader, writer = await asyncio.open_connection(place.address.host, place.address.port)
        writer.write(handshake(Host=host))
        async with asyncio.timeout(10):
            assert b" 101 " in await reader.readline()
        writer.transport.abort()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


@pytest.mark.parametrize("opening", [b"", b"GET / HTTP/1.1\r\nHost: 127", handshake()])
async def test_who_says_nothing_more_is_not_waited_for(opening: bytes) -> None:
    async with served(Bounds(hello_seconds=0.05)) as place:
        answer = await said(place.address, opening)
        assert b"hello" not in answer


async def test_who_speaks_another_protocol_is_told_and_let_go() -> None:
    async with served() as place:
        channel = await dial(place.address)
        channel.send(encode({"hello": {"protocol": PROTOCOL + 1, "version": "9", "pid": 1}}))
        refused = await channel.receive()
        assert refused is not None
        assert refused["refused"]["protocol"] == PROTOCOL
        assert await channel.receive() is None
        await channel.close()


async def test_more_clients_than_allowed_are_told_to_come_again() -> None:
    async with served(max_clients=2) as place:
        clients = [await place.client() for _ in range(2)]
        with pytest.raises(Refused, match="too many clients"):
            await place.client()
        await clients[0].close()
        async with asyncio.timeout(10):
            while place.gateway.clients > 1:
                await asyncio.sleep(0)
        clients[0] = await place.client()
        for client in clients:
            await client.close()


async def test_tokens_stand_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with served() as place:
        client = await place.client()
        await client.query(ShowTasks())
        await client.close()
        for wrong in ("Bearer secret-that-is-wrong", "Basic c2VjcmV0"):
            await said(place.address, handshake(Authorization=wrong))
    assert "refused a client: Authorization" in caplog.text
    for secret in (TOKEN, "secret-that-is-wrong", "c2VjcmV0"):
        assert secret not in caplog.text


async def test_the_address_for_watching_decides_nothing() -> None:
    async with served() as place:
        await place.service.record("task.added", "1", title="t")
        watcher = await place.client(WATCH)
        assert (await watcher.query(ShowOverview()))["served"] is True
        assert (await anext(watcher.events(0))).seq == 1
        with pytest.raises(Refused, match="only watches") as refused:
            await watcher.submit(AddTask("t"))
        assert refused.value.code == "watch_only"
        await watcher.close()
        assert place.service.submitted == []


# -- what a client of ours makes of another side -------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (b"SSH-2.0-OpenSSH_9\r\n", Malformed, "is no engine"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Refused, "refused: 200 hi"),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", Refused, "does not know"),
        (b"", Refused, "no engine is served"),
        (None, Lacking, "does not answer"),
    ],
)
async def test_what_is_no_engine_is_told_by_name(
    answer: bytes | None,
    kind: type[CodeframeError],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "HELLO_SECONDS", 0.2)

    ended = asyncio.Event()

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
        ended.set()

    listening = await asyncio.start_server(other, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    with pytest.raises(kind, match=told) as caught:
        await reach_remote(lambda: Address("127.0.0.1", port, TOKEN))
    assert TOKEN not in f"{caught.value.message} {caught.value.hint}"
    await ended.wait()
    listening.close()


async def test_nobody_there_is_told_as_such() -> None:
    async with served() as place:
        gone = place.address
    with pytest.raises(Refused, match="no engine is served") as refused:
        await reach_remote(lambda: gone)
    assert refused.value.code == "engine_lost"


# -- frames ---------------------------------------------------------------------------------------


async def greeted(place: Served) -> FrameChannel:
    channel = await dial(place.address)
    channel.send(encode(hello()))
    assert "hello" in (await channel.receive() or {})
    return channel


async def test_a_message_in_pieces_with_pings_between_is_one_message() -> None:
    async with served() as place:
        channel = await greeted(place)
        message = encode({"id": 3, "query": {"type": "ShowTasks"}})
        frames = [
            Frame(Opcode.TEXT, message[:5], fin=False),
            Frame(Opcode.PING, b"there?"),
            Frame(Opcode.CONT, message[5:20], fin=False),
            Frame(Opcode.CONT, message[20:]),
        ]
        channel._writer.write(b"".join(frame.serialize(mask=True) for frame in frames))
        assert await channel.receive() == {"id": 3, "ok": {}}
        await channel.close()


@pytest.mark.parametrize(
    ("frame", "masked", "told"),
    [
        (Frame(Opcode.BINARY, b"{}"), True, True),
        (Frame(Opcode.TEXT, b"{"), True, True),
        (Frame(Opcode.TEXT, b"[1]"), True, True),
        (Frame(Opcode.TEXT, b'{"x": "' + b"y" * 5000 + b'"}'), True, False),
        (Frame(Opcode.TEXT, b"{}"), False, False),
        (Frame(Opcode.CONT, b"{}"), True, False),
    ],
    ids=["binary", "no json", "no object", "too long", "unmasked", "no beginning"],
)
async def test_a_frame_that_is_no_message_ends_its_own_session_only(
    frame: Frame, masked: bool, told: bool
) -> None:
    async with served(Bounds(message_bytes=2000)) as place:
        good, bad = await place.client(), await greeted(place)
        bad._writer.write(frame.serialize(mask=masked))
        async with asyncio.timeout(10):
            answer = await bad.receive()
            assert (answer is not None) == told
            if answer is not None:
                assert answer["error"]["code"] == "malformed"
                assert await bad.receive() is None
        assert await good.query(ShowTasks()) == {}
        await bad.close()
        await good.close()


# -- an engine that is away for a while -----------------------------------------------------------


async def test_a_replay_waits_for_an_engine_that_comes_back() -> None:
    async with served(comes_back=True) as place:
        await flood(place.service, 3, 1)
        place.service.there.clear()
        client = await place.client()
        reading = asyncio.create_task(take(client.events(0), 3))
        with pytest.raises(Refused, match="went away"):
            await client.query(ShowTasks())
        assert not reading.done()
        place.service.there.set()
        assert await reading == [1, 2, 3]
        await client.close()


async def test_a_replay_that_cannot_be_had_ends_instead_of_hanging() -> None:
    async with served() as place:
        await flood(place.service, 3, 1)
        client = await place.client()
        place.service.there.clear()
        async with asyncio.timeout(10):
            with pytest.raises(Refused, match="stopped sending"):
                await anext(client.events(0))
        again = await place.client()
        async with asyncio.timeout(10):
            with pytest.raises(Refused, match="went away"):
                await anext(again.events())
        await again.close()
        await client.close()


# -- slow ones and many ---------------------------------------------------------------------------


def stall(client: Client | FrameChannel) -> asyncio.ReadTransport:
    """Stop reading as a suspended process does."""
    channel = client._channel if isinstance(client, Client) else client
    assert isinstance(channel, FrameChannel)
    transport: Any = channel._writer.transport
    transport.pause_reading()
    assert isinstance(transport, asyncio.ReadTransport)
    return transport


async def flood(service: FakeService, count: int, size: int = 2000) -> None:
    for n in range(count):
        await service.record("problem", message="x" * size, n=n)


async def test_replay_begins_after_any_number_and_goes_on_live() -> None:
    async with served() as place:
        await flood(place.service, 30, 1)
        client = await place.client()
        for after in (0, 7, 29):
            events = client.events(after)
            seen = [(await anext(events)).seq for _ in range(30 - after)]
            assert seen == list(range(after + 1, 31))
        following = asyncio.ensure_future(anext(events))
        await place.service.record("problem", message="live")
        assert (await following).seq == 31
        await client.close()


@pytest.mark.fault(
    "people",
    "a watcher does not read what it is sent",
    sees="it is dropped; the last it reads says after which event its gap begins",
    kept="every event: asked for again after that number, none is missing",
)
async def test_a_slow_client_is_dropped_and_sees_where_its_gap_begins() -> None:
    async with served(Bounds(outbox_bytes=50_000, stall_seconds=0.05)) as place:
        channel = await greeted(place)
        channel.send(encode({"id": 1, "events": 0}))
        assert await channel.receive() == {"id": 1, "ok": {}}
        transport = stall(channel)
        with spoken("codeframe_tui.wire.session") as dropped:
            await flood(place.service, 8000)
            await dropped.wait()
        transport.resume_reading()
        heard = []
        while (message := await channel.receive()) is not None:
            heard.append(message)
        assert heard[-1] == {"id": 1, "gap": {"after": len(heard) - 1}}
        assert 0 < len(heard) < 8000
        assert [each["event"]["seq"] for each in heard[:-1]] == list(range(1, len(heard)))
        again = await place.client()
        events = again.events(len(heard) - 1)
        assert (await anext(events)).seq == len(heard)
        await again.close()
        await channel.close()


async def test_a_follower_that_was_too_slow_is_told_how_to_go_on() -> None:
    async with served(Bounds(outbox_bytes=50_000, stall_seconds=0.05)) as place:
        client = await place.client()
        events = client.events(0)
        await place.service.record("problem", message="first")
        last = (await anext(events)).seq
        transport = stall(client)
        with spoken("codeframe_tui.wire.session") as dropped:
            await flood(place.service, 8000)
            await dropped.wait()
        transport.resume_reading()
        seen = [last]
        with pytest.raises(Refused, match="stopped sending") as told:
            await collect(events, seen)
        assert seen == list(range(1, len(seen) + 1))
        assert f"after event {seen[-1]}" in told.value.hint
        await client.close()


async def test_who_comes_back_after_a_stall_misses_nothing() -> None:
    async with served(Bounds(outbox_bytes=50_000, stall_seconds=0.05)) as place:
        client = Client()
        await client.join(partial(dial, place.address))
        events = client.events(0)
        await place.service.record("problem", message="first")
        assert (await anext(events)).seq == 1
        transport = stall(client)
        with spoken("codeframe_tui.wire.session") as dropped:
            await flood(place.service, 8000)
            await dropped.wait()
        reading = asyncio.create_task(take(events, 8000))
        transport.resume_reading()
        async with asyncio.timeout(30):
            await client.lost.wait()
            await client.join(partial(dial, place.address))
            assert await reading == list(range(2, 8002))
        await client.close()


@pytest.mark.fault(
    "people",
    "a hundred watchers, half of them stalled",
    sees="those who read get everything",
    kept="the work: the engine has one subscriber, and waits for none",
)
async def test_a_hundred_clients_half_of_them_stalled_do_not_slow_the_worker() -> None:
    """The engine has one subscriber of each kind, and nobody who reads misses anything."""
    count = 300
    async with (
        served(Bounds(outbox_bytes=50_000, stall_seconds=0.2)) as place,
        AsyncExitStack() as s,
    ):
        clients = [await place.client() for _ in range(100)]
        for client in clients:
            s.push_async_callback(client.close)
        readers = [client.events(0) for client in clients]
        await place.service.record("problem", message="there")
        assert {(await anext(reader)).seq for reader in readers} == {1}
        for client in clients[50:]:
            stall(client)
        assert (place.service.followers, place.service.listeners) == (1, 1)
        work = asyncio.create_task(flood(place.service, count))
        reading = [asyncio.create_task(take(reader, count)) for reader in readers[:50]]
        async with asyncio.timeout(60):
            await work
            for numbers in await asyncio.gather(*reading):
                assert numbers == list(range(2, count + 2))


async def collect(events: AsyncIterator[Any], seen: list[int]) -> None:
    async for event in events:
        seen.append(event.seq)


async def take(events: AsyncIterator[Any], count: int) -> list[int]:
    return [(await anext(events)).seq for _ in range(count)]

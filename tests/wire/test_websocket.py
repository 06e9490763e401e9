"""Frames, slow clients and many of them: the messages as websockets carry them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from codeframe_tui.core.errors import Refused
from codeframe_tui.core.queries import ShowTasks
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.codec import encode
from codeframe_tui.wire.hello import hello
from codeframe_tui.wire.session import Bounds
from codeframe_tui.wire.websocket import FrameChannel, dial
from tests.wire.gateway_room import Served, flood, served
from tests.wire.logs import spoken

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
    async with served(Bounds(request_bytes=2000)) as place:
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
        lost, drops = asyncio.ensure_future(client.lost.wait()), 0
        transport.resume_reading()
        async with asyncio.timeout(60):
            while not reading.done():  # a loaded machine may be too slow more than once
                await asyncio.wait([reading, lost], return_when=asyncio.FIRST_COMPLETED)
                if lost.done():
                    await client.join(partial(dial, place.address))
                    drops += 1
                    lost = asyncio.ensure_future(client.lost.wait())
        lost.cancel()
        assert drops
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
        served(Bounds(outbox_bytes=50_000, stall_seconds=60)) as place,
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

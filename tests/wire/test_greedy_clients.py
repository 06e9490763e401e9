"""Clients that take more than their share: of memory, of the engine, of patience."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from codeframe_tui.core.queries import Query, ShowDoctor, ShowEvents
from codeframe_tui.wire.codec import encode
from codeframe_tui.wire.hello import hello
from codeframe_tui.wire.relay import Relay, WatchOnly
from codeframe_tui.wire.session import Bounds
from codeframe_tui.wire.websocket import FrameChannel, dial
from tests.wire.fake_service import FakeService
from tests.wire.gateway_room import Served, served

SMALL = Bounds(outbox_bytes=50_000)
ASK = {"query": {"type": "ShowTasks"}}


async def greeted(place: Served) -> FrameChannel:
    channel = await dial(place.address)
    channel.send(encode(hello()))
    assert "hello" in (await channel.receive() or {})
    return channel


def transport_of(channel: FrameChannel) -> Any:
    return channel._writer.transport


async def settled(measure: Callable[[], int]) -> int:
    """The measure when it has not moved for a while."""
    async with asyncio.timeout(30):
        while True:
            before = measure()
            await asyncio.sleep(0.3)
            if measure() == before:
                return before


async def deaf(place: Served, questions: int) -> FrameChannel:
    """A client that asks and does not read."""
    place.service.documents["ShowTasks"] = {"tasks": ["x" * 50_000]}
    channel = await greeted(place)
    transport_of(channel).pause_reading()
    for number in range(questions):
        channel.send(encode({"id": number, **ASK}))
    return channel


async def pour(channel: FrameChannel, data: bytes, times: int) -> None:
    for _ in range(times):
        channel._writer.write(data)
        async with asyncio.timeout(2):
            await channel.drain()


# -- memory ---------------------------------------------------------------------------------------


@pytest.mark.fault(
    "people",
    "a client asks on and on, and reads no answer",
    sees="it gets its answers when it reads; until then no more is asked for it",
    kept="the memory of the engine and of `serve`",
)
async def test_who_does_not_read_is_not_asked_for_any_more() -> None:
    async with served(SMALL) as place:
        channel = await deaf(place, 1000)
        assert await settled(lambda: len(place.service.asked)) < 500
        transport_of(channel).resume_reading()
        async with asyncio.timeout(30):
            heard = [await channel.receive() for _ in range(1000)]
        assert sorted(reply["id"] for reply in heard if reply) == list(range(1000))
        await channel.close()


async def test_who_goes_while_its_answers_wait_leaves_nothing_behind() -> None:
    async with served(SMALL) as place:
        channel = await deaf(place, 1000)
        await settled(lambda: len(place.service.asked))
        channel.abort()
        async with asyncio.timeout(10):
            while place.gateway.clients:
                await asyncio.sleep(0.01)


async def test_the_engine_can_end_while_answers_wait() -> None:
    async with served(SMALL) as place:
        channel = await deaf(place, 1000)
        await settled(lambda: len(place.service.asked))
        async with asyncio.timeout(10):
            await place.gateway.close()
        channel.abort()


async def test_pings_of_who_does_not_read_are_not_answered_without_end() -> None:
    async with served() as place:
        channel = await greeted(place)
        transport_of(channel).pause_reading()
        pings = Frame(Opcode.PING, b"x" * 120).serialize(mask=True) * 1000
        with pytest.raises(TimeoutError):
            await pour(channel, pings, 500)
        channel.abort()


async def test_a_message_in_empty_and_tiny_pieces_is_one_message() -> None:
    async with served() as place:
        channel = await greeted(place)
        frames = [Frame(Opcode.TEXT, b"", fin=False), *[Frame(Opcode.CONT, b"", fin=False)] * 5000]
        message = encode({"id": 3, **ASK})
        frames += [Frame(Opcode.CONT, bytes([each]), fin=False) for each in message]
        frames += [Frame(Opcode.CONT, b"")]
        channel._writer.write(b"".join(frame.serialize(mask=True) for frame in frames))
        assert await channel.receive() == {"id": 3, "ok": {}}
        await channel.close()


async def test_a_request_may_be_shorter_than_an_answer() -> None:
    bounds = Bounds(message_bytes=100_000, request_bytes=2000)
    async with served(bounds) as place:
        place.service.documents["ShowTasks"] = {"tasks": ["x" * 50_000]}
        channel = await greeted(place)
        channel.send(encode({"id": 1, **ASK}))
        assert len((await channel.receive() or {})["ok"]["tasks"][0]) == 50_000
        channel.send(encode({"id": 2, **ASK, "more": "y" * 3000}))
        assert await channel.receive() is None
        await channel.close()


# -- the way to the engine ------------------------------------------------------------------------


class Slow(FakeService):
    """Answers some kind of query when the test says so."""

    def __init__(self, kind: type[Query]) -> None:
        super().__init__()
        self.kind = kind
        self.asking = 0
        self.go = asyncio.Event()

    async def query(self, query: Query) -> dict[str, Any]:
        if isinstance(query, self.kind):
            self.asking += 1
            await self.go.wait()
        return await super().query(query)


@pytest.mark.fault(
    "people",
    "watchers ask more than the engine can answer",
    sees="they wait",
    kept="the way of those who decide",
)
async def test_watchers_leave_way_for_those_who_decide() -> None:
    slow = Slow(ShowDoctor)
    watching = WatchOnly(slow)
    first = [asyncio.create_task(watching.query(ShowDoctor())) for _ in range(50)]
    assert await settled(lambda: slow.asking) == 8
    for each in first:  # who goes takes nothing back: the engine is still at it
        each.cancel()
    await asyncio.gather(*first, return_exceptions=True)
    second = [asyncio.create_task(watching.query(ShowDoctor())) for _ in range(50)]
    assert await settled(lambda: slow.asking) == 8
    slow.go.set()
    async with asyncio.timeout(10):
        assert await asyncio.gather(*second) == [{}] * 50


async def test_replays_leave_way_for_those_who_decide() -> None:
    slow = Slow(ShowEvents)
    await slow.record("problem", message="first")
    relay = Relay(slow)
    replays = [asyncio.ensure_future(anext(relay.events(0))) for _ in range(50)]
    assert await settled(lambda: slow.asking) == 8
    slow.go.set()
    async with asyncio.timeout(10):
        assert {event.seq for event in await asyncio.gather(*replays)} == {1}

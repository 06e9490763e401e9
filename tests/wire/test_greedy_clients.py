"""Clients that take more than their share: of memory, of the engine, of patience."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.queries import Query, ShowDoctor, ShowEvents
from codeframe_tui.wire.codec import encode
from codeframe_tui.wire.hello import hello
from codeframe_tui.wire.relay import Relay, WatchOnly
from codeframe_tui.wire.session import Bounds
from codeframe_tui.wire.websocket import FrameChannel, dial
from tests.wire.fake_service import FakeService
from tests.wire.gateway_room import Served, served
from tests.wire.test_protocol import raw
from tests.wire.test_protocol import served as served_to_user

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


# -- numbers and faults ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        {"events": 10**30},
        {"events": -(2**63) - 1},
        {"query": {"type": "ShowEvents", "args": {"after": 2**63}}},
        {"query": {"type": "ShowDiff", "args": {"number": "1", "attempt": 10**30}}},
        {"submit": {"type": "ImportTasks", "args": {"document": {"tasks": [{"n": [10**30]}]}}}},
    ],
)
async def test_a_number_that_no_log_can_hold_is_a_bad_request(request_: dict[str, Any]) -> None:
    async with served() as place:
        channel = await greeted(place)
        channel.send(encode({"id": 1, **request_}))
        answer = await channel.receive()
        assert answer is not None
        assert answer["error"]["code"] == "bad_request"
        channel.send(encode({"id": 2, "events": 2**63 - 1}))
        assert await channel.receive() == {"id": 2, "ok": {}}
        await channel.close()


class Faulty(FakeService):
    """Fails where nobody expects it."""

    async def events(self, after: int | None = None) -> AsyncIterator[Event]:
        raise KeyError("a fault of the events")
        yield

    async def signals(self) -> AsyncIterator[Signal]:
        raise KeyError("a fault of the signals")
        yield


@pytest.mark.fault(
    "people",
    "a fault of the engine while it sends events or signals",
    sees="the connection ends, and the cockpit comes back",
    kept="every event: asked for again after the last one that came",
)
@pytest.mark.parametrize(
    ("request_", "gap"),
    [({"events": 5}, [{"id": 1, "gap": {"after": 5}}]), ({"signals": True}, [])],
    ids=["events", "signals"],
)
async def test_a_fault_of_a_subscription_is_logged_and_never_silence(
    request_: dict[str, Any],
    gap: list[dict[str, Any]],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service = Faulty()
    async with served_to_user(tmp_path, service), raw(tmp_path) as client:
        await client.hear()
        heard = [await client.ask({"id": 1, **request_})]
        while (message := await client.hear()) is not None:
            heard.append(message)
    assert heard == [{"id": 1, "ok": {}}, *gap]
    assert "a fault of the" in caplog.text


async def test_an_event_that_is_too_long_is_told_without_its_data(tmp_path: Path) -> None:
    service = FakeService()
    await service.record("problem", "1", message="x" * 3000)
    await service.record("problem", "1", message="short")
    bounds = Bounds(message_bytes=1000)
    async with served_to_user(tmp_path, service, bounds), raw(tmp_path) as client:
        await client.hear()
        await client.ask({"id": 1, "events": 0})
        heard = [(await client.hear() or {})["event"] for _ in range(2)]
    assert [(event["seq"], event["type"], event["task"]) for event in heard] == [
        (1, "problem", "1"),
        (2, "problem", "1"),
    ]
    assert [event["data"] for event in heard] == [{}, {"message": "short"}]

"""The client: losing an engine, finding it again, nothing missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from codeframe_tui.core.commands import AddTask, Hold, ImportTasks, KeepWorking
from codeframe_tui.core.errors import CodeframeError, Lacking, NotFound, Refused
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.queries import ShowTask
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.codec import encode
from codeframe_tui.wire.hello import hello
from codeframe_tui.wire.outbox import SignalBuffer
from codeframe_tui.wire.server import Server
from tests.wire.fake_service import FakeService


@asynccontextmanager
async def connected(folder: Path, service: FakeService) -> AsyncIterator[tuple[Server, Client]]:
    server, client = Server(service), Client()
    await server.start(folder / "s.sock")
    await client.connect(folder / "s.sock")
    try:
        yield server, client
    finally:
        await client.close()
        await server.close()


async def take(events: AsyncIterator[Event], n: int) -> list[int]:
    async with asyncio.timeout(10):
        return [(await anext(events)).seq for _ in range(n)]


async def test_commands_and_queries_go_there_and_back(tmp_path: Path) -> None:
    service = FakeService()
    service.documents["ShowTask"] = {"number": "7", "title": "\ud800 \u2028 ä"}
    async with connected(tmp_path, service) as (_, client):
        assert await client.submit(AddTask("t", priority=0)) == {"number": "1"}
        assert await client.query(ShowTask("7")) == service.documents["ShowTask"]
    assert service.submitted == [AddTask("t", priority=0)]


async def test_errors_keep_kind_code_and_hint(tmp_path: Path) -> None:
    async with connected(tmp_path, FakeService()) as (_, client):
        with pytest.raises(NotFound, match="no task 404") as found:
            await client.query(ShowTask("404"))
        assert found.value.hint == "see `list`"
        with pytest.raises(Lacking) as lacking:
            await client.submit(ImportTasks({"need": "git"}))
        assert (lacking.value.code, lacking.value.exit_code) == ("no_git", 5)


async def test_answers_find_their_questions_whatever_the_order(tmp_path: Path) -> None:
    service = FakeService()
    service.hold = asyncio.Event()
    async with connected(tmp_path, service) as (_, client):
        slow = asyncio.create_task(client.submit(AddTask("slow")))
        assert await client.query(ShowTask("1")) == {}
        assert not slow.done()
        service.hold.set()
        assert await slow == {"number": "1"}


async def test_events_are_replayed_then_followed_and_a_stopped_reader_costs_nothing(
    tmp_path: Path,
) -> None:
    service = FakeService()
    for _ in range(3):
        await service.record("task.added", "1")
    async with connected(tmp_path, service) as (_, client):
        events = client.events(1)
        assert await take(events, 2) == [2, 3]
        await service.record("task.edited", "1")
        assert await take(events, 1) == [4]
        await events.aclose()  # type: ignore[attr-defined] # a generator, as the port allows


@pytest.mark.fault(
    "people",
    "the connection to the engine is lost",
    sees="the view goes on",
    kept="every event, without gap or repetition",
)
async def test_after_a_lost_engine_events_go_on_without_gap_or_repetition(tmp_path: Path) -> None:
    service = FakeService()
    await service.record("task.added", "1")
    async with connected(tmp_path, service) as (server, client):
        events = client.events(0)
        assert await take(events, 1) == [1]
        following = asyncio.create_task(take(events, 3))
        await server.close()
        async with asyncio.timeout(5):
            await client.lost.wait()
        with pytest.raises(Refused, match="went away") as lost:
            await client.submit(Hold("1"))
        assert lost.value.code == "engine_lost"
        for _ in range(3):
            await service.record("task.edited", "1")
        again = Server(service)
        await again.start(tmp_path / "s.sock")
        await client.connect(tmp_path / "s.sock")
        assert not client.lost.is_set()
        assert await following == [2, 3, 4]
        await client.close()
        await again.close()


async def test_who_waits_for_an_answer_learns_that_the_engine_is_lost(tmp_path: Path) -> None:
    async def vanish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode(hello()) + b"\n")
        await reader.readline()
        await reader.readline()
        writer.transport.abort()

    listening = await asyncio.start_unix_server(vanish, str(tmp_path / "s.sock"))
    client = Client()
    await client.connect(tmp_path / "s.sock")
    with pytest.raises(Refused, match="went away"):
        await client.submit(Hold("1"))
    assert client.lost.is_set()
    await client.close()
    listening.close()


@pytest.mark.fault(
    "people",
    "the running engine is of another version",
    sees="its process id, and what to do",
    kept="the engine and its work",
)
async def test_an_engine_of_another_protocol_is_refused_by_its_pid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        said = {"protocol": 99, "version": "0.0.9", "pid": 4242}
        writer.write(encode({"refused": said}) + b"\n")
        writer.close()

    listening = await asyncio.start_unix_server(old, str(tmp_path / "s.sock"))
    client = Client()
    with pytest.raises(Refused, match=r"pid 4242.*protocol 99") as refused:
        await client.connect(tmp_path / "s.sock")
    assert refused.value.code == "wrong_protocol"
    listening.close()


async def test_closing_ends_the_iterators(tmp_path: Path) -> None:
    async with connected(tmp_path, FakeService()) as (_, client):
        following = asyncio.create_task(_all(client.events(0)))
        listening = asyncio.create_task(_all(client.signals()))
        await client.submit(KeepWorking(on=True))
        await client.close()
        async with asyncio.timeout(5):
            assert await following == []
            assert await listening == []


async def test_signals_arrive_and_pieces_of_text_are_joined(tmp_path: Path) -> None:
    service = FakeService()
    async with connected(tmp_path, service) as (_, client):
        signals = client.signals()
        first = asyncio.ensure_future(anext(signals))
        async with asyncio.timeout(5):
            while not service.listeners:
                await asyncio.sleep(0)
        for piece in ("def ", "f(): ", "pass"):
            service.publish(Signal("model.text", "1", {"text": piece}, append=True))
        text = ""
        async with asyncio.timeout(5):
            text += (await first).data["text"]
            while text != "def f(): pass":
                text += (await anext(signals)).data["text"]


def test_waiting_signals_are_merged_by_key_and_bounded() -> None:
    buffer = SignalBuffer(max_signals=2)
    for n in range(3):
        buffer.put(Signal("test.progress", "1", {"done": n}, key="green"))
    for piece in ("a", "b"):
        buffer.put(Signal("tool.output", "1", {"text": piece}, key="t1", append=True))
    taken = [signal for _, signal in buffer.take()]
    assert [s.data for s in taken] == [{"done": 2}, {"text": "ab"}]
    assert buffer.take() == []
    for n in range(5):
        buffer.put(Signal("test", "1", {"n": n}, key=str(n)))
    assert [s.data["n"] for _, s in buffer.take()] == [3, 4]


def test_waiting_signals_are_bounded_by_their_text_too() -> None:
    buffer = SignalBuffer(max_text=100)
    for n in range(5):
        buffer.put(Signal("tool.output", "1", {"text": "x" * 40}, key=str(n), append=True))
    assert [signal.key for _, signal in buffer.take()] == ["3", "4"]
    for size in (1000, 1001):
        buffer.put(Signal("file", "1", {"path": "a", "content": "x" * size}, key="a"))
    assert [len(signal.data["content"]) for _, signal in buffer.take()] == [1001]


def test_joined_text_keeps_its_newest_part() -> None:
    buffer = SignalBuffer()
    for piece in ("old", "x" * 65_536):
        buffer.put(Signal("test.output", "1", {"run": "green", "text": piece}, append=True))
    ((_, signal),) = buffer.take()
    assert signal.data == {"run": "green", "text": "x" * 65_536}


async def test_a_client_that_never_connected_says_so() -> None:
    with pytest.raises(CodeframeError, match="went away"):
        await Client().submit(Hold("1"))


async def _all(items: AsyncIterator[object]) -> list[object]:
    return [item async for item in items]

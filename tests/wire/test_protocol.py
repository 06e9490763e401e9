"""The protocol, byte for byte, against a raw socket."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import AddTask, Approve, KeepWorking
from codeframe_tui.wire.hello import PROTOCOL, hello
from codeframe_tui.wire.server import Server
from codeframe_tui.wire.session import Bounds
from tests.wire.fake_service import FakeService
from tests.wire.logs import spoken


class RawClient:
    """Says exactly what the test says."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, line: bytes | dict[str, Any]) -> None:
        self.writer.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")

    async def hear(self) -> dict[str, Any] | None:
        async with asyncio.timeout(10):
            line = await self.reader.readline()
        return json.loads(line) if line else None

    async def ask(self, message: bytes | dict[str, Any]) -> dict[str, Any]:
        self.say(message)
        answer = await self.hear()
        assert answer is not None
        return answer


@asynccontextmanager
async def served(
    folder: Path, service: FakeService, bounds: Bounds | None = None
) -> AsyncIterator[Server]:
    server = Server(service, bounds)
    await server.start(folder / "s.sock")
    try:
        yield server
    finally:
        await server.close()


@asynccontextmanager
async def raw(folder: Path, greeting: dict[str, Any] | None = None) -> AsyncIterator[RawClient]:
    reader, writer = await asyncio.open_unix_connection(str(folder / "s.sock"), limit=2**24)
    client = RawClient(reader, writer)
    client.say(hello() if greeting is None else greeting)
    try:
        yield client
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def test_both_sides_say_hello_and_a_command_is_answered(tmp_path: Path) -> None:
    service = FakeService()
    async with served(tmp_path, service), raw(tmp_path) as client:
        said = await client.hear()
        assert said is not None
        assert said["hello"]["protocol"] == PROTOCOL
        assert said["hello"]["pid"] == os.getpid()
        wish = {"type": "AddTask", "args": {"title": "häkeln", "depends_on": ["1", "2"]}}
        assert await client.ask({"id": 7, "submit": wish}) == {"id": 7, "ok": {"number": "1"}}
    assert service.submitted == [AddTask("häkeln", depends_on=("1", "2"))]


async def test_parts_arrive_as_the_values_they_were(tmp_path: Path) -> None:
    service = FakeService()
    async with served(tmp_path, service), raw(tmp_path) as client:
        await client.hear()
        parts = {"files": ["a.py"], "hunks": [["b.py", 2]]}
        await client.ask(
            {"id": 1, "submit": {"type": "Approve", "args": {"number": "1", "parts": parts}}}
        )
    assert service.submitted == [Approve("1", parts=Parts(("a.py",), (("b.py", 2),)))]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"submit": {"type": "Explode", "args": {}}}, "there is no submit 'Explode'"),
        ({"query": {"type": "AddTask", "args": {"title": "x"}}}, "there is no query 'AddTask'"),
        ({"submit": {"type": "Hold", "args": {"number": "1", "x": 1}}}, "Hold.x: Unexpected"),
        ({"submit": {"type": "Hold", "args": {}}}, "Hold.number: "),
        ({"submit": {"type": "Hold", "args": {"number": 1}}}, "Hold.number: "),
        ({"submit": {"type": "AddTask", "args": {"title": "t", "priority": "2"}}}, "priority"),
        ({"submit": {"type": "Hold", "args": [1]}}, "Hold"),
        ({"submit": {"type": "Hold", "extra": 1}}, "`submit` needs"),
        ({"submit": "Hold"}, "`submit` needs"),
        ({"submit": {"type": ["Hold"]}}, "there is no submit"),
        ({"events": "now"}, "no request 'events'"),
        ({"dance": 1}, "no request 'dance'"),
        ({}, "a request has an `id` and one door"),
    ],
)
async def test_a_wrong_request_is_answered_by_its_reason_and_the_session_goes_on(
    tmp_path: Path, request_: dict[str, Any], message: str
) -> None:
    service = FakeService()
    async with served(tmp_path, service), raw(tmp_path) as client:
        await client.hear()
        answer = await client.ask({"id": 1, **request_})
        assert answer["error"]["code"] == "bad_request"
        assert message in answer["error"]["message"]
        assert await client.ask({"id": 2, "query": {"type": "ShowTasks"}}) == {"id": 2, "ok": {}}
    assert service.submitted == []


@pytest.mark.fault(
    "people",
    "garbage on the socket",
    sees="the session ends",
    kept="the engine and all others",
)
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"not json\n", "not JSON"),
        (b"[1, 2]\n", "not a JSON object"),
        (b'{"id": NaN}\n', "NaN"),
        (b"\xff\xfe{}\n", "not JSON"),
        (b"[" * 100_000 + b"\n", "not JSON"),
        (b'{"id": 1, "x": "' + b"y" * 300_000 + b'"}\n', "longer than a line may be"),
    ],
)
async def test_a_line_that_is_no_message_ends_the_session_of_its_sender_only(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    bounds = Bounds(request_bytes=200_000)
    async with served(tmp_path, FakeService(), bounds), raw(tmp_path) as good:
        await good.hear()
        async with raw(tmp_path) as bad:
            await bad.hear()
            answer = await bad.ask(line)
            assert answer["error"]["code"] == "malformed"
            assert reason in answer["error"]["message"]
            assert await bad.hear() is None
        assert (await good.ask({"id": 1, "query": {"type": "ShowTasks"}}))["ok"] == {}


async def test_another_protocol_is_refused_with_the_pid(tmp_path: Path) -> None:
    async with served(tmp_path, FakeService()):
        old = {"hello": {"protocol": PROTOCOL + 1, "version": "9", "pid": 1}}
        async with raw(tmp_path, old) as client:
            said = await client.hear()
            assert said is not None
            assert said["refused"]["pid"] == os.getpid()
            assert await client.hear() is None


@pytest.mark.parametrize("first", [{"id": 1, "query": {"type": "ShowTasks"}}, {"hello": 3}])
async def test_who_does_not_say_hello_gets_nothing(tmp_path: Path, first: dict[str, Any]) -> None:
    async with served(tmp_path, FakeService()), raw(tmp_path, first) as client:
        assert await client.hear() is None


async def test_who_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    async with served(tmp_path, FakeService(), Bounds(hello_seconds=0.05)):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s.sock"))
        assert await reader.read() == b""
        writer.close()


async def test_a_fault_inside_is_answered_without_its_details(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(tmp_path, FakeService()), raw(tmp_path) as client:
        await client.hear()
        answer = await client.ask(
            {"id": 1, "submit": {"type": "Cancel", "args": {"number": "broken"}}}
        )
    assert answer["error"]["code"] == "internal"
    assert "a fault of the engine" in caplog.text


async def test_an_answer_that_is_too_long_is_an_error_not_a_broken_session(tmp_path: Path) -> None:
    service = FakeService()
    service.documents["ShowTasks"] = {"tasks": ["x" * 2000]}
    async with served(tmp_path, service, Bounds(message_bytes=1000)), raw(tmp_path) as client:
        await client.hear()
        answer = await client.ask({"id": 1, "query": {"type": "ShowTasks"}})
        assert answer["error"]["code"] == "too_large"


@pytest.mark.fault(
    "people",
    "a terminal stops to read",
    sees="it is dropped and comes back",
    kept="the engine and all others",
)
async def test_a_reader_that_stops_is_dropped_and_others_are_not(tmp_path: Path) -> None:
    service = FakeService()
    bounds = Bounds(outbox_bytes=20_000, stall_seconds=0.05, parting_seconds=0.05)
    async with served(tmp_path, service, bounds) as server, raw(tmp_path) as slow:
        await slow.hear()
        assert (await slow.ask({"id": 1, "events": 0}))["ok"] == {}
        slow.writer.transport.pause_reading()  # type: ignore[attr-defined] # what a stopped process does
        async with raw(tmp_path) as quick:
            await quick.hear()
            for n in range(2000):
                await service.record("problem", message="x" * 500, n=n)
            async with asyncio.timeout(10):
                while server.clients > 1:
                    await asyncio.sleep(0.01)
            await quick.ask({"id": 1, "events": 1999})
            pushed = await quick.hear()
            assert pushed is not None
            assert pushed["event"]["seq"] == 2000


async def test_a_reader_that_was_dropped_sees_where_its_gap_begins(tmp_path: Path) -> None:
    service = FakeService()
    bounds = Bounds(outbox_bytes=20_000, stall_seconds=0.05)
    async with served(tmp_path, service, bounds), raw(tmp_path) as slow:
        await slow.hear()
        assert (await slow.ask({"id": 1, "events": 0}))["ok"] == {}
        slow.writer.transport.pause_reading()  # type: ignore[attr-defined] # what a stopped process does
        with spoken("codeframe_tui.wire.session") as dropped:
            for n in range(2000):
                await service.record("problem", message="x" * 500, n=n)
            await dropped.wait()
        slow.writer.transport.resume_reading()  # type: ignore[attr-defined]
        heard = []
        while (message := await slow.hear()) is not None:
            heard.append(message)
    assert [message["event"]["seq"] for message in heard[:-1]] == list(range(1, len(heard)))
    assert 0 < len(heard) < 2000
    assert heard[-1] == {"id": 1, "gap": {"after": len(heard) - 1}}


async def test_many_requests_at_once_are_bounded_and_all_answered(tmp_path: Path) -> None:
    service = FakeService()
    async with served(tmp_path, service, Bounds(in_flight=2)), raw(tmp_path) as client:
        await client.hear()
        for number in range(50):
            client.say({"id": number, "query": {"type": "ShowTasks"}})
        heard = [await client.hear() for _ in range(50)]
        assert sorted(reply["id"] for reply in heard if reply) == list(range(50))


async def test_the_socket_is_private_and_gone_at_the_end(tmp_path: Path) -> None:
    async with served(tmp_path, FakeService()):
        assert stat.S_IMODE((tmp_path / "s.sock").stat().st_mode) == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["s.sock"]
    assert list(tmp_path.iterdir()) == []


async def test_a_command_is_carried_out_though_its_client_went(tmp_path: Path) -> None:
    service = FakeService()
    service.hold = asyncio.Event()
    async with served(tmp_path, service) as server:
        async with raw(tmp_path) as client:
            await client.hear()
            client.say({"id": 1, "submit": {"type": "Hold", "args": {"number": "1"}}})
            await client.ask({"id": 2, "query": {"type": "ShowTasks"}})
        service.hold.set()
        async with asyncio.timeout(5):
            while server.clients:
                await asyncio.sleep(0)
    assert len(service.submitted) == 1


async def test_the_engine_is_needed_while_a_client_is_there_or_it_shall_keep_on(
    tmp_path: Path,
) -> None:
    service = FakeService()
    async with served(tmp_path, service) as server:
        await server.until_unneeded(first_seconds=0.01)
        end = asyncio.create_task(server.until_unneeded(first_seconds=0.01, linger_seconds=0.01))
        async with raw(tmp_path) as client:
            await client.hear()
            await client.ask({"id": 1, "submit": {"type": "KeepWorking", "args": {"on": True}}})
        async with asyncio.timeout(5):
            while server.clients:
                await asyncio.sleep(0)
        assert not end.done()
        await server.submit(KeepWorking(on=False))
        async with asyncio.timeout(5):
            await end


async def test_a_kept_engine_ends_when_nothing_can_go_on_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    service = FakeService()
    service.documents["ShowOverview"] = {"idle": False, "last_event": 3}
    async with served(tmp_path, service) as server:
        await server.submit(KeepWorking(on=True))
        end = asyncio.create_task(server.until_unneeded(idle_seconds=0.01))
        await asked(service, 4)
        assert not end.done()
        async with raw(tmp_path) as client:
            await client.hear()
            service.documents["ShowOverview"] = {"idle": True, "last_event": 3}
            seen = len(service.asked)
            await client.ask({"id": 1, "query": {"type": "ShowTasks"}})
            assert not end.done()
            assert len(service.asked) <= seen + 2, "who is there is asked nothing about"
        async with asyncio.timeout(5):
            await end
    assert "nothing can go on without a person" in caplog.text


async def test_an_engine_that_something_happens_in_is_not_idle(tmp_path: Path) -> None:
    service = FakeService()
    async with served(tmp_path, service) as server:
        await server.submit(KeepWorking(on=True))
        end = asyncio.create_task(server.until_unneeded(idle_seconds=0.01))
        for event in range(5):
            service.documents["ShowOverview"] = {"idle": True, "last_event": event}
            await asked(service, len(service.asked) + 1)
        assert not end.done()
        async with asyncio.timeout(5):
            await end


async def asked(service: FakeService, times: int) -> None:
    async with asyncio.timeout(5):
        while len(service.asked) < times:
            await asyncio.sleep(0)

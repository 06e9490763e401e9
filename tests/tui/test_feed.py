"""The feed: what is fetched when, and what survives the engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from textual.message import Message

from codeframe_tui.core.commands import Hold
from codeframe_tui.core.errors import CodeframeError, Lacking, Refused
from codeframe_tui.core.events import EVENT_TYPES, Event
from codeframe_tui.core.queries import ShowDiff, ShowQueue, ShowTask
from codeframe_tui.ports import Document, Service
from codeframe_tui.tui.feed import SLOTS, Connect, Feed, concerns
from codeframe_tui.tui.messages import Arrived, EngineFound, EngineLost, Missing, Streamed
from tests.tui.fake_service import FakeService


class Box:
    """Takes messages and lets a test wait for them."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._came = asyncio.Event()

    def post(self, message: Message) -> None:
        self.messages.append(message)
        self._came.set()

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self._came.clear()
                await self._came.wait()

    def slots(self) -> list[str]:
        return [m.slot for m in self.messages if isinstance(m, Arrived)]

    def has(self, kind: type[Message]) -> bool:
        return any(isinstance(message, kind) for message in self.messages)


@asynccontextmanager
async def running(connect: Connect, box: Box, gap: float = 0.0) -> AsyncIterator[Feed]:
    feed = Feed(connect, box.post, gap=gap, tick=0.0)
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _newest(box: Box) -> Document:
    return next((m.document for m in reversed(box.messages) if isinstance(m, Arrived)), {})


def _connect(*services: Service | Exception) -> Connect:
    left = list(services)

    async def connect() -> Service:
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return found

    return connect


async def test_wanted_documents_arrive_and_again_after_an_event_that_concerns_them() -> None:
    service, box = FakeService(), Box()
    async with running(_connect(service), box) as feed:
        feed.want("queue", ShowQueue())
        await box.until(lambda: "queue" in box.slots())
        service.happen("task.added", "7")
        await box.until(lambda: box.slots().count("queue") == 2)
        assert "diff" not in box.slots()


async def test_the_header_is_fetched_again_when_the_project_changed() -> None:
    service, box = FakeService(), Box()
    async with running(_connect(service), box):
        await box.until(lambda: box.has(EngineFound))
        service.overview["dirty"] = 4
        service.signal("project", "")
        await box.until(
            lambda: any(
                isinstance(m, Arrived) and m.document.get("dirty") == 4 for m in box.messages
            )
        )


async def test_a_burst_of_events_costs_one_fetch() -> None:
    service, box = FakeService(), Box()
    async with running(_connect(service), box, gap=0.05) as feed:
        feed.want("queue", ShowQueue())
        await box.until(lambda: "queue" in box.slots())
        for _ in range(500):
            service.happen("task.edited", "7")
        service.signal("waiting", "7")
        await box.until(lambda: box.has(Streamed) and box.slots().count("queue") >= 2)
        assert sum(isinstance(query, ShowQueue) for query in service.asked) <= 3


async def test_an_answer_to_an_older_question_is_dropped() -> None:
    class Slow(FakeService):
        gate = asyncio.Event()

        async def query(self, query: object) -> dict[str, object]:
            if query == ShowTask("1.2.3"):
                await self.gate.wait()
            return await super().query(query)  # type: ignore[arg-type]

    service, box = Slow(), Box()
    async with running(_connect(service), box) as feed:
        feed.want("task", ShowTask("1.2.3"))
        await box.until(lambda: "overview" in box.slots())
        feed.want("task", ShowTask("1.4.1"))
        service.gate.set()
        await box.until(lambda: "task" in box.slots())
        shown = [m.document["number"] for m in box.messages if isinstance(m, Arrived)
                 and m.slot == "task"]  # fmt: skip
        assert shown == ["1.4.1"]


async def test_signals_of_a_stream_are_joined_and_others_replaced() -> None:
    service, box = FakeService(), Box()
    for number in range(1_000):
        service.signal("test.output", "1", key="green", append=True, text=f"{number}\n")
        service.signal("test.progress", "1", key="green", done=number)
    async with running(_connect(service), box):
        await box.until(lambda: box.has(Streamed))
        streamed = [m for m in box.messages if isinstance(m, Streamed)]
        signals = [signal for message in streamed for signal in message.signals]
        text = "".join(s.data["text"] for s in signals if s.kind == "test.output")
        assert text.endswith("999\n")
        assert text.count("\n") == 1_000
        assert [s.data["done"] for s in signals if s.kind == "test.progress"][-1] == 999
        assert len(streamed) < 20


async def test_a_lost_engine_is_told_and_all_is_fetched_from_the_next() -> None:
    first, second, box = FakeService(), FakeService(), Box()
    second.overview["project"] = "again"
    async with running(_connect(first, second), box) as feed:
        feed.want("queue", ShowQueue())
        await box.until(lambda: "queue" in box.slots())
        first.die()
        await box.until(lambda: box.slots().count("queue") == 2)
        kinds = [type(m) for m in box.messages if isinstance(m, EngineFound | EngineLost)]
        assert kinds == [EngineFound, EngineLost, EngineFound]
        await feed.submit(Hold("1"))
        assert second.submitted == [Hold("1")]


async def test_what_cannot_be_helped_by_trying_again_is_told_once() -> None:
    box = Box()
    feed = Feed(_connect(Lacking("git is missing", hint="install it")), box.post)
    await feed.run()
    assert [(m.why, m.final) for m in box.messages if isinstance(m, EngineLost)] == [
        ("git is missing · install it", True)
    ]


@pytest.mark.parametrize(
    "fault",
    [ConnectionRefusedError(), Lacking("it does not answer", hint="end it", code="engine_stuck")],
    ids=["nobody there", "a dead tunnel"],
)
async def test_an_engine_that_is_not_there_yet_is_asked_again(fault: Exception) -> None:
    box, service = Box(), FakeService()
    async with running(_connect(fault, service), box):
        await box.until(lambda: box.has(EngineFound))
        assert [m.final for m in box.messages if isinstance(m, EngineLost)] == [False]


async def test_a_document_that_is_gone_is_told() -> None:
    box = Box()
    async with running(_connect(FakeService()), box) as feed:
        feed.want("diff", ShowDiff("9"))
        await box.until(lambda: box.has(Missing))


async def test_without_an_engine_a_command_is_refused_with_a_hint() -> None:
    feed = Feed(_connect(CodeframeError("x")), Box().post, patience=0.0)
    with pytest.raises(Refused, match="no engine"):
        await feed.submit(Hold("1"))


async def test_a_command_that_comes_too_early_waits_for_the_engine() -> None:
    service = FakeService()
    async with running(_connect(service), Box()) as feed:
        await feed.submit(Hold("1"))
    assert Hold("1") in service.submitted


@pytest.mark.parametrize("type_", sorted(EVENT_TYPES))
def test_events_concern_known_slots_only(type_: str) -> None:
    assert concerns(Event(1, "", type_, "1"), "1") <= set(SLOTS)
    assert concerns(Event(1, "", type_, "1"), "2").isdisjoint({"task", "diff", "activity"})


def test_a_tool_call_only_moves_the_timeline() -> None:
    assert concerns(Event(1, "", "tool.ended", "1"), "1") == {"activity"}
    assert "diff" in concerns(Event(1, "", "proposal.recorded", "1"), "1")


async def test_events_are_followed_from_the_older_of_the_first_documents() -> None:
    service, box = FakeService(), Box()
    service.overview["last_event"], service.queue["last_event"] = 40, 38

    async def connect() -> Service:
        return service

    async with running(connect, box) as feed:
        feed.want("queue", ShowQueue())
        await box.until(lambda: {"overview", "queue"} <= set(box.slots()))
        async with asyncio.timeout(10):
            while not service.followed:
                await asyncio.sleep(0)
        assert service.followed == [38]


async def test_a_question_that_is_only_steered_is_asked_at_the_next_change() -> None:
    service, box = FakeService(), Box()
    first, then = ShowQueue(), ShowQueue(at=("1.4.1",))
    async with running(_connect(service), box) as feed:
        feed.want("queue", first)
        await box.until(lambda: "queue" in box.slots())
        feed.steer("queue", then)
        assert not feed._slots["queue"].stale.is_set()
        asked = service.asked.count(first)
        service.happen("task.edited", "1.4.1", fields=["title"])
        await box.until(lambda: then in service.asked)
        assert service.asked.count(first) == asked
        await box.until(lambda: any(isinstance(m, Arrived) and m.query == then
                                    for m in box.messages))  # fmt: skip


async def test_what_was_steered_is_asked_when_it_is_wanted_after_an_older_answer() -> None:
    service, box = FakeService(), Box()
    async with running(_connect(service), box) as feed:
        feed.want("queue", ShowQueue(1))
        await box.until(lambda: "queue" in box.slots())
        feed.steer("queue", ShowQueue(2))  # what is looked at, while an answer is on its way
        feed.want("queue", ShowQueue(2))  # the answer lacks it
        await box.until(lambda: box.slots().count("queue") == 2)
        assert ShowQueue(2) in service.asked
        feed.want("queue", ShowQueue(2))
        feed.want("task", ShowTask("1.4.1"))
        await box.until(lambda: "task" in box.slots())
        assert service.asked.count(ShowQueue(2)) == 1

"""A Service that remembers what it was asked and plays what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from codeframe_tui.core.commands import AddTask, Cancel, Command, ImportTasks
from codeframe_tui.core.errors import Lacking, NotFound, Refused
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.queries import Query, ShowEvents, ShowTask


class FakeService:
    """Events lie in a list; followers are woken by `record`."""

    def __init__(self) -> None:
        self.submitted: list[Command] = []
        self.asked: list[Query] = []
        self.log: list[Event] = []
        self.documents: dict[str, dict[str, Any]] = {}
        self.hold: asyncio.Event | None = None
        self._news = asyncio.Condition()
        self._ears: list[asyncio.Queue[Signal]] = []
        self.followers = 0
        self.there = asyncio.Event()
        self.there.set()

    async def submit(self, command: Command) -> dict[str, Any]:
        if self.hold is not None:
            await self.hold.wait()
        self.submitted.append(command)
        match command:
            case AddTask():
                return {"number": str(len(self.submitted))}
            case Cancel(number="broken"):
                raise KeyError("a fault of the engine")
            case ImportTasks(document={"need": _}):
                raise Lacking("git is missing", hint="install git", code="no_git")
            case _:
                return self.documents.get(type(command).__name__, {})

    async def query(self, query: Query) -> dict[str, Any]:
        self.asked.append(query)
        if not self.there.is_set():
            raise Refused("the engine went away", code="engine_lost")
        match query:
            case ShowTask(number="404"):
                raise NotFound("there is no task 404", hint="see `list`")
            case ShowEvents(after, limit):
                page = self.log[after : after + limit]
                return {"events": [each.document() for each in page], "last": len(self.log)}
            case _:
                return self.documents.get(type(query).__name__, {})

    async def record(self, type_: str, task: str | None = None, **data: Any) -> Event:
        event = Event(len(self.log) + 1, "2026-01-01T00:00:00.000Z", type_, task, data)
        async with self._news:
            self.log.append(event)
            self._news.notify_all()
        return event

    async def events(self, after: int | None = None) -> AsyncIterator[Event]:
        at = len(self.log) if after is None else after
        self.followers += 1
        try:
            while True:
                async with self._news:
                    while len(self.log) <= at:
                        await self._news.wait()
                yield self.log[at]
                at += 1
        finally:
            self.followers -= 1

    async def signals(self) -> AsyncIterator[Signal]:
        ear: asyncio.Queue[Signal] = asyncio.Queue()
        self._ears.append(ear)
        try:
            while True:
                yield await ear.get()
        finally:
            self._ears.remove(ear)

    async def found(self) -> None:
        await self.there.wait()

    @property
    def listeners(self) -> int:
        return len(self._ears)

    def publish(self, signal: Signal) -> None:
        for ear in self._ears:
            ear.put_nowait(signal)

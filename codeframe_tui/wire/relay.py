"""A service handed on: asked once, however many listen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from codeframe_tui.core.commands import Command
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.queries import Query, ShowEvents, ShowOverview
from codeframe_tui.ports import Document, Service
from codeframe_tui.service.broadcast import Broadcast

__all__ = ["Relay", "WatchOnly", "first_to_end"]

PAGE = 1000
WAYS = 8
"""Of the 32 requests that the engine answers one connection at once: how many watchers may take,
and as many for replays, so that decisions never wait for either."""


class Relay:
    """The service of an engine for many clients, with one subscription there.

    So watchers cost the engine nothing: its worker never sends to them, and never waits for them.

    Args:
        upstream: the service that is handed on.
        found: returns when a lost engine is there again, so that a replay can wait for it; None =
            it does not come back.
    """

    def __init__(
        self, upstream: Service, found: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._upstream = upstream
        self._replays = _Share(upstream)
        self._found = found
        self._broadcast = Broadcast()
        self._newest = 0

    async def start(self) -> None:
        """Learn from where on nothing may be missed: before anybody listens."""
        self._newest = await self._last()

    async def run(self) -> None:
        """Pass events and signals on until the engine's end; who comes back there, goes on here."""
        await first_to_end(self._pass_events(), self._pass_signals())

    def close(self) -> None:
        """End all subscriptions."""
        self._broadcast.close()

    async def submit(self, command: Command) -> Document:
        """See `ports.Service`."""
        return await self._upstream.submit(command)

    async def query(self, query: Query) -> Document:
        """See `ports.Service`; the overview says besides that it is ``served``."""
        document = await self._upstream.query(query)
        return {**document, "served": True} if isinstance(query, ShowOverview) else document

    async def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """See `ports.Service`."""
        if after is None:
            after = await self._last()
        async for event in self._broadcast.follow(after, self._page):
            yield event

    def signals(self) -> AsyncIterator[Signal]:
        """See `ports.Service`."""
        return self._broadcast.listen()

    async def _last(self) -> int:
        return int((await self._stored(ShowEvents(limit=1)))["last"])

    async def _page(self, after: int) -> list[Event]:
        documents = (await self._stored(ShowEvents(after, PAGE)))["events"]
        fields = ("seq", "at", "type", "task", "data")
        return [Event(*(document[name] for name in fields)) for document in documents]

    async def _stored(self, query: ShowEvents) -> Document:
        while True:
            try:
                return await self._replays.query(query)
            except Refused as error:
                if error.code != "engine_lost" or self._found is None:
                    raise
            await self._found()

    async def _pass_events(self) -> None:
        async for event in self._upstream.events(self._newest):
            self._broadcast.hear([event])

    async def _pass_signals(self) -> None:
        async for signal in self._upstream.signals():
            self._broadcast.publish(signal)


class WatchOnly:
    """A service that answers and tells everything, and takes no wishes."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._share = _Share(service)

    async def submit(self, command: Command) -> Document:
        """Refuses (code ``watch_only``)."""
        raise Refused(
            f"{type(command).__name__}: this address only watches",
            hint="deciding needs the other address that `serve` printed",
            code="watch_only",
        )

    async def query(self, query: Query) -> Document:
        """See `ports.Service`."""
        return await self._share.query(query)

    def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """See `ports.Service`."""
        return self._service.events(after)

    def signals(self) -> AsyncIterator[Signal]:
        """See `ports.Service`."""
        return self._service.signals()


class _Share:
    """A share of the way to the engine: who finds it taken waits."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ways = asyncio.Semaphore(WAYS)

    async def query(self, query: Query) -> Document:
        await self._ways.acquire()
        asking = asyncio.ensure_future(self._service.query(query))
        asking.add_done_callback(lambda _: self._ways.release())
        # who asked may go, but the engine is still at it: only its answer gives the way back
        return await asyncio.shield(asking)


async def first_to_end(*endings: Coroutine[Any, Any, object]) -> None:
    """Return when one of them has ended, and end the others. Raises: what one of them raised."""
    tasks = [asyncio.create_task(ending) for ending in endings]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if not task.cancelled() and (fault := task.exception()) is not None:
            raise fault

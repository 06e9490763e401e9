"""The only place of the cockpit that talks to the engine.

Theory of operation: the app says which documents it wants, each in a slot of its own. An event
marks the slots it concerns as stale; a stale slot is fetched at once, then not again for `GAP`
seconds, so any burst of events costs one fetch per gap. Signals are merged and handed over in
ticks. When the engine goes, the feed connects again and all slots are stale.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from codeframe_tui.core.errors import CodeframeError, Refused
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.queries.board import ShowOverview
from codeframe_tui.tui.messages import (
    Arrived,
    EngineFound,
    EngineLost,
    Happened,
    Missing,
    Streamed,
)
from codeframe_tui.tui.present.words import why_words
from codeframe_tui.tui.waiting import Waiting, words_for

if TYPE_CHECKING:  # commands and all ports at once would delay the first picture
    from codeframe_tui.core.commands import Command
    from codeframe_tui.core.queries import Query
    from codeframe_tui.ports import Document, Service

__all__ = ["GAP", "SLOTS", "TICK", "Connect", "Feed", "concerns"]

log = logging.getLogger(__name__)

Connect = Callable[[], Awaitable["Service"]]
"""Connects to a running engine or starts one. Raises: CodeframeError, OSError."""

GAP = 0.05
"""Seconds between two fetches of the same document."""
TICK = 1 / 15
"""Seconds between two deliveries of signals: what the eye needs, not what the log could fill."""
PATIENCE = 5.0
"""Seconds that a command waits for an engine that is not there yet."""
SLOTS = ("overview", "queue", "blockers", "task", "diff", "review", "copy", "base", "activity")
_KEPT = 262_144  # characters of one merged stream; a tick shows far less
_TRIES = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)  # seconds before the next attempt to connect


class _Slot:
    """A document that is kept fresh.

    Attributes:
        asked: the question that was asked last; another one may have been steered since.
        wish: counts the questions whose answer must differ; an older answer is of no use.
    """

    def __init__(self) -> None:
        self.query: Query | None = None
        self.asked: Query | None = None
        self.wish = 0
        self.stale = asyncio.Event()


class Feed:
    """Keeps documents fresh and hands streams over.

    Args:
        connect: gives a service; called again whenever the engine is gone.
        post: takes messages for the app; must not wait.
        gap: seconds between two fetches of a slot.
        tick: seconds between two deliveries of signals; may be changed at any time.
        patience: seconds that a wish waits for an engine that is not there yet.
    """

    def __init__(
        self,
        connect: Connect,
        post: Callable[[Message], object],
        *,
        gap: float = GAP,
        tick: float = TICK,
        patience: float = PATIENCE,
    ) -> None:
        self._connect = connect
        self._post = post
        self._gap = gap
        self.tick = tick
        self._patience = patience
        self._waiting = Waiting(post)
        self._service: Service | None = None
        self._found = asyncio.Event()
        self._seen: int | None = None
        self._focus: str | None = None
        self._slots = {name: _Slot() for name in SLOTS}
        self._slots["overview"].query = ShowOverview()
        self._merged: dict[tuple[str, str | None, str], list[Signal]] = {}
        self._arrived = asyncio.Event()

    def want(self, slot: str, query: Query | None) -> None:
        """Fill a slot with the answer to this query from now on; None = with nothing."""
        held = self._slots[slot]
        if query != held.query or query != held.asked:
            held.query = held.asked = query
            held.wish += 1
            held.stale.set()

    def steer(self, slot: str, query: Query) -> None:
        """Ask this the next time the slot is stale; what it is filled with stays good."""
        self._slots[slot].query = query

    def focus(self, number: str | None) -> None:
        """Whose events concern the slots ``task``, ``diff`` and ``activity``."""
        self._focus = number

    def refresh(self) -> None:
        """Fetch everything again."""
        for slot in self._slots.values():
            slot.stale.set()

    async def submit(self, command: Command) -> Document:
        """Carry a wish out. Raises: CodeframeError; also when there is no engine now."""
        service = await self._there()
        try:
            with self._waiting.on(words_for(command)):
                return await service.submit(command)
        except OSError as error:
            raise _gone() from error

    async def query(self, query: Query) -> Document:
        """Ask once. Raises: CodeframeError."""
        await self._there()
        with self._waiting.on(words_for(query)):
            return await self.ask_quietly(query)

    async def ask_quietly(self, query: Query) -> Document:
        """Ask once, what nobody waits for. Raises: CodeframeError."""
        service = await self._there()
        try:
            return await service.query(query)
        except OSError as error:
            raise _gone() from error

    async def run(self) -> None:
        """Serve the app until cancelled, or until an engine refuses us for good."""
        failures = 0
        while True:
            await asyncio.sleep(_TRIES[min(failures, len(_TRIES) - 1)])
            try:
                with self._waiting.on("starting the engine"):
                    service = await self._connect()
            except (OSError, CodeframeError) as error:
                failures += 1
                if self._told(error):
                    return
                continue
            if await self._session(service):
                failures = 0
            else:
                failures += 1
            log.info("engine lost")
            self._service = None
            self._found.clear()
            self._post(EngineLost("engine lost, connecting again…"))

    # -- one connection -------------------------------------------------------------------------

    async def _session(self, service: Service) -> bool:
        """Serve until the connection ends; whether it ever worked."""
        try:
            with self._waiting.on("reading the queue"):
                first = await self._first_documents(service)
        except (OSError, CodeframeError) as error:
            log.info("first question failed: %s", error)
            return False
        self._service = service
        self._found.set()
        self._post(EngineFound(first["overview"][1]))
        self.refresh()
        for name, (query, document) in first.items():
            self._post(Arrived(name, query, document))
            self._slots[name].asked = query
            if self._slots[name].query == query:
                self._slots[name].stale.clear()
        known = min(int(document.get("last_event") or 0) for _, document in first.values())
        after = known if self._seen is None else self._seen
        parts = [
            self._follow_events(service.events(after)),
            self._follow_signals(service.signals()),
            self._deliver(),
            *(self._keep(name, slot, service) for name, slot in self._slots.items()),
        ]
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, OSError | CodeframeError):
                raise result
        return True

    async def _first_documents(self, service: Service) -> dict[str, tuple[Query, Document]]:
        """What the first rows need, asked at once; each knows the last event that it tells of."""
        asked = {name: self._slots[name].query for name in ("overview", "queue")}
        queries = {name: query for name, query in asked.items() if query is not None}
        answers = await asyncio.gather(*map(service.query, queries.values()))
        return dict(zip(queries, zip(queries.values(), answers, strict=True), strict=True))

    async def _keep(self, name: str, slot: _Slot, service: Service) -> None:
        while True:
            await slot.stale.wait()
            slot.stale.clear()
            query, wish = slot.query, slot.wish
            slot.asked = query
            if query is None:
                continue
            try:
                with self._waiting.on(words_for(query)):
                    document = await service.query(query)
            except CodeframeError as error:
                if error.code == "engine_lost":
                    return
                self._post(Missing(name, query, error))
            else:
                if slot.wish == wish:
                    self._post(Arrived(name, query, document))
            await asyncio.sleep(self._gap)

    async def _follow_events(self, events: AsyncIterator[Event]) -> None:
        async for event in events:
            self._seen = event.seq
            for name in concerns(event, self._focus):
                self._slots[name].stale.set()
            self._post(Happened(event))

    async def _follow_signals(self, signals: AsyncIterator[Signal]) -> None:
        async for signal in signals:
            if signal.kind == "project":
                self._slots["overview"].stale.set()
                continue
            if signal.kind == "hand" and signal.task == self._focus:
                self._slots["copy"].stale.set()
            key = (signal.kind, signal.task, signal.key)
            if signal.append:
                self._merged.setdefault(key, []).append(signal)
            else:
                self._merged[key] = [signal]
            self._arrived.set()

    async def _deliver(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            merged, self._merged = self._merged, {}
            self._post(Streamed([_joined(parts) for parts in merged.values()]))
            await asyncio.sleep(self.tick)

    async def _there(self) -> Service:
        """The service; an engine that just starts is waited for, so that no early key is lost."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._found.wait(), self._patience)
        if self._service is None:
            raise _gone()
        return self._service

    def _told(self, error: OSError | CodeframeError) -> bool:
        """Tell the app; whether there is no use in trying again."""
        final = isinstance(error, CodeframeError) and error.code not in _PASSING
        why = "no engine yet, trying again…" if isinstance(error, OSError) else why_words(error)
        self._post(EngineLost(why, final=final))
        return final


_PASSING = frozenset({"engine_lost", "engine_stuck"})
"""What is wrong with an engine and may be over at the next try: a tunnel may be up again."""
_BY_TYPE: dict[str, tuple[str, ...]] = {
    "blocker": ("queue", "blockers"),
    "change": ("queue", "blockers"),
    "hand": ("blockers",),
    "issue": ("queue",),
    "policy": (),
    "proposal": ("queue", "blockers"),
    "review": ("queue",),
    "task": ("queue", "blockers"),
    "turn": ("queue", "blockers"),
    "verification": ("queue",),
    "workers": ("queue",),
}
_DIFFS = ("proposal", "review", "change")
_SAID = frozenset({"review.commented", "review.comment_edited", "review.comment_deleted"})
"""What changes no verdict."""
_QUIET = ("tool", "context")


def concerns(event: Event, focus: str | None) -> set[str]:
    """The slots whose document may have changed by an event."""
    subject = event.type.partition(".")[0]
    slots = set(_BY_TYPE.get(subject, ()))
    if subject not in _QUIET:
        slots.add("overview")
    if event.task is not None and event.task == focus:
        slots.add("activity")
        if subject not in _QUIET:
            slots.add("task")
        if subject == "hand":
            slots.add("copy")
        if subject in _DIFFS:
            slots.add("review")
        if subject in _DIFFS and event.type not in _SAID:
            slots.add("diff")
    return slots


def _joined(parts: list[Signal]) -> Signal:
    """Pieces of one stream as one signal; only the newest part of a long one."""
    if len(parts) == 1:
        return parts[0]
    name = "partial_json" if "partial_json" in parts[0].data else "text"
    text = "".join(str(part.data.get(name, "")) for part in parts)[-_KEPT:]
    return replace(parts[-1], data={**parts[-1].data, name: text})


def _gone() -> Refused:
    return Refused("there is no engine just now", hint="it is looked for; try again")

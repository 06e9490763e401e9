"""Who hears of what: live events, signals, and workers that wait. All in the loop's thread."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakSet

from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.task import Status

__all__ = ["Broadcast", "Feed", "Mailbox", "Workforce"]

FEED_LIMIT = 1_000
"""Events that wait for one subscriber before it has to read from the store again."""
MAILBOX_LIMIT = 4_096
"""Different signals that wait for one subscriber."""
TEXT_LIMIT = 64 * 1024
"""Characters of one appended signal that wait for one subscriber."""
_QUIET = frozenset(
    {
        "answer.refused",
        "context.chosen",
        "context.gathered",
        "context.shortened",
        "note.told",
        "proposal.recorded",
        "task.phase",
        "tests.ended",
        "tests.started",
        "tool.ended",
        "tool.started",
        "turn.recorded",
        "verification.recorded",
        "verification.started",
    }
)
"""Events that make no work for anybody else."""
_FREES = frozenset({"turn.recorded", "task.status", "blocker.answered", "model.waiting"})
"""Events after which more money may be free under a cap: who waits for money holds none."""


class Feed:
    """Live events of one subscriber. Over its limit it ends: the store has them all."""

    def __init__(self, limit: int = FEED_LIMIT) -> None:
        self._limit = limit
        self._events: deque[Event] = deque()
        self._wake = asyncio.Event()
        self._over = False

    def put(self, events: Sequence[Event]) -> None:
        """Add; never waits."""
        if len(self._events) + len(events) > self._limit:
            self.end()
        if not self._over:
            self._events.extend(events)
            self._wake.set()

    def end(self) -> None:
        """Nothing more comes."""
        self._over = True
        self._events.clear()
        self._wake.set()

    async def take(self) -> list[Event]:
        """What waits, at least one; empty when the feed has ended."""
        await self._wake.wait()
        events = list(self._events)
        self._events.clear()
        if not self._over:
            self._wake.clear()
        return events


class Mailbox:
    """Signals of one subscriber, merged by (kind, task, key) while they wait."""

    def __init__(self) -> None:
        self._signals: dict[tuple[str, str | None, str], Signal] = {}
        self._wake = asyncio.Event()
        self._over = False

    def put(self, signal: Signal) -> None:
        """Add or merge; over the limit the oldest is dropped."""
        key = (signal.kind, signal.task, signal.key)
        waiting = self._signals.pop(key, None)
        if waiting and signal.append:
            signal = _joined(waiting, signal)
        self._signals[key] = signal
        if len(self._signals) > MAILBOX_LIMIT:
            self._signals.pop(next(iter(self._signals)))
        self._wake.set()

    def end(self) -> None:
        """Nothing more comes."""
        self._over = True
        self._wake.set()

    async def take(self) -> list[Signal]:
        """What waits, at least one; empty when the mailbox has ended."""
        await self._wake.wait()
        signals = list(self._signals.values())
        self._signals.clear()
        if not self._over:
            self._wake.clear()
        return signals


class Broadcast:
    """All subscribers."""

    def __init__(self) -> None:
        self._feeds: WeakSet[Feed] = WeakSet()
        self._mailboxes: WeakSet[Mailbox] = WeakSet()
        self.closed = False

    def feed(self) -> Feed:
        """A new subscriber of events, for as long as it is referred to."""
        feed = Feed()
        self._feeds.add(feed)
        return feed

    def mailbox(self) -> Mailbox:
        """A new subscriber of signals, for as long as it is referred to."""
        mailbox = Mailbox()
        self._mailboxes.add(mailbox)
        return mailbox

    def hear(self, events: Sequence[Event]) -> None:
        """Pass committed events on."""
        for feed in list(self._feeds):
            feed.put(events)

    def publish(self, signal: Signal) -> None:
        """Pass a transient update on."""
        for mailbox in list(self._mailboxes):
            mailbox.put(signal)

    async def follow(
        self, after: int, page: Callable[[int], Awaitable[Sequence[Event]]]
    ) -> AsyncIterator[Event]:
        """Replay, then go live; a feed that ended because it was too full means replay again.

        Args:
            after: number of the last event that is known.
            page: the next stored events after a number; empty when there are none.
        """
        while not self.closed:
            feed = self.feed()
            while stored := await page(after):
                for event in stored:
                    yield event
                after = stored[-1].seq
            while live := await feed.take():
                for event in live:
                    if event.seq > after:
                        after = event.seq
                        yield event

    def listen(self) -> AsyncIterator[Signal]:
        """Follow transient updates from now on."""
        return _open_all(self.mailbox())

    def close(self) -> None:
        """End all subscriptions."""
        self.closed = True
        for feed in list(self._feeds):
            feed.end()
        for mailbox in list(self._mailboxes):
            mailbox.end()


class Workforce:
    """What workers wait for: new work, money that comes free, and being stopped.

    Attributes:
        money: how often money may have come free so far.
    """

    def __init__(self) -> None:
        self._generation = 0
        self.money = 0
        self._running: set[str] = set()
        self._stops: dict[str, list[asyncio.Future[None]]] = defaultdict(list)
        self._wake = asyncio.Event()
        self._paid = asyncio.Event()

    def hear(self, events: Sequence[Event]) -> None:
        """Take note of committed events."""
        for event in events:
            if event.task and event.type == "task.status":
                self._moved(event.task, event.data)
        if any(event.type in _FREES for event in events):
            self.money += 1
            self._paid.set()
            self._paid = asyncio.Event()
        if any(event.type not in _QUIET for event in events):
            self._generation += 1
            self._wake.set()
            self._wake = asyncio.Event()

    async def changed(self, seen: int) -> int:
        """Wait until the count of changes is not ``seen``; returns the count."""
        while seen == self._generation:
            await self._wake.wait()
        return self._generation

    async def money_moved(self, seen: int) -> None:
        """Wait until `money` is not ``seen``."""
        while seen == self.money:
            await self._paid.wait()

    def cancelled(self, number: str) -> Awaitable[None]:
        """Return when the task was taken from its worker; at once if it already was."""
        stop: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if number in self._running:
            self._stops[number].append(stop)
        else:
            stop.set_result(None)
        return stop

    def _moved(self, number: str, data: dict[str, Any]) -> None:
        if data["to"] == Status.IN_PROGRESS:
            self._running.add(number)
            return
        self._running.discard(number)
        for stop in self._stops.pop(number, []):
            if data["to"] in {Status.CANCELLED, Status.PENDING} and not stop.done():
                stop.set_result(None)


async def _open_all(mailbox: Mailbox) -> AsyncIterator[Signal]:
    while signals := await mailbox.take():
        for signal in signals:
            yield signal


def _joined(waiting: Signal, signal: Signal) -> Signal:
    """Both texts in one signal; only the newest part of a text that is too long."""
    name = "partial_json" if "partial_json" in signal.data else "text"
    text = str(waiting.data.get(name, "")) + str(signal.data.get(name, ""))
    data = {**signal.data, name: text[-TEXT_LIMIT:]}
    if len(text) > TEXT_LIMIT or "cut" in waiting.data:
        data["cut"] = True
    return replace(signal, data=data)

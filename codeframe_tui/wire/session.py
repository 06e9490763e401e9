"""One client from hello to end, and all clients of one listener. Framings do not reach here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from codeframe_tui.core.commands import Command
from codeframe_tui.core.errors import CodeframeError, Refused, WrongUse
from codeframe_tui.core.events import Event
from codeframe_tui.core.queries import Query, ShowEvents
from codeframe_tui.ports import Document, Service
from codeframe_tui.wire.channel import MAX_MESSAGE_BYTES, Channel, part
from codeframe_tui.wire.codec import Malformed, encode, encode_error, encode_signal
from codeframe_tui.wire.hello import PROTOCOL, check_hello, hello
from codeframe_tui.wire.outbox import Outbox
from codeframe_tui.wire.requests import check_numbers, decode_wish

__all__ = ["Bounds", "Session", "Sessions"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one client may take.

    Attributes:
        message_bytes: longest message out.
        request_bytes: longest message in.
        outbox_bytes: waiting messages, before events and new requests have to wait.
        in_flight: requests answered at once; then reading waits.
        subscriptions: at once.
        stall_seconds: how long events wait for room before the client is dropped.
        parting_seconds: how long a dropped client may take to read what waits for it.
        hello_seconds: how long a client may take to say hello.
    """

    message_bytes: int = MAX_MESSAGE_BYTES
    request_bytes: int = MAX_MESSAGE_BYTES
    outbox_bytes: int = 4 * 2**20
    in_flight: int = 32
    subscriptions: int = 16
    stall_seconds: float = 5.0
    parting_seconds: float = 5.0
    hello_seconds: float = 5.0


class Sessions:
    """The sessions of one listener.

    Attributes:
        moved: set whenever a client came or went; whoever waits for it clears it.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.moved = asyncio.Event()
        self._sessions: set[Session] = set()

    def __len__(self) -> int:
        return len(self._sessions)

    async def serve(self, channel: Channel, service: Service) -> None:
        """Serve one client until it goes."""
        session = Session(channel, service, self.bounds)
        self._sessions.add(session)
        self.moved.set()
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
            self.moved.set()
            session.ended.set()

    async def close(self, patience_seconds: float = 0.0) -> None:
        """End all sessions; commands in hand are finished first.

        Args:
            patience_seconds: how long clients may take to end their business and go.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_seconds):
                while self._sessions and patience_seconds:
                    self.moved.clear()
                    await self.moved.wait()
        sessions = list(self._sessions)
        await asyncio.gather(*(session.close() for session in sessions))
        await asyncio.gather(*(session.ended.wait() for session in sessions))


class Session:
    """One client from hello to end.

    Attributes:
        ended: set when nothing of it is left.
    """

    def __init__(self, channel: Channel, service: Service, bounds: Bounds) -> None:
        self._channel = channel
        self._service = service
        self._bounds = bounds
        self._outbox = Outbox(bounds.outbox_bytes)
        self._slots = asyncio.Semaphore(bounds.in_flight)
        self._answers: dict[asyncio.Task[None], str] = {}
        self._pumps: dict[int, asyncio.Task[None]] = {}
        self._sender: asyncio.Task[None] | None = None
        self._parting: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()

    async def run(self) -> None:
        """Serve until the client goes or breaks the protocol."""
        try:
            if await self._greet():
                self._sender = asyncio.create_task(self._send())
                await self._read()
        except Malformed as error:
            logger.warning("closed a client: %s", error.message)
            self._outbox.put(encode({"id": None, **encode_error(error)}))
            await self._flush()
        finally:
            await self._end()

    async def close(self) -> None:
        """End it from the engine's side: what is asked is answered, then the stream ends."""
        await asyncio.gather(*self._answers, return_exceptions=True)
        await self._flush()
        self._channel.abort()

    async def _greet(self) -> bool:
        try:
            async with asyncio.timeout(self._bounds.hello_seconds):
                said = await self._channel.receive()
            check_hello(said)
        except (TimeoutError, Malformed):
            return False
        except Refused:
            refused = {**hello()["hello"], "message": f"this engine speaks protocol {PROTOCOL}"}
            self._outbox.put(encode({"refused": refused}))
            await self._flush()
            return False
        self._outbox.put(encode(hello()))
        return True

    async def _read(self) -> None:
        while (message := await self._channel.receive()) is not None:
            await self._slots.acquire()
            if not await self._roomy():
                return
            answer = asyncio.create_task(self._answer(message))
            self._answers[answer] = "submit" if "submit" in message else "query"
            answer.add_done_callback(partial(self._answered, message.get("id")))

    async def _roomy(self) -> bool:
        """Wait until answers are read, so that they cannot pile up; False when none will be."""
        assert self._sender is not None
        room = asyncio.create_task(self._outbox.roomy())
        try:
            await asyncio.wait([room, self._sender], return_when=asyncio.FIRST_COMPLETED)
        finally:
            room.cancel()
        return not self._sender.done()

    def _answered(self, number: object, answer: asyncio.Task[None]) -> None:
        del self._answers[answer]
        self._slots.release()
        if not answer.cancelled() and (fault := answer.exception()) is not None:
            logger.error("a request failed inside", exc_info=fault)
            error = CodeframeError("the engine failed inside; its log says where", code="internal")
            self._outbox.put(encode({"id": number, **encode_error(error)}))

    async def _answer(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        try:
            reply = {"ok": await self._act(number, message)}
        except CodeframeError as refusal:
            reply = encode_error(refusal)
        data = encode({"id": number, **reply})
        if len(data) >= self._bounds.message_bytes:
            error = Refused("the answer is too long for one message", code="too_large")
            data = encode({"id": number, **encode_error(error)})
        self._outbox.put(data)

    async def _act(self, number: object, message: dict[str, Any]) -> Document:
        doors = message.keys() - {"id"}
        if type(number) is not int or len(doors) != 1:
            raise WrongUse("a request has an `id` and one door", code="bad_request")
        door = doors.pop()
        body = message[door]
        match door:
            case "submit":
                return await self._service.submit(cast("Command", decode_wish(door, body)))
            case "query":
                return await self._service.query(cast("Query", decode_wish(door, body)))
            case "events" if body is None or type(body) is int:
                check_numbers(door, body)
                after = await self._newest() if body is None else body
                return self._subscribe(number, self._pump_events(number, after))
            case "signals" if body is True:
                return self._subscribe(number, self._pump_signals(number))
            case "stop" if type(body) is int:
                if pump := self._pumps.pop(body, None):
                    pump.cancel()
                return {}
            case _:
                raise WrongUse(f"there is no request {door!r:.80} like this", code="bad_request")

    async def _newest(self) -> int:
        """So that "only new ones" begins with the reply, whatever lies between."""
        return cast("int", (await self._service.query(ShowEvents(limit=1)))["last"])

    def _subscribe(self, number: int, pump: Coroutine[Any, Any, None]) -> Document:
        full = len(self._pumps) >= self._bounds.subscriptions or self._parting is not None
        if full or number in self._pumps:
            pump.close()
            raise Refused("too many subscriptions, or the id is in use", code="bad_request")
        self._pumps[number] = asyncio.create_task(pump)
        return {}

    async def _pump_events(self, number: int, after: int) -> None:
        try:
            async for event in self._service.events(after):
                data = self._event(number, event)
                await self._outbox.put_patiently(data, self._bounds.stall_seconds)
                after = event.seq
        except TimeoutError:
            logger.warning("dropped a client that does not read")
            self._drop(number, after)
        except CodeframeError as error:  # the service has no events now: who asks again gets them
            logger.warning("dropped a client: %s", error.message)
            self._drop(number, after)
        except Exception:  # whatever it is, silence would look like an engine with no news
            logger.exception("dropped a client: its events failed inside")
            self._drop(number, after)

    def _event(self, number: int, event: Event) -> bytes:
        data = encode({"id": number, "event": event.document()})
        if len(data) < self._bounds.message_bytes:
            return data
        # a longer one would end the connection each time that the client comes back to it
        logger.warning("event %d is too long for one message: sent without its data", event.seq)
        return encode({"id": number, "event": {**event.document(), "data": {}}})

    async def _pump_signals(self, number: int) -> None:
        try:
            async for signal in self._service.signals():
                self._outbox.put_signal(signal, number)
        except Exception:  # as with events
            logger.exception("dropped a client: its signals failed inside")
            self._drop(number, None)

    def _drop(self, number: int, after: int | None) -> None:
        """Send no more to a client, tell it where its events end, and part."""
        if self._parting is None:
            if after is not None:
                self._outbox.put(encode({"id": number, "gap": {"after": after}}))
            self._parting = asyncio.create_task(self._part())

    async def _part(self) -> None:
        for pump in self._pumps.values():
            pump.cancel()
        try:
            async with asyncio.timeout(self._bounds.parting_seconds):
                await self._outbox.emptied()
                await self._channel.close()
        except TimeoutError:
            self._channel.abort()

    async def _send(self) -> None:
        with suppress(OSError):
            while True:
                await self._outbox.filled()
                await self._send_once()

    async def _send_once(self) -> None:
        messages, signals = self._outbox.take()
        for message in messages:
            self._channel.send(message)
        for number, signal in signals:
            self._channel.send(encode({"id": number, "signal": encode_signal(signal)}))
        await self._channel.drain()

    async def _flush(self) -> None:
        """Send what waits, but never wait long for a client that does not read."""
        if self._sender is not None:
            self._sender.cancel()
            await asyncio.gather(self._sender, return_exceptions=True)
        with suppress(OSError):  # also that it takes too long
            async with asyncio.timeout(0.2):
                await self._send_once()

    async def _end(self) -> None:
        """Stop everything but commands, which are carried out though nobody waits for them."""
        questions = [task for task, door in self._answers.items() if door != "submit"]
        own = [task for task in (self._sender, self._parting) if task is not None]
        tasks = [*self._pumps.values(), *own, *questions]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._answers, return_exceptions=True)
        await part(self._channel, self._bounds.parting_seconds)

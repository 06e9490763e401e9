"""The Service across a connection. Imports the stdlib and core only: the cockpit stands on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeframe_tui.core.errors import Lacking, Refused, error_from_document
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.wire.channel import (
    HELLO_SECONDS,
    MAX_MESSAGE_BYTES,
    MAX_REMOTE_REQUEST_BYTES,
    Channel,
    Dial,
    Silence,
    part,
)
from codeframe_tui.wire.codec import Malformed, decode_event, decode_signal, encode, encode_wish
from codeframe_tui.wire.hello import check_hello, hello
from codeframe_tui.wire.outbox import SignalBuffer
from codeframe_tui.wire.stream import dial

if TYPE_CHECKING:  # wishes are loaded when the first one is made
    from codeframe_tui.core.commands import Command
    from codeframe_tui.core.queries import Query

__all__ = ["Client"]

PARTING_SECONDS = 1.0
_PUSHES = {"event", "signal", "gap"}


class Client:
    """A connection to an engine that can be lost and made again.

    Iterators of `events` go on after a new `connect` without gap or repetition; requests that
    wait when the engine goes fail with the code ``engine_lost``.

    Args:
        comes_back: whether somebody will connect again after a loss; if not, iterators fail with
            ``engine_lost`` too.
        remote: the engine may run on another machine.
        silence: after which the engine counts as lost, although the connection stands.

    Attributes:
        lost: set while there is no engine after there was one.
        engine: what the engine said of itself: ``{"protocol", "version", "pid"}``.
    """

    def __init__(
        self, *, comes_back: bool = True, remote: bool = False, silence: Silence | None = None
    ) -> None:
        self._silence = silence or Silence()
        self._comes_back = comes_back
        self._remote = remote
        self._max_bytes = MAX_REMOTE_REQUEST_BYTES if remote else MAX_MESSAGE_BYTES
        self.lost = asyncio.Event()
        self.engine: dict[str, Any] = {}
        self._ids = count(1)
        self._channel: Channel | None = None
        self._reading: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._feeds: dict[int, _Feed] = {}
        self._ready = asyncio.Event()
        self._closed = False

    async def connect(self, path: Path) -> None:
        """Connect to the engine that listens on a Unix socket, see `join`."""
        await self.join(partial(dial, path))

    async def join(self, dial: Dial) -> None:
        """Connect and say hello.

        Raises:
            OSError: nobody listens there.
            Refused: the engine speaks another protocol (code ``wrong_protocol``).
            Lacking: it does not answer (code ``engine_stuck``).
            Malformed: what listens there is no engine.
        """
        if self._reading is not None:
            await asyncio.gather(self._reading, return_exceptions=True)
        channel = await dial()
        try:
            channel.send(encode(hello()))
            self.engine = check_hello(await _greeted(channel), remote=self._remote)
        except BaseException:
            channel.abort()
            raise
        self._channel = channel
        self._reading = asyncio.create_task(self._read(channel))
        self._listening = asyncio.create_task(self._listen(channel))
        self.lost.clear()
        self._ready.set()

    async def close(self) -> None:
        """End the connection and all iterators."""
        self._closed = True
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._channel is not None:  # a task cancelled before its first step cleans nothing
            await self._part(self._channel)
        self._ready.set()

    async def found(self) -> None:
        """Return when there is an engine, or `close` was called."""
        await self._ready.wait()

    async def submit(self, command: Command) -> dict[str, Any]:
        """See ports.Service. Raises: Refused (code ``engine_lost``) too."""
        return await self._ask(next(self._ids), encode_wish(command))

    async def query(self, query: Query) -> dict[str, Any]:
        """See ports.Service. Raises: Refused (code ``engine_lost``) too."""
        return await self._ask(next(self._ids), encode_wish(query))

    async def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """See ports.Service; ends with `close`."""
        last = after
        while await self._is_ready():
            async with aclosing(self._follow({"events": last})) as pushes:
                async for push in pushes:
                    if "gap" in push:
                        self._fell_behind(push["gap"]["after"])
                        continue
                    event = decode_event(push["event"])
                    last = event.seq
                    yield event

    async def signals(self) -> AsyncIterator[Signal]:
        """See ports.Service; ends with `close`."""
        buffer = SignalBuffer()
        while await self._is_ready():
            async with aclosing(self._follow({"signals": True}, buffer)) as pushes:
                async for _ in pushes:
                    for _, signal in buffer.take():
                        yield signal

    async def _is_ready(self) -> bool:
        if self.lost.is_set() and not self._comes_back and not self._closed:
            raise _lost()
        await self._ready.wait()
        return not self._closed

    def _fell_behind(self, after: int) -> None:
        """The engine sends no more and ends the connection: whoever comes back asks again."""
        if not self._comes_back:
            raise Refused(
                "the engine stopped sending to this reader, who was too slow or came at a bad time",
                hint=f"nothing is lost: go on after event {after}",
                code="too_slow",
            )

    async def _follow(
        self, request: Mapping[str, Any], buffer: SignalBuffer | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Pushes of one subscription until the connection ends; signals go into the buffer."""
        number = next(self._ids)
        feed = self._feeds[number] = _Feed(buffer)
        try:
            await self._ask(number, request)
            while (push := await feed.next()) is not None:
                yield push
        except Refused as error:
            if error.code != "engine_lost" or self._channel is not None:
                raise
        finally:
            if self._feeds.pop(number, None) is not None and self._channel is not None:
                with suppress(Refused):
                    self._send({"id": next(self._ids), "stop": number})

    async def _ask(self, number: int, body: Mapping[str, Any]) -> dict[str, Any]:
        self._send({"id": number, **body})
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            return await answer
        finally:
            self._waiting.pop(number, None)

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._channel is None:
            raise _lost()
        data = encode(message)
        if len(data) >= self._max_bytes:
            raise Refused("that is too long for one message", code="too_large")
        self._channel.send(data)

    async def _read(self, channel: Channel) -> None:
        try:
            with suppress(Malformed):
                while (message := await channel.receive()) is not None:
                    self._deliver(message)
        finally:
            await self._part(channel)

    async def _listen(self, channel: Channel) -> None:
        """End a connection from which nothing comes any more, not even what is asked for."""
        await self._silence.until_lost(channel, self._ask_whether_there)
        channel.abort()

    def _ask_whether_there(self) -> None:
        with suppress(Refused):
            self._send({"id": next(self._ids), "stop": 0})  # of no subscription: only an answer

    async def _part(self, channel: Channel) -> None:
        self._forget()
        await part(channel, PARTING_SECONDS)

    def _deliver(self, message: dict[str, Any]) -> None:
        number = message.get("id", 0)
        if (feed := self._feeds.get(number)) and _PUSHES & message.keys():
            feed.put(message)
        elif (answer := self._waiting.get(number)) and not answer.done():
            if "error" in message:
                answer.set_exception(error_from_document(message))
            else:
                answer.set_result(message["ok"])

    def _forget(self) -> None:
        """The connection is gone: whoever waits on it learns that."""
        if self._listening is not None:
            self._listening.cancel()
        self._channel = None
        self._ready.clear()
        self.lost.set()
        feeds, self._feeds = self._feeds, {}
        for feed in feeds.values():
            feed.put(None)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(_lost())


class _Feed:
    """Pushes of one subscription; those of signals only say that the buffer has some."""

    def __init__(self, buffer: SignalBuffer | None) -> None:
        self._buffer = buffer
        self._pushes: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def put(self, push: dict[str, Any] | None) -> None:
        if push is not None and self._buffer is not None and "signal" in push:
            self._buffer.put(decode_signal(push["signal"]))
            if not self._pushes.empty():
                return
        self._pushes.put_nowait(push)

    async def next(self) -> dict[str, Any] | None:
        return await self._pushes.get()


async def _greeted(channel: Channel) -> dict[str, Any]:
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            said = await channel.receive()
    except TimeoutError as error:
        raise Lacking("the engine does not answer", hint="end it", code="engine_stuck") from error
    if said is None:
        raise ConnectionResetError("the engine ended")
    return said


def _lost() -> Refused:
    return Refused("the engine went away", hint="start the program again", code="engine_lost")

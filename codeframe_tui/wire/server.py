"""Serves a Service to cockpits and verbs over a Unix stream."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from codeframe_tui.core.commands import Command, KeepWorking, Query
from codeframe_tui.core.errors import CodeframeError, Refused, WrongUse
from codeframe_tui.ports import Document, Service
from codeframe_tui.wire.codec import encode_error, encode_signal
from codeframe_tui.wire.outbox import Outbox
from codeframe_tui.wire.requests import decode_wish
from codeframe_tui.wire.stream import (
    MAX_LINE_BYTES,
    PROTOCOL,
    Malformed,
    bind,
    check_hello,
    encode_line,
    hello,
    peer_uid,
    read_message,
)

__all__ = ["Bounds", "Server"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one client may take.

    Attributes:
        line_bytes: longest line, in and out.
        outbox_bytes: waiting lines, before events have to wait.
        in_flight: requests answered at once; then reading waits.
        subscriptions: at once.
        stall_seconds: how long events wait for room before the connection is closed.
        hello_seconds: how long a client may take to say hello.
    """

    line_bytes: int = MAX_LINE_BYTES
    outbox_bytes: int = 4 * 2**20
    in_flight: int = 32
    subscriptions: int = 16
    stall_seconds: float = 5.0
    hello_seconds: float = 5.0


class Server:
    """Accepts clients of the same user and gives each a session.

    Attributes:
        keep: whether the engine shall outlive its last client.
    """

    def __init__(self, service: Service, bounds: Bounds | None = None) -> None:
        self.service = service
        self.bounds = bounds or Bounds()
        self.keep = False
        self._path: Path | None = None
        self._server: asyncio.Server | None = None
        self._sessions: set[_Session] = set()
        self._had_client = False
        self._moved = asyncio.Event()

    @property
    def clients(self) -> int:
        """How many clients are connected now."""
        return len(self._sessions)

    async def start(self, path: Path) -> None:
        """Listen; the caller holds the project's lock."""
        listening = bind(path)
        self._path = path
        self._server = await asyncio.start_unix_server(
            self._accept, sock=listening, limit=self.bounds.line_bytes
        )

    async def close(self, patience_seconds: float = 0.0) -> None:
        """Remove the socket, end all sessions; commands in hand are finished first.

        Args:
            patience_seconds: how long clients may take to end their business and go.
        """
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_seconds):
                while self._sessions and patience_seconds:
                    self._moved.clear()
                    await self._moved.wait()
        sessions = list(self._sessions)
        await asyncio.gather(*(session.close() for session in sessions))
        await asyncio.gather(*(session.ended.wait() for session in sessions))

    async def until_unneeded(
        self, *, first_seconds: float = 5.0, linger_seconds: float = 0.5
    ) -> None:
        """Return when no client is left (or none ever came) for so long and none may come back."""
        while True:
            self._moved.clear()
            if self.keep or self._sessions:
                await self._moved.wait()
                continue
            try:
                async with asyncio.timeout(linger_seconds if self._had_client else first_seconds):
                    await self._moved.wait()
            except TimeoutError:
                return

    async def submit(self, command: Command) -> Document:
        """The service's door, past the one command that is about this process."""
        if isinstance(command, KeepWorking):
            self.keep = command.on
            self._moved.set()
        return await self.service.submit(command)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = _Session(self, reader, writer)
        if session.foreign:
            logger.warning("refused a connection of another user")
            writer.transport.abort()
            return
        self._sessions.add(session)
        self._had_client = True
        self._moved.set()
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
            self._moved.set()
            session.ended.set()


class _Session:
    """One client from hello to end.

    Attributes:
        ended: set when nothing of it is left.
    """

    def __init__(
        self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._bounds = server.bounds
        self._reader = reader
        self._writer = writer
        self._outbox = Outbox(server.bounds.outbox_bytes)
        self._slots = asyncio.Semaphore(server.bounds.in_flight)
        self._answers: dict[asyncio.Task[None], str] = {}
        self._pumps: dict[int, asyncio.Task[None]] = {}
        self._sender: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()

    @property
    def foreign(self) -> bool:
        """Whether the other side is another user."""
        connection = cast("socket.socket", self._writer.get_extra_info("socket"))
        return peer_uid(connection) not in {None, os.getuid()}

    async def run(self) -> None:
        """Serve until the client goes or breaks the protocol."""
        try:
            if await self._greet():
                self._sender = asyncio.create_task(self._send())
                await self._read()
        except Malformed as error:
            logger.warning("closed a client: %s", error.message)
            self._outbox.put(encode_line({"id": None, **encode_error(error)}))
            await self._flush()
        finally:
            await self._end()

    async def close(self) -> None:
        """End it from the engine's side: what is asked is answered, then the stream ends."""
        await asyncio.gather(*self._answers, return_exceptions=True)
        await self._flush()
        self._writer.transport.abort()

    async def _greet(self) -> bool:
        try:
            async with asyncio.timeout(self._bounds.hello_seconds):
                said = await read_message(self._reader)
            check_hello(said)
        except (TimeoutError, Malformed):
            return False
        except Refused:
            refused = {**hello()["hello"], "message": f"this engine speaks protocol {PROTOCOL}"}
            self._outbox.put(encode_line({"refused": refused}))
            await self._flush()
            return False
        self._outbox.put(encode_line(hello()))
        return True

    async def _read(self) -> None:
        while (message := await read_message(self._reader)) is not None:
            await self._slots.acquire()
            answer = asyncio.create_task(self._answer(message))
            self._answers[answer] = "submit" if "submit" in message else "query"
            answer.add_done_callback(partial(self._answered, message.get("id")))

    def _answered(self, number: object, answer: asyncio.Task[None]) -> None:
        del self._answers[answer]
        self._slots.release()
        if not answer.cancelled() and (fault := answer.exception()) is not None:
            logger.error("a request failed inside", exc_info=fault)
            error = CodeframeError("the engine failed inside; its log says where", code="internal")
            self._outbox.put(encode_line({"id": number, **encode_error(error)}))

    async def _answer(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        try:
            reply = {"ok": await self._act(number, message)}
        except CodeframeError as refusal:
            reply = encode_error(refusal)
        line = encode_line({"id": number, **reply})
        if len(line) > self._bounds.line_bytes:
            error = Refused("the answer is too long for one message", code="too_large")
            line = encode_line({"id": number, **encode_error(error)})
        self._outbox.put(line)

    async def _act(self, number: object, message: dict[str, Any]) -> Document:
        doors = message.keys() - {"id"}
        if type(number) is not int or len(doors) != 1:
            raise WrongUse("a request has an `id` and one door", code="bad_request")
        door = doors.pop()
        body = message[door]
        match door:
            case "submit":
                return await self._server.submit(cast("Command", decode_wish(door, body)))
            case "query":
                return await self._server.service.query(cast("Query", decode_wish(door, body)))
            case "events" if body is None or type(body) is int:
                return self._subscribe(number, self._pump_events(number, body))
            case "signals" if body is True:
                return self._subscribe(number, self._pump_signals(number))
            case "stop" if type(body) is int:
                if pump := self._pumps.pop(body, None):
                    pump.cancel()
                return {}
            case _:
                raise WrongUse(f"there is no request {door!r:.80} like this", code="bad_request")

    def _subscribe(self, number: int, pump: Coroutine[Any, Any, None]) -> Document:
        if number in self._pumps or len(self._pumps) >= self._bounds.subscriptions:
            pump.close()
            raise Refused("too many subscriptions, or the id is in use", code="bad_request")
        self._pumps[number] = asyncio.create_task(pump)
        return {}

    async def _pump_events(self, number: int, after: int | None) -> None:
        try:
            async for event in self._server.service.events(after):
                line = encode_line({"id": number, "event": event.document()})
                await self._outbox.put_patiently(line, self._bounds.stall_seconds)
        except TimeoutError:
            logger.warning("closed a client that does not read")
            self._writer.transport.abort()

    async def _pump_signals(self, number: int) -> None:
        async for signal in self._server.service.signals():
            self._outbox.put_signal(signal, number)

    async def _send(self) -> None:
        with suppress(ConnectionError):
            while True:
                await self._outbox.filled()
                await self._send_once()

    async def _send_once(self) -> None:
        lines, signals = self._outbox.take()
        self._writer.writelines(lines)
        for number, signal in signals:
            self._writer.write(encode_line({"id": number, "signal": encode_signal(signal)}))
        await self._writer.drain()

    async def _flush(self) -> None:
        """Send what waits, but never wait long for a client that does not read."""
        if self._sender is not None:
            self._sender.cancel()
            await asyncio.gather(self._sender, return_exceptions=True)
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(0.2):
                await self._send_once()

    async def _end(self) -> None:
        """Stop everything but commands, which are carried out though nobody waits for them."""
        questions = [task for task, door in self._answers.items() if door != "submit"]
        tasks = [*self._pumps.values(), *([self._sender] if self._sender else []), *questions]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._answers, return_exceptions=True)
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

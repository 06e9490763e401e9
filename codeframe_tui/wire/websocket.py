"""Messages as websocket frames over TCP. Loading this costs 30 ms: import it when it is needed.

The library's protocol machine does the handshake and the frames; the bytes go through the same
asyncio streams as those of the Unix stream, so that room, stalls and ends are the same too.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import Protocol, State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from codeframe_tui.core.errors import CodeframeError, Lacking, Refused
from codeframe_tui.core.text import clean_line
from codeframe_tui.wire.address import Address
from codeframe_tui.wire.channel import HELLO_SECONDS, MAX_MESSAGE_BYTES, Pulse
from codeframe_tui.wire.codec import Malformed, decode

__all__ = ["Check", "FrameChannel", "accept", "dial"]

READ_BYTES = 64 * 1024
SEND_BYTES = 128 * 1024
"""What the system may hold of what was sent: the rest waits with us, so that it is seen to go."""

Check = Callable[[Request], tuple[HTTPStatus, str] | None]
"""Says why a handshake is refused; None lets it in."""


class FrameChannel:
    """A `Channel` of one message a text frame; opens with `accept` or `dial`."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, protocol: Protocol
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = protocol
        self._came = self._sent = 0
        self._listens = False
        self._unfinished = bytearray()
        self._messages: deque[bytes] = deque()
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)

    def pulse(self) -> Pulse:
        """See `Channel`."""
        waits = self._writer.transport.get_write_buffer_size()
        return Pulse(self._came, self._sent - waits, waits, self._listens)

    async def receive(self) -> dict[str, Any] | None:
        """See `Channel`."""
        while not self._messages:
            if self._protocol.state is not State.OPEN:
                return None
            await self._read()
        return decode(self._messages.popleft())

    def send(self, message: bytes) -> None:
        """See `Channel`."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(message)
            self._write()

    def ping(self) -> None:
        """Send what every other side answers by itself."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_ping(b"")
            self._write()

    async def drain(self) -> None:
        """See `Channel`."""
        await self._writer.drain()

    def abort(self) -> None:
        """See `Channel`."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """See `Channel`."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close()
            self._write()
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def handshake(self) -> Request | Response | None:
        """What the other side opens with; None when it goes or sends something else."""
        while self._protocol.handshake_exc is None and not self._reader.at_eof():
            for event in await self._read():
                if isinstance(event, Request | Response):
                    return event
        return None

    def answer(self, response: Response) -> None:
        """Send the engine's side of the handshake."""
        assert isinstance(self._protocol, ServerProtocol)
        self._protocol.send_response(response)
        self._write()

    async def _read(self) -> list[Frame | Request | Response]:
        """Take what has arrived apart; whole messages wait for `receive`."""
        data = b""
        self._listens = True
        try:
            with suppress(OSError):
                data = await self._reader.read(READ_BYTES)
        finally:
            self._listens = False
        if data:
            self._came += 1
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        events = self._protocol.events_received()
        for event in events:
            if isinstance(event, Frame):
                self._take(event)
        if self._write():  # a pong: who sends pings and reads nothing has to wait
            with suppress(OSError):
                await self._writer.drain()
        fault = self._protocol.parser_exc
        if fault is not None and not isinstance(fault, EOFError):
            raise Malformed(f"a message is not a frame: {fault}") from fault
        return events

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.BINARY:
            raise Malformed("a message is not text")
        if frame.opcode in {Opcode.TEXT, Opcode.CONT}:
            self._unfinished += frame.data  # pieces may be empty: a list would grow for ever
            if frame.fin:
                self._messages.append(bytes(self._unfinished))
                self._unfinished.clear()

    def _write(self) -> bool:
        """Hand over what the protocol has to say; whether that was something."""
        waiting = [data for data in self._protocol.data_to_send() if data]
        if not self._writer.is_closing():
            self._sent += sum(map(len, waiting))
            self._writer.writelines(waiting)
        return bool(waiting)


async def accept(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    check: Check,
    max_bytes: int = MAX_MESSAGE_BYTES,
) -> FrameChannel | None:
    """The engine's side of a handshake.

    Args:
        check: decides after the request is read and before anything is granted.
        max_bytes: of one message.

    Returns:
        The open channel; None when the other side was refused, which it has been told, or went.
    """
    protocol = ServerProtocol(max_size=max_bytes)
    channel = FrameChannel(reader, writer, protocol)
    request = await channel.handshake()
    if isinstance(request, Request):
        declined = check(request)
        response = protocol.reject(*declined) if declined else protocol.accept(request)
        channel.answer(response)
    if protocol.state is State.OPEN:
        return channel
    await channel.close()
    return None


async def dial(address: Address) -> FrameChannel:
    """Connect to what `serve` offers there.

    Raises:
        OSError: nobody listens there, or it went.
        Refused: the token is wrong (code ``wrong_token``), or another reason that it tells.
        Lacking: it does not answer (code ``engine_stuck``).
        Malformed: what listens there is no engine.
    """
    reader, writer = await asyncio.open_connection(address.host, address.port)
    protocol = ClientProtocol(parse_uri(f"ws://{address.place}/"), max_size=MAX_MESSAGE_BYTES)
    channel = FrameChannel(reader, writer, protocol)
    request = protocol.connect()
    request.headers["Authorization"] = f"Bearer {address.token}"
    protocol.send_request(request)
    writer.writelines(protocol.data_to_send())
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            response = await channel.handshake()
        _check(address, protocol, response)
    except TimeoutError as error:
        channel.abort()
        what, hint = f"{address.place} does not answer", "end what runs there and `serve` again"
        raise Lacking(what, hint=hint, code="engine_stuck") from error
    except BaseException:
        channel.abort()
        raise
    return channel


def _check(address: Address, protocol: Protocol, response: Request | Response | None) -> None:
    fault = protocol.handshake_exc
    if fault is not None and not isinstance(fault.__cause__, EOFError):
        raise _refusal(address, response, fault)
    if response is None:
        raise ConnectionResetError("it went without an answer")


def _refusal(
    address: Address, response: Request | Response | None, fault: Exception
) -> CodeframeError:
    if not isinstance(response, Response) or not isinstance(fault, InvalidHandshake):
        return Malformed(f"what listens at {address.place} is no engine")
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        return Refused(
            f"{address.place} does not know this address's token",
            hint="`serve` prints a new address each time it starts: use that one",
            code="wrong_token",
        )
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        hint = "try again when one of them has gone"
        return Refused("too many clients are connected", hint=hint, code="engine_lost")
    told = clean_line(bytes(response.body or b"").decode("utf-8", "replace"), limit=200)
    return Refused(f"{address.place} refused: {response.status_code} {told}".rstrip())

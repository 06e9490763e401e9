"""Messages as lines over a Unix stream: framing, dialling, the listening socket."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, SupportsIndex

from codeframe_tui.wire.channel import MAX_MESSAGE_BYTES, Pulse
from codeframe_tui.wire.codec import Malformed, decode

__all__ = ["CountingReader", "LineChannel", "bind", "dial", "listen", "peer_uid"]

BACKLOG = 64


class CountingReader(asyncio.StreamReader):
    """Counts what comes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.came = 0

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        """See `asyncio.StreamReader`."""
        self.came += 1
        super().feed_data(data)


class LineChannel:
    """A `Channel` of one message a line.

    Args:
        reader: its limit is the longest line.
    """

    def __init__(self, reader: CountingReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._sent = 0
        self._listens = False

    def pulse(self) -> Pulse:
        """See `Channel`."""
        waits = self._writer.transport.get_write_buffer_size()
        return Pulse(self._reader.came, self._sent - waits, waits, self._listens)

    async def receive(self) -> dict[str, Any] | None:
        """See `Channel`."""
        self._listens = True
        try:
            line = await self._reader.readline()
        except ValueError as error:
            raise Malformed("a message is longer than a line may be") from error
        except OSError:
            return None
        finally:
            self._listens = False
        if not line.endswith(b"\n"):
            return None  # the other side went in the middle of a line
        return decode(line)

    def send(self, message: bytes) -> None:
        """See `Channel`."""
        if not self._writer.is_closing():
            self._sent += len(message) + 1
            self._writer.write(message + b"\n")

    async def drain(self) -> None:
        """See `Channel`."""
        await self._writer.drain()

    def abort(self) -> None:
        """See `Channel`."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """See `Channel`."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


async def dial(path: Path) -> LineChannel:
    """Connect to the engine that listens there. Raises: OSError."""
    reader = CountingReader(MAX_MESSAGE_BYTES)
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_unix_connection(
        lambda: asyncio.StreamReaderProtocol(reader), str(path)
    )
    return LineChannel(reader, asyncio.StreamWriter(transport, protocol, reader, loop))


async def listen(
    path: Path, accept: Callable[[LineChannel, socket.socket], Awaitable[None]], max_bytes: int
) -> asyncio.Server:
    """Serve who connects there, see `bind`.

    Args:
        accept: is called with each connection.
        max_bytes: of one message.
    """

    def protocol() -> asyncio.StreamReaderProtocol:
        reader = CountingReader(max_bytes)

        async def accepted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await accept(LineChannel(reader, writer), writer.get_extra_info("socket"))

        return asyncio.StreamReaderProtocol(reader, accepted)

    return await asyncio.get_running_loop().create_unix_server(protocol, sock=bind(path))


def bind(path: Path) -> socket.socket:
    """A listening socket of mode 0600 at ``path``; the caller holds the lock.

    It gets its name only when it listens, so nobody meets a socket that does not answer, and
    what a killed engine left is replaced.

    Raises:
        OSError: the path cannot be used.
    """
    first_name = path.with_name(f".{os.getpid()}")  # never longer than the name itself
    first_name.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old_mask = os.umask(0o177)
    try:
        listening.bind(str(first_name))
        listening.listen(BACKLOG)
        first_name.rename(path)
    except BaseException:
        listening.close()
        raise
    finally:
        os.umask(old_mask)
    listening.setblocking(False)
    return listening


def peer_uid(connection: socket.socket) -> int | None:
    """User of the other side, None where the system does not tell (mode 0600 stands alone)."""
    if sys.platform != "linux":
        return None
    form = struct.Struct("3i")
    answer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, form.size)
    return int(form.unpack(answer)[1])

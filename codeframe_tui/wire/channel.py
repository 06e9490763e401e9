"""One connection that carries messages, whatever the bytes between them look like."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

__all__ = [
    "HELLO_SECONDS",
    "MAX_MESSAGE_BYTES",
    "MAX_REMOTE_REQUEST_BYTES",
    "Channel",
    "Dial",
    "part",
]

MAX_MESSAGE_BYTES = 64 * 2**20
MAX_REMOTE_REQUEST_BYTES = 16 * 2**20
"""Of one request to `serve`, which may have hundreds of clients."""
HELLO_SECONDS = 10.0
"""How long a client waits for the other side's hello."""


class Channel(Protocol):
    """A framing on a connection: `wire.stream` and `wire.websocket` are the two there are."""

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None when the other side has gone. Raises: Malformed."""
        ...

    def send(self, message: bytes) -> None:
        """Hand an encoded message over; never waits, and does nothing after the end."""
        ...

    async def drain(self) -> None:
        """Wait until there is room for more. Raises: ConnectionError."""
        ...

    def abort(self) -> None:
        """End it at once; what was not sent is lost."""
        ...

    async def close(self) -> None:
        """End it when all that was handed over is sent."""
        ...


Dial = Callable[[], Awaitable[Channel]]
"""Makes a connection. Raises: OSError, CodeframeError."""


async def part(channel: Channel, patience_seconds: float) -> None:
    """Close, but do not wait for ever for a side that does not read."""
    try:
        async with asyncio.timeout(patience_seconds):
            await channel.close()
    except TimeoutError:
        channel.abort()

"""One connection that carries messages, whatever the bytes between them look like."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = [
    "HELLO_SECONDS",
    "MAX_MESSAGE_BYTES",
    "MAX_REMOTE_REQUEST_BYTES",
    "Channel",
    "Dial",
    "Silence",
    "part",
]

MAX_MESSAGE_BYTES = 64 * 2**20
MAX_REMOTE_REQUEST_BYTES = 16 * 2**20
"""Of one request to `serve`, which may have hundreds of clients."""
HELLO_SECONDS = 10.0
"""How long a client waits for the other side's hello."""


@dataclass(frozen=True, slots=True)
class Silence:
    """When a side from which nothing comes is asked whether it is there, and when it is given up.

    A tunnel can end without a word: what was sent last stands there then and looks like news.
    No clock is looked at, only time that was waited: who stood still itself has missed nothing.

    Attributes:
        seconds: without a word, before it is asked and again before each next time.
        tries: how often it is asked without an answer.
    """

    seconds: float = 10.0
    tries: int = 2

    async def until_lost(self, channel: Channel, ask: Callable[[], None]) -> None:
        """Return when nothing comes, not even what is asked for.

        Args:
            channel: what is listened to.
            ask: sends something that the other side answers.
        """
        heard, asked = channel.heard, 0
        while True:
            await asyncio.sleep(self.seconds)
            if channel.heard != heard:
                heard, asked = channel.heard, 0
            elif asked == self.tries:
                return
            else:
                ask()
                asked += 1


class Channel(Protocol):
    """A framing on a connection: `wire.stream` and `wire.websocket` are the two there are."""

    @property
    def heard(self) -> int:
        """Grows with everything that comes, also with each piece of a long message."""
        ...

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

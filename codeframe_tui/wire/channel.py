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
    "Pulse",
    "Silence",
    "part",
]

MAX_MESSAGE_BYTES = 64 * 2**20
MAX_REMOTE_REQUEST_BYTES = 16 * 2**20
"""Of one request to `serve`, which may have hundreds of clients."""
HELLO_SECONDS = 10.0
"""How long a client waits for the other side's hello."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What has moved on a connection so far.

    Attributes:
        came: grows with everything that comes, also with each piece of a long message.
        left: bytes of what was sent that the system took.
        waits: bytes that it did not take yet, because the other side is behind.
        listens: whether somebody waits for what comes.
    """

    came: int
    left: int
    waits: int
    listens: bool

    def beats_after(self, before: Pulse) -> bool:
        """Whether the other side was there meanwhile, or it is our own doing that nothing came.

        Who reads slowly answers late, for what is asked stands behind all that waits. That
        something leaves says nothing where nothing waited: the system takes it, whoever is there.
        """
        taken = before.waits > 0 and self.left > before.left
        busy = not self.listens and not self.waits
        return self.came != before.came or taken or busy


@dataclass(frozen=True, slots=True)
class Silence:
    """When a side from which nothing comes is given up.

    A tunnel can end without a word: what was sent last stands there then and looks like news.
    No clock is looked at, only time that was waited: who stood still itself has missed nothing.

    Attributes:
        seconds: between two times that it is asked whether it is there.
        tries: how often it is asked without an answer.
    """

    seconds: float = 10.0
    tries: int = 2

    async def until_lost(self, channel: Channel, ask: Callable[[], None]) -> None:
        """Return when nothing comes, not even what is asked for.

        It is asked though much comes: so the other side hears of us too, which has a silence of
        its own, and for that long may get nothing else from who only reads.

        Args:
            channel: what is listened to.
            ask: sends something that the other side answers.
        """
        before, silent = channel.pulse(), 0
        while True:
            await asyncio.sleep(self.seconds)
            now = channel.pulse()
            silent = 0 if now.beats_after(before) else silent + 1
            if silent > self.tries:
                return
            ask()
            before = now


class Channel(Protocol):
    """A framing on a connection: `wire.stream` and `wire.websocket` are the two there are."""

    def pulse(self) -> Pulse:
        """What has moved so far."""
        ...

    async def receive(self) -> dict[str, Any] | None:
        """The next message; None when the other side has gone. Raises: Malformed."""
        ...

    def send(self, message: bytes) -> None:
        """Hand an encoded message over; never waits, and does nothing after the end."""
        ...

    async def drain(self) -> None:
        """Wait until there is room for more. Raises: OSError."""
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

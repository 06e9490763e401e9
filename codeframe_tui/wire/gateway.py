"""Serves an engine over websockets to whoever on this machine knows a token."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

from websockets.http11 import Request

from codeframe_tui.ports import Service
from codeframe_tui.wire.address import LOOPBACK
from codeframe_tui.wire.channel import MAX_REMOTE_REQUEST_BYTES, Silence
from codeframe_tui.wire.codec import Malformed
from codeframe_tui.wire.relay import first_to_end
from codeframe_tui.wire.session import Bounds, Sessions
from codeframe_tui.wire.websocket import accept

__all__ = ["Gateway"]

logger = logging.getLogger(__name__)

MAX_CLIENTS = 256
MAX_STRANGERS = 64
OUTBOX_BYTES = 2**20
BOUNDS = Bounds(outbox_bytes=OUTBOX_BYTES, request_bytes=MAX_REMOTE_REQUEST_BYTES)
BACKLOG = 128


class Gateway:
    """Accepts websockets; the token decides which service a client gets.

    A browser names the page it acts for in ``Origin``, so whoever sends one is refused; a name
    that was bent to this machine stands in ``Host``, so only names of this machine are taken.

    Args:
        doors: token -> service.
        max_clients: at once, of those that showed a token.
        max_strangers: at once, of those that did not yet; beyond it the oldest is dropped, so that
            nobody without a token can keep out who has one.
        silence: after which a client counts as gone, although its connection stands.
    """

    def __init__(
        self,
        doors: Mapping[str, Service],
        bounds: Bounds | None = None,
        *,
        max_clients: int = MAX_CLIENTS,
        max_strangers: int = MAX_STRANGERS,
        silence: Silence | None = None,
    ) -> None:
        self._silence = silence or Silence()
        self._doors = dict(doors)
        self._sessions = Sessions(bounds or BOUNDS)
        self._max_clients = max_clients
        self._max_strangers = max_strangers
        self._strangers: dict[asyncio.StreamWriter, None] = {}  # oldest first
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def clients(self) -> int:
        """How many clients have been let in and are here now."""
        return len(self._sessions)

    async def start(self, host: str, port: int) -> int:
        """Listen on a loopback place; returns the port. Raises: OSError."""
        assert host in LOOPBACK.values(), host
        self._server = await asyncio.start_server(self._accept, host, port, backlog=BACKLOG)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and end all sessions."""
        if self._server is not None:
            self._server.close()
        await self._sessions.close()
        for unfinished in self._open:
            unfinished.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._strangers[writer] = None
        if len(self._strangers) > self._max_strangers:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]
            oldest.transport.abort()
        task = asyncio.create_task(self._tend(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _tend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except Exception:  # nobody awaits this task: what is not logged here is never heard of
            logger.exception("dropped a client: its session failed inside")
        finally:
            self._strangers.pop(writer, None)
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bounds = self._sessions.bounds
        guard = _Guard(self._doors, lambda: len(self._sessions) >= self._max_clients)
        channel = None
        with suppress(TimeoutError, Malformed):
            async with asyncio.timeout(bounds.hello_seconds):
                channel = await accept(reader, writer, guard.check, bounds.request_bytes)
        if channel is None or guard.service is None:
            logger.warning("refused a client: %s", guard.why)
            return
        self._strangers.pop(writer, None)
        await first_to_end(
            self._sessions.serve(channel, guard.service),
            self._silence.until_lost(channel, channel.ping),
        )


@dataclass
class _Guard:
    """Looks at one handshake.

    Attributes:
        service: what the client gets; None until it was let in.
        why: the reason for the log; never anything that the client sent.
    """

    doors: Mapping[str, Service]
    full: Callable[[], bool]
    service: Service | None = None
    why: str = field(default="it opened with no handshake")

    def check(self, request: Request) -> tuple[HTTPStatus, str] | None:
        """See `wire.websocket.Check`; what the protocol itself demands is checked after it."""
        declined = self._declined(request)
        self.why = declined[1] if declined else "its handshake breaks the protocol"
        return (declined[0], f"{declined[1]}\n") if declined else None

    def _declined(self, request: Request) -> tuple[HTTPStatus, str] | None:
        headers = request.headers
        if not _is_here(headers.get_all("Host")):
            return HTTPStatus.FORBIDDEN, "Host is not a name of this machine"
        if headers.get_all("Origin"):
            return HTTPStatus.FORBIDDEN, "web pages are not served: Origin is not allowed"
        if request.path != "/":
            return HTTPStatus.NOT_FOUND, "there is nothing but /"
        self.service = self._door(headers.get_all("Authorization"))
        if self.service is None:
            return HTTPStatus.UNAUTHORIZED, "Authorization needs: Bearer TOKEN"
        if self.full():
            self.service = None
            return HTTPStatus.SERVICE_UNAVAILABLE, "too many clients"
        return None

    def _door(self, shown: list[str]) -> Service | None:
        kind, _, token = shown[0].partition(" ") if len(shown) == 1 else ("", "", "")
        if kind.lower() != "bearer":
            return None
        found = None
        for known, service in self.doors.items():  # all of them: the time must tell nothing
            if hmac.compare_digest(known.encode(), token.strip().encode("utf-8", "replace")):
                found = service
        return found


def _is_here(hosts: list[str]) -> bool:
    """Any port will do: a forwarded one is another than ours."""
    if len(hosts) != 1:
        return False
    name, colon, port = hosts[0].rpartition(":")
    return colon == ":" and port.isdecimal() and name.lower() in LOOPBACK.keys() - {"::1"}

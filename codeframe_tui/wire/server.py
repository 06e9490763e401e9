"""Serves the engine to cockpits and verbs of the same user over a Unix stream."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from codeframe_tui.core.commands import Command, KeepWorking
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.queries import Query, ShowOverview
from codeframe_tui.ports import Document, Service
from codeframe_tui.wire.session import Bounds, Sessions
from codeframe_tui.wire.stream import LineChannel, listen, peer_uid

__all__ = ["Server"]

logger = logging.getLogger(__name__)


class Server:
    """The service as clients of the Unix stream see it, and how long they need it.

    Attributes:
        keep: whether the engine shall outlive its last client.
    """

    def __init__(self, service: Service, bounds: Bounds | None = None) -> None:
        self._service = service
        self._sessions = Sessions(bounds or Bounds())
        self.keep = False
        self._path: Path | None = None
        self._server: asyncio.Server | None = None
        self._had_client = False

    @property
    def clients(self) -> int:
        """How many clients are connected now."""
        return len(self._sessions)

    async def start(self, path: Path) -> None:
        """Listen; the caller holds the project's lock."""
        self._server = await listen(path, self._accept, self._sessions.bounds.request_bytes)
        self._path = path

    async def close(self, patience_seconds: float = 0.0) -> None:
        """Remove the socket, end all sessions; see `Sessions.close`."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()
        await self._sessions.close(patience_seconds)

    async def until_unneeded(
        self,
        *,
        first_seconds: float = 5.0,
        linger_seconds: float = 0.5,
        idle_seconds: float = 60.0,
    ) -> None:
        """Return when no client is left (or none ever came) for so long and none may come back.

        Args:
            first_seconds: for the first client to come.
            linger_seconds: for one to come back.
            idle_seconds: between two looks at whether an engine that shall be kept has anything
                left to do; it ends after two at which nothing could go on and nothing had.
        """
        moved = self._sessions.moved
        while True:
            moved.clear()
            if self._sessions:
                await moved.wait()
                continue
            if self.keep:
                if await self._stays_idle(moved, idle_seconds):
                    logger.info("kept for nothing: nothing can go on without a person")
                    return
                continue
            try:
                async with asyncio.timeout(linger_seconds if self._had_client else first_seconds):
                    await moved.wait()
            except TimeoutError:
                return

    async def _stays_idle(self, moved: asyncio.Event, seconds: float) -> bool:
        """Whether nothing can go on twice in a row; False as soon as a client comes or goes."""
        before = await self._service.query(ShowOverview())
        try:
            async with asyncio.timeout(seconds):
                await moved.wait()
        except TimeoutError:
            now = await self._service.query(ShowOverview())
            same = before.get("last_event") == now.get("last_event")
            # who came while it was asked is served
            return bool(before.get("idle") and now.get("idle") and same) and not moved.is_set()
        return False

    async def submit(self, command: Command) -> Document:
        """The service's door, past the one command that is about this process."""
        if isinstance(command, KeepWorking):
            self.keep = command.on
            self._sessions.moved.set()
        return await self._service.submit(command)

    async def query(self, query: Query) -> Document:
        """See `ports.Service`."""
        return await self._service.query(query)

    def events(self, after: int | None = None) -> AsyncIterator[Event]:
        """See `ports.Service`."""
        return self._service.events(after)

    def signals(self) -> AsyncIterator[Signal]:
        """See `ports.Service`."""
        return self._service.signals()

    async def _accept(self, channel: LineChannel, connection: socket.socket) -> None:
        if peer_uid(connection) not in {None, os.getuid()}:
            logger.warning("refused a connection of another user")
            channel.abort()
            return
        self._had_client = True
        await self._sessions.serve(channel, self)

"""A client of an engine that starts when nobody listens yet, as of a cockpit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from codeframe_tui.wire.client import Client
from codeframe_tui.wire.start import Starter, connect_or_spawn

__all__ = ["joined"]


@asynccontextmanager
async def joined(starter: Starter, *, comes_back: bool = False) -> AsyncIterator[Client]:
    """The client; closed at the end, its engine is not.

    Args:
        comes_back: whether it finds a new engine when this one is gone.
    """
    client = Client(comes_back=comes_back)
    await connect_or_spawn(client, starter)
    try:
        yield client
    finally:
        await client.close()

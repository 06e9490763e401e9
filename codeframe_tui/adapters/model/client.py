"""The Model port on the official SDK."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from codeframe_tui.adapters.model.credentials import HOW_TO_SET, has_credentials
from codeframe_tui.adapters.model.faults import failed
from codeframe_tui.core.events import Signal
from codeframe_tui.ports.model import Reply, TurnRequest
from codeframe_tui.settings import Settings

if TYPE_CHECKING:
    from codeframe_tui.adapters.model.sdk import Connection

__all__ = ["AnthropicModel"]


class AnthropicModel:
    """A model behind the Messages protocol; the SDK is loaded in a thread at the first turn.

    Args:
        settings: ``waits`` bound a turn.
        base_url: another server that speaks the protocol; None = as the SDK finds it.
        api_key: None = as the SDK finds it; it appears in no log and no error.
    """

    def __init__(
        self, settings: Settings, *, base_url: str | None = None, api_key: str | None = None
    ) -> None:
        self._waits = settings.waits
        self._base_url = base_url
        self._api_key = api_key
        self._opening = asyncio.Lock()
        self._connection: Connection | None = None

    def ready(self) -> str | None:
        """None when a call can be made, else one line that says what is missing."""
        found = self._api_key is not None or has_credentials(os.environ)
        return None if found else HOW_TO_SET

    async def turn(self, request: TurnRequest, on_delta: Callable[[Signal], None]) -> Reply:
        """Stream one reply; no retries here. Raises: ModelFailed, with its kind."""
        if self.ready() is not None:
            raise failed("no_key", "no key for the model")
        connection = await self._opened()
        return await connection.turn(request, on_delta)

    async def close(self) -> None:
        """Release connections."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _opened(self) -> Connection:
        async with self._opening:
            if self._connection is None:
                self._connection = await asyncio.to_thread(self._connect)
            return self._connection

    def _connect(self) -> Connection:
        sdk = importlib.import_module("codeframe_tui.adapters.model.sdk")
        connection: Connection = sdk.Connection(
            self._waits, base_url=self._base_url, api_key=self._api_key
        )
        return connection

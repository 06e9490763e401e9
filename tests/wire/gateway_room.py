"""A gateway before a service that remembers, for tests of the websocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from codeframe_tui.wire.address import Address
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.gateway import Gateway
from codeframe_tui.wire.relay import Relay, WatchOnly
from codeframe_tui.wire.remote import reach_remote
from codeframe_tui.wire.session import Bounds
from tests.wire.fake_service import FakeService

TOKEN = "t" * 43
WATCH = "w" * 43


@dataclass
class Served:
    """A gateway before a service that remembers."""

    service: FakeService
    gateway: Gateway
    address: Address

    async def client(self, token: str = TOKEN) -> Client:
        address = Address(self.address.host, self.address.port, token)
        return await reach_remote(lambda: address)


@asynccontextmanager
async def served(
    bounds: Bounds | None = None, *, comes_back: bool = False, **options: Any
) -> AsyncIterator[Served]:
    service = FakeService()
    relay = Relay(service, service.found if comes_back else None)
    await relay.start()
    relaying = asyncio.create_task(relay.run())
    gateway = Gateway({TOKEN: relay, WATCH: WatchOnly(relay)}, bounds, **options)
    port = await gateway.start("127.0.0.1", 0)
    try:
        yield Served(service, gateway, Address("127.0.0.1", port, TOKEN))
    finally:
        await gateway.close()
        relay.close()
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)


async def flood(service: FakeService, count: int, size: int = 2000) -> None:
    for n in range(count):
        await service.record("problem", message="x" * size, n=n)

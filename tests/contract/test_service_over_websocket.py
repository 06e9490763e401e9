"""The Service port across the whole way of a remote client: websocket, relay, Unix stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from codeframe_tui.wire.address import Address
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.gateway import Gateway
from codeframe_tui.wire.relay import Relay
from codeframe_tui.wire.remote import reach_remote
from codeframe_tui.wire.server import Server
from tests.contract.every_suite import *  # noqa: F403 - the suite is its functions
from tests.contract.service_kit import engine_on


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Supervisor]:
    async with engine_on(tmp_path / "state.db") as engine:
        yield engine


@pytest.fixture
async def service(
    engine: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    monkeypatch.chdir(tmp_path)  # a socket's path is short, a test's folder is not
    server, upstream = Server(engine), Client()
    await server.start(Path("s"))
    await upstream.connect(Path("s"))
    relay = Relay(upstream)
    await relay.start()
    relaying = asyncio.create_task(relay.run())
    gateway = Gateway({"token": relay})
    port = await gateway.start("127.0.0.1", 0)
    client = await reach_remote(lambda: Address("127.0.0.1", port, "token"))
    yield client
    await client.close()
    await gateway.close()
    relay.close()
    await upstream.close()
    await relaying
    await server.close()

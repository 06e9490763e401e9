"""The proxy of a sandbox where something fails: each ends what it must, and nothing else."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from typing import Any

import h11
import pytest

from codeframe_tui.adapters.sandbox import proxy as proxy_room
from codeframe_tui.adapters.sandbox.exchange import Exchange, Refusal, Sums, streams
from codeframe_tui.adapters.sandbox.proxy import Bounds, open_proxy
from codeframe_tui.core.network import Target, told
from tests.contract.network_room import GOOD, World, ask, open_directly, open_world, tunnel

SECONDS = 20.0


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with asyncio.timeout(SECONDS), open_world() as world:
        yield world


async def test_as_many_connections_as_there_may_be_are_not_told(world: World) -> None:
    async with open_directly(world.network(), Bounds(in_all=2)) as (proxy, port):
        for _ in range(2):
            await ask(port, tunnel(world, "not-allowed.org"))
    assert "everything else" not in told(proxy.contacts())


async def test_a_connection_that_cannot_be_taken_ends_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that left at once, and a moment in which the machine has no descriptor left."""
    loop = asyncio.get_running_loop()
    lacks = [errno.ECONNABORTED, errno.EMFILE, errno.ENFILE]
    really = loop.sock_accept

    async def accept(listener: socket.socket) -> tuple[socket.socket, Any]:
        if lacks:
            raise OSError(lacks.pop(), "")
        return await really(listener)

    monkeypatch.setattr(loop, "sock_accept", accept)
    bounds = Bounds(at_once=1, pause_seconds=0.0)
    async with open_directly(world.network(), bounds) as (proxy, port):
        assert (await ask(port, tunnel(world, "not-allowed.org"))).startswith(b"HTTP/1.1 403")
    assert [each.place for each in proxy.contacts()] == [f"not-allowed.org:{world.good}"]
    assert not lacks


async def test_a_proxy_for_which_no_descriptor_is_left_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    def cut(*_: object) -> tuple[bytes, list[int], int, None]:
        asked.set()
        return b"1", [], socket.MSG_CTRUNC, None

    monkeypatch.setattr(socket, "recv_fds", cut)
    async with open_directly(world.network()) as (proxy, _):
        await asked.wait()
        assert told(proxy.contacts()) == (
            "network: everything refused: the machine has no descriptor left for the proxy"
        )


async def test_what_nobody_foresaw_ends_one_connection_alone(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_directly(world.network()) as (_, port):
        with monkeypatch.context() as broken:
            broken.setattr(proxy_room, "wanted", lambda asked: 1 / 0)
            assert await ask(port, tunnel(world)) == b""
        assert (await ask(port, tunnel(world, "not-allowed.org"))).startswith(b"HTTP/1.1 403")
    assert "ZeroDivisionError" in caplog.text


async def test_a_second_cancel_leaves_nothing_served(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()
    ended = False

    async def stubborn(*_: object) -> None:
        nonlocal ended
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            await go_on.wait()
            ended = True

    async def whole() -> None:
        async with open_proxy(world.network()):
            await asyncio.Event().wait()

    monkeypatch.setattr(proxy_room.Proxy, "serve", stubborn)
    task = asyncio.create_task(whole())
    await asked.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended


async def test_a_byte_in_the_moment_of_the_end_is_no_failure(world: World) -> None:
    async def last(conn: object) -> None:
        del conn
        try:
            await asyncio.Event().wait()
        finally:
            await exchange._carry(b"x", there)

    with socket.create_connection(("127.0.0.1", world.good)) as made:
        async with streams(made) as (reader, there):
            exchange = Exchange((reader, there), (reader, there), Sums(), 0.0)
            exchange._tunnel = last  # type: ignore[method-assign]
            asked = h11.Request(method="CONNECT", target="x", headers=[("host", "x")])
            await exchange.run(h11.Connection(h11.SERVER), asked, Target(GOOD, 1), None)


def test_why_is_one_clean_line() -> None:
    assert "\x1b" not in Refusal(502, "x", "a\x1b[31m\u202eb\nc").why
    assert len(Refusal(502, "x", "a" * 9_000).why) <= 201

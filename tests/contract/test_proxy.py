"""The proxy of a sandbox by itself: addresses that are judged, bounds, and its end."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from codeframe_tui.adapters.sandbox import network
from codeframe_tui.adapters.sandbox.network import Address, Names, Network, connect
from codeframe_tui.adapters.sandbox.proxy import Bounds, open_proxy
from codeframe_tui.core.network import Target, told
from tests.contract.network_room import BIG, GOOD, World, ask, open_directly, open_world, tunnel

SECONDS = 20.0
LOOPBACK: Address = (socket.AF_INET, "127.0.0.1")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with asyncio.timeout(SECONDS), open_world() as world:
        yield world


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.100.100.200", "0.0.0.0"],
)
async def test_a_name_that_leads_inside_is_refused(world: World, address: str) -> None:
    world.names[GOOD] = [(socket.AF_INET, "203.0.114.1"), (socket.AF_INET, address)]
    judged = replace(world.network(), objection=network.objection)
    async with open_directly(judged) as (proxy, port):
        status = await ask(port, tunnel(world))
        contacts = proxy.contacts()
    why = f"it leads to {address}, and it is not of the public network"
    assert status == f"HTTP/1.1 403 refused: {why}".encode()
    assert [each.refused for each in contacts] == [why]
    assert world.heard[world.good] == []


async def test_it_connects_to_the_very_address_that_was_judged(world: World) -> None:
    """A name that leads elsewhere a moment later (DNS rebinding) is looked up once."""
    answers = iter([[LOOPBACK]])
    judged: list[str] = []

    async def look_up(target: Target) -> list[Address]:
        return next(answers)

    def objection(address: Address) -> str:
        judged.append(address[1])
        return ""

    reaching = Network(world.network().allowed, look_up=look_up, objection=objection)
    made = await connect(reaching, Target(GOOD, world.good))
    with made:
        assert made.getpeername() == ("127.0.0.1", world.good)
    assert judged == ["127.0.0.1"]


async def test_an_address_of_this_machine_is_refused_though_it_looks_public(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("codeframe_tui.core.network.objection", lambda address: "")
    assert network.objection(LOOPBACK) == "it is this machine's own"
    second = (socket.AF_INET, "127.0.0.2")
    assert network.objection(second) == "it is this machine's own", "it sends from the first"
    assert network.objection((socket.AF_INET, "198.51.100.7")) == ""


@pytest.mark.parametrize("where", ["socket", "bind"])
@pytest.mark.parametrize(
    ("why", "own"),
    [
        (errno.EADDRNOTAVAIL, False),
        (errno.EAFNOSUPPORT, False),
        (errno.EMFILE, None),
        (errno.ENFILE, None),
        (errno.ENOBUFS, None),
    ],
)
def test_an_address_that_could_not_be_tried_is_not_taken_for_anothers(
    monkeypatch: pytest.MonkeyPatch, where: str, why: int, own: bool | None
) -> None:
    class Trial(socket.socket):
        def __init__(self, *given: Any) -> None:
            if where == "socket":
                raise OSError(why, os.strerror(why))
            super().__init__(*given)

        def bind(self, _: object) -> None:
            raise OSError(why, os.strerror(why))

    monkeypatch.setattr("codeframe_tui.core.network.objection", lambda address: "")
    monkeypatch.setattr(socket, "socket", Trial)
    if own is None:
        with pytest.raises(OSError, match=os.strerror(why)):
            network.objection(LOOPBACK)
    else:
        assert network.objection(LOOPBACK) == ""


@pytest.mark.parametrize(
    "why", [OSError(errno.EMFILE, "Too many open files"), ValueError("no address")]
)
async def test_an_address_that_could_not_be_judged_is_not_connected_to(
    world: World, why: Exception
) -> None:
    def objection(_: Address) -> str:
        raise why

    async with open_directly(replace(world.network(), objection=objection)) as (_, port):
        status = await ask(port, tunnel(world))
    assert status.startswith(b"HTTP/1.1 502 ")
    assert b"could not be judged: " in status
    assert getattr(why, "strerror", repr(why)).encode() in status
    assert world.heard[world.good] == []


async def test_a_look_up_that_breaks_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: Target) -> list[Address]:
        raise ValueError("broken")

    names = Names()
    monkeypatch.setattr(network, "_addresses", breaks)
    async with asyncio.timeout(SECONDS):
        for _ in range(network.AT_ONCE + 1):
            with pytest.raises(OSError, match="broken"):
                await names.look_up(Target("localhost", 80))


async def test_names_are_looked_up_a_few_at_once_and_failures_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names()
    assert LOOPBACK in await names.look_up(Target("localhost", 80))
    at_once, most, more = 0, 0, network.AT_ONCE + 5
    released = asyncio.Event()
    loop = asyncio.get_running_loop()

    def addresses(target: Target) -> list[Address]:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        asyncio.run_coroutine_threadsafe(released.wait(), loop).result()
        at_once -= 1
        raise OSError("no such name")

    monkeypatch.setattr(network, "_addresses", addresses)
    asked = [asyncio.create_task(names.look_up(Target(f"{n}.org", 80))) for n in range(more)]
    while at_once < network.AT_ONCE:
        await asyncio.sleep(0)
    released.set()
    failures = await asyncio.gather(*asked, return_exceptions=True)
    assert [str(failure) for failure in failures] == ["no such name"] * more
    assert most == network.AT_ONCE


async def test_a_thread_that_cannot_start_costs_no_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    names = Names()
    with monkeypatch.context() as poor:
        poor.setattr(threading.Thread, "start", start)
        for _ in range(network.AT_ONCE + 1):
            with pytest.raises(OSError, match="no thread left"):
                await names.look_up(Target("localhost", 80))
    assert LOOPBACK in await names.look_up(Target("localhost", 80))


async def test_names_that_wait_for_others_too_long_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names, ended = Names(), threading.Event()
    monkeypatch.setattr(network, "FREE_SECONDS", 0.01)
    monkeypatch.setattr(network, "_addresses", lambda target: [LOOPBACK] if ended.wait() else [])
    slow = [
        asyncio.create_task(names.look_up(Target(f"{n}.org", 80))) for n in range(network.AT_ONCE)
    ]
    await asyncio.sleep(0)  # each of them has its turn
    try:
        with pytest.raises(OSError, match="too many names are being looked up"):
            await names.look_up(Target("a.org", 80))
    finally:
        ended.set()
    assert await asyncio.gather(*slow) == [[LOOPBACK]] * network.AT_ONCE
    assert await names.look_up(Target("a.org", 80)) == [LOOPBACK]


async def test_an_address_that_swallows_everything_leaves_time_for_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "ADDRESS_SECONDS", 0.05)
    world.names[GOOD] = [(socket.AF_INET, "127.0.0.2"), LOOPBACK]
    with (
        socket.create_server(("127.0.0.2", world.good), backlog=0),
        socket.create_connection(("127.0.0.2", world.good)),
    ):
        made = await connect(world.network(), Target(GOOD, world.good))
        with made:
            assert made.getpeername()[0] == "127.0.0.1"
        world.names[GOOD].pop()
        with pytest.raises(TimeoutError):
            await connect(world.network(), Target(GOOD, world.good))


async def test_an_address_that_does_not_answer_is_left_for_the_next(world: World) -> None:
    with socket.create_server(("127.0.0.2", 0)) as gone:
        port = gone.getsockname()[1]
    world.names[GOOD] = [(socket.AF_INET, "127.0.0.2"), LOOPBACK]
    made = await connect(world.network(), Target(GOOD, world.good))
    made.close()
    with pytest.raises(ConnectionRefusedError):
        await connect(world.network(), Target("x.org", port))
    world.names["x.org"] = []
    with pytest.raises(OSError, match="no address"):
        await connect(world.network(), Target("x.org", port))


async def test_a_family_that_is_not_spoken_is_left_for_the_next(world: World) -> None:
    """As IPv6 where the kernel was started without it."""
    strange = (cast("socket.AddressFamily", 200), "2a00::1")
    with pytest.raises(OSError, match="not supported"):
        socket.socket(strange[0], socket.SOCK_STREAM)
    assert network.objection(strange) == ""
    world.names[GOOD] = [strange, LOOPBACK]
    (await connect(world.network(), Target(GOOD, world.good))).close()


async def test_more_connections_than_seats_wait_for_one(world: World) -> None:
    bounds = Bounds(at_once=2, in_all=4, idle_seconds=SECONDS)
    async with open_directly(world.network(), bounds) as (proxy, port):
        opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for reader, writer in opened:
            writer.write(tunnel(world))
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        third = asyncio.create_task(ask(port, tunnel(world, "not-allowed.org")))
        opened[0][1].write(b"echo")
        assert (await opened[0][0].readuntil(b"echo")).endswith(b"echo")
        assert not third.done()
        opened[0][1].close()
        assert (await third).startswith(b"HTTP/1.1 403")
        await ask(port, tunnel(world, "not-allowed.org"))
        opened[1][1].close()
        with pytest.raises(ConnectionError):
            await ask(port, tunnel(world))
        assert "everything else refused: more than 4 connections" in told(proxy.contacts())


async def test_a_client_that_says_nothing_is_left(world: World) -> None:
    bounds = Bounds(head_seconds=0.02)
    async with open_directly(world.network(), bounds) as (proxy, port):
        assert await ask(port, b"CONNECT") == b""
    assert proxy.contacts() == ()


async def test_a_connection_that_is_idle_ends_on_both_sides(world: World) -> None:
    bounds = Bounds(idle_seconds=0.02)
    async with open_directly(world.network(), bounds) as (_, port):
        assert await ask(port, tunnel(world)) == b"HTTP/1.1 200 OK"
        await world.closed.wait()


async def test_a_server_that_cannot_be_found_in_time_is_told(world: World) -> None:
    async def look_up(target: Target) -> list[Address]:
        await asyncio.Event().wait()
        return []

    slow = replace(world.network(), look_up=look_up)
    async with open_directly(slow, Bounds(connect_seconds=0.02)) as (_, port):
        assert await ask(port, tunnel(world)) == b"HTTP/1.1 504 refused: it did not answer in time"
    gone = world.network(f"{GOOD}:1")
    async with open_directly(gone) as (_, port):
        status = await ask(port, f"CONNECT {GOOD}:1 HTTP/1.0\r\n\r\n".encode())
    assert status.startswith(b"HTTP/1.1 502 refused: it cannot be reached: ")


async def test_a_head_has_an_end(world: World) -> None:
    async with open_directly(world.network()) as (proxy, port):
        long = f"GET http://{GOOD}:{world.good}/ HTTP/1.1\r\nHost: {'x' * 100_000}"
        assert (await ask(port, long.encode())).startswith(b"HTTP/1.1 431 refused")
    assert world.heard[world.good] == []
    assert len(told(proxy.contacts())) < 300


async def test_what_is_told_is_bounded(world: World) -> None:
    async with open_directly(world.network(), Bounds(places=5)) as (proxy, port):
        for number in range(12):
            await ask(port, tunnel(world, f"{number}.{'x' * 60}.{'y' * 60}.org"))
        for number in range(6):
            where = f"{number}.wild.example.org:{world.good}"
            await ask(port, f"GET http://{where}/ HTTP/1.1\r\nHost: {where}\r\n\r\n".encode())
    places = [each.place for each in proxy.contacts()]
    assert len(places) == 11
    assert max(map(len, places)) <= 81
    assert proxy.contacts()[-1].times == 8


async def test_a_client_that_asks_first_may_send_its_body(world: World) -> None:
    async with open_directly(world.network()) as (proxy, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"PUT http://{GOOD}:{world.good}/up HTTP/1.1\r\nHost: {GOOD}:{world.good}\r\n"
        writer.write(f"{head}Content-Length: 200000\r\nExpect: 100-continue\r\n\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
        writer.write(b"x" * 200_000)
        assert (await reader.read()).endswith(b"/up")
        writer.close()
    (heard,) = world.heard[world.good]
    assert heard.endswith(b"\r\n\r\n" + b"x" * 200_000)
    assert b"expect" not in heard.lower()
    assert proxy.contacts()[0].sent == len(heard)


async def test_what_a_client_says_to_the_proxy_does_not_go_on(world: World) -> None:
    where = f"{GOOD}:{world.good}"
    ours = ("Proxy-Authorization: Basic eA==", "Proxy-Connection: close", "Upgrade: h2c", "TE: x")
    own = ("Connection: close, X-Ours", "X-Ours: 1", "X-Theirs: 2")
    request = "\r\n".join((f"GET http://{where}?q HTTP/1.1", f"Host: {where}", *ours, *own, "", ""))
    async with open_directly(world.network()) as (_, port):
        assert await ask(port, request.encode()) == b"HTTP/1.1 200 OK"
    head = f"GET /?q HTTP/1.1\r\nhost: {where}\r\nx-theirs: 2\r\nconnection: close\r\n\r\n"
    assert world.heard[world.good] == [head.encode()]


@pytest.mark.parametrize("named", [False, True])
async def test_the_host_is_the_one_that_was_judged(world: World, named: bool) -> None:
    """Old clients name none, and a server of today asks for it."""
    host = f"HOST: {GOOD.upper()}.:{world.good}\r\n" if named else ""
    async with open_directly(world.network()) as (_, port):
        request = f"GET http://{GOOD}:{world.good}/a HTTP/1.0\r\n{host}\r\n"
        assert await ask(port, request.encode()) == b"HTTP/1.1 200 OK"
    head = f"GET /a HTTP/1.1\r\nhost: {GOOD}:{world.good}\r\nconnection: close\r\n\r\n"
    assert world.heard[world.good] == [head.encode()]


async def test_a_slow_client_gets_all_of_an_answer_that_has_ended(world: World) -> None:
    where = f"{GOOD}:{world.good}"
    got = 0
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        async with open_directly(world.network()) as (_, port):
            await loop.sock_connect(client, ("127.0.0.1", port))
            request = f"GET http://{where}/big HTTP/1.1\r\nHost: {where}\r\n\r\n".encode()
            await loop.sock_sendall(client, request)
            while piece := await loop.sock_recv(client, 4096):
                got += len(piece)
    assert got > BIG


async def test_every_byte_puts_the_end_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[float | None] = []
    put_off = asyncio.Timeout.reschedule

    def reschedule(timeout: asyncio.Timeout, when: float | None) -> None:
        ends.append(when)
        put_off(timeout, when)

    monkeypatch.setattr(asyncio.Timeout, "reschedule", reschedule)
    bounds = Bounds(idle_seconds=1_000.0, head_seconds=1.0, connect_seconds=1.0)
    async with open_directly(world.network(), bounds) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(tunnel(world))
        await reader.readuntil(b"\r\n\r\n")
        for count in range(1, 4):
            before = len(ends)
            writer.write(b"x")
            assert await reader.readexactly(1) == b"x", count
            later = [when for when in ends[before:] if when is not None]
            assert len(later) == 2, "one for each way"
            assert min(later) > asyncio.get_running_loop().time() + 500
        writer.close()


@pytest.mark.parametrize("what", ["nothing", "a file", "a datagram socket", "all addresses"])
async def test_only_a_listening_socket_of_loopback_is_taken(world: World, what: str) -> None:
    """The engine believes no descriptor that comes out of a sandbox."""
    async with open_proxy(world.network()) as (proxy, fd):
        with (
            socket.socket(fileno=os.dup(fd)) as end,
            Path("/dev/null").open() as file,
            socket.socket(type=socket.SOCK_DGRAM) as datagram,
            socket.create_server(("0.0.0.0", 0)) as everywhere,
        ):
            given = {
                "nothing": [],
                "a file": [file.fileno()],
                "a datagram socket": [datagram.fileno()],
                "all addresses": [everywhere.fileno()],
            }
            socket.send_fds(end, [b"1"], given[what])
            end.setblocking(False)
            loop = asyncio.get_running_loop()
            assert await loop.sock_recv(end, 1) == b"", "it takes no second"
    assert proxy.contacts() == ()

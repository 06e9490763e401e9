"""Who is let in by the gateway, and what a client makes of another side."""

from __future__ import annotations

import asyncio
import base64
import logging
from contextlib import suppress

import pytest

from codeframe_tui.core.commands import AddTask
from codeframe_tui.core.errors import CodeframeError, Lacking, Refused
from codeframe_tui.core.queries import ShowOverview, ShowTasks
from codeframe_tui.wire import session, websocket
from codeframe_tui.wire.address import Address
from codeframe_tui.wire.codec import Malformed, encode
from codeframe_tui.wire.hello import PROTOCOL, check_hello, hello
from codeframe_tui.wire.remote import reach_remote
from codeframe_tui.wire.session import Bounds
from codeframe_tui.wire.websocket import dial
from tests.wire.gateway_room import TOKEN, WATCH, served

KEY = base64.b64encode(b"0123456789abcdef").decode()
HEADERS = {
    "Host": "127.0.0.1:7000",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
    "Authorization": f"Bearer {TOKEN}",
}


def handshake(request: str = "GET / HTTP/1.1", **changed: str | None) -> bytes:
    """A handshake as it must be, but for some headers; None takes one away."""
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    headers = [(n, v) for n, v in (HEADERS | named).items() if v is not None]
    lines = [request, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode()


async def said(address: Address, request: bytes) -> bytes:
    """All that comes back until the end."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(request)
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.transport.abort()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


# -- who is let in --------------------------------------------------------------------------------


@pytest.mark.fault(
    "people",
    "a web page, another user or a stranger tries the served port",
    sees="HTTP 400 to 505 with the reason, no session",
    kept="nothing is asked, decided or told; the log has no secret",
)
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (handshake(Authorization=None), b"401"),
        (handshake(Authorization="Bearer " + "x" * 43), b"401"),
        (handshake(Authorization=f"Basic {TOKEN}"), b"401"),
        (handshake(Authorization="Bearer "), b"401"),
        (handshake(Authorization=f"Bearer {TOKEN}\r\nAuthorization: Bearer {TOKEN}"), b"401"),
        (handshake(f"GET /?token={TOKEN} HTTP/1.1", Authorization=None), b"404"),
        (handshake(Origin="http://127.0.0.1:7000"), b"403"),
        (handshake(Origin="null"), b"403"),
        (handshake(Origin="https://evil.example"), b"403"),
        (handshake(Host="evil.example:7000"), b"403"),
        (handshake(Host="127.0.0.1.evil.example:7000"), b"403"),
        (handshake(Host=None), b"403"),
        (handshake(Host="127.0.0.1:7000\r\nHost: evil.example:7000"), b"403"),
        (handshake("GET /other HTTP/1.1"), b"404"),
        (handshake("POST / HTTP/1.1"), b"405"),
        (handshake("GET / HTTP/1.0"), b"505"),
        (handshake(Upgrade=None), b"426"),
        (handshake(Sec_WebSocket_Version="8"), b"400"),
        (handshake(Sec_WebSocket_Key="short"), b"400"),
        (handshake(X="y" * 20_000), b"431"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b""),
        (encode(hello()) + b"\n", b""),
    ],
    ids=range(1, 23),
)
async def test_a_bad_handshake_is_refused_and_costs_nothing(request_: bytes, status: bytes) -> None:
    async with served() as place:
        answer = await said(place.address, request_)
        assert answer[9:12] == status, answer
        assert place.gateway.clients == 0
        client = await place.client()
        assert await client.query(ShowTasks()) == {}
        await client.close()
        assert place.service.submitted == []


@pytest.mark.parametrize("host", ["127.0.0.1:7000", "localhost:1", "LOCALHOST:65535", "[::1]:7000"])
async def test_a_forwarded_port_may_have_another_number(host: str) -> None:
    async with served() as place:
        reader, writer = await asyncio.open_connection(place.address.host, place.address.port)
        writer.write(handshake(Host=host))
        async with asyncio.timeout(10):
            assert b" 101 " in await reader.readline()
        writer.transport.abort()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


@pytest.mark.parametrize("opening", [b"", b"GET / HTTP/1.1\r\nHost: 127", handshake()])
async def test_who_says_nothing_more_is_not_waited_for(opening: bytes) -> None:
    async with served(Bounds(hello_seconds=0.05)) as place:
        answer = await said(place.address, opening)
        assert b"hello" not in answer


async def test_who_speaks_another_protocol_is_told_and_let_go() -> None:
    async with served() as place:
        channel = await dial(place.address)
        channel.send(encode({"hello": {"protocol": PROTOCOL + 1, "version": "9", "pid": 1}}))
        refused = await channel.receive()
        assert refused is not None
        assert refused["refused"]["protocol"] == PROTOCOL
        assert await channel.receive() is None
        await channel.close()


async def test_more_clients_than_allowed_are_told_to_come_again() -> None:
    async with served(max_clients=2) as place:
        clients = [await place.client() for _ in range(2)]
        with pytest.raises(Refused, match="too many clients"):
            await place.client()
        await clients[0].close()
        async with asyncio.timeout(10):
            while place.gateway.clients > 1:
                await asyncio.sleep(0)
        clients[0] = await place.client()
        for client in clients:
            await client.close()


@pytest.mark.fault(
    "people",
    "a stranger opens connection after connection to the served port, and shows no token",
    sees="nothing: who knows a token is let in; the stranger's oldest ones end",
    kept="room for every client",
)
async def test_who_shows_no_token_takes_no_place_of_those_who_do() -> None:
    async with served(max_clients=2, max_strangers=3) as place:
        here = place.address
        silent = [await asyncio.open_connection(here.host, here.port) for _ in range(10)]
        async with asyncio.timeout(2):  # less than they may take for their handshake
            for reader, _ in silent[:7]:
                with suppress(ConnectionResetError):
                    assert await reader.read() == b""
        clients = [await place.client() for _ in range(2)]
        with pytest.raises(Refused, match="too many clients"):
            await place.client()
        answer = await said(here, handshake(Authorization="Bearer " + "x" * 43))
        assert answer[9:12] == b"401"
        for client in clients:
            assert await client.query(ShowTasks()) == {}
            await client.close()
        for _, writer in silent:
            writer.transport.abort()


async def test_tokens_stand_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with served() as place:
        client = await place.client()
        await client.query(ShowTasks())
        await client.close()
        for wrong in ("Bearer secret-that-is-wrong", "Basic c2VjcmV0"):
            await said(place.address, handshake(Authorization=wrong))
    assert "refused a client: Authorization" in caplog.text
    for secret in (TOKEN, "secret-that-is-wrong", "c2VjcmV0"):
        assert secret not in caplog.text


async def test_the_address_for_watching_decides_nothing() -> None:
    async with served() as place:
        await place.service.record("task.added", "1", title="t")
        watcher = await place.client(WATCH)
        assert (await watcher.query(ShowOverview()))["served"] is True
        assert (await anext(watcher.events(0))).seq == 1
        with pytest.raises(Refused, match="only watches") as refused:
            await watcher.submit(AddTask("t"))
        assert refused.value.code == "watch_only"
        await watcher.close()
        assert place.service.submitted == []


# -- what a client of ours makes of another side -------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (b"SSH-2.0-OpenSSH_9\r\n", Malformed, "is no engine"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Refused, "refused: 200 hi"),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", Refused, "does not know"),
        (b"", Refused, "no engine is served"),
        (None, Lacking, "does not answer"),
    ],
)
async def test_what_is_no_engine_is_told_by_name(
    answer: bytes | None,
    kind: type[CodeframeError],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "HELLO_SECONDS", 0.2)

    ended = asyncio.Event()

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
        ended.set()

    listening = await asyncio.start_server(other, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    with pytest.raises(kind, match=told) as caught:
        await reach_remote(lambda: Address("127.0.0.1", port, TOKEN))
    assert TOKEN not in f"{caught.value.message} {caught.value.hint}"
    await ended.wait()
    listening.close()


async def test_an_older_engine_elsewhere_is_never_to_be_killed_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with served() as place:
        monkeypatch.setattr(
            session, "hello", lambda: {"hello": {"protocol": 0, "version": "0.0.9", "pid": 4242}}
        )
        with pytest.raises(Refused, match=r"version 0\.0\.9") as refused:
            await place.client()
    assert refused.value.code == "wrong_protocol"
    told = f"{refused.value.message} {refused.value.hint}"
    assert "4242" not in told
    assert "kill" not in told
    assert "update it and restart `serve` there" in told


@pytest.mark.parametrize("pid", [None, "1; rm -rf ~", True, 0, -1, 10**30, 1.5])
def test_what_is_no_pid_stands_in_no_command(pid: object) -> None:
    with pytest.raises(Refused) as refused:
        check_hello({"hello": {"protocol": 0, "version": "0.0.9", "pid": pid}})
    told = f"{refused.value.message} {refused.value.hint}"
    assert "pid" not in told
    assert "kill" not in told
    assert "end it" in told


async def test_nobody_there_is_told_as_such() -> None:
    async with served() as place:
        gone = place.address
    with pytest.raises(Refused, match="no engine is served") as refused:
        await reach_remote(lambda: gone)
    assert refused.value.code == "engine_lost"

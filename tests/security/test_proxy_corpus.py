"""Whatever a client sends to the proxy of a sandbox, it gets to no place that is not allowed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.adapters.sandbox.bwrap import BwrapSandbox
from codeframe_tui.adapters.sandbox.proxy import Bounds
from codeframe_tui.core.network import told
from tests.contract.network_room import World, open_directly, open_world
from tests.contract.sandbox_room import hostile_environment, make_room, need_bwrap
from tests.security.cases import cases, parameters

SECONDS = 60.0
FUZZED = int(os.environ.get("CODEFRAME_TUI_FUZZED", "300"))
SEND_ALL = """
import json, os, socket, sys
host, _, port = os.environ["HTTP_PROXY"].rpartition("/")[2].partition(":")
for sent in json.load(open("cases.json")):
    with socket.create_connection((host, int(port)), timeout=10) as proxy:
        proxy.sendall(sent.encode("latin-1"))
        proxy.shutdown(socket.SHUT_WR)
        try:
            while proxy.recv(65536): pass
        except OSError: pass
"""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as world:
        yield world


def sent(case: Mapping[str, Any], world: World) -> bytes:
    text = case["send"].replace("{good}", str(world.good)).replace("{other}", str(world.other))
    return bytes(text.encode("latin-1"))


def led_astray(world: World) -> bool:
    """Whether anything came to where nothing may come."""
    return bool(world.heard[world.other]) or b"SECRET" in b"".join(world.heard[world.good])


async def send(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        writer.write_eof()
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.fault(
    "tests",
    "a command uses the proxy for allowed hosts to reach other places",
    sees="the refusal with its reason, in its own output and in the activity",
    kept="this machine, private networks, hosts that are not named",
)
@pytest.mark.goal("G1", "attacks through the proxy for hosts that are allowed")
@pytest.mark.parametrize("case", parameters("proxy"))
async def test_a_client_gets_no_further(world: World, case: dict[str, Any]) -> None:
    async with asyncio.timeout(SECONDS), open_directly(world.network()) as (proxy, port):
        answer = await send(port, sent(case, world))
        contacts = proxy.contacts()
    assert not led_astray(world), world.heard
    if case["why"]:
        assert world.heard[world.good] == []
        assert case["why"] in told(contacts)
        assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501 "))
        assert case["why"].encode() in answer.split(b"\r\n")[0]
    else:
        assert len(world.heard[world.good]) == 1
        assert [each.refused for each in contacts] == [""]


@pytest.mark.goal("G1", "garbled requests to that proxy")
async def test_no_bytes_end_the_proxy(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    """Whatever one client sends, the next is served, and nothing comes to where nothing may."""
    seed = secrets.randbits(32)
    dice = random.Random(seed)
    pieces = [sent(case, world) for case in cases("proxy")]
    good = f"GET http://good.example.org:{world.good}/ok HTTP/1.1\r\n"
    good += f"Host: good.example.org:{world.good}\r\n\r\n"
    network, bounds = world.network(), Bounds(in_all=2 * FUZZED)
    async with asyncio.timeout(SECONDS + FUZZED / 50), open_directly(network, bounds) as (_, port):
        for _ in range(FUZZED):
            await send(port, garbled(dice, pieces))
            assert not world.heard[world.other], seed
        assert (await send(port, good.encode())).endswith(b"/ok"), seed
    record_property("count", FUZZED)


def garbled(dice: random.Random, pieces: list[bytes]) -> bytes:
    """A request that is cut, doubled, joined with another or changed in some bytes."""
    data = bytearray(dice.choice(pieces))
    for _ in range(dice.randrange(1, 5)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(4):
            case 0:
                data[at : at + dice.randrange(8)] = dice.randbytes(dice.randrange(4))
            case 1:
                data[at:at] = dice.choice([b"\r\n", b"\n", b"\0", b" ", b"\t", b"%", b":", b"@"])
            case 2:
                data[at:] = dice.choice(pieces)[at:]
            case _:
                data += data[at:]
    return bytes(data)


async def test_a_careless_proxy_would_be_led_astray(world: World) -> None:
    """The oracle is worth something."""
    seen = set()
    server = await asyncio.start_server(careless, "127.0.0.1", 0)
    async with server, asyncio.timeout(SECONDS):
        for case in cases("proxy"):
            world.heard = {world.good: [], world.other: []}
            await send(server.sockets[0].getsockname()[1], sent(case, world))
            if led_astray(world):
                seen.add(case["id"])
    expected = {case["id"] for case in cases("proxy") if case.get("twin")}
    assert expected <= seen, expected - seen
    assert len(expected) >= len(cases("proxy")) // 2


async def careless(client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
    """A proxy as one writes it in a minute; all names lead to loopback."""
    data = await client.read()
    match = re.search(rb"(?:CONNECT |http://(?:[^/ ]*@)?)([^/ :#]+):(\d+)", data)
    try:
        if match is not None:
            name = match[1].decode("latin-1")
            host = "127.0.0.1" if name.endswith("org") else name
            _, there = await asyncio.open_connection(host, int(match[2]))
            there.write(data)
            await there.drain()
            there.close()
            await there.wait_closed()
    except (OSError, UnicodeError):
        pass
    answer.close()


async def test_all_of_them_from_within_a_real_sandbox(tmp_path: Path, world: World) -> None:
    need_bwrap()
    (tmp_path / "home").mkdir()
    with hostile_environment(tmp_path / "home"):
        room = await asyncio.to_thread(make_room, tmp_path, "bwrap", network=world.network())
        assert isinstance(room.sandbox, BwrapSandbox)
        workspace = room.workspace(secrets.token_hex(4))
        texts = [sent(case, world).decode("latin-1") for case in cases("proxy")]
        (workspace.root / "cases.json").write_text(json.dumps(texts))
        argv = ["python", "-c", SEND_ALL]
        done = await room.sandbox.run(workspace, argv, timeout_seconds=SECONDS, network=True)
    assert (done.output, done.exit_code) == (b"", 0)
    assert not led_astray(world), world.heard
    assert sum(each.times for each in done.contacts) == len(texts)
    refused = [each for each in done.contacts if each.refused]
    assert sum(each.times for each in refused) == sum(bool(case["why"]) for case in cases("proxy"))


async def test_another_sandbox_does_not_come_to_it(tmp_path: Path, world: World) -> None:
    """There is no path to it, and its port is another's own in another network namespace."""
    need_bwrap()
    (tmp_path / "home").mkdir()
    script = """
import os, socket, sys, time
port = int(os.environ["HTTP_PROXY"].rpartition(":")[2]) if len(sys.argv) < 2 else int(sys.argv[1])
print(port, flush=True)
if len(sys.argv) > 1:
    try: socket.create_connection(("127.0.0.1", port), timeout=5); print("REACHED")
    except OSError as error: print("refused")
else:
    time.sleep(100)
"""
    port = asyncio.get_running_loop().create_future()
    with hostile_environment(tmp_path / "home"):
        room = await asyncio.to_thread(make_room, tmp_path, "bwrap", network=world.network())
        assert isinstance(room.sandbox, BwrapSandbox)
        argv = ["python", "-c", script]
        first = asyncio.create_task(
            room.sandbox.run(
                room.workspace("first"),
                argv,
                timeout_seconds=SECONDS,
                on_output=lambda chunk: port.set_result(chunk.decode().strip()),
                network=True,
            )
        )
        argv.append(await port)
        shut = replace(room.sandbox, network=replace(world.network(), allowed=world.nothing))
        for sandbox in (room.sandbox, shut):
            second = room.workspace("second")
            done = await sandbox.run(second, argv, timeout_seconds=SECONDS, network=True)
            assert done.output.split()[1:] == [b"refused"]
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first

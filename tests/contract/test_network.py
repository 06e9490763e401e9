"""What commands of the model reach of the network: what is allowed, through us, no more."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import h11
import pytest

from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.sandbox import Command, NoSandbox, bwrap, launcher, proxy
from codeframe_tui.adapters.sandbox import network as reaching
from codeframe_tui.adapters.sandbox.bwrap import BwrapSandbox
from codeframe_tui.bootstrap import assembly
from codeframe_tui.bootstrap.doctor import check_everything
from codeframe_tui.core.network import NOWHERE, Allowed, Contact, Target
from codeframe_tui.ports import Finished
from codeframe_tui.settings import Network as NetworkSetting
from codeframe_tui.settings import Settings
from tests.contract.network_room import GOOD, OTHER, World, open_world
from tests.contract.sandbox_room import Room, alive, hostile_environment, make_room, need_bwrap

SECONDS = 20.0


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


ASK = """
import json, sys, urllib.error, urllib.request
said = {}
for url in sys.argv[1:]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            said[url] = answer.read().decode()
    except urllib.error.HTTPError as error:
        said[url] = f"{error.code} {error.reason}"
    except OSError as error:
        said[url] = str(error)
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    need_bwrap()
    folder = tmp_path_factory.mktemp("network")
    (folder / "home").mkdir()
    with hostile_environment(folder / "home"):
        return make_room(folder, "bwrap")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as world:
        yield world


async def run(room: Room, world: World, *argv: str, network: bool = True) -> Finished:
    assert isinstance(room.sandbox, BwrapSandbox)
    sandbox = replace(room.sandbox, network=world.network())
    return await sandbox.run(
        room.workspace(secrets.token_hex(4)), argv, timeout_seconds=SECONDS, network=network
    )


async def test_an_allowed_place_is_reached_and_another_refused_in_words(
    room: Room, world: World
) -> None:
    good, other = f"http://{GOOD}:{world.good}/a?b=c", f"http://{OTHER}:{world.other}/"
    elsewhere = f"http://{GOOD}:{world.other}/"
    secure = f"https://{OTHER}:{world.other}/"
    done = await run(room, world, "python", "-c", ASK, good, other, elsewhere, secure)
    said = json.loads(done.output)
    assert said[good] == "/a?b=c"
    why = "refused: network.allowed in config.toml does not name it"
    assert said[other] == said[elsewhere] == f"403 {why}"
    assert f"Tunnel connection failed: 403 {why}" in said[secure]
    assert world.asked == [GOOD], "what is not allowed is not even looked up"
    assert world.heard[world.other] == []
    reached, *refused = done.contacts
    assert (reached.place, reached.times, reached.refused) == (f"{GOOD}:{world.good}", 1, "")
    assert reached.sent > 100
    assert reached.received > 40
    assert [(each.place, each.times) for each in refused] == [
        (f"{OTHER}:{world.other}", 2),
        (f"{GOOD}:{world.other}", 1),
    ]


async def test_a_tunnel_carries_bytes_both_ways_and_half_an_end(room: Room, world: World) -> None:
    script = """
import http.client, sys, os
where = os.environ["HTTPS_PROXY"].rpartition("/")[2]
tunnel = http.client.HTTPConnection(where, timeout=10)
tunnel.set_tunnel("a.wild.example.org", int(sys.argv[1]))
tunnel.connect()
big = os.urandom(300_000)
got = b""
for at in range(0, len(big), 30_000):
    tunnel.sock.sendall(big[at : at + 30_000])
    while len(got) < at + 30_000: got += tunnel.sock.recv(65536)
tunnel.sock.shutdown(1)
print(got == big, tunnel.sock.recv(1))
"""
    done = await run(room, world, "python", "-c", script, str(world.good))
    assert done.output == b"True b''\n", done.output
    assert done.contacts == (
        Contact(f"a.wild.example.org:{world.good}", 1, 300_000, done.contacts[0].received),
    )
    assert 300_000 < done.contacts[0].received < 300_100


async def test_only_commands_of_the_model_have_it(room: Room, world: World) -> None:
    script = "env | grep -ic proxy; ls /proc/self/fd"
    without = await run(room, world, "sh", "-c", script, network=False)
    assert without.output.split() == [b"0", b"0", b"1", b"2", b"3"]
    command = Command(room.workspace("plain"), ["sh", "-c", script], SECONDS)
    assert isinstance(room.sandbox, BwrapSandbox)
    launched = await replace(room.sandbox, network=world.network()).launch(command)
    assert launched.output == without.output
    inside = await run(room, world, "sh", "-c", script)
    assert inside.output.split() == [b"6", b"0", b"1", b"2", b"3"], "no descriptor is left"


async def test_signals_are_as_they_are_without_it(room: Room, world: World) -> None:
    """Python ignores two, and what it becomes would go on writing to a pipe that nobody reads."""
    argv = ("grep", "SigIgn", "/proc/self/status")
    without, inside = [await run(room, world, *argv, network=on) for on in (False, True)]
    assert inside.output == without.output


def test_the_first_descriptor_has_one_number() -> None:
    """The launcher is loaded by itself, so that the number stands in two places."""
    assert bwrap.FIRST_EXTRA == launcher.FIRST_EXTRA


async def test_an_empty_list_is_the_same_command_line(
    room: Room, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = []
    plain = bwrap.BwrapSandbox._order

    def order(*given: Any) -> Any:
        orders.append(plain(*given))
        return orders[-1]

    monkeypatch.setattr(bwrap.BwrapSandbox, "_order", order)
    where = room.workspace("same")
    for network in (False, True):
        await room.sandbox.run(where, ["true"], timeout_seconds=SECONDS, network=network)
    assert orders[0] == orders[1]


async def test_loopback_of_the_sandbox_stays_its_own(room: Room, world: World) -> None:
    script = """
import http.server, sys, threading, urllib.request
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/").status)
"""
    done = await run(room, world, "python", "-c", script)
    assert (done.output, done.contacts) == (b"200\n", ())


async def test_nothing_of_it_is_left_at_any_end(room: Room, world: World) -> None:
    mark = f"4{secrets.randbelow(10**8):08d}"
    script = f"""
(setsid sleep {mark} &)
exec python -c '
import os, urllib.request
answer = urllib.request.urlopen("http://{GOOD}:{world.good}/flood")
answer.read(1_000_000)
print("flows", flush=True)
answer.read()'
"""
    before = descriptors()
    flows = asyncio.Event()
    assert isinstance(room.sandbox, BwrapSandbox)
    sandbox = replace(room.sandbox, network=world.network())
    task = asyncio.create_task(
        sandbox.run(
            room.workspace("flood"),
            ["sh", "-c", script],
            timeout_seconds=SECONDS,
            on_output=lambda chunk: flows.set() if b"flows" in chunk else None,
            network=True,
        )
    )
    async with asyncio.timeout(SECONDS):
        await flows.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await world.closed.wait()
    assert alive(mark) == []
    assert descriptors() <= before


async def test_doctor_shows_the_list_and_where_it_changes_nothing(
    room: Room, tmp_path: Path
) -> None:
    place = Project(tmp_path / "project", tmp_path / "state")
    (tmp_path / "project").mkdir()
    settings = Settings(network=NetworkSetting(allowed=["pypi.org:443", "*.a.org:80"]))
    found = []
    for sandbox in (room.sandbox, NoSandbox("not asked")):
        document = await check_everything(place, settings, sandbox=sandbox)
        found += [check for check in document["checks"] if check["name"] == "network"]
    assert [(check["state"], check["detail"]) for check in found] == [
        ("ok", "commands of the model reach pypi.org:443, *.a.org:80; tests nothing"),
        ("warn", "network.allowed changes nothing without walls"),
    ]
    document = await check_everything(place, Settings(), sandbox=room.sandbox)
    assert "network" not in {check["name"] for check in document["checks"]}


async def test_the_engine_takes_the_list_from_the_settings(room: Room) -> None:
    place = Project(room.project, room.state)
    place.prepare()
    settings = Settings(network=NetworkSetting(allowed=["pypi.org:443"]))
    sandbox = await assembly._sandbox(place, settings)
    assert isinstance(sandbox, BwrapSandbox)
    assert str(sandbox.hosts) == "pypi.org:443"
    assert sandbox.network.objection is reaching.objection


async def test_limits_only_change_nothing(tmp_path: Path, world: World) -> None:
    (tmp_path / "home").mkdir()
    with hostile_environment(tmp_path / "home"):
        room = await asyncio.to_thread(make_room, tmp_path, "rlimits", network=world.network())
        done = await room.sandbox.run(
            room.workspace("x"), ["sh", "-c", "env"], timeout_seconds=SECONDS, network=True
        )
    assert b"HTTP_PROXY" not in done.output
    assert (done.contacts, room.sandbox.hosts) == ((), NOWHERE)


async def test_the_trial_at_the_start_also_asks_the_proxy(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that led to this machine would be no sandbox."""
    need_bwrap()
    (tmp_path / "home").mkdir()

    def careless(asked: h11.Request) -> tuple[Target, None]:
        return Target(GOOD, int(asked.target.rpartition(b":")[2])), None

    monkeypatch.setattr(proxy, "wanted", careless)
    monkeypatch.setattr(Allowed, "holds", lambda *_: True)
    with hostile_environment(tmp_path / "home"), pytest.raises(AssertionError, match="reached"):
        await asyncio.to_thread(make_room, tmp_path, "bwrap", network=world.network())

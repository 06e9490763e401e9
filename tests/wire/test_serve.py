"""`serve` and what reaches it, as processes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from codeframe_tui.adapters.project import Project
from codeframe_tui.core.commands import AddTask
from codeframe_tui.core.errors import CodeframeError, NotFound, WrongUse
from codeframe_tui.core.queries import ShowOverview, ShowTasks
from codeframe_tui.wire.address import Address, keep_address, parse_address, read_address
from codeframe_tui.wire.remote import reach_remote

TOKEN = "x" * 43


@dataclass
class Serving:
    """A running `serve`."""

    process: asyncio.subprocess.Process
    control: str
    watch: str
    file: Path


@pytest.fixture
def place(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in list(os.environ):
        if name.startswith(("ANTHROPIC_", "CODEFRAME_TUI_")):
            monkeypatch.delenv(name)
    (tmp_path / "p").mkdir()
    return Project(tmp_path / "p", tmp_path / "s")


def command(place: Project, *arguments: str) -> list[str]:
    places = ["--project", str(place.root), "--state-dir", str(place.state_root)]
    return [sys.executable, "-m", "codeframe_tui", *places, *arguments]


async def program(place: Project, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command(place, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def verb(place: Project, *arguments: str) -> tuple[int | None, str, str]:
    running = await program(place, *arguments)
    async with asyncio.timeout(60):
        out, err = await running.communicate()
    return running.returncode, out.decode(), err.decode()


@asynccontextmanager
async def serving(place: Project, *arguments: str) -> AsyncIterator[Serving]:
    process = await program(place, "serve", "--json", *arguments)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            told = json.loads(await process.stdout.readline())
        yield Serving(process, told["control"], told["watch"], Path(told["file"]))
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            await process.communicate()
            while place.socket.exists():  # its engine ends with its last client
                await asyncio.sleep(0.01)


async def test_a_served_engine_is_reached_watched_and_followed(place: Project) -> None:
    async with serving(place) as served:
        assert served.file == place.addresses
        assert stat.S_IMODE(served.file.stat().st_mode) == 0o600
        assert served.file.read_text() == f"{served.control}\n{served.watch}\n"
        told = await verb(place, "--remote", str(served.file), "add", "from afar", "--json")
        assert told == (0, '{"number":"1"}\n', "")
        follower = await program(
            place, "--remote", served.watch, "events", "--follow", "--after", "1", "--json"
        )
        assert follower.stdout is not None
        first = json.loads(await follower.stdout.readline())
        assert (first["seq"], first["type"]) == (2, "task.added")
        assert (await verb(place, "add", "from here"))[0] == 0
        assert json.loads(await follower.stdout.readline())["seq"] == 3
        code, out, err = await verb(place, "--remote", served.watch, "add", "t", "--json")
        assert (code, out, json.loads(err)["error"]["code"]) == (1, "", "watch_only")
        served.process.send_signal(signal.SIGTERM)
        _, err_of_follower = await follower.communicate()
        assert follower.returncode == 1
        assert b"the engine went away" in err_of_follower
    assert not place.addresses.exists()
    logs = "".join(path.read_text() for path in place.engine_log.parent.iterdir())
    for url in (served.control, served.watch):
        assert url.partition("#")[2] not in logs


@pytest.mark.fault(
    "people",
    "kill -9 of the engine under `serve`",
    sees="the same addresses go on with a new engine",
    kept="every event, without gap or repetition",
)
async def test_serving_goes_on_with_a_new_engine_and_watchers_miss_nothing(
    place: Project,
) -> None:
    async with serving(place) as served:
        client = await reach_remote(partial(parse_address, served.control))
        await client.submit(AddTask("kept"))
        events = client.events(0)
        assert [(await anext(events)).type for _ in range(2)] == ["engine.started", "task.added"]
        engine = (await client.query(ShowOverview()))["pid"]
        assert engine != served.process.pid == client.engine["pid"]
        os.kill(engine, signal.SIGKILL)
        async with asyncio.timeout(60):
            started = await anext(events)
            assert (started.seq, started.type) == (3, "engine.started")
            assert started.data["pid"] != engine
        tasks = (await client.query(ShowTasks()))["tasks"]
        assert [task["title"] for task in tasks] == ["kept"]
        await client.close()


async def test_an_engine_that_runs_already_is_served_not_a_second_one(place: Project) -> None:
    follower = await program(place, "events", "--follow", "--json")
    assert follower.stdout is not None
    while not place.socket.exists():
        await asyncio.sleep(0.01)
    async with serving(place) as served:
        client = await reach_remote(partial(parse_address, served.control))
        assert (await client.query(ShowOverview()))["pid"] == follower.pid
        await client.close()
        follower.terminate()
        await follower.communicate()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--web"], 2, "serve --web: not yet"),
        (["--host", "0.0.0.0"], 2, "ssh -L"),
        (["--host", "192.168.1.5"], 2, "not encrypted"),
        (["--host", "example.org"], 2, "not this machine"),
        (["--port", "70000"], 2, "70000"),
    ],
)
async def test_what_cannot_be_served_is_refused_before_anything_starts(
    place: Project, arguments: list[str], code: int, told: str
) -> None:
    exit_code, out, err = await verb(place, "serve", *arguments)
    assert (exit_code, out) == (code, "")
    assert told in err
    assert not place.state.exists()


async def test_a_port_that_is_taken_is_told(place: Project) -> None:
    taken = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    code, out, err = await verb(place, "serve", "--port", str(port))
    assert (code, out) == (1, "")
    assert f"port {port} of 127.0.0.1 cannot be used" in err
    assert not place.addresses.exists()
    taken.close()
    async with asyncio.timeout(30):
        while place.socket.exists():
            await asyncio.sleep(0.01)


async def test_in_a_pipe_the_secret_is_not_printed(place: Project) -> None:
    process = await program(place, "serve")
    assert process.stdout is not None
    told = (await process.stdout.readline() + await process.stdout.readline()).decode()
    assert "#" not in told
    assert str(place.addresses) in told
    process.terminate()
    await process.communicate()


def test_attach_without_a_terminal_or_an_address_says_so(place: Project) -> None:
    def attach(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            command(place, "attach", *arguments),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stderr

    code, err = attach()
    assert code == 1
    assert "start `codeframe-tui serve`" in err
    code, err = attach(f"ws://example.org:1/#{TOKEN}")
    assert code == 2
    assert "ssh -L" in err
    assert TOKEN not in err
    code, err = attach(f"ws://127.0.0.1:1/#{TOKEN}")
    assert code == 2
    assert "needs a terminal" in err


# -- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "host", "place_"),
    [
        (f"ws://127.0.0.1:7000/#{TOKEN}\n", "127.0.0.1", "127.0.0.1:7000"),
        (f"  ws://localhost:1#{TOKEN}", "127.0.0.1", "127.0.0.1:1"),
        (f"ws://[::1]:65535/#{TOKEN}", "::1", "[::1]:65535"),
    ],
)
def test_an_address_is_read_as_it_was_printed(text: str, host: str, place_: str) -> None:
    address = parse_address(text)
    assert (address.host, address.place, address.token) == (host, place_, TOKEN)
    assert parse_address(address.url) == address
    assert TOKEN not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ws://127.0.0.1:7000/",
        "ws://127.0.0.1:7000/#",
        f"ws://127.0.0.1:0/#{TOKEN}",
        f"ws://127.0.0.1:70000/#{TOKEN}",
        f"ws://127.0.0.1/#{TOKEN}",
        f"wss://127.0.0.1:7000/#{TOKEN}",
        f"http://127.0.0.1:7000/#{TOKEN}",
        f"ws://user@127.0.0.1:7000/#{TOKEN}",
        f"ws://127.0.0.1:7000/?a#{TOKEN}",
        f"ws://127.0.0.1.evil.example:7000/#{TOKEN}",
        f"ws://10.0.0.1:7000/#{TOKEN}",
        f"ws://127.0.0.1:7000/#{TOKEN} more",
        f"ws://127.0.0.1:7000/#{TOKEN}\r\nX: y",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(WrongUse) as refused:
        parse_address(text)
    assert refused.value.code == "bad_address"
    assert TOKEN not in f"{refused.value.message} {refused.value.hint}"


def test_addresses_are_kept_where_their_owner_alone_can_read_them(tmp_path: Path) -> None:
    path, first = tmp_path / "serve.url", Address("127.0.0.1", 1, "a")
    (tmp_path / "elsewhere").write_text("untouched")
    path.symlink_to(tmp_path / "elsewhere")
    keep_address(path, first, Address("127.0.0.1", 1, "b"))
    assert read_address(str(path)) == first
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    assert (tmp_path / "elsewhere").read_text() == "untouched"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["elsewhere", "serve.url"]


def test_a_file_that_is_not_there_may_come_again(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as missing:
        read_address(str(tmp_path / "none"))
    assert missing.value.code == "engine_lost"


async def test_an_address_is_looked_up_again_at_each_connection() -> None:
    asked = []

    def find() -> Address:
        asked.append(1)
        raise NotFound("not now", code="engine_lost")

    for _ in range(2):
        with pytest.raises(CodeframeError, match="not now"):
            await reach_remote(find)
    assert len(asked) == 2


def test_a_client_of_the_unix_stream_needs_no_websockets() -> None:
    modules = ", ".join(f"codeframe_tui.wire.{name}" for name in ("remote", "start", "server"))
    script = f"import sys, {modules}; print('websockets' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"

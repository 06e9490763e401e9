"""An engine of another version: what stands on the screen, and what to do about it."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from textual import events

from codeframe_tui import __version__
from codeframe_tui.core.errors import Refused
from codeframe_tui.ports import Service
from codeframe_tui.tui.app import CockpitApp
from codeframe_tui.tui.modals.palette import Palette
from codeframe_tui.tui.present.header import banner_rows
from codeframe_tui.tui.present.rows import plain
from codeframe_tui.wire.client import Client
from codeframe_tui.wire.codec import encode
from codeframe_tui.wire.hello import PROTOCOL, check_hello
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import NOW, FakeService, overview

OLDER = {"protocol": PROTOCOL - 1, "version": "0.0.9", "pid": 4242}
NEWER = {"protocol": PROTOCOL + 1, "version": "9.0.0", "pid": 4242}


async def _connected(path: Path) -> Service:
    client = Client(comes_back=False)
    await client.connect(path)
    return client


@pytest.mark.parametrize(
    ("said", "remedy"),
    [(OLDER, "kill 4242"), (NEWER, "leave it and start the new version")],
    ids=["older", "newer"],
)
@pytest.mark.parametrize("columns", [80, 120])
async def test_an_engine_of_another_protocol_stands_on_the_screen_with_its_remedy(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    said: dict[str, object],
    remedy: str,
    columns: int,
) -> None:
    async def engine(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(encode({"refused": said}) + b"\n")
        writer.close()

    monkeypatch.chdir(tmp_path)  # a socket's path is short, a test's folder is not
    listening = await asyncio.start_unix_server(engine, "s")
    app = CockpitApp(partial(_connected, Path("s")), now=lambda: NOW, tick=0)
    async with app.run_test(size=(columns, 24)) as pilot:
        drive = Drive(app, pilot, FakeService())
        await drive.until(lambda: app.cockpit.ready and drive.label("banner"))
        told = " ".join(drive.label("banner").split())
        for part in (f"version {said['version']}", f"protocol {said['protocol']}", __version__):
            assert part in told
        assert remedy in told
        assert "no engine" in drive.label("header")
        offered = drive.label("footer")
        assert "quit" in offered
        assert not [each for each in ("new task", "start", "policy", "needs me") if each in offered]
        for pressed in ("o", "P", "ctrl+n", "f4"):
            drive.app.tell()
            drive.key(pressed)
            await drive.until(lambda: "there is no engine for that" in drive.label("notice"))
        drive.app.tell()
        drive.app.post_message(events.Paste("- [ ] one\n- [ ] two"))
        await drive.until(lambda: "there is no engine for that" in drive.label("notice"))
        drive.key("ctrl+p")
        await drive.until(lambda: isinstance(drive.app.screen, Palette))
        drive.type("new task")
        await drive.until(lambda: "there is no engine" in drive.screen_text())
        drive.key("escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        drive.key("q")
        await drive.until(lambda: app.return_value == 0)
    listening.close()


async def test_an_engine_that_was_replaced_under_a_running_cockpit_is_told() -> None:
    service = FakeService()
    async with opened(service) as drive:
        assert "this cockpit" not in drive.label("banner")
        service.overview["version"] = "9.0.0"
        service.die()
        await drive.until(lambda: "engine 9.0.0, this cockpit is" in drive.label("banner"))
        assert "open the newer one" in drive.label("banner")
        assert drive.pane("queue").count()


@pytest.mark.fault(
    "people",
    "the engine is upgraded under a running cockpit",
    sees="both versions, which is the older one, and what to do",
    kept="the new engine and its work",
)
async def test_an_engine_of_a_newer_protocol_under_a_running_cockpit_is_told() -> None:
    service = FakeService()
    upgraded = False

    async def connect() -> Service:
        if upgraded:
            check_hello({"refused": NEWER})
        return service

    app = CockpitApp(connect, now=lambda: NOW, tick=0)
    async with app.run_test(size=(120, 40)) as pilot:
        drive = Drive(app, pilot, service)
        await drive.ready()
        upgraded = True
        service.die()
        await drive.until(lambda: "leave it and start the new version" in drive.label("banner"))


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("0.0.9", "leave all cockpits"),
        ("9.9", "open the newer one"),
        ("9.0.0rc1", "open the newer one"),
        ("\x1b[31mred", "open the newer one"),
        (__version__, ""),
        (None, ""),
    ],
)
def test_the_banner_says_which_of_both_is_to_be_replaced(version: object, told: str) -> None:
    said = [plain(row) for row in banner_rows(overview() | {"version": version})]
    assert [told in line for line in said] == [True] * bool(told)
    assert "\x1b" not in "".join(said)


def test_a_hello_of_another_protocol_is_refused_with_both_versions() -> None:
    for said in (OLDER, NEWER):
        with pytest.raises(
            Refused, match=f"version {said['version']}.*version {__version__}"
        ) as no:
            check_hello({"hello": said})
        assert no.value.code == "wrong_protocol"


async def test_leaving_an_engine_that_is_served_asks_nothing_and_stops_nothing() -> None:
    service = FakeService()
    service.overview |= {"served": True, "keep": True}
    async with opened(service) as drive:
        drive.key("q")
        await drive.until(lambda: drive.app.return_value == 0)
        assert service.submitted == []

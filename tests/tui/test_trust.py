"""A file of the repository that asks for trust: told in the banner, read whole, decided about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events

from codeframe_tui.core.queries import ShowTrust
from codeframe_tui.ports import Service
from codeframe_tui.service import Supervisor
from codeframe_tui.tui.app import CockpitApp
from codeframe_tui.tui.modals.trust import TrustSheet
from codeframe_tui.tui.present.header import banner_rows
from codeframe_tui.tui.present.rows import plain
from codeframe_tui.tui.present.trust import in_order, only_one, trust_list_rows, trust_rows
from tests.contract.service_kit import engine_on
from tests.contract.trust_suite import QUICK, WHERE, write
from tests.tui.driving import Drive
from tests.tui.fake_service import NOW, FakeService, overview

FILE = {
    "path": WHERE, "name": "Quick", "state": "changed", "why": "changed since you trusted it",
    "sha256": "f" * 64, "asks": [], "says": "policy green instead of manual", "held": "",
    "text": "a\r\n\tb\u202e\r\n", "since": [["@", "line 1"], ["-", "a\x1b[8m"], ["+", "a"]],
}  # fmt: skip


@asynccontextmanager
async def cockpit_on(engine: Supervisor) -> AsyncIterator[Drive]:
    async def connect() -> Service:
        return engine

    app = CockpitApp(connect, now=lambda: NOW, tick=0)
    async with app.run_test(size=(120, 40)) as pilot:
        drive = Drive(app, pilot, FakeService())
        await drive.until(lambda: app.cockpit.ready and app.state.queue is not None)
        yield drive


async def read(drive: Drive) -> None:
    """Wait for the sheet, as if it had been in front for a while."""
    await drive.past_guard()
    assert isinstance(drive.app.screen, TrustSheet)


async def state(engine: Supervisor) -> str:
    return str((await engine.query(ShowTrust(WHERE)))["files"][0]["state"])


def test_the_file_is_shown_whole_with_a_badge_for_what_is_hidden() -> None:
    rows = [plain(line) for line in trust_rows(FILE, 60)]
    assert rows[:2] == [
        "changed since you trusted it",
        "with your trust: policy green instead of manual",
    ]
    assert rows[rows.index("SINCE YOU TRUSTED IT") + 1 :][:3] == [
        "    line 1", "  - a\u241b[8m", "  + a",
    ]  # fmt: skip
    assert "THE FILE  ! hidden characters in 1 line" in rows
    assert rows[-2:] == ["   1   a", "   2 !     b<U+202E>"]


@pytest.mark.parametrize("width", [20, 40, 100])
def test_no_line_is_cut(width: int) -> None:
    long = "x" * 300
    rows = [
        plain(line) for line in trust_rows(FILE | {"text": long, "since": [["+", long]]}, width)
    ]
    assert "".join(rows).count("x") == 600
    assert max(map(len, rows[2:])) <= width or width == 20


def test_the_banner_says_what_is_asked_in_one_line() -> None:
    trust = {
        "count": 2,
        "path": WHERE,
        "state": "untrusted",
        "says": "policy green instead of manual",
    }
    (row,) = banner_rows(overview() | {"trust": trust}, width=80)
    said = "! quick.md asks for your trust: policy green instead of manual · 1 more  f5 reads it"
    assert plain(row) == said
    (row,) = banner_rows(
        overview() | {"trust": trust | {"state": "changed", "count": 1}}, width=120
    )
    assert plain(row).startswith(f"! {WHERE} changed since you trusted it: policy green")
    assert banner_rows(overview() | {"trust": {"count": 0}}) == []


def test_the_one_that_waits_is_meant_and_stands_first() -> None:
    tame = FILE | {"path": "tame.md", "state": "untrusted", "says": ""}
    assert only_one([tame, FILE]) == WHERE
    assert only_one([tame, tame]) is None
    assert [file["path"] for file in in_order([tame, FILE])] == [WHERE, "tame.md"]
    assert [plain(line) for line in trust_list_rows([tame])] == ["- tame.md  not trusted"]


async def test_it_is_read_and_trusted_as_it_was_on_screen(tmp_path: Path) -> None:
    file = write(tmp_path)
    async with engine_on(tmp_path / "state.db") as engine, cockpit_on(engine) as drive:
        await drive.until(lambda: "quick.md asks for your trust" in drive.label("banner"))
        drive.key("f5")
        await drive.until(lambda: "Be quick." in drive.screen_text())
        await read(drive)
        file.write_text(f"{QUICK}changed behind the sheet\n")
        drive.key("t")
        await drive.until(lambda: "is not what was looked at any more" in drive.label("notice"))
        assert await state(engine) == "untrusted"
        drive.key("f5")
        await drive.until(lambda: "changed behind the sheet" in drive.screen_text())
        await read(drive)
        drive.key("t")
        await drive.until(lambda: "trusted, as it is: policy green" in drive.label("notice"))
        await drive.until(lambda: "quick.md" not in drive.label("banner"))
        assert await state(engine) == "trusted"


async def test_typing_pasting_and_esc_decide_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    async with engine_on(tmp_path / "state.db") as engine, cockpit_on(engine) as drive:
        await drive.until(lambda: "quick.md" in drive.label("banner"))
        drive.key("f5")
        await drive.until(lambda: "Be quick." in drive.screen_text())
        drive.key("t")  # at once: it was meant for what stood here
        drive.type("but")
        drive.app.post_message(events.Paste("t"))
        drive.key("enter", "escape")
        await drive.until(lambda: drive.app.screen is drive.app.cockpit)
        assert await state(engine) == "untrusted"

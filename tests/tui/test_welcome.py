"""The first minutes: one screen says how to begin, once; empty panes say what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.widgets import Input

from codeframe_tui.core.commands import AddTask
from codeframe_tui.tui.messages import EngineLost
from codeframe_tui.tui.present.queue import queue_rows, unknown_rows
from codeframe_tui.tui.present.rows import plain
from codeframe_tui.tui.present.state import State
from codeframe_tui.tui.present.welcome import is_fresh, no_task, nothing_written, welcome_rows
from tests.tui.driving import Drive, opened
from tests.tui.fake_service import FakeService, queue, task

KEY = "no key for the model: set ANTHROPIC_API_KEY and start again"


def fresh() -> FakeService:
    service = FakeService()
    service.queue, service.blockers, service.diffs = {"groups": []}, {"blockers": []}, {}
    service.overview |= {"workers": [], "counts": {}, "paused": True, "key": KEY}
    return service


def screen(drive: Drive) -> str:
    return "\n".join(strip.text for strip in drive.app.screen._compositor.render_strips())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_fresh_project_says_on_one_screen_how_to_begin(
    size: tuple[int, int], tmp_path: Path
) -> None:
    kept = tmp_path / "cockpit.json"
    async with opened(fresh(), size=size, kept=kept) as drive:
        await drive.sheet()
        await drive.until(lambda: "esc back" in screen(drive))
        for said in ("Welcome", "write a task here", "paste", "codeframe-tui add", "spends nothing",
                     "ANTHROPIC_API_KEY", "ctrl+p", "look around"):  # fmt: skip
            assert said in screen(drive), screen(drive)
        assert "…" not in screen(drive)
        await drive.until(lambda: json.loads(kept.read_text())["welcomed"])
        drive.key("escape")
        await drive.in_pane("queue")
    async with opened(fresh(), size=size, kept=kept) as drive:
        await drive.pilot.pause(0)
        assert drive.app.screen is drive.app.cockpit
        drive.key("f3")
        await drive.until(lambda: "Welcome" in drive.screen_text())


async def test_its_first_key_writes_the_first_task(tmp_path: Path) -> None:
    async with opened(fresh(), kept=tmp_path / "cockpit.json") as drive:
        await drive.sheet()
        for _ in range(40):  # a key in its first moment means nothing, and begins that moment anew
            drive.key("o")
            await drive.pilot.pause(0.4)
            if "what should be done" in screen(drive):
                break
        drive.app.screen.query_one("#field-title", Input).value = "Retry on 429"
        drive.key("enter")
        await drive.until(lambda: any(isinstance(s, AddTask) for s in drive.service.submitted))


@pytest.mark.parametrize("what", ["has tasks", "is the demo", "remembers nothing"])
async def test_nobody_else_is_welcomed(what: str, tmp_path: Path) -> None:
    service = fresh()
    if what == "has tasks":
        service.queue = queue()
    elif what == "is the demo":
        service.overview |= {"scripted": True}
    kept = None if what == "remembers nothing" else tmp_path / "cockpit.json"
    async with opened(service, kept=kept) as drive:
        for _ in range(5):
            await drive.pilot.pause(0)
        assert drive.app.screen is drive.app.cockpit


def test_the_welcome_fits_a_sheet_of_24_lines() -> None:
    assert len(welcome_rows({"key": KEY})) <= 14


@pytest.mark.parametrize(
    ("status", "more", "said"),
    [
        ("pending", {}, "P starts the workers"),
        ("pending", {"held": True}, "p in the queue lets it go"),
        ("in_progress", {}, "appears here"),
        ("blocked", {}, "4 shows what it asks"),
        ("cancelled", {}, "Nothing was proposed"),
    ],
)
def test_an_empty_diff_says_what_leads_to_one(
    status: str, more: dict[str, object], said: str
) -> None:
    rows = [task("1", "x", status, **more)]
    state = State(queue={"groups": [{"key": "queued", "total": 1, "rows": rows}]}, focus="1")
    state.overview = {"paused": True}
    assert said in nothing_written(state)
    assert not is_fresh(state)


def test_an_empty_project_names_the_key_that_writes_a_task() -> None:
    assert "o writes one" in nothing_written(State(queue={"groups": []}, overview={}))


def test_without_an_engine_nobody_says_that_there_is_no_task() -> None:
    lost = State(lost="no engine", refused="setting sandbox is wrong")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    said = [plain(no_task(lost)), nothing_written(lost)]
    said += [plain(each) for each in unknown_rows()]
    assert said == [
        "The queue is unknown",
        "What is queued is told when there is an engine.",
        "Unknown while there is no engine.",
    ]
    assert plain(no_task(State())) == ""
    assert plain(no_task(State(queue={"groups": []}))) == "No task yet"
    assert queue_rows(None, width=30, now=now) == []


async def test_an_engine_that_never_comes_leaves_the_queue_unknown() -> None:
    service = FakeService(diffs={})
    service.queue = {"groups": []}
    async with opened(service) as drive:
        drive.app.state.queue = None
        drive.app.post_message(EngineLost("setting sandbox is wrong", final=True))
        await drive.until(lambda: "no engine" in drive.label("header"))
        await drive.until(lambda: drive.label("title") == "The queue is unknown")
        assert drive.app.cockpit.task_parts.diff.placeholder.startswith("What is queued is told")


async def test_no_pane_of_an_empty_project_is_a_blank_screen() -> None:
    service = FakeService(diffs={})
    service.queue = {"groups": []}
    service.blockers = {"blockers": []}
    async with opened(service, size=(80, 24)) as drive:
        for key, pane, said in (
            ("1", "queue", "o  write a task"),
            ("3", "tests", "No tests yet."),
            ("4", "blockers", "No questions."),
            ("5", "activity", "Nothing yet."),
        ):
            drive.key(key)
            await drive.in_pane(pane)
            rows = drive.pane(pane)
            await drive.until(lambda rows=rows, said=said: said in [  # type: ignore[misc]
                rows.text_at(line) for line in range(rows.count())
            ])  # fmt: skip

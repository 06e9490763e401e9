"""The clock of the machine is set back or forward by hours while workers work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.bootstrap import assembly
from codeframe_tui.core import usage
from codeframe_tui.core.commands import Answer
from codeframe_tui.core.moment import believable
from codeframe_tui.core.queries import ShowBlockers
from codeframe_tui.core.usage import Price
from codeframe_tui.settings import Settings
from tests.worker.room import Room, answer, call, room, three

SHORT = {"reply_tokens": 256}
"""Replies that can cost 256 dollars at most, where a token costs one."""


class SetClock(SystemClock):
    """The port Clock on a machine whose time is set by somebody."""

    off = timedelta()

    def now(self) -> str:
        """See the port."""
        moment = (datetime.now(UTC) + SetClock.off).isoformat(timespec="milliseconds")
        return moment.removesuffix("+00:00") + "Z"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "SystemClock", SetClock)
    monkeypatch.setattr(SetClock, "off", timedelta())


def set_clock(hours: float) -> None:
    SetClock.off += timedelta(hours=hours)


@pytest.mark.fault(
    "kill",
    "the clock is set back or forward by hours",
    sees="times that never run backwards",
    kept="the order of events, every wait and every cap of money",
)
@pytest.mark.parametrize("hours", [-5.0, 5.0])
async def test_a_task_goes_its_road_and_its_times_in_order_while_the_clock_jumps(
    tmp_path: Path, hours: float
) -> None:
    steps = Line(call("Bash", command="true"), answer(*three(3)))
    async with room(tmp_path, steps) as desk:
        task = await desk.add()
        await desk.start()
        await desk.until("tool.started", task)
        set_clock(hours)
        await desk.until("proposal.recorded", task)
        set_clock(-2 * hours)
        shown = await desk.becomes(task, "in_review")
        assert shown["attempts"][-1]["verification"]["verdict"] == "proven"
        assert len(desk.script.asked) == 2
        told = [event.at for event in desk.heard]
        assert told == sorted(told)


@pytest.mark.fault(
    "kill",
    "the clock is set back or forward by hours",
    sees="times that never run backwards",
    kept="the order of events, every wait and every cap of money",
)
async def test_a_cap_of_a_run_holds_though_the_clock_is_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("scripted", Settings().model):
        monkeypatch.setitem(usage.PRICES, name, Price(0.0, 1e6, 0.0, 0.0))
    steps = Line(call("Glob", pattern="*"), call("Glob", pattern="*"), answer(*three(3)))
    async with room(tmp_path, steps, money={"per_run": 260}, limits=SHORT) as desk:
        task = await desk.add()
        set_clock(-5)
        await desk.start()
        await desk.becomes(task, "blocked")
        assert len(desk.script.asked) == 1
        [blocker] = (await desk.service.query(ShowBlockers()))["blockers"]
        set_clock(-5)
        await desk.service.submit(Answer(blocker["id"], "go on"))
        await desk.start()
        await desk.becomes(task, "blocked")
        assert len(desk.script.asked) == 2


async def test_a_restart_after_the_clock_was_set_back_goes_on_in_order(tmp_path: Path) -> None:
    async with room(tmp_path, Line(answer(*three(3)))) as desk:
        await desk.add("before")
        first = await desk.until("task.added")
    set_clock(-5)
    async with room(tmp_path, Line(answer(*three(3))), files=None) as desk:
        desk.seen = first.seq
        await desk.add("after")
        second = await desk.until("task.added")
    assert first.at < second.at


YEARS = 24.0 * 365 * 10


@pytest.mark.fault(
    "kill",
    "the clock is years ahead for a while",
    sees="real times again, at once and after a restart",
    kept="every cap of money: of the run, of the day, and what was answered meanwhile",
)
async def test_one_stamp_of_a_clock_that_is_years_ahead_does_not_stay(tmp_path: Path) -> None:
    async with room(tmp_path, Line(answer(*three(3)))) as desk:
        real = (await desk.until("engine.started")).at
        set_clock(YEARS)
        await desk.add("ahead")
        assert (await desk.until("task.added")).at > "2030"
        set_clock(-YEARS)
        await desk.add("back")
        assert real < (await desk.until("task.added")).at < believable(real)
        set_clock(YEARS)
        await desk.add("ahead again")
        last = await desk.until("task.added")
    set_clock(-YEARS)
    async with room(tmp_path, Line(answer(*three(3))), files=None) as desk:
        desk.seen = last.seq
        await desk.add("after")
        assert real < (await desk.until("task.added")).at < believable(real)


@pytest.mark.parametrize("cap", ["per_run", "per_day"])
async def test_caps_hold_and_answers_count_though_the_clock_was_years_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cap: str
) -> None:
    for name in ("scripted", Settings().model):
        monkeypatch.setitem(usage.PRICES, name, Price(0.0, 1e6, 0.0, 0.0))
    steps = Line(*[call("Glob", pattern="*")] * 3, answer(*three(3)))
    async with room(tmp_path, steps, money={"per_run": 0, cap: 260}, limits=SHORT) as desk:
        task = await desk.add()
        set_clock(YEARS)
        await desk.start()
        await desk.becomes(task, "blocked")
        assert len(desk.script.asked) == 1
        await answered(desk, task)
        set_clock(-YEARS)
        for asked in (2, 3):
            while len(desk.script.asked) < asked:  # what was said in another time is asked again
                await desk.start()
                await desk.becomes(task, "blocked")
                assert len(desk.script.asked) <= asked
                await answered(desk, task)


async def answered(desk: Room, task: str) -> None:
    [blocker] = (await desk.service.query(ShowBlockers()))["blockers"]
    await desk.service.submit(Answer(blocker["id"], "go on"))

"""Caps of money: reached, told, allowed again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from codeframe_tui.adapters.model.assembly import Assembly
from codeframe_tui.adapters.scripted import frames
from codeframe_tui.adapters.scripted.script import Line
from codeframe_tui.core import usage
from codeframe_tui.core.commands import Answer, RaiseLimit
from codeframe_tui.core.queries import ShowBlockers, ShowOverview, ShowUsage
from codeframe_tui.core.usage import Price
from codeframe_tui.service import Supervisor
from codeframe_tui.settings import Settings
from tests.worker.room import answer, call, room

MOST = 256
"""Dollars that a reply of the scripted model can cost at most, and costs a few tens of."""
SHORT = {"reply_tokens": MOST}

FILE = {"path": "a.txt", "action": "create", "content": "x\n"}


@pytest.fixture(autouse=True)
def paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply costs a dollar for its every output token, as the model that is asked and replies."""
    for name in ("scripted", Settings().model):
        monkeypatch.setitem(usage.PRICES, name, Price(0.0, 1e6, 0.0, 0.0))


@pytest.mark.fault(
    "model",
    "a cap of money is reached",
    sees="a question before the next call",
    kept="the task, at the same step",
)
@pytest.mark.parametrize("cap", ["per_task", "per_run", "per_day"])
async def test_a_cap_stops_before_the_next_call_and_an_answer_allows_it_again(
    tmp_path: Path, cap: str
) -> None:
    steps = Line(call("Glob", pattern="*"), call("Glob", pattern="*"), answer(FILE))
    money: dict[str, Any] = {"per_task": 0, "per_run": 0, "per_day": 0, cap: MOST + 1}
    async with room(tmp_path, steps, money=money, limits=SHORT) as here:
        task = await here.add()
        await here.start()
        await here.becomes(task, "blocked")
        assert len(here.script.asked) == 1
        [blocker] = (await here.service.query(ShowBlockers()))["blockers"]
        assert blocker["cause"] == "budget"
        assert blocker["question"].startswith(f"The cap money.{cap} of $257.00 is reached")
        overview = await here.service.query(ShowOverview())
        assert overview["paused"] == (cap != "per_task")
        await here.service.submit(Answer(blocker["id"], "go on"))
        await here.start()
        await here.becomes(task, "blocked")
        assert len(here.script.asked) == 2
        assert "go on" in here.script.newest()


@pytest.mark.parametrize("cap", ["per_task", "per_run", "per_day"])
@pytest.mark.parametrize(
    ("names", "cost"), [({"model": "gateway/a-name"}, True), ({"usage": None}, False)]
)
async def test_a_cap_holds_though_the_server_has_its_own_names_or_counts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cap: str, names: dict[str, Any], cost: bool
) -> None:
    whole = Assembly.reply
    monkeypatch.setattr(Assembly, "reply", lambda self: replace(whole(self), **names))
    steps = Line(call("Glob", pattern="*"), call("Glob", pattern="*"), answer(FILE))
    money: dict[str, Any] = {"per_task": 0, "per_run": 0, "per_day": 0, cap: MOST + 1}
    async with room(tmp_path, steps, money=money, limits=SHORT) as here:
        task = await here.add()
        await here.start()
        shown = await here.becomes(task, "blocked")
        assert len(here.script.asked) == 1
        assert (shown["cost_usd"] is not None) == cost
        found = await here.service.query(ShowUsage())
        assert (found["total"]["cost_usd"] is not None) == cost
        assert found["reserved_usd"] == 0.0


async def test_what_is_reserved_follows_what_the_model_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "tokens", lambda value: int(len(json.dumps(value)) / 2.5))
    for name in ("scripted", Settings().model):
        monkeypatch.setitem(usage.PRICES, name, Price(1.0, 0.0, 1.0, 1.0))
    steps = Line(call("Glob", pattern="*"), call("Glob", pattern="*"), answer(FILE))
    async with room(tmp_path, steps) as here:
        task = await here.add(evidence="none")
        await here.start()
        await here.becomes(task, "in_review")
        turns = (await cast(Supervisor, here.service).progress(task)).turns
    first, *rest = [turn for turn in turns if turn.role == "assistant"]
    assert first.held_usd < (first.cost_usd or 0.0)  # what was guessed was too little
    assert len(rest) == 2
    assert all(1.0 < turn.held_usd / (turn.cost_usd or 1.0) < 1.2 for turn in rest)


async def test_workers_overrun_a_cap_by_no_more_than_was_reckoned_too_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "tokens", lambda value: int(len(json.dumps(value)) / 2.5))
    for name in ("scripted", Settings().model):
        monkeypatch.setitem(usage.PRICES, name, Price(100.0, 0.0, 100.0, 100.0))
    steps = Line(*[call("Glob", pattern="*")] * 40, answer(FILE))
    cap = 3.0
    async with room(tmp_path, steps, money={"per_run": cap}) as here:
        names = [await here.add(f"task {n}") for n in range(4)]
        await here.start(workers=4)
        await here.until("blocker.opened")
        while "in_progress" in [(await here.show(name))["status"] for name in names]:
            await here.until("task.status")
        service = cast(Supervisor, here.service)
        turns = [turn for name in names for turn in (await service.progress(name)).turns]
        paid = [turn for turn in turns if turn.role == "assistant"]
        wrong = sum(max((turn.cost_usd or 0.0) - turn.held_usd, 0.0) for turn in paid)
        spent = sum(turn.cost_usd or 0.0 for turn in paid)
        assert wrong > 0, "what was guessed before the first reply was too little"
        assert len(paid) > 4
        assert spent <= cap + wrong + 1e-6


async def test_zero_is_no_cap(tmp_path: Path) -> None:
    steps = Line(call("Glob", pattern="*"), answer(FILE))
    async with room(tmp_path, steps, money={"per_run": 0}) as here:
        task = await here.add(evidence="none")
        await here.start()
        await here.becomes(task, "in_review")


async def test_an_amount_in_the_answer_raises_the_cap(tmp_path: Path) -> None:
    steps = Line(*[call("Glob", pattern="*")] * 3, answer(FILE))
    money = {"per_task": MOST + 1, "per_run": 0}
    async with room(tmp_path, steps, money=money, limits=SHORT) as here:
        task = await here.add(evidence="none")
        await here.start()
        asked = await here.until("blocker.opened", task)
        assert asked.data["options"] == ["go on", "raise to 514.00"]
        await here.becomes(task, "blocked")
        await here.service.submit(Answer(asked.data["id"], "1000000"))
        await here.becomes(task, "in_review")


@pytest.mark.fault(
    "model",
    "several workers spend at once",
    sees="who waits for the others' calls",
    kept="the cap",
)
async def test_several_workers_never_overrun_a_shared_cap(tmp_path: Path) -> None:
    """A call holds 256 dollars and costs a few tens; a cap of 300 lets one at a time through."""
    steps = Line(*[call("Glob", pattern="*")] * 40, answer(FILE))
    async with room(tmp_path, steps, money={"per_run": 300}, limits=SHORT) as here:
        names = [await here.add(f"task {n}") for n in range(4)]
        await here.start(workers=4)
        await here.until("workers.changed", paused=True)
        await here.until("blocker.opened")
        while "in_progress" in [(await here.show(name))["status"] for name in names]:
            await here.until("task.status")  # what was under way is paid, and then stops too
        found = await here.service.query(ShowUsage())
        assert found["reserved_usd"] == 0.0
        assert 300 - MOST < found["total"]["cost_usd"] <= 300
        questions = (await here.service.query(ShowBlockers()))["blockers"]
        assert len(questions) == 1
        states = [(await here.show(name))["status"] for name in names]
        assert sorted(set(states)) == ["blocked", "pending"]


async def test_four_workers_together_spend_and_hold_no_more_than_a_cap(tmp_path: Path) -> None:
    cap = 700.0
    looks = Line(*[call("Glob", pattern="*")] * 200)
    money: dict[str, Any] = {"per_task": 0, "per_run": cap, "per_day": 0}
    limits = {**SHORT, "turns": 200}
    async with room(tmp_path, looks, money=money, limits=limits) as here:
        for _ in range(4):
            await here.add()
        await here.start(4)
        await here.until("workers.changed", paused=True)
        found = await here.service.query(ShowUsage())
        (run,) = found["budgets"]
        assert run["spent_usd"] + run["reserved_usd"] <= cap
        (asked,) = (await here.service.query(ShowBlockers()))["blockers"]
        assert asked["limit"]["name"] == "per_run"
        rows = [each for each in found["tasks"] if each["output_tokens"]]
        assert len(rows) > 1, "several workers spent"
        await here.service.submit(RaiseLimit(asked["id"], 2 * cap))


async def test_a_model_of_unknown_price_waits_for_a_person_and_counts_as_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Assembly.reply
    monkeypatch.setattr(Assembly, "reply", lambda self: replace(whole(self), model="house-model"))
    steps = Line(call("Glob", pattern="*"), call("Glob", pattern="*"), answer(FILE))
    async with room(tmp_path, steps, model="house-model") as here:
        task = await here.add()
        await here.start()
        await here.becomes(task, "blocked")
        assert here.script.asked == []
        [asked] = (await here.service.query(ShowBlockers()))["blockers"]
        await here.service.submit(Answer(asked["id"], "count each call as 3"))
        await here.start()
        await here.becomes(task, "blocked")
        assert len(here.script.asked) == 1, "two calls of three dollars are more than five"
        [asked] = (await here.service.query(ShowBlockers()))["blockers"]
        assert asked["question"].startswith("The cap money.per_run of $5.00 is reached")
        assert (await here.service.query(ShowUsage()))["total"]["cost_usd"] is None

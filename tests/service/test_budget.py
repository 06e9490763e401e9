"""Money is reserved before a call and settled after it, over crashes and between workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.core.commands import Answer, Cancel, SetWorkers
from codeframe_tui.core.queries import ShowBlockers, ShowOverview, ShowUsage
from codeframe_tui.service import Supervisor
from codeframe_tui.settings import Money
from tests.contract.service_kit import add, claim, engine_on, reply, status


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Supervisor]:
    async with engine_on(tmp_path / "state.db") as engine:
        yield engine


async def tasks(engine: Supervisor, count: int) -> list[str]:
    """Tasks in the hands of as many workers."""
    await engine.submit(SetWorkers(workers=count))
    for _ in range(count):
        await add(engine)
    return [(await claim(engine)).number for _ in range(count)]


async def usage(engine: Supervisor) -> dict[str, Any]:
    return await engine.query(ShowUsage())


async def blocker(engine: Supervisor) -> dict[str, Any]:
    found = (await engine.query(ShowBlockers()))["blockers"]
    assert len(found) == 1
    assert isinstance(found[0], dict)
    return found[0]


async def test_what_is_reserved_is_shown_and_settled_by_the_reply(engine: Supervisor) -> None:
    (number,) = await tasks(engine, 1)
    assert await engine.reserve(number, 0.75)
    found = await usage(engine)
    assert (found["reserved_usd"], found["tasks"][0]["reserved_usd"]) == (0.75, 0.75)
    assert (
        found["budgets"][0].items()
        >= {
            "name": "per_run",
            "cap_usd": 5.0,
            "spent_usd": 0.0,
            "reserved_usd": 0.75,
        }.items()
    )
    await engine.record_turn(number, reply(0, 0.5))
    found = await usage(engine)
    assert (found["reserved_usd"], found["tasks"][0]["reserved_usd"]) == (0.0, 0.0)
    assert (found["budgets"][0]["spent_usd"], found["total"]["cost_usd"]) == (0.5, 0.5)


async def test_a_call_that_does_not_fit_waits_until_another_is_settled(engine: Supervisor) -> None:
    first, second, third = await tasks(engine, 3)
    assert await engine.reserve(first, 4.0)
    waiting = [asyncio.create_task(engine.reserve(n, 3.0)) for n in (second, third)]
    heard = [event async for event in _until(engine, "model.waiting", 2)]
    assert "calls of other tasks hold what is left" in heard[-1].data["message"]
    assert not any(task.done() for task in waiting)
    await engine.record_turn(first, reply(0, 0.5))
    done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert ([task.result() for task in done], len(pending)) == ([True], 1)
    assert (await usage(engine))["reserved_usd"] == 3.0
    await engine.submit(Cancel(second if waiting[0] in done else third))  # its call is given up
    assert await asyncio.wait_for(next(iter(pending)), 5)
    assert (await usage(engine))["reserved_usd"] == 3.0


async def test_calls_that_wait_hold_nothing_so_that_none_waits_for_the_other(
    engine: Supervisor,
) -> None:
    first, second, third = await tasks(engine, 3)
    assert await engine.reserve(first, 2.0)
    assert await engine.reserve(second, 2.0)
    await engine.record_turn(third, reply(0, 1.5))
    # both call once more, each beside what the other held for the call before
    waiting = [asyncio.create_task(engine.reserve(n, 1.9)) for n in (first, second)]
    done, pending = await asyncio.wait(waiting, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    assert ([task.result() for task in done], len(pending)) == ([True], 1)
    assert (await usage(engine))["reserved_usd"] == 1.9
    await engine.record_turn(second if waiting[1] in done else first, reply(0, 0.5))
    assert await asyncio.wait_for(next(iter(pending)), 5)


async def test_what_a_waiting_call_gives_back_wakes_another(engine: Supervisor) -> None:
    first, second, third = await tasks(engine, 3)
    assert await engine.reserve(first, 2.0)
    assert await engine.reserve(second, 2.0)
    waiting = asyncio.create_task(engine.reserve(third, 2.5))
    async for _ in _until(engine, "model.waiting", 1):
        pass
    larger = asyncio.create_task(engine.reserve(first, 4.0))
    assert await asyncio.wait_for(waiting, 5)
    larger.cancel()


async def _until(engine: Supervisor, kind: str, count: int) -> AsyncIterator[Any]:
    async for event in engine.events(0):
        if event.type == kind:
            yield event
            count -= 1
        if not count:
            return


@pytest.mark.fault(
    "model",
    "a cap of money is reached by several workers at once",
    sees="one question; the other tasks are back in the queue",
    kept="every task, at the same step",
)
async def test_a_shared_cap_asks_once_and_other_tasks_go_back_to_the_queue(
    engine: Supervisor,
) -> None:
    first, second, third = await tasks(engine, 3)
    await engine.record_turn(first, reply(0, 5.0))
    assert not await engine.reserve(first, 0.1)
    assert not await engine.reserve(second, 0.1)
    assert not await engine.reserve(third, 0.1)
    assert [await status(engine, n) for n in (first, second, third)] == [
        "blocked",
        "pending",
        "pending",
    ]
    asked = await blocker(engine)
    assert asked["options"] == ["go on", "raise to 10.00"]
    assert (await engine.query(ShowOverview()))["paused"]
    await engine.submit(Answer(asked["id"], "raise to 6"))
    await engine.submit(SetWorkers(paused=False))
    assert (await engine.query(ShowOverview()))["cap_usd"] == 6.0
    number = (await claim(engine)).number
    assert await engine.reserve(number, 0.1)
    await engine.record_turn(number, reply(1, 1.0))
    assert not await engine.reserve(number, 0.1)
    assert "$6.00 is reached" in (await blocker(engine))["question"]


async def test_a_call_is_not_made_that_may_cost_more_than_is_left(engine: Supervisor) -> None:
    (number,) = await tasks(engine, 1)
    await engine.record_turn(number, reply(0, 4.9))
    assert await engine.reserve(number, 0.1)
    assert not await engine.reserve(number, 0.105)
    asked = await blocker(engine)
    assert asked["question"] == (
        "The cap money.per_run of $5.00 is reached: this run has spent $4.90. $0.10 is left, and "
        "the next call may cost up to $0.11. An amount raises the cap to it, +2 adds 2 to it; any "
        "other answer allows the same amount again, or what the call may cost where that is more. "
        "Then start the workers again."
    )
    assert asked["options"] == ["go on", "raise to 10.00"]
    assert (await usage(engine))["total"]["cost_usd"] == 4.9


@pytest.mark.parametrize("option", [0, 1])
@pytest.mark.parametrize("wanted", [5.5, 7.125, 12.5])
async def test_what_is_offered_lets_a_call_be_made_that_alone_is_more_than_the_cap(
    engine: Supervisor, wanted: float, option: int
) -> None:
    (number,) = await tasks(engine, 1)
    assert not await engine.reserve(number, wanted)
    asked = await blocker(engine)
    assert "a smaller limits.reply_tokens lowers that" in asked["question"]
    await engine.submit(Answer(asked["id"], asked["options"][option]))
    await engine.submit(SetWorkers(paused=False))
    assert await engine.reserve((await claim(engine)).number, wanted)


@pytest.mark.parametrize("said", ["", "+3"])
async def test_what_is_offered_after_going_on_counts_what_was_spent_before(
    engine: Supervisor, said: str
) -> None:
    (number,) = await tasks(engine, 1)
    for turn in range(3):
        await engine.record_turn(number, reply(turn, 4.5))
        assert not await engine.reserve(number, 2.0)
        asked = await blocker(engine)
        last = turn == 2
        answer = (said or asked["options"][1]) if last else "go on"
        await engine.submit(Answer(asked["id"], answer))
        await engine.submit(SetWorkers(paused=False))
        assert (await claim(engine)).number == number
        assert await engine.reserve(number, 2.0)
    assert "of $14.00 is reached: this run has spent $13.50" in asked["question"]
    overview = await engine.query(ShowOverview())
    assert overview["cap_usd"] == (17.0 if said else 28.0)


async def test_a_call_that_waited_stops_as_soon_as_it_cannot_fit_any_more(
    engine: Supervisor,
) -> None:
    first, second, third = await tasks(engine, 3)
    assert await engine.reserve(first, 4.0)
    waiting = [asyncio.create_task(engine.reserve(n, 2.5)) for n in (second, third)]
    async for _ in _until(engine, "model.waiting", 2):
        pass
    await engine.record_turn(first, reply(0, 3.0))
    assert await asyncio.wait_for(asyncio.gather(*waiting), 5) == [False, False]
    assert sorted([await status(engine, n) for n in (second, third)]) == ["blocked", "pending"]
    assert (
        "$2.00 is left, and the next call may cost up to $2.50"
        in (await blocker(engine))["question"]
    )


async def test_what_others_hold_is_counted_in_what_going_on_allows(engine: Supervisor) -> None:
    first, second = await tasks(engine, 2)
    assert await engine.reserve(first, 4.0)
    assert not await engine.reserve(second, 8.0)
    asked = await blocker(engine)
    assert "$8.00, beside $4.00 that is reserved for other calls" in asked["question"]
    assert asked["options"] == ["go on", "raise to 12.00"]
    assert asked["limit"]["least_usd"] == 12.0
    await engine.record_turn(first, reply(0, 4.0))
    await engine.submit(Answer(asked["id"], "go on"))
    await engine.submit(SetWorkers(paused=False))
    assert (await claim(engine)).number == second
    assert await engine.reserve(second, 8.0)
    assert (await engine.query(ShowOverview()))["cap_usd"] == 12.0


async def test_a_question_of_an_earlier_run_does_not_stand_for_this_one(
    engine: Supervisor,
) -> None:
    first, second = await tasks(engine, 2)
    await engine.record_turn(first, reply(0, 5.0))
    assert not await engine.reserve(first, 0.1)
    engine.started = engine._moment()  # another run begins
    await engine.record_turn(second, reply(0, 5.0))
    assert not await engine.reserve(second, 0.1)
    assert [await status(engine, n) for n in (first, second)] == ["blocked", "blocked"]


async def test_going_on_allows_the_amount_once_more_and_the_header_says_so(
    engine: Supervisor,
) -> None:
    (number,) = await tasks(engine, 1)
    await engine.record_turn(number, reply(0, 5.5))
    assert not await engine.reserve(number, 0.1)
    await engine.submit(Answer((await blocker(engine))["id"], "go on"))
    overview = await engine.query(ShowOverview())
    assert (overview["cost_usd"], overview["cap_usd"]) == (5.5, 10.5)


async def test_an_answer_counts_in_a_run_of_many_days(
    engine: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = await tasks(engine, 1)
    monkeypatch.setattr(engine._clock, "now", lambda: "2026-01-09T00:00:00.000Z")
    await engine.record_turn(number, reply(0, 5.5))
    assert not await engine.reserve(number, 0.1)
    await engine.submit(Answer((await blocker(engine))["id"], "raise to 9"))
    assert (await engine.query(ShowOverview()))["cap_usd"] == 9.0
    await engine.submit(SetWorkers(paused=False))
    assert await engine.reserve((await claim(engine)).number, 0.1)


async def test_cancelling_the_task_that_asks_allows_nothing(engine: Supervisor) -> None:
    first, second = await tasks(engine, 2)
    await engine.record_turn(first, reply(0, 5.0))
    assert not await engine.reserve(first, 0.1)
    await engine.submit(Cancel(first))
    assert not await engine.reserve(second, 0.1)
    assert (await blocker(engine))["task"] == second


@pytest.mark.fault(
    "kill",
    "the engine ends while money is reserved for a call",
    sees="the task waits and goes on where it was",
    kept="the cap: nothing is held twice, nothing for ever",
)
@pytest.mark.goal("G18", "crash with money reserved")
async def test_a_reservation_outlives_a_crash_until_the_engine_is_back_and_then_is_freed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "other.db"
    async with engine_on(path) as engine:
        (number,) = await tasks(engine, 1)
        assert await engine.reserve(number, 4.0)
        assert await engine._store.read(lambda t: t.reservations.by_task()) == {number: 4.0}
    async with engine_on(path) as engine:  # recovery puts the task back
        assert (await usage(engine))["reserved_usd"] == 0.0
        assert (await claim(engine)).number == number
        assert await engine.reserve(number, 4.0)
        assert await engine.reserve(number, 4.0)  # the same call again holds it once
        assert (await usage(engine))["reserved_usd"] == 4.0


async def test_a_reply_that_comes_after_its_task_was_cancelled_is_paid_and_holds_nothing(
    engine: Supervisor,
) -> None:
    (number,) = await tasks(engine, 1)
    assert await engine.reserve(number, 1.0)
    await engine.submit(Cancel(number))
    assert (await usage(engine))["reserved_usd"] == 0.0
    await engine.record_turn(number, reply(0, 0.5))
    found = await usage(engine)
    assert (found["reserved_usd"], found["total"]["cost_usd"]) == (0.0, 0.5)


async def test_a_reply_of_unknown_cost_counts_as_what_was_reserved_also_after_a_cancel(
    engine: Supervisor,
) -> None:
    first, second = await tasks(engine, 2)
    assert await engine.reserve(first, 3.0)
    await engine.submit(Cancel(first))
    await engine.record_turn(first, replace(reply(0, None), held_usd=3.0))
    assert await engine.reserve(second, 2.0)
    unknown = replace(reply(0, None), held_usd=2.0)
    await engine.record_turn(second, unknown)
    assert (await engine.progress(second)).turns == (unknown,)
    found = await usage(engine)
    assert (found["total"]["cost_usd"], found["budgets"][0]["spent_usd"]) == (None, 5.0)
    assert not await engine.reserve(second, 0.1)


@pytest.mark.fault(
    "model",
    "the model's price is unknown while a cap of money is set",
    sees="a question before the first call",
    kept="the cap: each call counts as much as you say",
)
async def test_a_model_of_unknown_price_is_asked_about_once_before_it_costs_anything(
    engine: Supervisor,
) -> None:
    first, second = await tasks(engine, 2)
    assert await engine.assume_price(first, "house-model") is None
    assert await engine.assume_price(second, "house-model") is None
    asked = await blocker(engine)
    assert asked["question"].startswith(
        "The price of house-model is unknown, so the cap money.per_run of $5.00 cannot hold."
    )
    assert (await engine.query(ShowOverview()))["paused"]
    assert [await status(engine, n) for n in (first, second)] == ["blocked", "pending"]
    await engine.submit(Answer(asked["id"], asked["options"][0]))
    await engine.submit(SetWorkers(paused=False))
    claimed = {(await claim(engine)).number for _ in range(2)}
    assert claimed == {first, second}
    assert await engine.assume_price(first, "house-model") == 0.5
    assert await engine.assume_price(first, "house-model-2") is None
    assert (await blocker(engine))["question"].startswith("The price of house-model-2 is unknown")


async def test_without_a_cap_nobody_is_asked_for_a_price(tmp_path: Path) -> None:
    async with engine_on(tmp_path / "state.db") as engine:
        engine._settings = engine._settings.model_copy(update={"money": Money(per_run=0)})
        (number,) = await tasks(engine, 1)
        assert await engine.assume_price(number, "house-model") == 0.0


async def test_other_words_let_it_run_uncounted(engine: Supervisor) -> None:
    (number,) = await tasks(engine, 1)
    await engine.assume_price(number, "house-model")
    await engine.submit(Answer((await blocker(engine))["id"], "run uncounted"))
    await engine.submit(SetWorkers(paused=False))
    await claim(engine)
    assert await engine.assume_price(number, "house-model") == 0.0

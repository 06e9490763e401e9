"""`run`: when it ends and with which exit code."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import pytest

from codeframe_tui.core.commands import SetPolicy, SetWorkers
from codeframe_tui.core.errors import Lacking, Refused
from codeframe_tui.core.events import Event
from codeframe_tui.core.queries import Query, ShowTasks
from codeframe_tui.headless.output import Output, event_text
from codeframe_tui.headless.run import Outcome, Wanted, run_until_idle
from tests.wire.fake_service import FakeService


class Queue(FakeService):
    """A queue of tasks by status, moved by the test."""

    def __init__(self, **states: str) -> None:
        super().__init__()
        self.states = {name.strip("t"): state for name, state in states.items()}
        self.waiting: dict[str, list[str]] = {}
        self.blockers: list[dict[str, Any]] = []
        self.checks: list[dict[str, str]] = []

    async def move(self, number: str, to: str) -> None:
        self.states[number] = to
        await self.record("task.status", number, to=to, **{"from": "x", "reason": None})

    async def query(self, query: Query) -> dict[str, Any]:
        self.documents["ShowTasks"] = {
            "tasks": [
                {"number": n, "status": s, "held": n == "9", "waiting_on": self.waiting.get(n, [])}
                for n, s in self.states.items()
            ]
        }
        self.documents["ShowBlockers"] = {"blockers": self.blockers}
        self.documents["ShowDoctor"] = {"checks": self.checks}
        self.documents["ShowOverview"] = {
            "policy": "manual", "model": "own", "worker_limit": 1, "paused": True
        }  # fmt: skip
        return await super().query(query)


async def ended(queue: Queue, wanted: Wanted | None = None) -> Outcome:
    async with asyncio.timeout(5):
        return await run_until_idle(queue, wanted or Wanted(), lambda _: None)


async def started(queue: Queue) -> None:
    async with asyncio.timeout(5):
        while not queue.submitted:
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ({}, 0),
        ({"t1": "completed", "t2": "cancelled"}, 0),
        ({"t9": "pending"}, 0),  # on hold
        ({"t1": "in_review"}, 3),
        ({"t1": "blocked"}, 3),
        ({"t1": "in_review", "t2": "failed"}, 4),
    ],
)
async def test_a_queue_where_nothing_can_go_on_ends_at_once(
    states: dict[str, str], code: int
) -> None:
    assert (await ended(Queue(**states))).exit_code == code


@pytest.mark.parametrize("end", ["cancelled", "failed"])
async def test_a_task_that_waits_for_what_will_not_come_needs_a_person(end: str) -> None:
    queue = Queue(t1=end, t2="pending")
    queue.waiting = {"2": ["1"]}
    outcome = await ended(queue)
    assert (outcome.exit_code, outcome.stuck) == (4 if end == "failed" else 3, 1)
    assert "1 waiting for a cancelled or failed task" in outcome.text()


async def test_an_open_question_needs_a_person_though_its_task_went_on() -> None:
    queue = Queue(t1="completed")
    queue.blockers = [{"id": "b1"}]
    assert (await ended(queue)).exit_code == 3


async def test_without_a_key_nothing_starts() -> None:
    queue = Queue(t1="pending")
    queue.checks = [{"name": "key", "state": "missing", "detail": "no key", "hint": "set one"}]
    with pytest.raises(Lacking, match="no key"):
        await ended(queue)
    assert queue.submitted == []


async def test_what_was_wanted_is_set_before_the_workers_start_and_set_back_at_the_end() -> None:
    queue = Queue()
    await ended(queue, Wanted("green", 2, "m", 3))
    assert queue.submitted == [
        SetPolicy("green"),
        SetWorkers(paused=False, workers=2, model="m", max_tasks=3),
        SetPolicy("manual"),
        SetWorkers(paused=True, workers=1, model="own"),
    ]


async def test_an_interrupted_run_leaves_no_workers_running() -> None:
    queue = Queue(t1="pending")
    run = asyncio.create_task(run_until_idle(queue, Wanted(), lambda _: None))
    await started(queue)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert queue.submitted == [SetWorkers(paused=False), SetWorkers(paused=True)]


async def test_it_follows_until_the_last_task_has_ended_and_no_decision_is_left() -> None:
    queue = Queue(t1="pending", t2="pending")
    queue.waiting = {"2": ["1"]}
    seen: list[Event] = []
    run = asyncio.create_task(run_until_idle(queue, Wanted(), seen.append))
    await started(queue)
    await queue.move("1", "in_progress")
    await queue.record("review.approved", "1", decision=5, by="policy:green")
    await queue.move("1", "completed")
    queue.waiting = {}
    await queue.record("change.applied", "1", decision=5, files=[])
    await _read(seen, 4)
    assert not run.done()
    await queue.move("2", "in_progress")
    await queue.move("2", "in_review")
    async with asyncio.timeout(5):
        outcome = await run
    assert outcome.exit_code == 3
    assert outcome.counts == {"completed": 1, "in_review": 1}
    assert [event.seq for event in seen] == [1, 2, 3, 4, 5, 6]


async def test_a_wrong_key_ends_it_with_5_before_anything_else() -> None:
    queue = Queue(t1="pending", t2="failed")
    run = asyncio.create_task(ended(queue))
    await started(queue)
    await queue.move("1", "in_progress")
    await queue.record("problem", "1", code="model_wrong_key", message="401", hint="check it")
    await queue.move("1", "pending")
    outcome = await run
    assert outcome.exit_code == 5
    assert outcome.lacking is not None
    assert outcome.lacking.hint == "check it"


async def test_workers_paused_by_somebody_else_end_it() -> None:
    queue = Queue(t1="pending")
    run = asyncio.create_task(ended(queue))
    await started(queue)
    await queue.record("workers.changed", None, paused=True, workers=1)
    assert (await run).counts == {"pending": 1}


async def test_no_more_tasks_are_waited_for_than_were_allowed() -> None:
    queue = Queue(t1="pending", t2="pending")
    run = asyncio.create_task(ended(queue, Wanted(max_tasks=1)))
    await started(queue)
    await queue.move("1", "in_progress")
    await queue.move("1", "completed")
    assert (await run).counts == {"completed": 1, "pending": 1}


async def test_an_engine_that_ends_too_early_is_an_error() -> None:
    class Ending(Queue):
        async def query(self, query: Query) -> dict[str, Any]:
            if isinstance(query, ShowTasks):
                await self.record("problem", None, message="m")
            return await super().query(query)

        async def events(self, after: int | None = None) -> Any:
            yield self.log[0]

    with pytest.raises(Refused, match="ended before"):
        await ended(Ending(t1="pending"))


async def _read(seen: list[Event], n: int) -> None:
    async with asyncio.timeout(5):
        while len(seen) < n:
            await asyncio.sleep(0)


def test_a_line_for_people_is_short_and_clean() -> None:
    files = [{"path": f"f{n}.py"} for n in range(5)]
    event = Event(
        7, "2026-01-01T10:11:12.000Z", "proposal.recorded", "1.2.3",
        {"attempt": 1, "files": files, "note": "\x1b[31mred\nline"},
    )  # fmt: skip
    assert event_text(event) == (
        "10:11:12     7 1.2.3    proposal.recorded "
        "attempt 1, files f0.py f1.py f2.py and 2 more, note red line"
    )


def test_json_is_one_line_of_ascii() -> None:
    stdout = io.StringIO()
    Output(as_json=True, stdout=stdout).document({"a": "ä\x9b\n\ud800"}, "unused")
    assert stdout.getvalue().isascii()
    assert stdout.getvalue().count("\n") == 1
    assert json.loads(stdout.getvalue()) == {"a": "ä\x9b\n\ud800"}

"""What the worker records, and what wakes or stops it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codeframe_tui.core.blocker import Blocker, BlockerKind
from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import (
    Answer,
    Approve,
    Cancel,
    Note,
    Redo,
    Release,
    SetWorkers,
    Undo,
)
from codeframe_tui.core.errors import Lacking, Refused
from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.policy import Outlook, Policy, Ruling
from codeframe_tui.core.progress import ToolResult
from codeframe_tui.core.queries import ShowEvents
from codeframe_tui.core.secrets import HIDDEN, Secrets
from codeframe_tui.core.task import Phase, Status
from codeframe_tui.core.waiting import over
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service import Supervisor
from tests.contract.service_kit import (
    add,
    blocked,
    claim,
    engine_on,
    evidence,
    in_review,
    propose,
    reply,
    said,
    settle_all,
    show,
)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Supervisor]:
    async with engine_on(tmp_path / "state.db") as engine:
        yield engine


async def test_all_facts_of_a_task_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    async with engine_on(path) as engine:
        number = await add(engine)
        await claim(engine)
        await propose(engine, number)
        await engine.record_verification(
            number, 1, evidence(), [Flag("hook", "red", "a.py", 3, "runs on the host")]
        )
        await engine.record_turn(number, said(0))
        await engine.record_turn(number, reply(1))
        assert await engine.refuse_answer(number, "no files", said(2, "format")) == 1
        await engine.set_phase(number, Phase.PROPOSING)
        before = await engine.progress(number)
    async with engine_on(path) as engine:
        after = await engine.progress(number)
        assert (before.task.status, after.task.status) == (Status.IN_PROGRESS, Status.PENDING)
        assert after.turns == (said(0), reply(1), said(2, "format"))
        assert (after.base, after.attempts, after.strikes) == (before.base, before.attempts, 1)
        assert after.attempts[0].verification == evidence()
        assert after.attempts[0].flags[0].rule == "hook"


async def test_a_decision_survives_a_restart_and_keeps_its_task(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    async with engine_on(path) as engine:
        number = await in_review(engine)
        await engine.submit(Approve(number))
    async with engine_on(path) as engine:
        assert (await show(engine, number))["phase"] == "applying"
        await settle_all(engine)
        (decision,) = await engine.applied(number)
        await engine.settle_decision(decision, paths=["a.py"], base="b", tree="t")
        history = [event["type"] for event in (await show(engine, number))["history"]]
        assert history.count("change.applied") == 1


@pytest.mark.parametrize("lost", [["a.py: its group"], []])
async def test_what_could_not_be_kept_of_a_file_is_part_of_what_happened(
    engine: Supervisor, lost: list[str]
) -> None:
    number = await in_review(engine)
    await engine.submit(Approve(number))
    (decision,) = await engine.pending_decisions()
    await engine.settle_decision(decision, paths=["a.py"], base="b", tree="t", not_kept=lost)
    history = (await show(engine, number))["history"]
    (told,) = (event["data"] for event in history if event["type"] == "change.applied")
    assert told.get("not_kept", []) == lost


@pytest.mark.parametrize("kind", ["apply", "part", "redo"])
async def test_a_written_change_is_settled_whatever_became_of_its_task(
    engine: Supervisor, kind: str
) -> None:
    number = await in_review(engine)
    if kind == "part":
        parts = Parts(files=("b.bin",))
        await engine.submit(Approve(number, parts=parts, rest_to_worker=True))
    else:
        await engine.submit(Approve(number))
    if kind == "redo":
        await settle_all(engine)
        await engine.submit(Undo(number))
        await settle_all(engine)
        await engine.submit(Redo(number))
    at = Status.COMPLETED if kind == "part" else Status.PENDING
    await _put(engine, number, at)
    await settle_all(engine)
    assert await engine.pending_decisions() == []
    progress, shown = await engine.progress(number), await show(engine, number)
    assert (progress.task.status, progress.base) == (at, None)
    history = {event["type"]: event for event in shown["history"]}
    assert ("change.redone" if kind == "redo" else "change.applied") in history
    assert history["problem"]["data"]["code"] == "illegal_transition"
    assert f"task {number} is {at}" in history["problem"]["data"]["message"]
    assert progress.inbox[-1].kind == ("rejection" if kind == "part" else "rebase")
    if at is Status.PENDING:
        assert (await claim(engine)).number == number


async def _put(engine: Supervisor, number: str, status: Status) -> None:
    """Put a task into a state that no command leads to."""

    def put(tables: Tables) -> None:
        task = tables.tasks.find(number)
        assert task is not None
        tables.tasks.save(replace(task, status=status, phase=None))

    await engine._store.write(put)


async def test_a_paid_reply_is_kept_though_the_task_was_taken_away(engine: Supervisor) -> None:
    number = await add(engine)
    await claim(engine)
    await engine.submit(Cancel(number))
    await engine.record_turn(number, reply(0))
    assert (await engine.progress(number)).turns == (reply(0),)
    assert (await show(engine, number))["cost_usd"] == 0.5


@pytest.mark.parametrize("room", [True, False])
async def test_a_worker_that_is_stopped_while_it_waits_for_the_disk_tries_once_more(
    engine: Supervisor, monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    number = await add(engine)
    await claim(engine)
    write, full, signals = engine._store.write, [True], list[Signal]()

    async def writes(work: Callable[[Tables], Any]) -> Any:
        if full[0]:
            raise Lacking("the disk is full")
        return await write(work)

    async def sleeps(seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    asleep = asyncio.Event()
    monkeypatch.setattr(engine._store, "write", writes)
    monkeypatch.setattr(engine._clock, "sleep", sleeps)
    monkeypatch.setattr(engine, "publish", signals.append)
    recording = asyncio.create_task(engine.record_turn(number, reply(0)))
    await asleep.wait()
    full[0] = not room
    recording.cancel()
    with pytest.raises(asyncio.CancelledError):
        await recording
    assert (await engine.progress(number)).turns == ((reply(0),) if room else ())
    assert signals[-1] == over(number)


async def test_a_worker_that_is_stopped_during_a_write_that_fails_tries_once_more(
    engine: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await add(engine)
    await claim(engine)
    write, writing, fail = engine._store.write, asyncio.Event(), asyncio.Event()

    async def writes(work: Callable[[Tables], Any]) -> Any:
        if fail.is_set():
            return await write(work)
        writing.set()
        await fail.wait()
        raise Lacking("the disk was full for a moment")

    monkeypatch.setattr(engine._store, "write", writes)
    recording = asyncio.create_task(engine.record_turn(number, reply(0)))
    await writing.wait()
    recording.cancel()
    await asyncio.wait({recording}, timeout=0.05)
    fail.set()
    with pytest.raises(asyncio.CancelledError):
        await recording
    assert (await engine.progress(number)).turns == (reply(0),)


async def test_a_task_is_given_back_as_soon_as_the_disk_takes_it(
    engine: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await add(engine)
    await claim(engine)
    write, waited = engine._store.write, list[float]()

    async def writes(work: Callable[[Tables], Any]) -> Any:
        if len(waited) < 3:
            raise Lacking("the disk is full")
        return await write(work)

    async def sleeps(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(engine._store, "write", writes)
    monkeypatch.setattr(engine._clock, "sleep", sleeps)
    await engine.release(number)
    assert (await show(engine, number))["status"] == "pending"


async def test_who_is_stopped_does_not_wait_for_the_disk(
    engine: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await add(engine)
    await claim(engine)

    async def writes(work: Callable[[Tables], Any]) -> Any:
        raise Lacking("the disk is full")

    async def works() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await engine.release(number)

    monkeypatch.setattr(engine._store, "write", writes)
    working = asyncio.create_task(works())
    await asyncio.sleep(0)
    working.cancel()
    with pytest.raises(Lacking):
        await asyncio.wait_for(working, 5)


async def test_a_damaged_database_is_not_waited_for(
    engine: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await add(engine)
    await claim(engine)

    async def writes(work: Callable[[Tables], Any]) -> Any:
        raise Lacking("it is damaged", code="state_damaged")

    monkeypatch.setattr(engine._store, "write", writes)
    with pytest.raises(Lacking, match="damaged"):
        await asyncio.wait_for(engine.record_turn(number, reply(0)), 5)


_Call = Callable[[Supervisor, str], Awaitable[Any]]
CALLS: dict[str, _Call] = {
    "record_turn": lambda e, n: e.record_turn(n, said(0)),
    "set_phase": lambda e, n: e.set_phase(n, Phase.VERIFYING),
    "set_base": lambda e, n: e.set_base(n, "t"),
    "record_context": lambda e, n: e.record_context(n, {"files": []}),
    "refuse_answer": lambda e, n: e.refuse_answer(n, "bad", said(0)),
    "record_attempt": propose,
    "spend_correction": lambda e, n: e.spend_correction(n, said(0)),
    "to_review": lambda e, n: e.to_review(n),
    "approve_by_policy": lambda e, n: e.approve_by_policy(n, Ruling(Policy.GREEN, Outlook.APPLY)),
    "open_blocker": lambda e, n: e.open_blocker(Blocker(n, BlockerKind.SYNC, "?", "question")),
    "give_up": lambda e, n: e.give_up(n, "broken"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_worker_cannot_record_for_a_task_it_lost(engine: Supervisor, call: _Call) -> None:
    number = await add(engine)
    await claim(engine)
    await engine.submit(Cancel(number))
    before = await show(engine, number)
    with pytest.raises(Refused) as caught:
        await call(engine, number)
    assert caught.value.code == "not_in_progress"
    await engine.release(number)
    assert await show(engine, number) == before


async def test_nothing_is_recorded_twice(engine: Supervisor) -> None:
    number = await add(engine)
    await claim(engine)
    await engine.record_turn(number, reply(0))
    await propose(engine, number)
    for again in (engine.record_turn(number, reply(0)), propose(engine, number)):
        with pytest.raises(Refused) as caught:
            await again
        assert caught.value.code == "exists"
    assert (await show(engine, number))["cost_usd"] == 0.5


async def test_a_correction_is_counted_with_its_message(engine: Supervisor) -> None:
    number = await add(engine)
    await claim(engine)
    await engine.spend_correction(number, said(0, "correction"))
    progress = await engine.progress(number)
    assert (progress.task.corrections, progress.task.phase) == (1, Phase.CORRECTING)
    assert progress.turns[0].purpose == "correction"


async def test_the_same_open_question_is_asked_once(engine: Supervisor) -> None:
    number, first = await blocked(engine, kind=BlockerKind.ASYNC)
    same = Blocker(number, BlockerKind.ASYNC, "which way?", "question")
    assert await engine.open_blocker(same) == first
    await engine.submit(Answer(first, "left"))
    assert await engine.open_blocker(same) != first


async def test_a_task_waits_until_its_last_question_is_answered(engine: Supervisor) -> None:
    number, asynchronous = await blocked(engine, kind=BlockerKind.ASYNC)
    first = await engine.open_blocker(Blocker(number, BlockerKind.SYNC, "one?", "question"))
    await engine.submit(Answer(asynchronous, "yes"))
    assert (await show(engine, number))["status"] == "blocked"
    await engine.submit(Answer(first, "no"))
    assert (await show(engine, number))["status"] == "pending"


async def test_a_failed_task_tells_why(engine: Supervisor) -> None:
    number = await add(engine)
    await claim(engine)
    await engine.give_up(number, "two\nlines")
    found = await show(engine, number)
    assert (found["status"], found["reason"]) == ("failed", "two lines")


async def test_the_limit_of_tasks_ends_with_the_process(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    async with engine_on(path) as engine:
        number = await add(engine)
        await engine.submit(SetWorkers(max_tasks=0, workers=4, model="m"))
        assert await engine.claim("w") is None
    async with engine_on(path) as engine:
        assert await engine.policy() == ("manual", 4, False, "m")
        assert (await claim(engine)).number == number


async def test_money_is_counted_from_a_time_on(engine: Supervisor) -> None:
    number = await add(engine)
    await claim(engine)
    await engine.record_turn(number, reply(0))
    then = (await engine.progress(number)).task.since
    assert await engine._store.read(lambda t: t.turns.paid(then, None)) == 0.5
    assert await engine._store.read(lambda t: t.turns.paid("2027", number)) == 0


# -- waking and stopping --------------------------------------------------------------------------


async def test_what_changed_between_looking_and_waiting_is_not_missed(engine: Supervisor) -> None:
    seen = await engine.changed(-1)
    assert await engine.claim("w1") is None
    await add(engine)
    assert await engine.changed(seen) > seen
    assert await engine.claim("w1") is not None


async def test_a_waiting_worker_is_woken_by_new_work_only(engine: Supervisor) -> None:
    number = await add(engine)
    await claim(engine)
    assert await engine.claim("w2") is None
    waiting = asyncio.ensure_future(engine.changed(await engine.changed(-1)))
    await engine.set_phase(number, Phase.PROPOSING)
    await engine.record_turn(number, reply(0))
    assert not waiting.done()
    await engine.submit(Note(number, "hello"))
    await waiting


async def test_the_program_can_pause_the_workers_and_says_why(engine: Supervisor) -> None:
    await engine.pause("no key")
    assert (await engine.policy())[2] is True
    events = (await engine.query(ShowEvents()))["events"]
    assert (events[-1]["type"], events[-1]["data"]["why"]) == ("workers.changed", "no key")


async def test_a_stop_is_told_even_if_it_came_first(engine: Supervisor) -> None:
    number = await add(engine)
    await claim(engine)
    running = engine.cancelled(number)
    assert isinstance(running, asyncio.Future)
    await engine.submit(Note(number, "go on"))
    assert not running.done()
    await engine.submit(Cancel(number))
    await running
    await engine.cancelled(number)


async def test_a_worker_that_finishes_is_not_stopped(engine: Supervisor) -> None:
    number = await add(engine)
    await claim(engine)
    running = engine.cancelled(number)
    assert isinstance(running, asyncio.Future)
    await propose(engine, number)
    await engine.to_review(number)
    await engine.submit(Release(number))
    assert not running.done()


async def test_what_workers_tell_has_no_key(engine: Supervisor) -> None:
    key = "Canary.7f3aQ9zLw2Xc8VbN4mKjH6gFdS1aPoIuYtRe"
    token = "ghp_abcdefghijklmnopqrst0123"
    engine._secrets = Secrets.of({"ANTHROPIC_API_KEY": key})
    number = await add(engine)
    await claim(engine)
    signals = engine.signals()
    engine.publish(Signal("waiting", number, {"why": key}))
    assert (await anext(signals)).data == {"why": HIDDEN}
    await engine.record_tool(number, ToolResult("t", "Bash"))
    await engine.record_tool(number, ToolResult("t", "Bash", f"it said {key}"), f"printed {key}")
    [printed] = (await engine.progress(number)).tools
    assert printed.content == f"it said {HIDDEN}"
    await engine.record_event("problem", number, {"message": f"{key} {token}"})
    await engine.open_blocker(Blocker(number, BlockerKind.ASYNC, f"{key} {token}", "model"))
    await engine.open_blocker(Blocker(number, BlockerKind.ASYNC, f"{key} {token}", "question"))
    await engine.pause(f"{key} {token}")
    await engine.give_up(number, f"{key} {token}")
    asked = [blocker.question for blocker in await engine.blockers_of(number)]
    # a question is found again by its words
    assert asked == [f"{HIDDEN} {HIDDEN}", f"{HIDDEN} {token}"]
    assert (await show(engine, number))["reason"] == f"{HIDDEN} {HIDDEN}"
    assert key not in str(await engine.query(ShowEvents()))

"""What every implementation of the Store port promises; needs a fixture ``store``, empty."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from codeframe_tui.core.blocker import Blocker, BlockerKind
from codeframe_tui.core.code.earlier import Piece
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import Event
from codeframe_tui.core.evidence.coverage import Coverage, FileCoverage
from codeframe_tui.core.evidence.lint import Finding, ToolReport
from codeframe_tui.core.evidence.verification import Outcome, Run, TestCase
from codeframe_tui.core.progress import Attempt, ToolResult
from codeframe_tui.core.review.comment import Comment, CommentType, Spot
from codeframe_tui.core.task import Group, Status, Task
from codeframe_tui.ports import Store, Tables
from tests.contract.service_kit import evidence, reply, said


class BoomError(Exception):
    """A mistake in a unit."""


def adds(number: str, *, fails: bool = False) -> Callable[[Tables], str]:
    """A unit of one task and one event."""

    def unit(tables: Tables) -> str:
        tables.tasks.add([Task(number, f"task {number}", since="now")])
        tables.events.add("now", "task.added", number, {})
        if fails:
            raise BoomError(number)
        return number

    return unit


def moves(number: str, status: Status) -> Callable[[Tables], None]:
    """A unit that brings the task of `adds` to a state."""
    task = Task(number, f"task {number}", since="now", status=status)
    return lambda tables: tables.tasks.save(task)


def stored(tables: Tables) -> tuple[list[str], list[str | None]]:
    """Numbers of the tasks that are there, and of those that events tell of."""
    tasks = sorted((task.number for task in tables.tasks.all()), key=int)
    return tasks, [event.task for event in tables.events.after(0, 1_000_000)]


async def test_rows_and_events_change_together_or_not_at_all(store: Store) -> None:
    assert await store.write(adds("1")) == "1"
    with pytest.raises(BoomError):
        await store.write(adds("2", fails=True))
    assert await store.read(stored) == (["1"], ["1"])


async def test_events_of_several_tasks_are_read_at_once(store: Store) -> None:
    def several(tables: Tables) -> list[tuple[str | None, str]]:
        numbers = [str(number) for number in range(40_000)]  # more than a statement has parameters
        found = tables.events.several(numbers, ("one", "two"))
        return [(event.task, event.type) for event in found]

    def add(tables: Tables) -> None:
        for task, type_ in (("2", "two"), ("1", "one"), ("1", "three"), ("x", "one")):
            tables.events.add("", type_, task, {})

    await store.write(add)
    assert await store.read(several) == [("2", "two"), ("1", "one")]


async def test_a_failing_unit_of_a_group_fails_alone(store: Store) -> None:
    units = (store.write(adds(str(i), fails=i % 3 == 0)) for i in range(1, 31))
    results = await asyncio.gather(*units, return_exceptions=True)
    right = [str(i) for i in range(1, 31) if i % 3]
    assert [result for result in results if isinstance(result, str)] == right
    assert all(isinstance(result, BoomError | str) for result in results)
    assert await store.read(stored) == (right, right)


async def test_event_numbers_have_no_gap_where_a_unit_failed(store: Store) -> None:
    units = (store.write(adds(str(i), fails=i == 2)) for i in (1, 2, 3))
    await asyncio.gather(*units, return_exceptions=True)
    assert await store.read(lambda t: [e.seq for e in t.events.after(0, 9)]) == [1, 2]
    assert store.last_event == 2


async def test_a_cancelled_waiter_does_not_withdraw_its_unit(store: Store) -> None:
    began, go_on = threading.Event(), threading.Event()
    heard: list[Event] = []
    store.listen(heard.extend)

    def slow(tables: Tables) -> None:
        del tables
        began.set()
        assert go_on.wait(10)

    holding = asyncio.create_task(store.write(slow))
    assert await asyncio.to_thread(began.wait, 10)
    leaving = asyncio.create_task(store.write(adds("1")))
    staying = asyncio.create_task(store.write(adds("2")))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    go_on.set()
    await asyncio.wait_for(asyncio.gather(holding, staying), 10)
    assert await store.read(stored) == (["1", "2"], ["1", "2"])
    assert [event.task for event in heard] == ["1", "2"]


async def test_listeners_hear_in_order_before_the_writer_goes_on(store: Store) -> None:
    heard: list[int] = []

    def listen(events: Sequence[Event]) -> None:
        heard.extend(event.seq for event in events)

    async def write(i: int) -> None:
        await store.write(adds(str(i)))
        assert store.last_event == heard[-1]

    store.listen(listen)
    await asyncio.gather(*(write(i) for i in range(1, 51)))
    assert heard == list(range(1, 51))


async def test_a_reading_unit_cannot_write(store: Store) -> None:
    with pytest.raises(CodeframeError):
        await store.read(adds("1"))
    assert await store.read(stored) == ([], [])


async def test_what_was_submitted_before_the_end_is_written(store: Store) -> None:
    pending = [asyncio.create_task(store.write(adds(str(i)))) for i in range(1, 101)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*pending) == [str(i) for i in range(1, 101)]
    with pytest.raises(CodeframeError, match="ending"):
        await store.write(adds("101"))


async def test_values_come_back_as_they_went(store: Store) -> None:
    shown = ToolResult("u1", "Read", "née\x00\x1b[0m", ok=False)

    def write(tables: Tables) -> None:
        tables.tasks.add([Task("1", "t", since="now")])
        assert tables.turns.add("1", said(0), "now")
        assert tables.turns.add("1", reply(1, None), "now")
        assert not tables.turns.add("1", said(1), "later")
        tables.tools.save("1", ToolResult("u1", "Read"))
        tables.tools.save("1", shown)
        tables.messages.add("1", "note", "lone \ud800 surrogate")

    await store.write(write)
    assert await store.read(lambda t: t.turns.all("1")) == [said(0), reply(1, None)]
    assert await store.read(lambda t: t.tools.of_newest_turn("1")) == [shown]
    assert (await store.read(lambda t: t.messages.untold("1")))[0].text == "lone ? surrogate"
    assert await store.read(lambda t: t.turns.spent("")) is None


async def test_which_lines_ran_and_what_tools_said_is_kept_with_the_evidence(store: Store) -> None:
    lines = FileCoverage("a.py", ((1, 2),), ((3, 3),), ((5, 9),))
    tool = ToolReport("ruff", "findings", "", (Finding("F401", "a.py", 3, "unused"),), 4, 2)
    coverage = Coverage("sys.settrace", "why", (lines,), 7)
    told = replace(evidence(), coverage=coverage, tools=(tool,))
    attempt = Attempt(1, "b", "t", "p", "", ())

    def write(tables: Tables) -> None:
        tables.tasks.add([Task("1", "t", since="now")])
        tables.attempts.add("1", attempt, "now")
        tables.attempts.verify("1", 1, told, ())

    await store.write(write)
    (found,) = await store.read(lambda tables: tables.attempts.all("1"))
    assert found.verification == told


async def test_a_run_beside_the_evidence_comes_and_goes_alone(store: Store) -> None:
    attempt = Attempt(1, "b", "t", "p", "", ())
    cases = [TestCase(f"t.py::test_{name}", Outcome.FAILED, 0.5, "E", "m", "d") for name in "ab"]

    def write(tables: Tables) -> None:
        tables.tasks.add([Task("1", "t", since="now")])
        tables.attempts.add("1", attempt, "now")
        tables.attempts.keep("1", 1, "again", Run("not_run", tests=tuple(cases), output="first"))
        tables.attempts.verify("1", 1, evidence(), ())
        tables.attempts.keep("1", 1, "again", Run("not_run", tests=(cases[1],), output="second"))

    await store.write(write)
    (found,) = await store.read(lambda t: t.attempts.all("1"))
    assert found.verification == evidence()
    assert found.again == Run("not_run", tests=(cases[1],), output="second")
    assert await store.read(lambda t: t.attempts.case("1", 1, "again", cases[0].id)) is None
    assert await store.read(lambda t: t.attempts.output("1", 1, "again")) == "second"


async def test_counts_follow_the_states(store: Store) -> None:
    await asyncio.gather(*(store.write(adds(str(i))) for i in range(1, 4)))
    counts = await store.read(lambda t: t.queue.counts())
    assert counts == {group: 3 * (group is Group.QUEUED) for group in Group}


async def test_a_task_holds_one_amount_and_none_when_it_leaves_its_worker(store: Store) -> None:
    for number in ("1", "2"):
        await store.write(adds(number))
        await store.write(moves(number, Status.IN_PROGRESS))
    await store.write(lambda t: t.reservations.hold("1", 0.25, ""))
    await store.write(lambda t: t.reservations.hold("1", 0.5, ""))
    await store.write(lambda t: t.reservations.hold("2", 2.0, ""))
    assert await store.read(lambda t: t.reservations.held(None)) == 2.5
    assert await store.read(lambda t: t.reservations.held("2")) == 0.5
    await store.write(moves("1", Status.BLOCKED))
    assert await store.read(lambda t: t.reservations.by_task()) == {"2": 2.0}
    await store.write(lambda t: t.reservations.free("2"))
    assert await store.read(lambda t: t.reservations.held(None)) == 0.0


async def test_what_was_said_in_all_tasks_comes_newest_first_and_no_more_than_wanted(
    store: Store,
) -> None:
    def asked(number: str, answer: str | None, cause: str = "question") -> Blocker:
        return Blocker(number, BlockerKind.SYNC, f"which {number}?", cause, answer=answer)

    def write(tables: Tables) -> None:
        for n in ("3", "1", "2"):
            status = Status.COMPLETED if n != "3" else Status.IN_REVIEW
            tables.tasks.add([Task(n, f"title {n}", since="now", attempt=2, status=status)])
            for number in (1, 2):
                told = Attempt(number, "b", "t", f"p{number}", f"said {n}.{number}", ())
                assert tables.attempts.add(n, told, "now")
            tables.blockers.add(asked(n, f"answer {n}"))
            tables.messages.add(n, "rejection", f"smaller, {n}\n\n1. a.py:3 (issue): no")
        tables.blockers.add(asked("1", None))
        tables.blockers.add(asked("1", "raise to 9", "budget"))
        tables.messages.add("1", "rejection", "1. a.py:3 (issue): no")
        tables.messages.add("1", "note", "be quick")
        spot = Spot("a.py", 3, 4, "new", ("x",), (), ())
        tables.comments.add(Comment(0, "2", 1, spot, CommentType.ISSUE, "why?", created_at="now"))

    await store.write(write)
    assert await store.read(lambda tables: tables.earlier.newest(9)) == [
        Piece("2", "title 2", "answer", "answer 2", "which 2?"),
        Piece("1", "title 1", "answer", "answer 1", "which 1?"),
        Piece("3", "title 3", "answer", "answer 3", "which 3?"),
        Piece("2", "title 2", "review", "smaller, 2"),
        Piece("1", "title 1", "review", "smaller, 1"),
        Piece("3", "title 3", "review", "smaller, 3"),
        Piece("2", "title 2", "comment", "why?", "a.py:3"),
        Piece("2", "title 2", "task", "said 2.2"),
        Piece("1", "title 1", "task", "said 1.2"),
    ]
    one = await store.read(lambda tables: tables.earlier.newest(1))
    assert {(piece.task, piece.kind) for piece in one if piece.kind != "review"} == {
        ("2", "answer"), ("2", "comment"), ("2", "task"),
    }  # fmt: skip

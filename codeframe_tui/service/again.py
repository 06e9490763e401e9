"""Tests that people let run again: who may, what is under way, and what is kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from codeframe_tui.core.commands import RunTests
from codeframe_tui.core.errors import Lacking, NotFound, Refused
from codeframe_tui.core.events import Event
from codeframe_tui.core.evidence.again import RUN, Again, differing, told
from codeframe_tui.core.evidence.verification import Run, TestCase, TestRun
from codeframe_tui.core.fields import check_unicode
from codeframe_tui.core.paths import check_path
from codeframe_tui.core.task import Status
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.review import newest_attempt
from codeframe_tui.service.unit import Unit, find_task

__all__ = [
    "EVENTS",
    "UnderWay",
    "began",
    "case_document",
    "document",
    "ended",
    "require_sandbox",
    "wished",
]

MOST_TESTS = 10_000
EVENTS = ("tests.started", "tests.ended")
LONGEST_ID = 4_096
"""Characters of a test's id."""


class UnderWay:
    """Runs that wait or are under way, at most one of a task.

    In memory only: they cost no money, so what an engine takes with it can be asked for again.
    """

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Again] = asyncio.Queue()
        self._stops: dict[str, asyncio.Event] = {}

    def __contains__(self, number: str) -> bool:
        return number in self._stops

    def __len__(self) -> int:
        return len(self._stops)

    def reserve(self, number: str) -> None:
        """Keep the place of a task. Raises: Refused."""
        if number in self._stops:
            raise Refused(
                f"tests of task {number} run again already",
                hint="wait for their end, or stop them",
                code="tests_run",
            )
        self._stops[number] = asyncio.Event()

    def put(self, again: Again) -> None:
        """It may begin."""
        self._waiting.put_nowait(again)

    async def next(self) -> Again:
        """The run that waits longest, as soon as there is one."""
        return await self._waiting.get()

    async def stopped(self, number: str) -> None:
        """Wait until a person stops the run of a task."""
        await self._stops[number].wait()

    def stop(self, number: str) -> None:
        """A person has seen enough. Raises: Refused."""
        if number not in self._stops:
            raise Refused(f"no tests of task {number} run again", code="no_tests_run")
        self._stops[number].set()

    def place(self, number: str) -> asyncio.Event:
        """The place that is kept for a task."""
        return self._stops[number]

    def free(self, number: str, place: asyncio.Event | None = None) -> None:
        """It has ended; of a place, only that one: the next run may have its own already."""
        if place in {None, self._stops.get(number)}:
            self._stops.pop(number, None)


def require_sandbox(surroundings: Document) -> None:
    """Raises: Lacking when tests cannot run at all, or a person has not consented."""
    if surroundings.get("sandbox") == "none":
        raise Lacking(
            f"tests do not run: {surroundings.get('sandbox_why')}",
            hint="run `codeframe-tui doctor`",
            code="no_sandbox",
        )


def wished(tables: Tables, command: RunTests) -> Again:
    """The run that a command asks for.

    Raises:
        Refused: the worker tests by itself just now, the proposal is another, or an id is none.
        NotFound: there is no such task, or no proposal yet.
        PathRefused: a test lies outside of the project.
    """
    task = find_task(tables, command.number)
    if task.status is Status.IN_PROGRESS:
        raise Refused(
            f"task {task.number} is being worked on, and is tested when that is done",
            hint="try again when it waits for you",
            code="in_progress",
        )
    if not task.attempt:
        raise NotFound(f"task {task.number} has no proposal to test", code="nothing_to_test")
    attempt = newest_attempt(tables, task)
    if command.expect and command.expect != attempt.proposal:
        raise Refused(
            f"the newest proposal of task {task.number} is another than the one on screen",
            hint="look at it, then run its tests",
            code="other_proposal",
        )
    tests = _checked(command.tests)
    return Again(task.number, attempt.number, attempt.proposal, attempt.tree, tests)


def _checked(tests: Sequence[str]) -> tuple[str, ...]:
    if len(tests) > MOST_TESTS:
        raise Refused(
            f"{len(tests):,} tests are more than {MOST_TESTS:,}", hint="run all", code="too_many"
        )
    for test in tests:
        if len(test) > LONGEST_ID:
            raise Refused("the id of a test is too long", hint="run all", code="too_long")
        check_path(check_unicode(test, "the id of a test").partition("::")[0])
    return tuple(dict.fromkeys(tests))


def began(unit: Unit, again: Again) -> None:
    """Tell that it begins."""
    data = {"attempt": again.attempt, "proposal": again.proposal, "count": len(again.tests)}
    unit.emit("tests.started", again.task, data)


def ended(unit: Unit, again: Again, run: TestRun) -> None:
    """Keep what it showed, in the place of an earlier one, and tell. No verdict changes."""
    every = unit.tables.attempts.all(again.task)
    found = next((each.verification for each in every if each.number == again.attempt), None)
    kept = Run("not_run", run.reason, run.message, run.cases, run.output)
    unit.tables.attempts.keep(again.task, again.attempt, RUN, kept)
    unit.emit("tests.ended", again.task, told(again, run, differing(found, run.cases)))


def document(attempt: int, events: Sequence[Event], cases: Sequence[TestCase]) -> Document | None:
    """How the newest such run of an attempt went; None when there was none.

    ``{"at", "ok", "reason", "message", "passed", "failed", "skipped", "seconds", "differ",
    "tests": [...]}``; ``reason`` is ``interrupted`` while it is under way, or when its engine
    ended before it did.

    Args:
        events: of the types `EVENTS`, oldest first.
        cases: what came of it, as far as that is to be told.
    """
    of_it = (e for e in reversed(events) if e.data.get("attempt") == attempt)
    newest = next(of_it, None)
    if newest is None:
        return None
    if newest.type == "tests.started":
        return {"at": newest.at, "ok": False, "reason": "interrupted", "tests": []}
    return {"at": newest.at, **newest.data, "tests": [case_document(case) for case in cases]}


def case_document(case: TestCase) -> Document:
    """One test of a run, with what few of them have: how it is RED, and hash of what it does."""
    known = {
        "id": case.id,
        "outcome": case.outcome.value,
        "duration": case.duration,
        "message": case.message,
    }
    more = {"error": case.error if case.kind else "", "kind": case.kind, "body": case.body}
    return {**known, **{name: value for name, value in more.items() if value}}

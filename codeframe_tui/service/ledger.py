"""The worker's door: each method of `ports.Ledger` as one unit on the store."""

# ruff: noqa: D102 - each method is told in the port
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from codeframe_tui.core.blocker import Blocker
from codeframe_tui.core.budget import Room
from codeframe_tui.core.code.ground import Ground
from codeframe_tui.core.errors import CodeframeError, Lacking
from codeframe_tui.core.events import Event, Signal
from codeframe_tui.core.evidence.again import Again
from codeframe_tui.core.evidence.verification import Flag, TestRun, Verification
from codeframe_tui.core.hand import Hand
from codeframe_tui.core.moment import after
from codeframe_tui.core.policy import Policy, Ruling
from codeframe_tui.core.progress import (
    MOVED_AFTER,
    Attempt,
    Decision,
    Effects,
    Progress,
    Standing,
    ToolResult,
    Turn,
)
from codeframe_tui.core.secrets import NOTHING, Secrets
from codeframe_tui.core.task import Issue, Phase, Status, Task
from codeframe_tui.core.tokens import Asked, Gauge
from codeframe_tui.core.waiting import over, waiting
from codeframe_tui.ending import ended, to_the_end
from codeframe_tui.ports import Clock, Document, Store
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service import again as repeated
from codeframe_tui.service import blockers, budget, comments, effects, review, stand, undo, work
from codeframe_tui.service.broadcast import Broadcast, Workforce
from codeframe_tui.service.ground import ground_of_task
from codeframe_tui.service.switches import explicit_policy, in_force, pause
from codeframe_tui.service.tokens import gauge
from codeframe_tui.service.unit import Unit, find_task
from codeframe_tui.settings import Settings

__all__ = ["StoreLedger"]

T = TypeVar("T")


class StoreLedger:
    """Fulfils `ports.Ledger` on a store; `Supervisor` adds what people use.

    A run begins with `recover`; what is recorded from then on is later than all before.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        settings: Settings,
        default_policy: str = Policy.MANUAL.value,
        secrets: Secrets = NOTHING,
    ) -> None:
        self._secrets = secrets
        self._default_policy = default_policy
        self._store = store
        self._clock = clock
        self._settings = settings
        self._broadcast = Broadcast()
        self._workforce = Workforce()
        self._repeating = repeated.UnderWay()
        self._latest = self.started = ""
        self.started = self._moment()
        store.listen(self._hear)

    def claim(self, worker: str, *, revised: bool = False) -> Coroutine[Any, Any, Task | None]:
        take = work.claim_revised if revised else partial(work.claim, settings=self._settings)
        return self._write(lambda unit: take(unit, worker))

    async def in_hand(self, numbers: Sequence[str]) -> Mapping[str, Hand]:
        return await self._store.read(lambda tables: stand.in_hand(tables, numbers))

    def changed(self, seen: int) -> Coroutine[Any, Any, int]:
        return self._workforce.changed(seen)

    async def pause(self, why: str) -> None:
        told = self._secrets.redact(why)
        await self._write(lambda unit: pause(unit, told, self._settings))

    def cancelled(self, number: str) -> Awaitable[None]:
        return self._workforce.cancelled(number)

    def publish(self, signal: Signal) -> None:
        self._broadcast.publish(self._secrets.withhold(signal))

    async def progress(self, number: str) -> Progress:
        return await self._store.read(lambda tables: work.progress(tables, number))

    async def statuses(self, numbers: Sequence[str]) -> Mapping[str, Status]:
        return await self._store.read(lambda tables: tables.tasks.statuses(numbers))

    async def issue_of(self, task: Task) -> Issue | None:
        number = task.issue
        if number is None:
            return None
        return await self._store.read(lambda tables: tables.issues.find(number))

    async def blockers_of(self, number: str | None) -> Sequence[Blocker]:
        if number is None:
            return await self._store.read(lambda tables: tables.blockers.all())
        return await self._store.read(lambda tables: tables.blockers.of(number))

    async def ground(self, number: str) -> Ground:
        settings = self._settings
        return await self._store.read(
            lambda tables: ground_of_task(tables, settings, find_task(tables, number))
        )

    async def gauge(self, model: str | None = None) -> Gauge:
        return await self._store.read(lambda tables: gauge(tables, self._settings, model))

    async def set_base(self, number: str, tree: str) -> None:
        await self._record(number, lambda unit: work.set_base(unit, number, tree))

    async def set_phase(self, number: str, phase: Phase) -> None:
        await self._record(number, lambda unit: work.set_phase(unit, number, phase))

    async def record_context(self, number: str, document: Document) -> None:
        told = self._secrets.withhold(document)
        await self._record(number, lambda unit: work.record_context(unit, number, told))

    async def record_turn(
        self, number: str, turn: Turn, told: Sequence[int] = (), asked: Asked | None = None
    ) -> None:
        kept = self._secrets.withhold(turn)
        await self._record(number, lambda unit: work.record_turn(unit, number, kept, told, asked))

    async def record_tool(self, number: str, result: ToolResult, summary: str = "") -> None:
        kept, line = self._secrets.withhold((result, summary))
        await self._record(number, lambda unit: work.record_tool(unit, number, kept, line))

    async def refuse_answer(self, number: str, message: str, turn: Turn) -> int:
        why, kept = self._secrets.withhold((message, turn))
        return await self._record(number, lambda unit: work.refuse_answer(unit, number, why, kept))

    async def record_attempt(self, number: str, attempt: Attempt) -> None:
        kept = replace(attempt, explanation=self._secrets.withhold(attempt.explanation))
        await self._record(number, lambda unit: work.record_attempt(unit, number, kept))

    async def record_verification(
        self, number: str, attempt: int, verification: Verification, flags: Sequence[Flag]
    ) -> None:
        await self._record(
            number,
            lambda unit: work.record_verification(unit, number, attempt, verification, flags),
        )

    async def spend_correction(self, number: str, turn: Turn) -> None:
        kept = self._secrets.withhold(turn)
        await self._record(number, lambda unit: work.spend_correction(unit, number, kept))

    async def to_review(self, number: str, ruling: Ruling | None = None) -> None:
        await self._record(number, lambda unit: review.leave_to_person(unit, number, ruling))

    async def record_explanation(self, number: str, text: str) -> None:
        kept = self._secrets.withhold(text)
        await self._record(number, lambda unit: comments.record_explanation(unit, number, kept))

    async def approve_by_policy(self, number: str, ruling: Ruling) -> None:
        await self._record(number, lambda unit: review.approve_by_policy(unit, number, ruling))

    async def open_blocker(self, blocker: Blocker) -> str:
        # what the model asks is found again by its words
        is_asked = blocker.cause in {"question", "command"}
        asked = (self._secrets.withhold if is_asked else self._secrets.redact)(blocker)
        return await self._record(blocker.task, lambda unit: blockers.open_blocker(unit, asked))

    async def give_up(self, number: str, reason: str) -> None:
        told = self._secrets.redact(reason)
        await self._record(number, lambda unit: work.give_up(unit, number, told))

    async def release(self, number: str) -> None:
        await self._record(number, lambda unit: work.release(unit, number))

    def pending_decisions(self) -> Coroutine[Any, Any, Sequence[Decision]]:
        return self._store.read(lambda tables: tables.decisions.pending())

    async def moved_after(self) -> int:
        found = await self._store.read(lambda tables: tables.settings.get(MOVED_AFTER))
        return int(found or 0)

    async def settle_decision(
        self,
        decision: Decision,
        *,
        paths: Sequence[str],
        base: str,
        tree: str,
        verdict: str | None = None,
        commit: Document | None = None,
        not_kept: Sequence[str] = (),
    ) -> None:
        told: Document = {"files": list(paths)}
        if not_kept:
            told["not_kept"] = list(not_kept)
        await self._write(
            lambda unit: review.settle_decision(
                unit, decision, told, trees=(base, tree), verdict=verdict, commit=commit
            )
        )

    async def begin_effects(self, number: str, call: str, tree: str) -> None:
        await self._record(number, lambda unit: effects.begin(unit, number, call, tree))

    async def begun_effects(self, number: str, call: str) -> str | None:
        return await self._store.read(lambda tables: effects.begun(tables, number, call))

    async def record_effects(self, number: str, found: Effects) -> None:
        told = replace(found, command=self._secrets.redact(found.command))
        await self._record(number, lambda unit: effects.record(unit, number, told))

    async def refuse_decision(
        self, decision: Decision, *, code: str, message: str, paths: Sequence[str] = ()
    ) -> None:
        told = self._secrets.redact(message)
        await self._write(lambda unit: review.refuse_decision(unit, decision, code, told, paths))

    async def applied(self, number: str) -> Sequence[Decision]:
        return await self._store.read(lambda tables: undo.applied(tables, number))

    async def undone(self, number: str) -> Decision | None:
        return await self._store.read(lambda tables: undo.undone(tables, number))

    async def standing_after(self, decision: Decision) -> Sequence[Standing]:
        return await self._store.read(lambda tables: undo.standing_after(tables, decision))

    async def policy(self) -> tuple[str, int, bool, str]:
        now = await self._store.read(lambda tables: in_force(tables, self._settings))
        return now.policy or self._default_policy, now.workers, now.paused, now.model

    async def explicit_policy(self) -> str | None:
        return await self._store.read(lambda tables: explicit_policy(tables, self._settings))

    async def assume_price(self, number: str, model: str) -> float | None:
        settings, started = self._settings, self.started
        return await self._record(
            number,
            lambda unit: budget.assumed(unit, number, model, settings=settings, started=started),
        )

    async def spending(self, number: str) -> tuple[float | None, float | None]:
        at = self._clock.now()
        asked = partial(budget.spending, settings=self._settings, number=number, now=at)
        return await self._store.read(lambda tables: asked(tables, started=self.started))

    async def reserve(self, number: str, usd: float) -> bool:
        told = False
        while True:
            seen = self._workforce.money
            hold = partial(
                budget.reserve,
                number=number,
                wanted=usd,
                settings=self._settings,
                started=self.started,
                told=told,
            )
            room = await self._record(number, hold)
            if room is not Room.LATER:
                return room is Room.YES
            told = True
            await self._workforce.money_moved(seen)

    async def record_event(self, type_: str, task: str | None, data: Document) -> None:
        data = self._secrets.redact(data)
        if task is None:
            await self._write(lambda unit: unit.emit(type_, task, data))
        else:
            await self._record(task, lambda unit: unit.emit(type_, task, data))

    async def next_again(self) -> Again:
        return await self._repeating.next()

    async def again_stopped(self, number: str) -> None:
        await self._repeating.stopped(number)

    async def end_again(self, again: Again, run: TestRun) -> None:
        place = self._repeating.place(again.task)

        def end(unit: Unit) -> None:
            repeated.ended(unit, again, run)
            self._repeating.free(again.task, place)  # before it is told: who hears it may ask again

        try:
            await self._record(again.task, end)
        finally:
            self._repeating.free(again.task, place)

    async def recover(self, paused: bool | None = None) -> list[str]:
        """Begin where an earlier process ended: tasks in progress wait for a worker again.

        Args:
            paused: whether workers start paused; None leaves it as a person last set it.

        Returns:
            Numbers of the tasks that were put back.
        """
        self._latest = await self._store.read(_latest)
        self.started = self._moment()
        return await self._write(lambda unit: work.recover(unit, paused))

    async def _record(self, number: str, handler: Callable[[Unit], T]) -> T:
        """A write of a task's worker, which waits for a disk that takes nothing.

        What it has to record was paid for, or would have to be done again; so a worker that is
        stopped while it waits tries once more before it goes, and who is stopped does not wait.
        """
        waits = self._settings.waits
        pause = waits.retry_first
        while True:
            try:
                return await self._write_to_the_end(handler)
            except Lacking as error:
                if error.code == "state_damaged" or _is_stopped():
                    raise
                why = f"room to record: {error.message}"
                self.publish(waiting(why, self._clock.now(), pause, number))
                try:
                    await self._clock.sleep(pause)
                except asyncio.CancelledError:
                    with suppress(CodeframeError):
                        await to_the_end(self._write(handler))
                    raise
                finally:
                    self.publish(over(number))
                pause = min(2 * pause, waits.retry_cap)

    async def _write_to_the_end(self, handler: Callable[[Unit], T]) -> T:
        """A write that fails after its worker was stopped is tried once more, too."""
        writing = asyncio.ensure_future(self._write(handler))
        if (stopped := await ended(writing)) is None:
            return writing.result()
        if not writing.cancelled() and isinstance(writing.exception(), Lacking):
            with suppress(CodeframeError):
                await to_the_end(self._write(handler))
        raise stopped

    async def _write(self, handler: Callable[[Unit], T]) -> T:
        at = self._moment()

        def run(tables: Tables) -> T:
            return handler(Unit(tables, at))

        return await self._store.write(run)

    def _moment(self) -> str:
        moment = after(self._latest, self._clock.now())
        # one that a clock gave which was far ahead: all that was spent since then counts
        self.started = min(self.started, moment)
        self._latest = moment
        return moment

    def _hear(self, events: Sequence[Event]) -> None:
        self._workforce.hear(events)
        self._broadcast.hear(events)


def _is_stopped() -> bool:
    """Whether who asks is on its way out already."""
    asking = asyncio.current_task()
    return asking is not None and asking.cancelling() > 0


def _latest(tables: Tables) -> str:
    """The moment of the newest event."""
    newest = tables.events.after(tables.events.last() - 1, 1)
    return newest[0].at if newest else ""

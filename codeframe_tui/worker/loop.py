"""The loop: claims tasks for the workers, carries decisions out, pauses and stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from codeframe_tui.core.blocker import Blocker, BlockerKind
from codeframe_tui.core.errors import CodeframeError, ModelFailed, Refused
from codeframe_tui.core.progress import Decision
from codeframe_tui.core.task import Task
from codeframe_tui.ports.points import passing
from codeframe_tui.worker.again import Repeater
from codeframe_tui.worker.apply import carry_out
from codeframe_tui.worker.hand import Hands
from codeframe_tui.worker.janitor import tidy
from codeframe_tui.worker.pipeline import walk
from codeframe_tui.worker.verify import Verifier
from codeframe_tui.worker.workshop import Workshop

__all__ = ["WorkerLoop"]

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
"""Before something that failed inside is tried again."""


class WorkerLoop:
    """Lanes: workers, which never touch the real tree, and decisions, which alone do.

    Two more follow the copies in which people go on by hand, and run tests again.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._verifier = Verifier(shop)
        self._repeater = Repeater(shop)
        self._hands = Hands(shop)
        self._walking: dict[str, asyncio.Task[None]] = {}
        self._lanes: list[asyncio.Task[None]] = []
        self._deciding: dict[int, asyncio.Task[None]] = {}
        self._decided_on: set[str] = set()
        self._folders = asyncio.Lock()

    async def start(self) -> None:
        """Begin all lanes."""
        await self._hands.tidy()
        self._lanes = [
            asyncio.create_task(self._lane(self._work), name="workers"),
            asyncio.create_task(self._lane(self._decide), name="decisions"),
            asyncio.create_task(self._lane(self._hands.round), name="hands"),
            asyncio.create_task(self._repeater.run(), name="again"),
        ]

    async def stop(self) -> None:
        """Stop all lanes and everything they run; tasks in hand go back to pending."""
        doomed = [*self._lanes, *self._walking.values(), *self._deciding.values()]
        for task in doomed:
            task.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        self._lanes.clear()
        await self._hands.stop()  # nobody begins another one by now

    async def _lane(self, round_: Callable[[int], Awaitable[int]]) -> None:
        """Rounds for ever; a failing one is told, and tried again after a growing pause."""
        seen, pause = 0, FIRST_PAUSE_SECONDS
        while True:
            try:
                seen = await round_(seen)
                pause = FIRST_PAUSE_SECONDS
            except Exception as error:
                logger.exception("round=%s failed", round_.__name__)
                await self._tell(None, error)
                await self._shop.clock.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _work(self, seen: int) -> int:
        ledger = self._shop.ledger
        _, workers, paused, _ = await ledger.policy()
        ready = not paused and self._shop.model.ready() is None
        await self._tidy()
        while len(self._walking) < workers:  # what a person made needs no model to be tested
            if not await self._claim(revised=True):
                break
        while ready and len(self._walking) < workers:
            if not await self._claim():
                break
        return await self._something(seen)

    async def _claim(self, *, revised: bool = False) -> bool:
        async with self._folders:
            passing("claim.begun")
            task = await self._shop.ledger.claim("worker", revised=revised)
            if task is not None:
                passing("claim.taken")
                self._begin(task)
            return task is not None

    async def _tidy(self) -> None:
        async with self._folders:  # nothing is claimed meanwhile
            await tidy(self._shop, self._is_busy)

    def _is_busy(self, number: str) -> bool:
        return any(number in each for each in (self._walking, self._decided_on, self._repeater))

    async def _something(self, seen: int) -> int:
        """Wait for a commit or for a worker that becomes free; returns the count of commits."""
        changed = asyncio.ensure_future(self._shop.ledger.changed(seen))
        try:
            await asyncio.wait(
                {changed, *self._walking.values()}, return_when=asyncio.FIRST_COMPLETED
            )
            self._walking = {n: task for n, task in self._walking.items() if not task.done()}
            return changed.result() if changed.done() else seen
        finally:
            changed.cancel()

    def _begin(self, task: Task) -> None:
        before = self._walking.get(task.number)
        walking = asyncio.create_task(self._walk(task, before), name=f"task {task.number}")
        self._walking[task.number] = walking

    async def _walk(self, task: Task, before: asyncio.Task[None] | None) -> None:
        """One task until it waits or ends, or a person stops it.

        Args:
            task: as it was claimed.
            before: an earlier walk of the same task that may still be coming to its end.
        """
        number = task.number
        if before is not None:
            await asyncio.wait({before})
        road = asyncio.create_task(walk(self._shop, self._verifier, number))
        stopped = asyncio.ensure_future(self._shop.ledger.cancelled(number))
        try:
            await asyncio.wait({road, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not stopped.done():
                await self._bounded(number, road)
        finally:
            for part in (road, stopped):
                part.cancel()
            await asyncio.gather(road, stopped, return_exceptions=True)
            if not stopped.done() or stopped.cancelled():  # else it may be someone else's by now
                await self._shop.ledger.release(number)

    async def _bounded(self, number: str, road: asyncio.Task[None]) -> None:
        """The boundary where an unexpected failure becomes a question, with the log behind it."""
        try:
            await road
        except ModelFailed as failure:
            await self._tell(number, failure)
            await self._shop.ledger.pause("the model cannot be used")
        except Exception as error:
            if _is_taken_away(error):
                return
            logger.exception("task=%s failed inside", number)
            await self._ask_about(number, error)

    async def _ask_about(self, number: str, error: Exception) -> None:
        question = Blocker(
            task=number,
            kind=BlockerKind.SYNC,
            question=f"Something failed inside the program: {_said(error)}. "
            "The log has the details. Answer to try again.",
            cause="internal",
        )
        try:
            await self._shop.ledger.open_blocker(question)
        except Exception as failure:
            if not _is_taken_away(failure):
                logger.exception("task=%s: the question could not be stored", number)

    async def _decide(self, seen: int) -> int:
        """Begin to carry out every pending decision; a long verification holds up no other."""
        ledger = self._shop.ledger
        for decision in await ledger.pending_decisions():
            if decision.id not in self._deciding:
                carrying = asyncio.create_task(self._carry_out(decision))
                self._deciding[decision.id] = carrying
                carrying.add_done_callback(partial(self._decided, decision.id))
        return await ledger.changed(seen)

    def _decided(self, number: int, carrying: asyncio.Task[None]) -> None:
        del carrying
        self._deciding.pop(number, None)

    async def _carry_out(self, decision: Decision) -> None:
        self._decided_on.add(decision.task)
        try:
            await self._until_settled(decision)
        finally:
            self._decided_on.discard(decision.task)
        await self._tidy()

    async def _until_settled(self, decision: Decision) -> None:
        """Until it is settled or refused: what failed half-way is safe to do again."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await carry_out(self._shop, self._verifier, decision)
            except Exception as error:
                logger.exception("decision=%s failed inside", decision.id)
                await self._tell(decision.task, error)
                await self._shop.clock.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                return

    async def _tell(self, number: str | None, error: Exception) -> None:
        """A person learns of it even when nothing can be stored: then from the log."""
        code = error.code if isinstance(error, CodeframeError) else "internal"
        hint = error.hint if isinstance(error, CodeframeError) else "the log has the details"
        data = {"code": code, "message": _said(error), "hint": hint}
        try:
            await self._shop.ledger.record_event("problem", number, data)
        except Exception:
            logger.exception("task=%s: a problem could not be stored", number)


def _is_taken_away(error: Exception) -> bool:
    """Whether a person took the task from its worker meanwhile."""
    return isinstance(error, Refused) and error.code == "not_in_progress"


def _said(error: Exception) -> str:
    return error.message if isinstance(error, CodeframeError) else repr(error)

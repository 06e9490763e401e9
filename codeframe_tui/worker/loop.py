"""The loop: claims tasks for the workers, carries decisions out, pauses and stops."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from codeframe_tui.core.blocker import Blocker, BlockerKind
from codeframe_tui.core.errors import CodeframeError, ModelFailed, Refused
from codeframe_tui.core.progress import Decision
from codeframe_tui.core.task import Task
from codeframe_tui.worker.apply import carry_out
from codeframe_tui.worker.janitor import tidy
from codeframe_tui.worker.pipeline import walk
from codeframe_tui.worker.verify import Verifier
from codeframe_tui.worker.workshop import Workshop

__all__ = ["WorkerLoop"]

logger = logging.getLogger(__name__)


class WorkerLoop:
    """Two lanes: workers, which never touch the real tree, and decisions, which alone do.

    Attributes:
        lacking: why no model work can be done (no key, key refused); None when it can.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._verifier = Verifier(shop)
        self._walking: dict[str, asyncio.Task[None]] = {}
        self._lanes: list[asyncio.Task[None]] = []
        self._deciding: str | None = None
        self._folders = asyncio.Lock()
        self.lacking: str | None = None

    async def start(self) -> None:
        """Begin both lanes."""
        self._lanes = [
            asyncio.create_task(self._work(), name="workers"),
            asyncio.create_task(self._decide(), name="decisions"),
        ]
        for lane in self._lanes:
            lane.add_done_callback(_report)

    async def stop(self) -> None:
        """Stop both lanes and everything they run; tasks in hand go back to pending."""
        doomed = [*self._lanes, *self._walking.values()]
        for task in doomed:
            task.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        self._lanes.clear()

    async def _work(self) -> None:
        ledger = self._shop.ledger
        seen = 0
        while True:
            _, workers, paused, _ = await ledger.policy()
            self.lacking = self._shop.model.ready()
            await self._tidy()
            while not paused and self.lacking is None and len(self._walking) < workers:
                if not await self._claim():
                    break
            seen = await self._something(seen)

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

    async def _claim(self) -> bool:
        async with self._folders:
            task = await self._shop.ledger.claim("worker")
            if task is not None:
                self._begin(task)
            return task is not None

    async def _tidy(self) -> None:
        async with self._folders:  # nothing is claimed meanwhile
            await tidy(self._shop, self._is_busy)

    def _is_busy(self, number: str) -> bool:
        return number in self._walking or number == self._deciding

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
            self.lacking = failure.message
            await self._shop.ledger.record_event(
                "problem",
                number,
                {"code": failure.code, "message": failure.message, "hint": failure.hint},
            )
            await self._shop.ledger.pause("the model cannot be used")
        except Refused as error:
            if error.code != "not_in_progress":  # a person took the task away meanwhile
                await self._ask_about(number, error)
        except Exception as error:
            logger.exception("task=%s failed inside", number)
            await self._ask_about(number, error)

    async def _ask_about(self, number: str, error: Exception) -> None:
        what = error.message if isinstance(error, CodeframeError) else repr(error)
        with suppress(Refused):
            await self._shop.ledger.open_blocker(
                Blocker(
                    task=number,
                    kind=BlockerKind.SYNC,
                    question=f"Something failed inside the program: {what}. "
                    "The log has the details. Answer to try again.",
                    cause="internal",
                )
            )

    async def _decide(self) -> None:
        ledger = self._shop.ledger
        seen = 0
        while True:
            for decision in await ledger.pending_decisions():
                await self._carry_out(decision)
            seen = await ledger.changed(seen)

    async def _carry_out(self, decision: Decision) -> None:
        self._deciding = decision.task
        try:
            await carry_out(self._shop, self._verifier, decision)
        except Exception as error:
            logger.exception("decision=%s failed inside", decision.id)
            await self._shop.ledger.refuse_decision(
                decision, code="internal", message=f"something failed inside the program: {error!r}"
            )
        finally:
            self._deciding = None
        await self._tidy()


def _report(lane: asyncio.Task[None]) -> None:
    if not lane.cancelled() and (error := lane.exception()) is not None:
        logger.critical("lane=%s died", lane.get_name(), exc_info=error)

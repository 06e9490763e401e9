"""Again: tests that a person lets run once more, in a sealed copy of their own."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace

from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.again import RUN, Again
from codeframe_tui.core.evidence.verification import TestRun
from codeframe_tui.core.evidence.withheld import naming_withheld
from codeframe_tui.ports import TestRequest
from codeframe_tui.worker.workshop import Workshop

__all__ = ["FOLDER", "Repeater"]

logger = logging.getLogger(__name__)

FOLDER = "again"
"""First word of the folders that such runs have."""


class Repeater:
    """Carries the wishes out, those of different tasks beside each other."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._running: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, number: str) -> bool:
        return number in self._running

    async def run(self) -> None:
        """Take wishes until cancelled; then what is under way ends, too."""
        try:
            while True:
                again = await self._shop.ledger.next_again()
                running = asyncio.create_task(self._repeat(again), name=f"again {again.task}")
                self._running[again.task] = running
        finally:
            doomed = list(self._running.values())
            for task in doomed:
                task.cancel()
            await asyncio.gather(*doomed, return_exceptions=True)

    async def _repeat(self, again: Again) -> None:
        ledger = self._shop.ledger
        run = asyncio.create_task(_run(self._shop, again))
        stopped = asyncio.ensure_future(ledger.again_stopped(again.task))
        try:
            await asyncio.wait({run, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in (run, stopped):
                part.cancel()
            await asyncio.gather(run, stopped, return_exceptions=True)
            self._running.pop(again.task, None)
        await ledger.end_again(again, _result(run))


def _result(run: asyncio.Task[TestRun]) -> TestRun:
    """What is known of a run, however it ended."""
    if run.cancelled():
        return TestRun(False, "stopped", "stopped by a person")
    if (error := run.exception()) is None:
        return run.result()
    if isinstance(error, CodeframeError):
        return TestRun(False, "environment", error.message)
    logger.error("tests could not run again", exc_info=error)
    return TestRun(False, "environment", f"something failed inside: {error!r}")


async def _run(shop: Workshop, again: Again) -> TestRun:
    """One run in a folder of its own; the folders of verifications stay as they are."""
    await shop.workspaces.snapshot()  # for the ignored files, which a person may have put right
    folder = f"{FOLDER}-{again.task}"
    workspace = await shop.workspaces.open(folder, again.tree)
    request = TestRequest(
        workspace=workspace,
        run=RUN,
        select=again.tests,
        timeout_seconds=shop.settings.waits.tests,
    )

    def publish(signal: Signal) -> None:
        shop.ledger.publish(replace(signal, task=again.task))

    try:
        run = await shop.runner.run(request, publish)
        return naming_withheld(run, await shop.workspaces.withheld())
    finally:
        with suppress(CodeframeError):  # a folder that stays is tidied later
            await shop.workspaces.remove(folder)

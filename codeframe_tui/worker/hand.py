"""Follow the copies in which people go on by hand: what they save is shown and tested at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.proposal import Action
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.verdict import is_test_file
from codeframe_tui.core.evidence.verification import failed_tests
from codeframe_tui.core.hand import Hand, hand_folder
from codeframe_tui.core.task import Status
from codeframe_tui.ending import ended
from codeframe_tui.ports import TestRequest, Workspace
from codeframe_tui.worker.countdown import countdown
from codeframe_tui.worker.workshop import Workshop

__all__ = ["Hands"]

logger = logging.getLogger(__name__)

_WAITING = frozenset({Status.IN_REVIEW, Status.BLOCKED})
_PREFIX = hand_folder("")
_TESTS = "try-"


class Hands:
    """A follower for each copy that is open; nothing of it changes what is stored."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._following: dict[str, tuple[Hand, asyncio.Task[None]]] = {}

    async def tidy(self) -> None:
        """Remove what an earlier process left: copies that are not open, and their tests."""
        try:
            names = await self._shop.workspaces.names()
            numbers = [name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX)]
            open_ = await self._shop.ledger.in_hand(numbers) if numbers else {}
            left = [hand_folder(number) for number in numbers if number not in open_]
            for name in (*left, *(name for name in names if name.startswith(_TESTS))):
                await self._shop.workspaces.remove(name)
        except CodeframeError as error:  # a folder that stays harms nobody
            logger.warning("copies were not tidied: %s", error.message)

    async def round(self, seen: int) -> int:
        """Begin and end followers after a commit; returns the count of commits."""
        try:
            open_ = await self._open()
        except CodeframeError as error:  # what is not followed is not lost
            logger.warning("copies are not followed: %s", error.message)
            return await self._shop.ledger.changed(seen)
        for number, (hand, task) in list(self._following.items()):
            if task.done() or open_.get(number) != hand:
                await self._end(number)
        for number, hand in open_.items():
            if number not in self._following:
                follower = _Follower(self._shop, number, hand)
                task = asyncio.create_task(follower.run(), name=f"hand {number}")
                self._following[number] = hand, task
        return await self._shop.ledger.changed(seen)

    async def _open(self) -> Mapping[str, Hand]:
        """The copies that are open, of tasks that wait for a person."""
        names = await self._shop.workspaces.names()
        numbers = [name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX)]
        statuses = await self._shop.ledger.statuses(numbers) if numbers else {}
        waiting = [number for number, status in statuses.items() if status in _WAITING]
        return await self._shop.ledger.in_hand(waiting) if waiting else {}

    async def stop(self) -> None:
        """End all followers; the copies stay."""
        await _ended(*(task for _, task in self._following.values()))
        self._following.clear()

    async def _end(self, number: str) -> None:
        _, task = self._following[number]
        await _ended(task)
        del self._following[number]  # not before: who is cut off here leaves it to `stop`


@dataclass
class _Follower:
    """One copy: looks at it after every save, tells what changed and tests it.

    Attributes:
        trouble: why saves are not seen at once; empty while they are.
    """

    shop: Workshop
    number: str
    hand: Hand
    trouble: str = ""

    async def run(self) -> None:
        """Until it is cancelled or the copy goes."""
        try:
            copy = await self.shop.workspaces.open(hand_folder(self.number), None)
            await self._follow(copy)
        except (CodeframeError, OSError, RuntimeError) as error:
            logger.warning("the copy of task %s is not followed: %s", self.number, error)
            self._tell([], f"what you save is not followed: {error}")
        finally:
            await self.shop.workspaces.remove(self._tests)

    async def _follow(self, copy: Workspace) -> None:
        saved, tree = asyncio.Event(), self.hand.tree
        listening = asyncio.create_task(self._listen(copy, saved))
        testing: asyncio.Task[None] | None = None
        try:
            while not listening.done():
                found = (await self.shop.workspaces.capture(copy)).tree
                if found != tree:
                    if testing is not None:
                        await _ended(testing)
                    await self._show(tree, found)
                    testing = asyncio.create_task(self._test(found))
                    tree = found
                woken = asyncio.ensure_future(saved.wait())
                await asyncio.wait({woken, listening}, return_when=asyncio.FIRST_COMPLETED)
                await _ended(woken)
                saved.clear()
            if listening.done():
                listening.result()
        finally:
            await _ended(*filter(None, (listening, testing)))

    async def _listen(self, copy: Workspace, saved: asyncio.Event) -> None:
        def slower(why: str) -> None:
            self._tell([], f"your saves are looked for once a second: {why}")
            saved.set()

        async with aclosing(self.shop.watcher.changes(copy.root, slower)) as bursts:
            async for _ in bursts:
                saved.set()

    async def _show(self, before: str, now: str) -> None:
        """Tell which files were saved; what is in them is asked for."""
        diffs = await self.shop.workspaces.diff(before, now)
        self._tell([diff.path for diff in diffs], self.trouble)

    def _tell(self, files: Sequence[str], trouble: str) -> None:
        self.trouble = trouble
        data = {"files": files, "trouble": trouble}
        self.shop.ledger.publish(Signal("hand", self.number, data))

    async def _test(self, tree: str) -> None:
        """Run what the change is about: its own tests and those that failed, else all."""
        shop = self.shop
        progress = await shop.ledger.progress(self.number)
        diffs = await shop.workspaces.diff(self.hand.base, tree)
        there = await shop.workspaces.entries(tree)
        failed = failed_tests(progress.attempts[-1].verification) if progress.attempts else ()
        select = _about(diffs, [test for test in failed if test.partition("::")[0] in there])
        folder = await shop.workspaces.open(self._tests, tree)
        request = TestRequest(
            workspace=folder,
            run="green" if select else "regression",
            select=select,
            timeout_seconds=shop.settings.waits.tests,
        )

        def publish(signal: Signal) -> None:
            shop.ledger.publish(replace(signal, task=self.number))

        with countdown(shop, self.number, "tests of your change", request.timeout_seconds):
            done = await shop.runner.run(request, publish)
        if done.message:
            data = {"run": request.run, "text": f"{done.message}\n"}
            publish(Signal("test.output", self.number, data, key=request.run, append=True))

    @property
    def _tests(self) -> str:
        return f"{_TESTS}{self.number}"


def _about(diffs: Sequence[FileDiff], failed: Sequence[str]) -> tuple[str, ...]:
    changed = [d.path for d in diffs if is_test_file(d.path) and d.action is not Action.DELETE]
    return (*changed, *(test for test in failed if test.partition("::")[0] not in changed))


async def _ended(*tasks: asyncio.Future[Any]) -> None:
    """End them all; who is stopped meanwhile leaves none of them behind."""
    for task in tasks:
        task.cancel()
    stopped = await ended(*tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # is nobody's any more
    if stopped is not None:
        raise stopped

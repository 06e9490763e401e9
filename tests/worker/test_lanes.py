"""The lanes go on, whatever the store does to them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from codeframe_tui.worker.loop import WorkerLoop


class Broken:
    """A ledger whose every call fails with a fault that is none of the expected ones."""

    async def policy(self) -> Any:
        raise OSError("no such table")

    async def pending_decisions(self) -> Any:
        raise OSError("no such table")

    async def record_event(self, *args: Any) -> None:
        raise OSError("no such table")


async def test_a_lane_goes_on_though_nobody_can_be_told_what_failed() -> None:
    slept, twice = list[float](), asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 4:  # two lanes, two rounds each
            twice.set()
        await asyncio.sleep(0)

    async def names() -> tuple[str, ...]:
        return ()

    shop: Any = SimpleNamespace(
        ledger=Broken(),
        clock=SimpleNamespace(sleep=sleep),
        workspaces=SimpleNamespace(names=names),
    )
    loop = WorkerLoop(shop)
    await loop.start()
    await asyncio.wait_for(twice.wait(), 5)
    await loop.stop()

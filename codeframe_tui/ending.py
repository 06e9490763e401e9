"""Ending: what must not be left half-way goes on to its end, also for whoever is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

__all__ = ["ended", "to_the_end"]

T = TypeVar("T")


async def to_the_end(work: Awaitable[T]) -> T:
    """The result of work that no stop ends; who was stopped meanwhile goes on to stop then."""
    doing = asyncio.ensure_future(work)
    if (stopped := await ended(doing)) is not None:
        if not doing.cancelled():
            doing.exception()  # is nobody's any more
        raise stopped
    return doing.result()


async def ended(*doing: asyncio.Future[Any]) -> asyncio.CancelledError | None:
    """Wait until all is done; with what this was to be stopped meanwhile, to be raised then.

    For an end that nobody may miss: a killed program that still lives, a socket still served.
    """
    stopped: asyncio.CancelledError | None = None
    while pending := {each for each in doing if not each.done()}:
        try:
            await asyncio.wait(pending)
        except asyncio.CancelledError as error:
            stopped = error
    return stopped

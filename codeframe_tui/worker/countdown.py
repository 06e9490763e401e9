"""Countdown: what a worker waits for is told, with the moment at which it stops to wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from codeframe_tui.core.waiting import over, waiting
from codeframe_tui.worker.workshop import Workshop

__all__ = ["countdown"]


@contextmanager
def countdown(shop: Workshop, number: str, why: str, seconds: float) -> Iterator[None]:
    """Tell what a task waits for while the block runs; it does not end the block."""
    shop.ledger.publish(waiting(why, shop.clock.now(), seconds, number))
    try:
        yield
    finally:
        shop.ledger.publish(over(number))

"""What happens while nothing happens: no first picture and no first key waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from codeframe_tui.core.errors import CodeframeError

__all__ = ["begin", "load"]

_LATER = ("rapidfuzz.distance", "codeframe_tui.tui.deeds.table", "codeframe_tui.tui.deeds.desk")
"""For marking words of a diff, and for every key that asks or sends something."""


async def begin(ask: Callable[[Any], Awaitable[object]]) -> None:
    """Load what keys need, then let the engine read the code, so that it is known when asked for.

    Args:
        ask: asks the engine a question. Raises: CodeframeError.
    """
    await asyncio.to_thread(load)
    from codeframe_tui.core.queries.engine import ShowIndex  # noqa: PLC0415 - not before

    with suppress(CodeframeError):  # who looks for something is told
        await ask(ShowIndex())


def load() -> None:
    """Load it; in a thread of its own, for it takes a few frames."""
    for name in _LATER:
        import_module(name)

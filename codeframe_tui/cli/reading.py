"""How far the code is read, told to whoever waits for an answer about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from codeframe_tui.cli.verb import Scene
from codeframe_tui.core.errors import CodeframeError
from codeframe_tui.core.events import Signal
from codeframe_tui.core.queries import Query
from codeframe_tui.headless.output import Output
from codeframe_tui.ports import Document

__all__ = ["answer"]


async def answer(scene: Scene, query: Query) -> Document:
    """The answer; a terminal is told how much of the code is read meanwhile. Raises: as asked."""
    telling = asyncio.create_task(_tell(scene.service.signals(), scene.output))
    try:
        return await scene.service.query(query)
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling


async def _tell(signals: AsyncIterator[Signal], output: Output) -> None:
    told = False
    try:
        with suppress(CodeframeError):  # the question tells what is wrong with the engine
            async for signal in signals:
                if signal.kind == "index":
                    done, files = int(signal.data["done"]), int(signal.data["files"])
                    told = True
                    output.passing(f"reading the code: {done:,} of {files:,} files")
    finally:
        if told:
            output.passing("")

"""Asks the engine for what the rows of the diff in sight lack, and no more.

Theory of operation: there are two lanes, one for text and one for colours, and in each one question
at a time. What is asked next is decided when the last answer has come, by what is in sight then: so
however fast a person scrolls, nothing is asked for that has gone by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from codeframe_tui.core import queries
from codeframe_tui.core.errors import CodeframeError, NotFound, PathRefused, WrongUse

if TYPE_CHECKING:  # all ports at once would delay the first picture
    from codeframe_tui.ports import Document
    from codeframe_tui.tui.widgets.diff.rows import DiffRows

__all__ = ["Ask", "Supplier"]

Ask = Callable[["queries.Query"], Awaitable["Document"]]
"""Asks the engine once. Raises: CodeframeError."""
_Lacks = Callable[[], "queries.ShowHunkLines | queries.ShowSide | None"]


class Supplier:
    """Fetches text and colours of lines.

    Args:
        ask: asks the engine once.
        diff: what is supplied.
    """

    def __init__(self, ask: Ask, diff: DiffRows) -> None:
        self._ask = ask
        self._diff = diff
        self._woken = (asyncio.Event(), asyncio.Event())

    def wake(self) -> None:
        """Other rows may be in sight."""
        for event in self._woken:
            event.set()

    async def run(self) -> None:
        """Serve the diff until cancelled."""
        self.wake()
        text, colours = self._woken
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(self._lane(text, self._diff.lacks_text))
            lanes.create_task(self._lane(colours, self._diff.lacks_colours))

    async def _lane(self, woken: asyncio.Event, lacks: _Lacks) -> None:
        while True:
            await woken.wait()
            woken.clear()
            while (query := lacks()) is not None:
                supply = self._diff.supply
                try:
                    answer = await self._ask(query)
                except (NotFound, PathRefused, WrongUse):
                    answer = None
                except CodeframeError:
                    break  # there is no engine: when there is one, we are woken
                self._diff.take(supply, query, answer)

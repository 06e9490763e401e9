"""The deed for finding a function or class in a diff, and what the project knows of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from codeframe_tui.core.errors import CodeframeError, NotFound
from codeframe_tui.core.queries import ShowRelations
from codeframe_tui.tui.deeds.desk import Desk
from codeframe_tui.tui.modals.picker import Pickable, Picker
from codeframe_tui.tui.present.diff.pages import PagedHunks
from codeframe_tui.tui.present.diff.python import is_python
from codeframe_tui.tui.present.diff.symbols import MOST_LINES, Symbol, symbols
from codeframe_tui.tui.present.symbol_list import callers_in, symbol_items

__all__ = ["jump_to_symbol"]

_MOST_COUNTED = 40
"""Symbols whose callers are asked for: what a person may look through."""
_MOST_OUTLINES = 20
"""Files whose definitions are asked for."""
_PATIENCE = 10.0
"""Seconds after which what is not known yet stays out."""
_BATCH = 8
"""Answers that are shown together."""


async def jump_to_symbol(desk: Desk) -> None:
    """Go to a function or class that is added, removed or changed."""
    files = desk.diff.document["files"]
    known = _Known(desk, symbols(files))
    cut = f", of the first {MOST_LINES:,} lines" if desk.diff.index.lines > MOST_LINES else ""
    if any(isinstance(file["hunks"], PagedHunks) for file in files):
        cut = ", as far as the text has come"
    title = f"Functions and classes{cut} · callers by name"
    nothing = "no line of this diff is in a function or class that it shows"
    picked = await desk.ask(
        Picker(title, known.items(), nothing=nothing, renewed=known.more_and_more)
    )
    if picked is not None:
        desk.diff.reach(known.found[picked].place)


class _Known:
    """What is known of the symbols that are listed.

    Attributes:
        found: the symbols; their order never changes.
    """

    def __init__(self, desk: Desk, found: Sequence[Symbol]) -> None:
        self.found = list(found)
        self._feed = desk.feed
        self._files = desk.diff.document["files"]
        self._callers: dict[int, str] = {}

    def items(self) -> Sequence[Pickable]:
        return [Pickable(*item) for item in symbol_items(self.found, self._callers)]

    async def more_and_more(self) -> AsyncIterator[Sequence[Pickable]]:
        """The items again whenever the index of the project told more; ends in time."""
        end = asyncio.get_running_loop().time() + _PATIENCE
        # what a project without an index, or a slow one, cannot tell is left out
        with suppress(CodeframeError, TimeoutError):
            async with asyncio.timeout_at(end):
                await self._name()
            yield self.items()
            # what is new has no callers yet
            old = [at for at, each in enumerate(self.found) if _is_old_python(each)]
            asked = old[:_MOST_COUNTED]
            for first in range(0, len(asked), _BATCH):
                async with asyncio.timeout_at(end):
                    for at in asked[first : first + _BATCH]:
                        await self._count(at)
                yield self.items()

    async def _name(self) -> None:
        """Find out what stands around the hunks."""
        paths = [path for each in self.found if is_python(path := each.place.path)]
        outlines = {}
        for path in list(dict.fromkeys(paths))[:_MOST_OUTLINES]:
            with suppress(NotFound):  # the change makes it
                told = await self._feed.query(ShowRelations("outline", path))
                outlines[path] = [(each["line"], each["qualified"]) for each in told["symbols"]]
        whole = {each.place: each for each in symbols(self._files, outlines)}
        self.found = [whole.get(each.place, each) for each in self.found]

    async def _count(self, at: int) -> None:
        symbol = self.found[at]
        told = await self._feed.query(ShowRelations("callers", symbol.name))
        self._callers[at] = callers_in(told, symbol)


def _is_old_python(symbol: Symbol) -> bool:
    return symbol.sign != "+" and is_python(symbol.place.path)

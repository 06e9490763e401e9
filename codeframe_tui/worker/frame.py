"""Frame: two looks at the real tree, and what changed between them that we did not write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from codeframe_tui.ports import Replacement, Workspaces

__all__ = ["Frame"]


class Frame:
    """One at a time, so that what changes in it has one cause.

    A look is a snapshot, so that ignored files are outside of it. What a person edits in their
    project meanwhile cannot be told from what is framed.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._still = asyncio.Lock()
        self._first = ""
        self._ours: dict[str, tuple[str, bytes] | None] = {}

    @property
    def first(self) -> str:
        """The tree of the first look."""
        return self._first

    @property
    def is_taken(self) -> bool:
        """Whether another one is open."""
        return self._turn.locked()

    @asynccontextmanager
    async def opened(self, workspaces: Workspaces) -> AsyncIterator[None]:
        """Take a turn, with the first look at its begin."""
        async with self._turn:
            async with self._still:
                self._first = (await workspaces.snapshot()).tree
                self._ours = {}
            yield

    @asynccontextmanager
    async def writing(self, replacements: Sequence[Replacement]) -> AsyncIterator[None]:
        """Around a write of ours: no look falls into it, and it is not what is framed."""
        async with self._still:
            yield
            self._ours.update({each.path: each.new for each in replacements})

    async def looked(self, workspaces: Workspaces) -> tuple[str, str]:
        """Look again: two trees that differ by what changed since, less what we wrote."""
        async with self._still:
            now = (await workspaces.snapshot()).tree
            ours = dict(self._ours)
        if not ours:
            return self._first, now
        # what no look sees, an ignored file, must not seem to be gone
        seen = set(await workspaces.entries(self._first, ours))
        seen |= set(await workspaces.entries(now, ours))
        mine = {path: side for path, side in ours.items() if path in seen}
        return await workspaces.overlay(self._first, mine), now

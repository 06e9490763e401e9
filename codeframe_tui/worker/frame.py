"""Frame: two looks at the real tree, and what changed between them that we did not write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from codeframe_tui.core.errors import CodeframeError, Conflict, PathRefused, Refused
from codeframe_tui.core.paths import parents
from codeframe_tui.ending import to_the_end
from codeframe_tui.ports import Replacement, Workspaces
from codeframe_tui.ports.files import Snapshot

__all__ = ["Frame", "Looked"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Looked:
    """What two looks saw.

    Attributes:
        base: the first one's tree, with what we wrote since.
        tree: the second one's.
        aside: of the first one, see `ports.Snapshot`.
        unseen: what we wrote and neither look saw.
    """

    base: str
    tree: str
    aside: frozenset[str]
    unseen: Sequence[str] = ()

    def was_there(self, path: str) -> bool:
        """Whether a path that the first tree lacks stood already, where no look takes it."""
        return path in self.aside or not self.aside.isdisjoint(parents(path))


class Frame:
    """One at a time, so that what changes in it has one cause.

    A look is a snapshot, so that ignored files are outside of it. What a person edits in their
    project meanwhile cannot be told from what is framed.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._still = asyncio.Lock()
        self._first = Snapshot("")
        self._ours: dict[str, tuple[str, bytes] | None] = {}

    @property
    def first(self) -> str:
        """The tree of the first look."""
        return self._first.tree

    @property
    def is_taken(self) -> bool:
        """Whether another one is open."""
        return self._turn.locked()

    @asynccontextmanager
    async def opened(self, workspaces: Workspaces) -> AsyncIterator[None]:
        """Take a turn, with the first look at its begin."""
        async with self._turn:
            async with self._still:
                self._first = await workspaces.snapshot()
                self._ours = {}
            try:
                yield
            finally:
                self._first, self._ours = Snapshot(""), {}

    async def writing(
        self,
        replacements: Sequence[Replacement],
        write: Callable[[], Awaitable[T]],
        unwritten: Callable[[], Awaitable[Collection[str]]],
    ) -> T:
        """A write of ours: no look falls into it, and it is not what is framed.

        It goes on when its worker is stopped, so that it ends before the next look. What it wrote
        is kept for that look alone.

        Args:
            unwritten: which paths are not as they become; asked where the write broke.
        """

        async def wrote() -> T:
            try:
                done = await write()
            except (Conflict, Refused, PathRefused):  # nothing was written
                raise
            except Exception:  # it ends the next time
                with suppress(CodeframeError, OSError):
                    self._keep(replacements, await unwritten())
                raise
            self._keep(replacements)
            return done

        async with self._still:
            return await to_the_end(wrote())

    def _keep(self, replacements: Sequence[Replacement], unwritten: Collection[str] = ()) -> None:
        if self.is_taken:
            self._ours.update({r.path: r.new for r in replacements if r.path not in unwritten})

    async def glance(self, workspaces: Workspaces) -> str:
        """The tree as it is, with no write of ours half-way."""
        async with self._still:
            return (await workspaces.snapshot()).tree

    async def looked(self, workspaces: Workspaces) -> Looked:
        """Look again; what differs changed since, less what we wrote."""
        async with self._still:
            now = (await workspaces.snapshot()).tree
            ours = dict(self._ours)
        first = self._first
        if not ours:
            return Looked(first.tree, now, first.aside)
        # what no look sees, an ignored file, must not seem to be gone
        seen = set(await workspaces.entries(first.tree, ours))
        seen |= set(await workspaces.entries(now, ours))
        mine = {path: side for path, side in ours.items() if path in seen}
        unseen = [path for path, side in ours.items() if path not in seen and side is not None]
        base = await workspaces.overlay(first.tree, mine)
        return Looked(base, now, first.aside, unseen)

"""What the header tells that no table knows."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable

from codeframe_tui import __version__
from codeframe_tui.adapters.facts import read_facts
from codeframe_tui.adapters.project import Project
from codeframe_tui.ports import Document, Model, Sandbox

__all__ = ["Facts"]

FRESH_SECONDS = 5.0


class Facts:
    """Facts of the engine and its project; those of git are at most a few seconds old."""

    def __init__(self, place: Project, sandbox: Sandbox, model: Model, *, scripted: bool) -> None:
        self._place = place
        self._sandbox = sandbox
        self._model = model
        self._scripted = scripted
        self._git: Document = {}
        self._looked = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._tell: Callable[[], None] | None = None

    def when_changed(self, tell: Callable[[], None]) -> None:
        """Call this whenever git gives another answer than before."""
        self._tell = tell

    async def look(self) -> None:
        """Ask git."""
        self._git = await read_facts(self._place.root)
        self._looked = time.monotonic()

    async def close(self) -> None:
        """Stop asking."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    def document(self) -> Document:
        """What the overview needs of the surroundings; has git asked again once its answer is old.

        Whoever asks gets the answer that is there; `when_changed` tells of another one.

        Keys: project, path, branch, dirty, sandbox, sandbox_why, network (hosts that commands of
        the model reach), key (None, or what is missing), scripted, pid, version, log.
        """
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_when_old())
        lacking = self._model.ready()
        why = "; ".join(filter(None, (self._sandbox.why, self._sandbox.advice)))
        return {
            **self._git,
            "sandbox": self._sandbox.level,
            "sandbox_why": why,
            "network": [str(each) for each in self._sandbox.hosts.places],
            "key": lacking,
            "scripted": self._scripted,
            "pid": os.getpid(),
            "version": __version__,
            "log": str(self._place.engine_log),
        }

    async def _look_when_old(self) -> None:
        await asyncio.sleep(max(self._looked + FRESH_SECONDS - time.monotonic(), 0.0))
        before = self._git
        await self.look()
        if self._git != before and self._tell is not None:
            self._tell()

"""Has a backup made when the engine starts, and whenever the newest is a day old."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from codeframe_tui.adapters.store.backup import backups, make_backup
from codeframe_tui.core.errors import CodeframeError, Lacking

__all__ = ["DAY_SECONDS", "DailyBackups"]

logger = logging.getLogger(__name__)

DAY_SECONDS = 24 * 3600.0
LOOK_SECONDS = 900.0
"""Between two looks: a machine that slept, or the first task of a project, waits no longer."""


class DailyBackups:
    """Makes backups beside the work; whoever waits for the engine never waits for one.

    Args:
        database: in use by this process.
        tell: gets what a person should know, once for each reason.
    """

    def __init__(self, database: Path, tell: Callable[[Lacking], Awaitable[None]]) -> None:
        self._database = database
        self._tell = tell
        self._told: tuple[str, str] | None = None
        self._ends = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look now, and again and again."""
        self._task = asyncio.create_task(self._run(), name="backups")

    async def close(self) -> None:
        """End; a backup that is being made is given up."""
        self._ends = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                logger.exception("the backup failed inside")  # the next look comes all the same
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Make a backup if one is due."""
        if not _is_due(self._database):
            return
        making = asyncio.create_task(asyncio.to_thread(make_backup, self._database, self._wanted))
        try:
            made = await asyncio.shield(making)
        except asyncio.CancelledError:
            with suppress(Lacking):
                await making  # the thread sees soon that it is not wanted any more
            raise
        except Lacking as error:
            logger.warning("%s", error.message)
            reason = error.code, error.hint  # the message holds numbers that are others each time
            if reason != self._told:
                with suppress(CodeframeError):  # a disk that is full takes no event either
                    await self._tell(error)
                    self._told = reason
        else:
            if made is not None:
                self._told = None
                logger.info("backup %s", made.path.name)

    def _wanted(self) -> bool:
        return not self._ends


def _is_due(database: Path) -> bool:
    """Whether the newest backup is of another day, or of a day that is still to come."""
    found = backups(database)
    return not found or not 0 <= time.time() - found[0].made < DAY_SECONDS

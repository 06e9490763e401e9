"""The engine as a process of its own: serves a socket until nobody needs it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path

from codeframe_tui.bootstrap.demo import open_demo
from codeframe_tui.bootstrap.engine import open_engine
from codeframe_tui.settings import Settings
from codeframe_tui.wire.relay import first_to_end
from codeframe_tui.wire.server import Server

__all__ = ["serve"]

logger = logging.getLogger(__name__)

NICENESS = 10


async def serve(project: Path, settings: Settings, *, demo: bool = False) -> None:
    """Run the engine until its last client has gone, or SIGTERM or SIGINT ends it.

    Args:
        project: the project's folder.
        settings: read at the top.
        demo: with the scripted model and the tasks of the demo.

    Raises: as `open_engine`.
    """
    nice = max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0))  # not twice, when `serve` starts it
    os.setpriority(os.PRIO_PROCESS, 0, nice)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    opened = open_demo(project, settings) if demo else open_engine(project, settings)
    async with opened as engine:
        server = Server(engine.service)
        await server.start(engine.project.socket)
        try:
            await first_to_end(ended.wait(), server.until_unneeded())
        finally:
            await server.close()
    logger.info("engine ended")

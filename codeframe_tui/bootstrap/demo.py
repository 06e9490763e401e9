"""The demo: its own project, its own state, a scripted model, and everything else real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.bootstrap.engine import Engine, open_engine
from codeframe_tui.demo.play import auto, colleague, demo_folder, load
from codeframe_tui.demo.script import script
from codeframe_tui.demo.story import MODEL
from codeframe_tui.settings import Settings

__all__ = ["open_demo", "play_demo"]

READING_SECONDS = 0.02
"""Between two pieces of a reply, so that a person sees it being written."""


@asynccontextmanager
async def open_demo(
    project: Path, settings: Settings, *, delay: float = READING_SECONDS
) -> AsyncIterator[Engine]:
    """An engine on the scripted model, its queue filled, and a colleague who edits meanwhile."""
    settings = settings.model_copy(
        update={"model": MODEL, "sandbox": settings.sandbox or "rlimits"}
    )
    async with (
        ScriptedServer(script(), delay=delay) as server,
        open_engine(project, settings, scripted=server.base_url) as engine,
    ):
        await load(engine.service)
        meddling = asyncio.create_task(colleague(engine.service, project))
        try:
            yield engine
        finally:
            meddling.cancel()
            await asyncio.gather(meddling, return_exceptions=True)


async def play_demo(target: Path | None, echo: Callable[[str], None]) -> int:
    """Play the demo without a screen; returns 0 when its end state is as it must be, else 1."""
    with demo_folder(target) as (project, state):
        settings = Settings(state_dir=state)
        async with open_demo(project, settings, delay=0.0) as engine:
            return await auto(engine.service, project, echo)

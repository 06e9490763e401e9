"""The demo: its own project, its own state, a scripted model, and everything else real."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from codeframe_tui.adapters.scripted.server import ScriptedServer
from codeframe_tui.bootstrap.engine import Engine, open_engine
from codeframe_tui.demo.play import auto, colleague, load, prepare
from codeframe_tui.demo.script import script
from codeframe_tui.demo.story import MODEL
from codeframe_tui.settings import Settings

__all__ = ["demo_folder", "open_demo", "play_demo"]

READING_SECONDS = 0.02
"""Between two pieces of a reply, so that a person sees it being written."""


@contextmanager
def demo_folder(target: Path | None) -> Iterator[tuple[Path, Path]]:
    """A fresh demo project and a folder for its state.

    Args:
        target: where the project is kept; None = a temporary folder, removed at the end.

    Yields:
        The project's folder and the state folder, which is always removed.
    """
    scratch = Path(tempfile.mkdtemp(prefix="codeframe-tui-demo-"))
    try:
        project = prepare(target or scratch / "parcels")
        yield project, scratch / "state"
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


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

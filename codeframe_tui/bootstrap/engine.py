"""An engine in this process: the parts put together under the project's lock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from codeframe_tui.adapters.project import Project, open_project
from codeframe_tui.ports import Service
from codeframe_tui.settings import Settings

__all__ = ["Engine", "open_engine"]


@dataclass(frozen=True, slots=True)
class Engine:
    """What an opened engine offers.

    Attributes:
        project: where everything lies.
        service: the API of front ends.
    """

    project: Project
    service: Service


@asynccontextmanager
async def open_engine(
    project: Path, settings: Settings, *, scripted: str | None = None, announced: bool = True
) -> AsyncIterator[Engine]:
    """Run an engine for a project while the block runs; workers start paused.

    Args:
        project: the project's folder.
        scripted: base URL of a scripted model; None = the real one, as the SDK finds it.
        announced: whether the log of events tells of it; an engine for one verb is not worth it.

    Raises:
        Refused: another engine holds the project (code ``engine_running``); names its pid.
        Lacking: git is missing or too old, the state cannot be used, or an engine with another
            state holds the project's folder (code ``folder_taken``).
    """
    # everything heavy loads here, so that verbs which attach to a running engine start fast
    from codeframe_tui.bootstrap.assembly import assemble  # noqa: PLC0415

    place = open_project(project, settings.state_dir)
    place.prepare()
    async with AsyncExitStack() as stack:
        service = await assemble(stack, place, settings, scripted=scripted, announced=announced)
        yield Engine(place, service)

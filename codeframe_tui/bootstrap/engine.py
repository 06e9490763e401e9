"""An engine in this process: the parts put together under the project's lock."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from codeframe_tui import __version__
from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.adapters.lock import ProjectLock
from codeframe_tui.adapters.project import Project, open_project
from codeframe_tui.bootstrap.doctor import check_everything
from codeframe_tui.bootstrap.facts import Facts
from codeframe_tui.core.errors import WrongUse
from codeframe_tui.core.policy import Policy, policy_for
from codeframe_tui.ports import Service
from codeframe_tui.settings import Settings

if TYPE_CHECKING:
    from codeframe_tui.adapters.definitions import Definitions
    from codeframe_tui.ports import Model

__all__ = ["Engine", "open_engine"]

logger = logging.getLogger(__name__)


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
        Lacking: git is missing, or the state cannot be used.
    """
    # heavy rooms load here, so that verbs which attach to a running engine start fast
    from codeframe_tui.adapters.apply import JournalledTree  # noqa: PLC0415
    from codeframe_tui.adapters.definitions import Definitions, read_rules  # noqa: PLC0415
    from codeframe_tui.adapters.files import DirectoryFiles  # noqa: PLC0415
    from codeframe_tui.adapters.index import TextIndex  # noqa: PLC0415
    from codeframe_tui.adapters.pytest import PytestRunner  # noqa: PLC0415
    from codeframe_tui.adapters.sandbox import open_sandbox  # noqa: PLC0415
    from codeframe_tui.adapters.store import SqlStore  # noqa: PLC0415
    from codeframe_tui.adapters.workspace import GitWorkspaces  # noqa: PLC0415
    from codeframe_tui.service.supervisor import Supervisor  # noqa: PLC0415
    from codeframe_tui.worker.loop import WorkerLoop  # noqa: PLC0415
    from codeframe_tui.worker.workshop import Workshop  # noqa: PLC0415

    place = open_project(project, settings.state_dir)
    place.prepare()
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        stack.enter_context(ProjectLock(place.lock))
        store = await SqlStore.open(place.database)
        stack.push_async_callback(store.close)
        workspaces = GitWorkspaces(place.root, place.state, settings.limits)
        stack.push_async_callback(workspaces.close)
        await workspaces.prepare()
        sandbox = await open_sandbox(place.root, place.state, settings.sandbox)
        model = _model(settings, scripted)
        stack.push_async_callback(model.close)
        index = TextIndex(workspaces)
        facts = Facts(place, sandbox, model, scripted=scripted is not None)
        await facts.look()
        stack.push_async_callback(facts.close)
        reserved = place.environments
        working_tree = JournalledTree(place.root, place.state, reserved=reserved)
        definitions = Definitions(place.root)
        supervisor = Supervisor(
            store,
            clock,
            settings=settings,
            facts=facts.document,
            workspaces=workspaces,
            index=index,
            doctor=partial(check_everything, place, settings, sandbox=sandbox, scripted=scripted),
            default_policy=_default_policy(definitions, settings),
        )
        stack.callback(supervisor.close)
        recovered = [f"{name}: {how}" for name, how in (await working_tree.recover()).items()]
        recovered += await supervisor.recover(paused=True)
        started = {"pid": os.getpid(), "version": __version__, "sandbox": sandbox.level}
        if announced or recovered:
            told = {**started, "recovered": recovered}
            await supervisor.record_event("engine.started", None, told)
        loop = WorkerLoop(
            Workshop(
                ledger=supervisor,
                model=model,
                workspaces=workspaces,
                working_tree=working_tree,
                sandbox=sandbox,
                runner=PytestRunner(sandbox),
                index=index,
                clock=clock,
                settings=settings,
                project=DirectoryFiles(place.root, reserved),
                reserved=reserved,
                files_at=partial(DirectoryFiles, reserved=reserved),
                definition=definitions.load,
                rules=partial(read_rules, place.root),
                started=clock.now(),
            )
        )
        await loop.start()
        stack.push_async_callback(loop.stop)
        logger.info("engine started project=%s sandbox=%s", place.root, sandbox.level)
        yield Engine(place, supervisor)


def _default_policy(definitions: Definitions, settings: Settings) -> str:
    """What the default agent's level says; a broken definition, of which doctor tells, nothing."""
    try:
        agent = definitions.load(None)
    except WrongUse:
        return Policy.MANUAL.value
    ceiling = settings.ceiling
    return policy_for(None, agent.level, trusted=agent.trusted, ceiling=ceiling).value


def _model(settings: Settings, scripted: str | None) -> Model:
    from codeframe_tui.adapters.model.client import AnthropicModel  # noqa: PLC0415 - see open_engine

    if scripted is None:
        return AnthropicModel(settings)
    return AnthropicModel(settings, base_url=scripted, api_key="scripted")

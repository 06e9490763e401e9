"""Puts an engine together. Everything heavy is imported here; `open_engine` imports this late."""

from __future__ import annotations

import logging
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from codeframe_tui import __version__
from codeframe_tui.adapters.adoption import remember
from codeframe_tui.adapters.apply import JournalledTree
from codeframe_tui.adapters.baselines import KeptBaselines
from codeframe_tui.adapters.clock import SystemClock
from codeframe_tui.adapters.command_rules import ConfigRules
from codeframe_tui.adapters.commit import GitRepository
from codeframe_tui.adapters.definitions import Definitions, read_rules
from codeframe_tui.adapters.files import DirectoryFiles
from codeframe_tui.adapters.index.project_index import ProjectIndex
from codeframe_tui.adapters.lint import Linters
from codeframe_tui.adapters.lock import ProjectLock, folder_lock
from codeframe_tui.adapters.model.client import AnthropicModel
from codeframe_tui.adapters.project import Project
from codeframe_tui.adapters.pytest import PytestRunner
from codeframe_tui.adapters.sandbox import Launching, Network, NoSandbox, open_sandbox
from codeframe_tui.adapters.store import DailyBackups, SqlStore
from codeframe_tui.adapters.syntax import Highlighter
from codeframe_tui.adapters.trust import RecordedTrust
from codeframe_tui.adapters.watch import FileWatcher
from codeframe_tui.adapters.within import within
from codeframe_tui.adapters.workspace import GitWorkspaces
from codeframe_tui.bootstrap.doctor import check_everything
from codeframe_tui.bootstrap.facts import Facts
from codeframe_tui.core.errors import CodeframeError, WrongUse
from codeframe_tui.core.events import Signal
from codeframe_tui.core.policy import Policy, policy_for
from codeframe_tui.core.secrets import Secrets
from codeframe_tui.ports.points import passing
from codeframe_tui.service.supervisor import Supervisor
from codeframe_tui.settings import Settings, config_dir
from codeframe_tui.worker.loop import WorkerLoop
from codeframe_tui.worker.workshop import Workshop

__all__ = ["assemble"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The opened adapters of one project."""

    place: Project
    settings: Settings
    scripted: str | None
    store: SqlStore
    workspaces: GitWorkspaces
    working_tree: JournalledTree
    sandbox: Launching | NoSandbox
    model: AnthropicModel
    index: ProjectIndex
    syntax: Highlighter
    facts: Facts
    trust: RecordedTrust
    clock: SystemClock
    secrets: Secrets


async def assemble(
    stack: AsyncExitStack,
    place: Project,
    settings: Settings,
    *,
    scripted: str | None,
    announced: bool,
) -> Supervisor:
    """Open all parts under the project's lock and let the loop run; the stack ends them.

    Args and raises: as `open_engine`.
    """
    parts = await _opened(stack, place, settings, scripted)
    supervisor = _supervisor(parts)
    stack.callback(supervisor.close)
    parts.facts.when_changed(partial(supervisor.publish, Signal("project", None)))
    parts.index.when_reading(
        lambda done, files: supervisor.publish(
            Signal("index", None, {"done": done, "files": files})
        )
    )
    recovered = [f"{name}: {how}" for name, how in (await parts.working_tree.recover()).items()]
    passing("recover.tree")
    recovered += await supervisor.recover(paused=True)
    passing("recover.tasks")
    if announced or recovered:
        level = parts.sandbox.level
        told = {"pid": os.getpid(), "version": __version__, "sandbox": level}
        await supervisor.record_event("engine.started", None, {**told, "recovered": recovered})
    loop = WorkerLoop(_workshop(parts, supervisor))
    await loop.start()
    stack.push_async_callback(loop.stop)
    _keep_backups(stack, place, supervisor)
    logger.info("engine started project=%s sandbox=%s", place.root, parts.sandbox.level)
    return supervisor


def _keep_backups(stack: AsyncExitStack, place: Project, supervisor: Supervisor) -> None:
    async def tell(error: CodeframeError) -> None:
        told = {"message": f"{error.message}; {error.hint}", "code": error.code}
        await supervisor.record_event("problem", None, told)

    backups = DailyBackups(place.database, tell)
    stack.push_async_callback(backups.close)
    backups.start()


async def _opened(
    stack: AsyncExitStack, place: Project, settings: Settings, scripted: str | None
) -> _Parts:
    stack.enter_context(ProjectLock(place.lock))
    stack.enter_context(folder_lock(place.root))
    await remember(place)
    store = await SqlStore.open(place.database)
    stack.push_async_callback(store.close)
    secrets = Secrets.of(os.environ)
    workspaces = GitWorkspaces(
        place.root,
        place.state,
        settings.limits,
        secrets=secrets,
        withholds=settings.secrets.withholds,
    )
    stack.push_async_callback(workspaces.close)
    await workspaces.prepare()
    working_tree = JournalledTree(place.root, place.state, reserved=_reserved(place))
    stack.push_async_callback(working_tree.close)
    sandbox = await _sandbox(place, settings)
    model = _model(settings, scripted)
    stack.push_async_callback(model.close)
    index = ProjectIndex(
        workspaces, objects=workspaces.objects, database=place.index, project=place.root
    )
    stack.push_async_callback(index.close)
    syntax = Highlighter()
    stack.push_async_callback(syntax.close)
    facts = Facts(place, sandbox, model, scripted=scripted is not None)
    await facts.look()
    stack.push_async_callback(facts.close)
    return _Parts(
        place=place,
        settings=settings,
        scripted=scripted,
        store=store,
        workspaces=workspaces,
        working_tree=working_tree,
        sandbox=sandbox,
        model=model,
        index=index,
        syntax=syntax,
        facts=facts,
        trust=RecordedTrust(place),
        clock=SystemClock(),
        secrets=secrets,
    )


async def _sandbox(place: Project, settings: Settings) -> Launching | NoSandbox:
    network = Network(settings.network.of_a_command())
    demanded = settings.sandbox, settings.totals.of_a_run(), network
    return await open_sandbox(place.root, place.state, *demanded)


def _model(settings: Settings, scripted: str | None) -> AnthropicModel:
    if scripted is None:
        return AnthropicModel(settings)
    return AnthropicModel(settings, base_url=scripted, api_key="scripted")


def _supervisor(parts: _Parts) -> Supervisor:
    doctor = partial(
        check_everything,
        parts.place,
        parts.settings,
        sandbox=parts.sandbox,
        scripted=parts.scripted,
    )
    return Supervisor(
        parts.store,
        parts.clock,
        settings=parts.settings,
        facts=parts.facts.document,
        workspaces=parts.workspaces,
        index=parts.index,
        doctor=doctor,
        working_tree=parts.working_tree,
        syntax=parts.syntax,
        files_at=partial(DirectoryFiles, reserved=_reserved(parts.place)),
        default_policy=_default_policy(parts.trust.definitions, parts.settings),
        secrets=parts.secrets,
        trust=parts.trust,
    )


def _workshop(parts: _Parts, supervisor: Supervisor) -> Workshop:
    root, reserved = parts.place.root, _reserved(parts.place)
    return Workshop(
        ledger=supervisor,
        model=parts.model,
        workspaces=parts.workspaces,
        working_tree=parts.working_tree,
        sandbox=parts.sandbox,
        runner=PytestRunner(parts.sandbox, parts.secrets),
        baselines=KeptBaselines(parts.place.state / "baselines"),
        linter=Linters(parts.sandbox, parts.secrets),
        index=parts.index,
        clock=parts.clock,
        settings=parts.settings,
        project=DirectoryFiles(root, reserved),
        reserved=reserved,
        files_at=partial(DirectoryFiles, reserved=reserved),
        definition=parts.trust.definitions.load,
        trusted=parts.trust.paths,
        rules=partial(read_rules, root),
        watcher=FileWatcher(),
        repository=GitRepository(root),
        commands=ConfigRules(parts.settings.commands.of_a_person(), config_dir() / "config.toml"),
        secrets=parts.secrets,
    )


def _reserved(place: Project) -> tuple[str, ...]:
    """What no proposal can take: environments, and our own settings and state, wherever they lie.

    A project may hold them (somebody's home, a repository of settings): a change there would be one
    of policies and limits.
    """
    own = (within(place.root, each) for each in (config_dir(), place.state_root))
    return (*place.environments, *(each.as_posix() for each in own if each and each.parts))


def _default_policy(definitions: Definitions, settings: Settings) -> str:
    """What the default agent's level says; a broken definition, of which doctor tells, nothing."""
    try:
        agent = definitions.load(None)
    except WrongUse:
        return Policy.MANUAL.value
    ceiling = settings.ceiling
    return policy_for(None, agent.level, trusted=agent.trusted, ceiling=ceiling).value

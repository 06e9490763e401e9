"""The ports that the road works with, handed to every stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codeframe_tui.core.secrets import NOTHING, Secrets
from codeframe_tui.core.talk.agent import AgentDefinition
from codeframe_tui.ports import (
    Baselines,
    Clock,
    CodeIndex,
    Files,
    Ledger,
    Linter,
    Model,
    Sandbox,
    TestRunner,
    Watcher,
    WorkingTree,
    Workspaces,
)
from codeframe_tui.ports.permission import CommandRules
from codeframe_tui.ports.repository import Repository
from codeframe_tui.settings import Settings
from codeframe_tui.worker.frame import Frame

__all__ = ["Workshop"]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a worker needs; made once by bootstrap.

    Attributes:
        project: the real tree, for reading what no snapshot holds.
        reserved: places of environments in the project; no proposal can take them.
        files_at: opens a folder through the path gate.
        definition: agent definition by name; None = the default. Raises: WrongUse, NotFound.
        trusted: paths of files in the repository that a person trusts as they are.
        repository: the user's own, written only by `worker.commit`.
        commands: rules of the person about what the model runs.
        rules: reads the project's rules files: name -> text.
        shares: model -> by what its window is smaller than the settings say (2 = half), where a
            call has shown it; every engine finds it out anew.
        secrets: what no text may tell.
        frame: for what reaches the real tree beside `worker.write`.
    """

    ledger: Ledger
    model: Model
    workspaces: Workspaces
    working_tree: WorkingTree
    sandbox: Sandbox
    runner: TestRunner
    baselines: Baselines
    linter: Linter
    index: CodeIndex
    clock: Clock
    settings: Settings
    project: Files
    reserved: tuple[str, ...]
    files_at: Callable[[Path], Files]
    definition: Callable[[str | None], AgentDefinition]
    trusted: Callable[[], Collection[str]]
    rules: Callable[[], Mapping[str, str]]
    watcher: Watcher
    repository: Repository
    commands: CommandRules
    shares: dict[str, int] = field(default_factory=dict)
    secrets: Secrets = NOTHING
    frame: Frame = field(default_factory=Frame)

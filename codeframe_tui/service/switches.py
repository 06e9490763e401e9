"""What a person can switch while the engine runs; kept over restarts."""

from __future__ import annotations

from dataclasses import dataclass

from codeframe_tui.core.commands import SetPolicy, SetWorkers
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.policy import Policy
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Setting, Tables
from codeframe_tui.service.unit import Unit
from codeframe_tui.settings import Settings

__all__ = [
    "Halt",
    "InForce",
    "explicit_policy",
    "halt",
    "in_force",
    "is_paused",
    "set_policy",
    "set_workers",
]

MOST_WORKERS = 16


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds now.

    Attributes:
        policy: None = the level of a task's agent says.
        tasks_left: how many fresh tasks may still be taken; None = no limit.
    """

    policy: str | None
    workers: int
    paused: bool
    model: str
    tasks_left: int | None


def explicit_policy(tables: Tables, settings: Settings) -> str | None:
    """What was switched, else what the settings say; None = the agent's level says."""
    chosen = tables.settings.get("policy") or settings.policy
    return None if chosen is None else str(chosen)


def in_force(tables: Tables, settings: Settings) -> InForce:
    """What was switched, else what the settings say."""
    get = tables.settings.get
    left = get("max_tasks")
    return InForce(
        policy=explicit_policy(tables, settings),
        workers=int(get("workers") or settings.workers),
        paused=is_paused(tables),
        model=str(get("model") or settings.model),
        tasks_left=None if left is None else int(left),
    )


@dataclass(frozen=True, slots=True)
class Halt:
    """What keeps workers from tasks that could start.

    Attributes:
        paused: they take none at all.
        begun: the only tasks they may take, because the limit of the run is reached; None = any.
    """

    paused: bool
    begun: frozenset[str] | None

    def why(self, number: str) -> str | None:
        """Why no worker takes a task, in one line."""
        if self.paused:
            return "paused"
        if self.begun is not None and number not in self.begun:
            return "the limit of this run is reached"
        return None


def halt(tables: Tables) -> Halt:
    """What holds now."""
    limited = tables.settings.get("max_tasks") == 0
    return Halt(is_paused(tables), frozenset(tables.tasks.begun()) if limited else None)


def is_paused(tables: Tables) -> bool:
    """Whether workers take no tasks; so until a person starts them, for work costs money."""
    return tables.settings.get("paused") is not False


def set_policy(unit: Unit, command: SetPolicy, settings: Settings) -> Document:
    """See `core.commands.SetPolicy`."""
    allowed = [policy.value for policy in Policy]
    if command.policy is not None and command.policy not in allowed:
        raise Refused(
            f"{command.policy!r} is no policy",
            hint=f"allowed: {', '.join(allowed)}",
            code="bad_policy",
        )
    chosen = None if command.policy == settings.policy else command.policy
    unit.tables.settings.set("policy", chosen)
    unit.emit("policy.changed", None, {"policy": command.policy, "by": "person"})
    return {}


def set_workers(unit: Unit, command: SetWorkers, settings: Settings) -> Document:
    """See `core.commands.SetWorkers`."""
    if command.workers is not None and not 1 <= command.workers <= MOST_WORKERS:
        raise _bad("number of workers", command.workers, f"1 to {MOST_WORKERS}")
    if command.max_tasks is not None and command.max_tasks < 0:
        raise _bad("number of tasks", command.max_tasks, "0 (none) or more")
    if command.model is not None and not command.model.strip():
        raise _bad("model", command.model, "the name of a model")
    _switch(unit, "workers", command.workers, settings.workers)
    _switch(unit, "model", command.model, settings.model)
    if command.paused is not None:
        unit.tables.settings.set("paused", command.paused)
        unit.tables.settings.set("max_tasks", command.max_tasks)
    elif command.max_tasks is not None:
        unit.tables.settings.set("max_tasks", command.max_tasks)
    _tell(unit, settings)
    return {}


def _switch(unit: Unit, name: str, value: Setting, default: Setting) -> None:
    """Keep what differs from the settings; what does not, follows them when they change."""
    if value is not None:
        unit.tables.settings.set(name, None if value == default else value)


def pause(unit: Unit, why: str, settings: Settings) -> None:
    """Pause the workers for a reason of the program."""
    unit.tables.settings.set("paused", True)
    _tell(unit, settings, why=why)


def _tell(unit: Unit, settings: Settings, **more: str) -> None:
    now = in_force(unit.tables, settings)
    data = {"paused": now.paused, "workers": now.workers, "model": now.model}
    unit.emit("workers.changed", None, {**data, **more})


def _bad(what: str, value: object, allowed: str) -> Refused:
    return Refused(f"{value!r} is no {what}", hint=f"allowed: {allowed}", code="bad_workers")

"""Work until nothing can go on, without a screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from codeframe_tui.core.commands import SetPolicy, SetWorkers
from codeframe_tui.core.errors import CodeframeError, Lacking, Refused
from codeframe_tui.core.events import Event
from codeframe_tui.core.queries import ShowBlockers, ShowDoctor, ShowEvents, ShowOverview, ShowTasks
from codeframe_tui.core.task import Status
from codeframe_tui.ports import Document, Service

__all__ = ["Outcome", "Wanted", "last_event", "run_until_idle"]

_ENDED = (Status.CANCELLED, Status.FAILED)
UNUSABLE = frozenset({"model_no_key", "model_wrong_key"})
"""Codes of problems that stop all model work."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked of the run; None = as it is."""

    policy: str | None = None
    workers: int | None = None
    model: str | None = None
    max_tasks: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        counts: number of tasks by status.
        blockers: questions that wait.
        stuck: tasks that wait for one that was cancelled or has failed.
        lacking: why no model work can be done, if so.
    """

    counts: dict[str, int]
    blockers: int = 0
    stuck: int = 0
    lacking: Lacking | None = None

    @property
    def exit_code(self) -> int:
        """CONTRACT §2: 5 before 4 before 3 before 0."""
        if self.lacking is not None:
            return 5
        if self.counts.get(Status.FAILED):
            return 4
        waits = self.counts.get(Status.IN_REVIEW, 0) + self.counts.get(Status.BLOCKED, 0)
        return 3 if waits or self.blockers or self.stuck else 0

    def text(self) -> str:
        """One line for people."""
        told = ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in self.counts.items())
        questions = f"; {self.blockers} open blockers" if self.blockers else ""
        stuck = f"; {self.stuck} waiting for a cancelled or failed task" if self.stuck else ""
        return f"nothing more to do: {told or 'no tasks'}{questions}{stuck}"


@dataclass(slots=True)
class _Watch:
    """What the events of this run have told so far."""

    working: set[str] = field(default_factory=set)
    deciding: set[Any] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    paused: bool = False
    lacking: Lacking | None = None

    def see(self, event: Event) -> None:
        match event:
            case Event(type="task.status", task=str(task), data=data):
                self._moved(task, data["to"])
            case Event(
                type="review.approved" | "undo.requested" | "redo.requested",
                data={"decision": decision},
            ):
                self.deciding.add(decision)
            case Event(
                type=("change.applied" | "change.undone" | "change.redone" | "change.refused"),
                data={"decision": decision},
            ):
                self.deciding.discard(decision)
            case Event(type="workers.changed", data={"paused": bool(paused)}):
                self.paused = paused
            case Event(type="problem", data={"code": code} as data) if code in UNUSABLE:
                self.lacking = Lacking(data["message"], hint=data.get("hint", ""), code=code)

    def _moved(self, task: str, to: str) -> None:
        if to == Status.IN_PROGRESS:
            self.working.add(task)
            self.taken.add(task)
        else:
            self.working.discard(task)

    @property
    def stopped(self) -> bool:
        """Whether no more work will be taken, whatever waits."""
        return self.paused or self.lacking is not None


class _Closing(Protocol):
    async def aclose(self) -> None: ...


async def run_until_idle(
    service: Service, wanted: Wanted, on_event: Callable[[Event], None]
) -> Outcome:
    """Start the workers and follow until nothing can go on; what it switched is switched back.

    Raises:
        Lacking: the model cannot be used at all.
    """
    await _require_model(service)
    after = await last_event(service)
    before = await service.query(ShowOverview())
    try:
        return await _run(service, wanted, after, on_event)
    finally:
        with suppress(CodeframeError):  # an engine that is lost has nothing to switch back
            await _switch_back(service, wanted, before)


async def _switch_back(service: Service, wanted: Wanted, before: Document) -> None:
    if wanted.policy is not None:
        chosen = before.get("policy_chosen", True)
        await service.submit(SetPolicy(before["policy"] if chosen else None))
    workers = before["worker_limit"] if wanted.workers is not None else None
    model = before["model"] if wanted.model is not None else None
    await service.submit(SetWorkers(paused=before["paused"], workers=workers, model=model))


async def _run(
    service: Service, wanted: Wanted, after: int, on_event: Callable[[Event], None]
) -> Outcome:
    if wanted.policy is not None:
        await service.submit(SetPolicy(wanted.policy))
    start = SetWorkers(
        paused=False, workers=wanted.workers, model=wanted.model, max_tasks=wanted.max_tasks
    )
    await service.submit(start)
    watch = _Watch()
    if not _is_idle(await _tasks(service), watch, wanted.max_tasks):
        await _follow(service, after, watch, wanted.max_tasks, on_event)
    return await _outcome(service, watch)


async def last_event(service: Service) -> int:
    """A number of an event not newer than any that follows from here."""
    document = await service.query(ShowEvents(after=0, limit=1))
    return int(document.get("last", 0))


async def _require_model(service: Service) -> None:
    for check in (await service.query(ShowDoctor())).get("checks", []):
        if check["name"] == "key" and check["state"] == "missing":
            raise Lacking(check["detail"], hint=check["hint"], code="model_no_key")


async def _tasks(service: Service) -> list[Document]:
    return cast("list[Document]", (await service.query(ShowTasks()))["tasks"])


async def _follow(
    service: Service,
    after: int,
    watch: _Watch,
    max_tasks: int | None,
    on_event: Callable[[Event], None],
) -> None:
    """Follow until nothing can go on; the list is only asked for when nothing seems to work."""
    events = service.events(after)
    async with aclosing(cast("_Closing", events)):
        async for event in events:
            on_event(event)
            watch.see(event)
            if watch.working or watch.deciding:
                continue
            if _is_idle(await _tasks(service), watch, max_tasks):
                return
    raise Refused("the engine ended before the work did", code="engine_lost")


def _is_idle(tasks: list[Document], watch: _Watch, max_tasks: int | None) -> bool:
    states = [Status(task["status"]) for task in tasks]
    if Status.IN_PROGRESS in states or watch.deciding:
        return False
    if watch.stopped or (max_tasks is not None and len(watch.taken) >= max_tasks):
        return True
    return not any(
        state is Status.PENDING and not task["held"] and not task["waiting_on"]
        for state, task in zip(states, tasks, strict=True)
    )


async def _outcome(service: Service, watch: _Watch) -> Outcome:
    tasks = await _tasks(service)
    counts = Counter(str(task["status"]) for task in tasks)
    ended = {task["number"] for task in tasks if task["status"] in _ENDED}
    stuck = sum(
        task["status"] == Status.PENDING and not ended.isdisjoint(task["waiting_on"])
        for task in tasks
    )
    blockers = (await service.query(ShowBlockers()))["blockers"]
    return Outcome(dict(counts), len(blockers), stuck, watch.lacking)

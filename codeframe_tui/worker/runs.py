"""One run of tests: a folder that is exactly a tree, and what runs in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from codeframe_tui.core.events import Signal
from codeframe_tui.core.evidence.coverage import Ranges
from codeframe_tui.core.evidence.reach import AS_THEY_COME, Order
from codeframe_tui.core.evidence.verification import TestRun
from codeframe_tui.core.evidence.withheld import naming_withheld
from codeframe_tui.core.task import Task
from codeframe_tui.ports import TestRequest, Workspace
from codeframe_tui.ports.points import passing
from codeframe_tui.worker.countdown import countdown
from codeframe_tui.worker.workshop import Workshop

__all__ = ["Wish", "folder_of", "make_run"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a suite runs, and how; the fields are those of `TestRequest`."""

    select: tuple[str, ...] = ()
    collect_only: bool = False
    lines: Mapping[str, Ranges] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    order: Order = AS_THEY_COME
    workers: int = 0


_WHOLE = Wish()


async def folder_of(shop: Workshop, task: Task, tree: str) -> Workspace:
    """The folder of a task's verifications, made exactly ``tree``."""
    return await shop.workspaces.open(f"verify-{task.number}", tree)


async def make_run(
    shop: Workshop, task: Task, name: str, tree: str, wish: Wish = _WHOLE
) -> TestRun:
    """Run tests, and tell how it goes.

    Args:
        name: what the run is called: ``red``, ``green``, ``regression``, ``base`` or ``flaky``.
    """
    workspace = await folder_of(shop, task, tree)
    request = TestRequest(
        workspace=workspace,
        run=name,
        select=wish.select,
        collect_only=wish.collect_only,
        timeout_seconds=shop.settings.waits.tests,
        lines=wish.lines,
        own=wish.own,
        order=wish.order,
        workers=wish.workers,
    )

    def publish(signal: Signal) -> None:
        shop.ledger.publish(replace(signal, task=task.number))

    with countdown(shop, task.number, f"tests ({name})", request.timeout_seconds):
        done = await shop.runner.run(request, publish)
    passing(f"verify.{name}")
    return naming_withheld(done, await shop.workspaces.withheld())

"""Budget: no model call beyond a cap of money without a person's consent."""

from __future__ import annotations

from collections.abc import Sequence

from codeframe_tui.core.blocker import Blocker, BlockerKind, BlockerStatus
from codeframe_tui.core.task import Task
from codeframe_tui.worker.workshop import Workshop

__all__ = ["stopped_by_cap"]


async def stopped_by_cap(shop: Workshop, task: Task) -> bool:
    """Block a task that has reached a cap; a shared cap pauses all workers too.

    An answer (or a retry) allows the amount of the cap once more, from where it stopped. Replies of
    unknown price count nothing.
    """
    money = shop.settings.money
    midnight = f"{shop.clock.now()[:10]}T00:00:00.000Z"
    for name, cap, since, whose in (
        ("per_task", money.per_task, "", task.number),
        ("per_run", money.per_run, shop.started, None),
        ("per_day", money.per_day, midnight, None),
    ):
        if not cap:
            continue
        consent = _newest_consent(await shop.ledger.blockers_of(whose), name)
        if await shop.ledger.spent(max(since, consent), whose) < cap:
            continue
        if whose is None:
            await shop.ledger.pause(f"the cap money.{name} is reached")
        question = _question(name, cap, await shop.ledger.spent(since, whose))
        await shop.ledger.open_blocker(Blocker(task.number, BlockerKind.SYNC, question, "budget"))
        return True
    return False


def _newest_consent(blockers: Sequence[Blocker], name: str) -> str:
    """When it last stopped at this cap and a person let it go on; empty = never."""
    times = (
        each.created_at
        for each in blockers
        if each.cause == "budget"
        and each.status is not BlockerStatus.OPEN
        and each.question.startswith(f"The cap money.{name} ")
    )
    return max(times, default="")


def _question(name: str, cap: float, spent: float) -> str:
    whose = {"per_task": "this task", "per_run": "this run", "per_day": "this day (UTC)"}[name]
    then = "" if name == "per_task" else " Then start the workers again."
    return (
        f"The cap money.{name} of ${cap:.2f} is reached: {whose} has spent ${spent:.2f}. "
        f"An answer allows the same amount again.{then}"
    )

"""Money: reserved before a call and settled after it, so that no cap is overrun unasked.

A reservation is a row. It goes with the reply that is paid, when its task has to wait for others,
or leaves the worker, also after a crash (a trigger sees to that); it is never more than one per
task.
"""

from __future__ import annotations

from collections.abc import Iterator

from codeframe_tui.core.blocker import Blocker, BlockerKind, BlockerStatus
from codeframe_tui.core.budget import CAPS, Answer, Cap, Room, allowed, per_call, room_under
from codeframe_tui.core.moment import believable
from codeframe_tui.core.task import Status
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.blockers import open_blocker
from codeframe_tui.service.switches import pause
from codeframe_tui.service.unit import Unit, find_task
from codeframe_tui.settings import Settings

__all__ = ["assumed", "caps_in_force", "is_about", "reserve", "shared_caps", "spending"]

_PRICE = "The price of {} is unknown"


def reserve(
    unit: Unit, number: str, wanted: float, *, settings: Settings, started: str, told: bool
) -> Room:
    """Hold the most that a call can cost, or stop the task at a cap that is reached.

    Args:
        number: a task in progress.
        wanted: US dollars; 0 where the price is unknown.
        started: since when the cap per run counts.
        told: whether it was told already that this call waits for others.
    """
    unit.working(number)
    later: Cap | None = None
    for cap in caps_in_force(unit.tables, settings, started, unit.at, number):
        whose = _whose(cap, number)
        spent = unit.tables.turns.paid(cap.since, whose, cap.until)
        held = 0.0 if whose else unit.tables.reservations.held(number)
        match room_under(cap, spent=spent, held=held, wanted=wanted):
            case Room.NO:
                _stop(unit, number, cap, spent, settings)
                return Room.NO
            case Room.LATER:
                later = later or cap
    if later is None:
        unit.tables.reservations.hold(number, wanted, unit.at)
        return Room.YES
    unit.tables.reservations.free(number)  # two that wait and hold would wait for each other
    if not told:
        said = f"calls of other tasks hold what is left under money.{later.name}"
        data = {"kind": "budget", "seconds": 0.0, "message": said}
        unit.emit("model.waiting", number, data)
    return Room.LATER


def assumed(
    unit: Unit, number: str, model: str, *, settings: Settings, started: str
) -> float | None:
    """See `ports.Ledger.assume_price`."""
    unit.working(number)
    cap = next(caps_in_force(unit.tables, settings, started, unit.at, number), None)
    if cap is None:
        return 0.0
    asked = [each for each in unit.tables.blockers.all() if _is_about_price(each, model)]
    answers = [each.answer for each in asked if each.status is BlockerStatus.ANSWERED]
    if answers:
        return per_call(answers[-1] or "")
    pause(unit, f"the price of {model} is unknown", settings)
    if any(each.status is BlockerStatus.OPEN and each.task != number for each in asked):
        unit.move(unit.task(number), Status.PENDING)
        return None
    question = (
        f"{_PRICE.format(model)}, so the cap money.{cap.name} of ${cap.usd:.2f} cannot hold. An "
        "amount counts each of its calls as that much; any other answer lets it run uncounted. "
        "Then start the workers again."
    )
    options = ("count each call as 0.50", "run uncounted")
    open_blocker(unit, Blocker(number, BlockerKind.SYNC, question, "budget", options=options))
    return None


def _is_about_price(blocker: Blocker, model: str) -> bool:
    return blocker.cause == "budget" and blocker.question.startswith(_PRICE.format(model) + ",")


def caps_in_force(
    tables: Tables, settings: Settings, started: str, now: str, number: str | None
) -> Iterator[Cap]:
    """The caps that are set, after what people answered; per task only where one is given."""
    money, until = settings.money, believable(now)
    for cap in (
        Cap("per_task", money.per_task),
        Cap("per_run", money.per_run, started),
        Cap("per_day", money.per_day, f"{now[:10]}T00:00:00.000Z", until),
    ):
        if cap.usd and (number is not None or cap.name != "per_task"):
            yield allowed(cap, _answers(tables, cap, number), until)


def shared_caps(tables: Tables, settings: Settings, started: str, now: str) -> list[Document]:
    """The caps that all tasks share, with what is spent and held against them."""
    held = tables.reservations.held(None)
    return [
        {
            "name": cap.name,
            "cap_usd": cap.usd,
            "spent_usd": tables.turns.paid(cap.since, None, cap.until),
            "reserved_usd": held,
            "since": cap.since,
        }
        for cap in caps_in_force(tables, settings, started, now, None)
    ]


def spending(
    tables: Tables, *, settings: Settings, started: str, now: str, number: str
) -> tuple[float | None, float | None]:
    """See `ports.Ledger.spending`."""
    known = find_task(tables, number).cost_usd is not None
    for cap in caps_in_force(tables, settings, started, now, number):
        if cap.name == "per_task":
            paid = tables.turns.paid(cap.since, number, cap.until)
            return (paid if known else None), cap.usd
    return find_task(tables, number).cost_usd, None


def _whose(cap: Cap, number: str | None) -> str | None:
    return number if cap.name == "per_task" else None


def _answers(tables: Tables, cap: Cap, number: str | None) -> Iterator[Answer]:
    """A retry of a task is an answer about that task too; about what all share only words are."""
    whose = _whose(cap, number)
    for each in tables.blockers.all() if whose is None else tables.blockers.of(whose):
        if not is_about(each, cap):
            continue
        if each.status is BlockerStatus.ANSWERED or (
            whose and each.status is not BlockerStatus.OPEN
        ):
            yield Answer(each.created_at, each.answer or "")


def _stop(unit: Unit, number: str, cap: Cap, spent: float, settings: Settings) -> None:
    """Ask once: other tasks that reach a shared cap go back to the queue."""
    if cap.name != "per_task":
        pause(unit, f"the cap money.{cap.name} is reached", settings)
        if _is_asked(unit.tables, number, cap):
            unit.move(unit.task(number), Status.PENDING)
            return
    open_blocker(
        unit,
        Blocker(
            number,
            BlockerKind.SYNC,
            _question(cap, spent),
            "budget",
            options=("go on", f"raise to {2 * cap.usd:.2f}"),
        ),
    )


def _is_asked(tables: Tables, number: str, cap: Cap) -> bool:
    """Whether another task has asked already; a question of an earlier run or day is another."""
    return any(
        is_about(each, cap) and each.task != number and each.created_at >= cap.since
        for each in tables.blockers.open()
    )


def is_about(blocker: Blocker, cap: Cap) -> bool:
    """Whether a question is about a cap."""
    begins = f"The cap money.{cap.name} "
    return blocker.cause == "budget" and blocker.question.startswith(begins)


def _question(cap: Cap, spent: float) -> str:
    then = "" if cap.name == "per_task" else " Then start the workers again."
    return (
        f"The cap money.{cap.name} of ${cap.usd:.2f} is reached: {CAPS[cap.name]} has spent "
        f"${spent:.2f}. An amount raises the cap to it; any other answer allows the same amount "
        f"again.{then}"
    )

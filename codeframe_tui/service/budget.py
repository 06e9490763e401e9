"""Money: reserved before a call and settled after it, so that no cap is overrun unasked.

A call that does not fit under a cap at its most is not made: where others hold what is missing it
waits for them, else a person is asked. So a cap is overrun by no more than calls cost above the
most that was reckoned for them.

A reservation is a row. It goes with the reply that is paid, when its task has to wait for others,
or leaves the worker, also after a crash (a trigger sees to that); it is never more than one per
task.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codeframe_tui.core.blocker import Blocker, BlockerKind, BlockerStatus
from codeframe_tui.core.budget import (
    CAPS,
    Answer,
    Cap,
    NextCall,
    Room,
    allowed,
    cents,
    least,
    per_call,
    room_under,
)
from codeframe_tui.core.moment import believable
from codeframe_tui.core.task import Status
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.blockers import open_blocker
from codeframe_tui.service.switches import pause
from codeframe_tui.service.unit import Unit, find_task
from codeframe_tui.settings import Settings

__all__ = [
    "Account",
    "account",
    "assumed",
    "caps_in_force",
    "reserve",
    "shared_caps",
    "spending",
]

_PRICE = "The price of {} is unknown"


@dataclass(frozen=True, slots=True)
class Account:
    """A cap with all that it counts, also from before a person let it go on.

    Attributes:
        cap: as it is in force.
        usd: what may be spent in all.
        spent: by replies.
        held: reserved for calls of other tasks.
    """

    cap: Cap
    usd: float
    spent: float
    held: float


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
    for first, cap in _caps(unit.tables, settings, started, unit.at, number):
        whose = _whose(cap, number)
        spent = unit.tables.turns.paid(cap.since, whose, cap.until)
        held = 0.0 if whose else unit.tables.reservations.held(number)
        match room_under(cap, spent=spent, held=held, wanted=wanted):
            case Room.NO:
                reached = _account(unit.tables, first, cap, number)
                _stop(unit, number, reached, wanted, settings)
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
    return (cap for _, cap in _caps(tables, settings, started, now, number))


def _caps(
    tables: Tables, settings: Settings, started: str, now: str, number: str | None
) -> Iterator[tuple[Cap, Cap]]:
    """The caps as they are set, each with what people's answers made of it."""
    money, until = settings.money, believable(now)
    for cap in (
        Cap("per_task", money.per_task),
        Cap("per_run", money.per_run, started),
        Cap("per_day", money.per_day, f"{now[:10]}T00:00:00.000Z", until),
    ):
        if cap.usd and (number is not None or cap.name != "per_task"):
            yield cap, allowed(cap, _answers(tables, cap, number), until)


def account(
    tables: Tables, settings: Settings, started: str, now: str, blocker: Blocker
) -> Account | None:
    """The cap that a question is about; None when it is about none that is set."""
    for first, cap in _caps(tables, settings, started, now, blocker.task):
        if _is_about(blocker, cap):
            return _account(tables, first, cap, blocker.task)
    return None


def _account(tables: Tables, first: Cap, cap: Cap, number: str) -> Account:
    whose = _whose(cap, number)
    spent = tables.turns.paid(cap.since, whose, cap.until)
    whole = spent if cap == first else tables.turns.paid(first.since, whose, first.until)
    held = 0.0 if whose else tables.reservations.held(number)
    return Account(cap, cap.usd + whole - spent, whole, held)


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
        if not _is_about(each, cap):
            continue
        if each.status is BlockerStatus.ANSWERED or (
            whose and each.status is not BlockerStatus.OPEN
        ):
            needs = NextCall.read(each.question).needs
            yield Answer(each.created_at, each.answer or "", needs)


def _stop(unit: Unit, number: str, reached: Account, wanted: float, settings: Settings) -> None:
    """Ask once: other tasks that reach a shared cap go back to the queue."""
    cap, call = reached.cap, NextCall(wanted, reached.held)
    if cap.name != "per_task":
        pause(unit, f"the cap money.{cap.name} is reached", settings)
        if _is_asked(unit.tables, number, cap):
            unit.move(unit.task(number), Status.PENDING)
            return
    more = max(cents(2 * reached.usd), least(reached.spent, call.needs))
    open_blocker(
        unit,
        Blocker(
            number,
            BlockerKind.SYNC,
            _question(reached, call),
            "budget",
            options=("go on", f"raise to {more:.2f}"),
        ),
    )


def _is_asked(tables: Tables, number: str, cap: Cap) -> bool:
    """Whether another task has asked already; a question of an earlier run or day is another."""
    return any(
        _is_about(each, cap) and each.task != number and each.created_at >= cap.since
        for each in tables.blockers.open()
    )


def _is_about(blocker: Blocker, cap: Cap) -> bool:
    """Whether a question is about a cap."""
    begins = f"The cap money.{cap.name} "
    return blocker.cause == "budget" and blocker.question.startswith(begins)


def _question(reached: Account, call: NextCall) -> str:
    name, left = reached.cap.name, max(reached.usd - cents(reached.spent), 0.0)
    question = (
        f"The cap money.{name} of ${reached.usd:.2f} is reached: {CAPS[name]} has "
        f"spent ${cents(reached.spent):.2f}. ${left:.2f} is left, and {call}. An amount raises the "
        "cap to it, +2 adds 2 to it; any other answer allows the same amount again, or what the "
        "call may cost where that is more."
    )
    if call.usd > reached.usd:
        question += (
            " This call alone may cost more than the cap: where tokens have a price, a smaller "
            "limits.reply_tokens lowers that."
        )
    if name != "per_task":
        question += " Then start the workers again."
    return question

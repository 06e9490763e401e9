"""Caps of money: what a call may still take, and what a person's answer allows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

__all__ = [
    "CAPS",
    "Answer",
    "Cap",
    "NextCall",
    "Room",
    "allowed",
    "cents",
    "least",
    "per_call",
    "raised",
    "room_under",
]

CAPS = {"per_task": "this task", "per_run": "this run", "per_day": "this day (UTC)"}
"""Names of the caps, as in the settings under ``money`` -> whose money they count."""

_THOUSANDS = r"[1-9]\d{0,2}(?:,\d{3}){1,2}(?:\.\d{1,6})?"
"""``1,000`` is a thousand, but ``0,125`` an eighth and ``7,5`` seven and a half."""
_NUMBER = rf"({_THOUSANDS}|\d{{1,9}}(?:[.,]\d{{1,6}})?)"
_MONEY = rf"\s*+(?:\$\s*+)?{_NUMBER}\s*+(?:\$|usd|dollars?)?"
_AMOUNT = re.compile(rf"(?:raise(?: it)?(?: to)?|up to|to)?{_MONEY}", re.IGNORECASE)
_BY = re.compile(rf"(?:raise(?: it)? by|\+){_MONEY}", re.IGNORECASE)
_MAY_COST = re.compile(r"may cost up to \$(\d+\.\d\d)(?:, beside \$(\d+\.\d\d))?")
_DUST = 1e-9
"""Less than any price; sums of money are off by as much."""
_ANY_AMOUNT = re.compile(rf"(?<![\w.,$-])\$?{_NUMBER}(?![\w.,-]*\w)")


class Room(StrEnum):
    """Whether a call may be made now."""

    YES = "yes"
    LATER = "later"
    """Others hold what is missing; some of it comes back when their replies are paid."""
    NO = "no"


@dataclass(frozen=True, slots=True)
class Cap:
    """A cap in force.

    Attributes:
        name: a key of `CAPS`.
        usd: what may be spent from ``since`` on.
        since: ISO 8601; empty = from the beginning.
        until: what is stamped later was so by a clock that was wrong; empty = that counts too.
    """

    name: str
    usd: float
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said when a cap was reached, and when it was.

    Attributes:
        needs: what the call that did not fit needs, with what was held for others by then.
    """

    at: str
    text: str
    needs: float = 0.0


@dataclass(frozen=True, slots=True)
class NextCall:
    """The call that did not fit under a cap, as the question about the cap tells it.

    Attributes:
        usd: the most that it can cost.
        held: reserved for calls of others by then.
    """

    usd: float = 0.0
    held: float = 0.0

    @property
    def needs(self) -> float:
        """From the question on, with what the others may still pay."""
        return self.usd + self.held

    def __str__(self) -> str:
        said = f"the next call may cost up to ${cents(self.usd):.2f}"
        others = f", beside ${cents(self.held):.2f} that is reserved for other calls"
        return said + others if self.held else said

    @classmethod
    def read(cls, question: str) -> NextCall:
        """From a question; of 0 where it tells none."""
        found = _MAY_COST.search(question)
        return cls(float(found[1]), float(found[2] or 0)) if found else cls()


def allowed(cap: Cap, answers: Iterable[Answer], until: str = "") -> Cap:
    """The cap after the answers to its questions, oldest first.

    An amount replaces it, ``+2`` or ``raise by 2`` adds to it; anything else allows the same amount
    again, from that question on, or what the call needs where that is more: else it would be asked
    about at once.
    Answers of an earlier run or day say nothing about this one, nor do those after ``until``.
    """
    now, amount = cap, cap.usd
    for answer in answers:
        if answer.at < cap.since or (until and answer.at > until):
            continue
        named = raised(answer.text, now.usd)
        if named is None:
            now = replace(now, usd=max(amount, answer.needs), since=answer.at, until=until)
            continue
        amount = named
        added = _BY.fullmatch(answer.text.strip())
        counted = now if added else cap
        now = replace(now, usd=amount, since=counted.since, until=counted.until)
    return now


def raised(text: str, now: float = 0.0) -> float | None:
    """The amount that an answer names, e.g. ``10``, ``$7.50``, ``raise to 20`` or ``+5``; or None.

    Args:
        text: what a person said.
        now: the cap that ``+5`` adds to.
    """
    if found := _BY.fullmatch(text.strip()):
        return now + _number(found[1])
    found = _AMOUNT.fullmatch(text.strip())
    return _number(found[1]) if found else None


def per_call(text: str) -> float:
    """What an answer counts each call of a model of unknown price as; 0 where it names nothing."""
    found = _ANY_AMOUNT.search(text)
    return _number(found[1]) if found else 0.0


def _number(text: str) -> float:
    return float(text.replace(",", "" if re.fullmatch(_THOUSANDS, text) else "."))


def cents(usd: float) -> float:
    """An amount in whole cents, rather too much than too little."""
    return math.ceil(100 * usd - 1e-8) / 100


def least(spent: float, needs: float) -> float:
    """The smallest amount in cents of a cap under which a call fits that needs so much."""
    return cents(spent + max(needs, 0.01))


def room_under(cap: Cap, *, spent: float, held: float, wanted: float) -> Room:
    """Whether a call fits under a cap.

    Only a call that fits at its most is made, so a cap is overrun by no more than calls cost above
    the most that was reckoned for them. One that fits without what others hold waits for them: as
    what is held ends, it fits, or what was paid instead leaves too little.

    Args:
        cap: with its amount above 0.
        spent: by replies since the cap counts.
        held: reserved for calls of others that are under way.
        wanted: the most that the call can cost.
    """
    if spent >= cap.usd or spent + wanted > cap.usd + _DUST:
        return Room.NO
    return Room.YES if spent + held + wanted <= cap.usd + _DUST else Room.LATER

"""Caps of money: what a call may still take, and what a person's answer allows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

__all__ = ["CAPS", "Answer", "Cap", "Room", "allowed", "per_call", "raised", "room_under"]

CAPS = {"per_task": "this task", "per_run": "this run", "per_day": "this day (UTC)"}
"""Names of the caps, as in the settings under ``money`` -> whose money they count."""

_THOUSANDS = r"[1-9]\d{0,2}(?:,\d{3}){1,2}(?:\.\d{1,6})?"
"""``1,000`` is a thousand, but ``0,125`` an eighth and ``7,5`` seven and a half."""
_NUMBER = rf"({_THOUSANDS}|\d{{1,9}}(?:[.,]\d{{1,6}})?)"
_MONEY = rf"\s*+(?:\$\s*+)?{_NUMBER}\s*+(?:\$|usd|dollars?)?"
_AMOUNT = re.compile(rf"(?:raise(?: it)?(?: to)?|up to|to)?{_MONEY}", re.IGNORECASE)
_BY = re.compile(rf"(?:raise(?: it)? by|\+){_MONEY}", re.IGNORECASE)
_ANY_AMOUNT = re.compile(rf"(?<![\w.,$-])\$?{_NUMBER}(?![\w.,-]*\w)")


class Room(StrEnum):
    """Whether a call may be made now."""

    YES = "yes"
    LATER = "later"
    """Others hold what is left; some of it comes back when their replies are paid."""
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
    """What a person said when a cap was reached, and when it was."""

    at: str
    text: str


def allowed(cap: Cap, answers: Iterable[Answer], until: str = "") -> Cap:
    """The cap after the answers to its questions, oldest first.

    An amount replaces it, ``+2`` or ``raise by 2`` adds to it; anything else allows the same amount
    again, from that question on.
    Answers of an earlier run or day say nothing about this one, nor do those after ``until``.
    """
    now = cap
    for answer in answers:
        if answer.at < cap.since or (until and answer.at > until):
            continue
        amount = raised(answer.text, now.usd)
        if amount is None:
            now = replace(now, since=answer.at, until=until)
        else:
            now = replace(now, usd=amount, since=cap.since, until=cap.until)
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


def room_under(cap: Cap, *, spent: float, held: float, wanted: float) -> Room:
    """Whether a call fits under a cap.

    The last call below a cap is made even where it may go over: so what is left is not lost, and
    a cap is never overrun by more than that one call.

    Args:
        cap: with its amount above 0.
        spent: by replies since the cap counts.
        held: reserved for calls of others that are under way.
        wanted: the most that the call can cost.
    """
    if spent >= cap.usd:
        return Room.NO
    if not held or spent + held + wanted <= cap.usd:
        return Room.YES
    return Room.LATER

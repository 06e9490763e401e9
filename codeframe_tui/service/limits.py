"""Limits that a person raises: caps of money, and attempts."""

from __future__ import annotations

import math

from codeframe_tui.core.blocker import Blocker
from codeframe_tui.core.budget import NextCall, least
from codeframe_tui.core.commands import Answer, RaiseLimit
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.limits import MOST_ATTEMPTS, more_attempts
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.blockers import answer, open_question
from codeframe_tui.service.budget import Account, account
from codeframe_tui.service.unit import Unit
from codeframe_tui.settings import Settings

__all__ = ["raise_limit", "room"]


def raise_limit(unit: Unit, *, wish: RaiseLimit, settings: Settings, started: str) -> Document:
    """See `core.commands.RaiseLimit`."""
    blocker = open_question(unit, wish.blocker)
    if blocker.cause == "corrections":
        whole = math.isfinite(wish.to) and wish.to == int(wish.to)
        if not whole or not 1 <= wish.to <= MOST_ATTEMPTS:
            raise _bad(f"{wish.to:g} attempts", f"a whole number from 1 to {MOST_ATTEMPTS}")
        return answer(unit, Answer(blocker.id, more_attempts(int(wish.to))))
    found = account(unit.tables, settings, started, unit.at, blocker)
    if found is None:
        raise Refused(
            f"blocker {blocker.id} is not about a limit", hint="answer it", code="no_limit"
        )
    enough = _least(found, blocker)
    if not enough <= wish.to < 1e9:
        raise _bad(
            f"${wish.to:.2f}",
            f"from ${enough:.2f}: ${found.spent:.2f} are spent, and the rest is for the next call",
        )
    return answer(unit, Answer(blocker.id, f"raise to {wish.to:.2f}"))


def room(
    tables: Tables, settings: Settings, started: str, now: str, document: Document
) -> Document | None:
    """The limit that an open question is about, for its document; None when it is about none.

    ``{"name": "attempts", "spent": n}`` or ``{"name": cap, "cap_usd", "spent_usd",
    "least_usd"}``: a cap under which the call fits that did not.
    """
    if document["cause"] == "corrections":
        return {"name": "attempts", "spent": document["attempts"]}
    if document["cause"] != "budget" or document["status"] != "open":
        return None
    blocker = tables.blockers.find(document["id"])
    found = account(tables, settings, started, now, blocker) if blocker else None
    if blocker is None or found is None:
        return None
    return {
        "name": found.cap.name,
        "cap_usd": found.usd,
        "spent_usd": found.spent,
        "least_usd": _least(found, blocker),
    }


def _least(found: Account, blocker: Blocker) -> float:
    """What others hold by now counts, not what they held when it was asked."""
    return least(found.spent, found.held + NextCall.read(blocker.question).usd)


def _bad(what: str, allowed: str) -> Refused:
    return Refused(f"{what} is no limit", hint=f"allowed: {allowed}", code="bad_limit")

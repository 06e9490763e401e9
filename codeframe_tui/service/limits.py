"""Limits that a person raises: caps of money, and attempts."""

from __future__ import annotations

import math

from codeframe_tui.core.blocker import Blocker
from codeframe_tui.core.budget import Cap
from codeframe_tui.core.commands import Answer, RaiseLimit
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.limits import MOST_ATTEMPTS, more_attempts
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.blockers import answer, open_question
from codeframe_tui.service.budget import caps_in_force, is_about
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
    found = _cap_of(unit.tables, blocker, settings, started, unit.at)
    if found is None:
        raise Refused(
            f"blocker {blocker.id} is not about a limit", hint="answer it", code="no_limit"
        )
    _, spent = found
    if not math.isfinite(wish.to) or wish.to <= spent or wish.to >= 1e9:
        raise _bad(f"${wish.to:.2f}", f"more than the ${spent:.2f} that are spent")
    return answer(unit, Answer(blocker.id, f"raise to {wish.to:.2f}"))


def room(
    tables: Tables, settings: Settings, started: str, now: str, document: Document
) -> Document | None:
    """The limit that an open question is about, for its document; None when it is about none.

    ``{"name": "attempts", "spent": n}`` or ``{"name": cap, "cap_usd", "spent_usd"}``.
    """
    if document["cause"] == "corrections":
        return {"name": "attempts", "spent": document["attempts"]}
    if document["cause"] != "budget" or document["status"] != "open":
        return None
    blocker = tables.blockers.find(document["id"])
    found = _cap_of(tables, blocker, settings, started, now) if blocker else None
    if found is None:
        return None
    cap, spent = found
    return {"name": cap.name, "cap_usd": cap.usd, "spent_usd": spent}


def _cap_of(
    tables: Tables, blocker: Blocker, settings: Settings, started: str, now: str
) -> tuple[Cap, float] | None:
    """The cap that a question is about, and what is spent of it."""
    for cap in caps_in_force(tables, settings, started, now, blocker.task):
        if is_about(blocker, cap):
            whose = blocker.task if cap.name == "per_task" else None
            return cap, tables.turns.paid(cap.since, whose, cap.until)
    return None


def _bad(what: str, allowed: str) -> Refused:
    return Refused(f"{what} is no limit", hint=f"allowed: {allowed}", code="bad_limit")

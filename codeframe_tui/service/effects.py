"""What commands without walls did to the real project, kept so that an undo takes it back."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.progress import COMMAND, Decision, Effects
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.unit import Unit

__all__ = ["begin", "begun", "record"]

_MOST_TOLD = 200
"""Paths of each kind in an event; those that an undo takes back are all in the decision."""


def begin(unit: Unit, number: str, call: str, tree: str) -> None:
    """See `ports.Ledger.begin_effects`."""
    unit.working(number)
    unit.tables.settings.set(_name(number), f"{tree} {call}")


def begun(tables: Tables, number: str, call: str) -> str | None:
    """See `ports.Ledger.begun_effects`."""
    tree, _, begun_for = str(tables.settings.get(_name(number)) or "").partition(" ")
    return tree if tree and begun_for == call else None


def _name(number: str) -> str:
    return f"effects:{number}"


def record(unit: Unit, number: str, found: Effects) -> None:
    """See `ports.Ledger.record_effects`.

    It is a decision that is carried out already: a person let the command run, and of the task
    something is still left to the worker.
    """
    unit.tables.settings.set(_name(number), None)
    if not found.files and not found.beyond:
        return
    decision: int | None = None
    if found.files:
        proposal = hashlib.sha256(found.command.encode("utf-8", "replace")).hexdigest()
        made = Decision(0, number, COMMAND, proposal, Parts(found.files), True, "person")
        decision = unit.tables.decisions.add(made)
        base, tree = found.trees
        done = replace(made, id=decision, state="done", applied_base=base, applied_tree=tree)
        unit.tables.decisions.save(done)
    data = {
        "decision": decision,
        "command": found.command,
        "files": [*found.files[:_MOST_TOLD]],
        "beyond": [*found.beyond[:_MOST_TOLD]],
        "count": len(found.files) + len(found.beyond),
        "since": found.since,
    }
    unit.emit("command.changed", number, data)

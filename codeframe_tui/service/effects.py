"""What commands without walls did to the real project, kept so that an undo takes it back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.progress import COMMAND, Decision
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.unit import Unit

__all__ = ["begin", "begun", "record"]


def begin(unit: Unit, number: str, tree: str) -> None:
    """See `ports.Ledger.begin_effects`."""
    unit.working(number)
    unit.tables.settings.set(_name(number), tree)


def begun(tables: Tables, number: str) -> str | None:
    """See `ports.Ledger.begun_effects`."""
    found = tables.settings.get(_name(number))
    return str(found) if found else None


def _name(number: str) -> str:
    return f"effects:{number}"


def record(
    unit: Unit,
    number: str,
    *,
    command: str,
    files: Sequence[str],
    beyond: Sequence[str],
    trees: tuple[str, str],
) -> None:
    """See `ports.Ledger.record_effects`.

    It is a decision that is carried out already: a person let the command run, and of the task
    something is still left to the worker.
    """
    unit.tables.settings.set(_name(number), None)
    if not files and not beyond:
        return
    decision: int | None = None
    if files:
        proposal = hashlib.sha256(command.encode("utf-8", "replace")).hexdigest()
        made = Decision(0, number, COMMAND, proposal, Parts(tuple(files)), True, "person")
        decision = unit.tables.decisions.add(made)
        base, tree = trees
        done = replace(made, id=decision, state="done", applied_base=base, applied_tree=tree)
        unit.tables.decisions.save(done)
    data = {"decision": decision, "command": command, "files": [*files], "beyond": [*beyond]}
    unit.emit("command.changed", number, data)

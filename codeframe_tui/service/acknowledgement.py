"""Flags that a person looked at, with the reason why they may stand."""

from __future__ import annotations

from codeframe_tui.core.commands import Acknowledge
from codeframe_tui.core.errors import NotFound, Refused
from codeframe_tui.core.evidence.verification import Flag
from codeframe_tui.core.flags.fingerprint import flag_key
from codeframe_tui.core.flags.table import RED
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.review.acknowledgement import Acknowledgement, standing
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.review import reviewed
from codeframe_tui.service.unit import Unit, spoken

__all__ = ["acknowledge", "of_attempt"]


def acknowledge(unit: Unit, command: Acknowledge) -> Document:
    """See `core.commands.Acknowledge`."""
    task, attempt = reviewed(unit, command.number, command.expect)
    reason = spoken(command.reason, "the reason").strip()
    flags = _named(unit.tables, attempt, command)
    for key, flag in flags.items():
        said = Acknowledgement(
            task=task.number,
            attempt=attempt.number,
            proposal=attempt.proposal,
            flag=key,
            rule=flag.rule,
            path=flag.path,
            line=flag.line,
            reason=reason,
            by="person",
            at=unit.at,
        )
        unit.tables.acknowledgements.add(said)
    data = {
        "attempt": attempt.number,
        "proposal": attempt.proposal,
        "flags": [
            {"id": key, "rule": flag.rule, "path": flag.path, "line": flag.line}
            for key, flag in flags.items()
        ],
        "reason": reason,
        "by": "person",
    }
    unit.emit("flag.acknowledged", task.number, data)
    return {"flags": list(flags)}


def of_attempt(tables: Tables, number: str, attempt: Attempt) -> list[Acknowledgement]:
    """What was said of the flags that an attempt has, in their order."""
    said = standing(tables.acknowledgements.of(number))
    keys = dict.fromkeys(flag_key(flag, attempt.proposal) for flag in attempt.flags)
    return [said[key] for key in keys if key in said]


def _named(tables: Tables, attempt: Attempt, command: Acknowledge) -> dict[str, Flag]:
    """The flags that are meant, by key. Raises: NotFound, Refused."""
    known = {flag_key(flag, attempt.proposal): flag for flag in attempt.flags}
    for key in command.flags:
        if key not in known:
            raise NotFound(
                f"the proposal of task {command.number} has no flag {key}",
                hint="`show --json` gives the id of each",
            )
    if command.flags:
        return {key: known[key] for key in command.flags}
    said = standing(tables.acknowledgements.of(command.number))
    due = {k: flag for k, flag in known.items() if flag.severity == RED and k not in said}
    if not due:
        raise Refused(
            f"the proposal of task {command.number} has no red flag that is not acknowledged",
            hint="name the flag by its id to say something else about it",
            code="nothing_to_acknowledge",
        )
    return due

"""Taking applied changes out, and bringing them back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from codeframe_tui.core.change.parts import Parts
from codeframe_tui.core.commands import Redo, Undo
from codeframe_tui.core.errors import Refused
from codeframe_tui.core.progress import COMMAND, Decision, Standing
from codeframe_tui.core.task import Status, Task
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service.unit import Unit

__all__ = [
    "applied",
    "by_commands",
    "commits",
    "newest_standing",
    "rebase",
    "redo",
    "settle",
    "standing_after",
    "undo",
    "undone",
    "wish",
]

_MOST_COMMITS = 99
"""Of one task, that an undo names."""
_WROTE = ("change.applied", "change.redone")


def undo(unit: Unit, command: Undo) -> Document:
    """See `core.commands.Undo`."""
    return _record(unit, _as_shown(unit, wish(unit, "undo", command.number), command.expect))


def redo(unit: Unit, command: Redo) -> Document:
    """See `core.commands.Redo`."""
    return _record(unit, _as_shown(unit, wish(unit, "redo", command.number), command.expect))


def _as_shown(unit: Unit, wished: Decision, expect: int) -> Decision:
    newest = newest_standing(unit.tables, wished.task, wished.kind)
    if expect and expect != newest:
        raise Refused(
            f"what {wished.kind} {wished.task} would do is not what was shown",
            hint=f"look at it again, then {wished.kind} {wished.task}",
            code="stale_preview",
        )
    return wished


def newest_standing(tables: Tables, number: str, kind: str) -> int:
    """The last decision of those that an undo or redo would take back; 0 = there is none."""
    taken_out = undone(tables, number)
    done = applied(tables, number) if kind == "undo" else [taken_out] if taken_out else []
    return done[-1].id if done else 0


def wish(unit: Unit, kind: str, number: str) -> Decision:
    """What a person would decide by an undo or redo; nothing is stored. Raises: Refused."""
    task = unit.task(number)
    if kind == "undo":
        return _undo(unit, task)
    return _redo(unit, task)


def _undo(unit: Unit, task: Task) -> Decision:
    done = applied(unit.tables, task.number)
    if not done:
        raise Refused(
            f"task {task.number} is {task.status} and has no applied change to undo",
            hint="`list` shows what is completed",
            code="nothing_to_undo",
        )
    _require_at_rest(unit, task)
    return Decision(0, task.number, "undo", done[-1].proposal, Parts(), False, "person")


def _redo(unit: Unit, task: Task) -> Decision:
    taken_out = undone(unit.tables, task.number)
    if taken_out is None:
        raise Refused(
            f"task {task.number} is {task.status} and has no undone change to redo",
            hint="`show --json` tells its history; only the newest undo can be redone",
            code="nothing_to_redo",
        )
    _require_at_rest(unit, task)
    newest = _undone_by(unit.tables, taken_out)[-1]
    if _completes(newest) and task.status is not Status.CANCELLED:
        raise Refused(
            f"task {task.number} went back to work after its undo and is {task.status}",
            hint=f"`codeframe-tui cancel {task.number}` first, then redo the old change",
            code="moved_on",
        )
    kept = (newest.proposal, newest.parts, newest.rest_to_worker)
    return Decision(0, task.number, "redo", *kept, "person")


def applied(tables: Tables, number: str) -> list[Decision]:
    """The carried-out applies, commands and redos of a task that are not undone, oldest first."""
    standing: list[Decision] = []
    for decision in _done(tables, number):
        standing = [] if decision.kind == "undo" else [*standing, decision]
    return standing


def commits(tables: Tables, number: str) -> list[str]:
    """Commits that were made of what was applied of a task; no undo takes them back."""
    events = tables.events.typed(number, ("change.applied",), _MOST_COMMITS)
    told = (each.data.get("commit") for each in events)
    return [str(commit["commit"]) for commit in told if commit and "commit" in commit]


def by_commands(tables: Tables, number: str, kind: str) -> list[str]:
    """Paths of what an undo or redo would write that commands had changed, not a proposal."""
    done = applied(tables, number)
    if kind == "redo" and (taken_out := undone(tables, number)) is not None:
        done = _undone_by(tables, taken_out)
    return _of_commands(done)


def _of_commands(done: Iterable[Decision]) -> list[str]:
    return sorted({path for each in done if each.kind == COMMAND for path in each.parts.files})


def undone(tables: Tables, number: str) -> Decision | None:
    """The undo that a redo of the task would take back; None when there is none."""
    done = _done(tables, number)
    return done[-1] if done and done[-1].kind == "undo" else None


def standing_after(tables: Tables, decision: Decision) -> list[Standing]:
    """See `ports.Ledger.standing_after`."""
    standing: dict[str, list[Decision]] = {}
    for each in tables.decisions.done_after(decision.id):
        of_task = standing.setdefault(each.task, [])
        if each.kind == "undo":
            of_task.clear()
        else:
            of_task.append(each)
    standing.pop(decision.task, None)
    written = _written(tables, [number for number, left in standing.items() if left])
    found = [
        Standing(each, each.parts.files if each.kind == COMMAND else written.get(each.id, ()))
        for left in standing.values()
        for each in left
    ]
    return sorted(found, key=lambda each: each.decision.id)


def _written(tables: Tables, numbers: Collection[str]) -> dict[int, tuple[str, ...]]:
    """Paths by the decision that wrote them."""
    told = tables.events.several(numbers, _WROTE)
    return {each.data["decision"]: tuple(each.data["files"]) for each in told}


def settle(unit: Unit, task: Task, decision: Decision, told: Mapping[str, Any]) -> None:
    """The real tree is as an undo or redo wants it: tell, and move the task on."""
    data = {**told, "dependants": unit.tables.tasks.dependants(task.number)}
    if decision.kind == "undo":
        if made := commits(unit.tables, task.number):
            data["commits"] = made
        if found := _of_commands(_undone_by(unit.tables, decision)):
            data["by_commands"] = found
    unit.emit("change.undone" if decision.kind == "undo" else "change.redone", task.number, data)
    ended = False
    if decision.kind == "undo" and task.status is Status.COMPLETED:
        ended = unit.move_written(task, Status.CANCELLED, reason="undone")
    elif decision.kind == "redo" and _completes(decision):
        ended = unit.move_written(task, Status.COMPLETED)
    rebase(unit, task, None if ended else _told(unit.tables, decision))


def rebase(unit: Unit, task: Task, told: str | None) -> None:
    """The worker begins on the tree of today when it goes on, and is told why if it has to."""
    unit.tables.tasks.set_base(task.number, None)
    if told is not None:
        unit.tables.messages.add(task.number, "rebase", told)


def _told(tables: Tables, decision: Decision) -> str:
    """What the worker is told that goes on."""
    if decision.kind == "redo":
        return "What had been taken out of the project again is back in it."
    if all(each.kind == COMMAND for each in _undone_by(tables, decision)):
        what = "What your commands had changed of the person's project"
    else:
        what = "What had been applied of your earlier proposals"
    return f"{what} was taken out of the project again."


def _completes(decision: Decision) -> bool:
    """Whether a task has ended with it: nothing of the proposal went back to the worker."""
    return not (decision.parts and decision.rest_to_worker)


def _undone_by(tables: Tables, taken_out: Decision) -> list[Decision]:
    """What an undo took out, oldest first; never empty."""
    before = [each for each in _done(tables, taken_out.task) if each.id < taken_out.id]
    last = max((i for i, each in enumerate(before) if each.kind == "undo"), default=-1)
    return before[last + 1 :]


def _done(tables: Tables, number: str) -> list[Decision]:
    return [each for each in tables.decisions.of(number) if each.state == "done"]


def _require_at_rest(unit: Unit, task: Task) -> None:
    unit.require_undecided(task.number)
    if task.status is Status.IN_PROGRESS:
        raise Refused(
            f"task {task.number} is being worked on",
            hint="hold or cancel it first, then try again",
            code="being_worked_on",
        )


def _record(unit: Unit, decision: Decision) -> Document:
    number = unit.tables.decisions.add(decision)
    data = {"decision": number, "by": decision.by, "proposal": decision.proposal}
    unit.emit(f"{decision.kind}.requested", decision.task, data)
    return {"decision": number}

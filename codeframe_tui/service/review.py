"""Decisions about proposals, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from codeframe_tui.core.change.diff import FileDiff
from codeframe_tui.core.change.parts import ALL, Parts
from codeframe_tui.core.change.patch import touches
from codeframe_tui.core.commands import Approve, Explain, Reject
from codeframe_tui.core.errors import NotFound, Refused
from codeframe_tui.core.policy import Ruling
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.core.task import Phase, Status, Task
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service import comments, drafts
from codeframe_tui.service.undo import rebase, settle
from codeframe_tui.service.unit import Unit, spoken

__all__ = [
    "approve",
    "approve_by_policy",
    "check_parts",
    "explain",
    "leave_to_person",
    "newest_attempt",
    "rebase_after_refusal",
    "refuse_decision",
    "reject",
    "reviewed",
    "settle_decision",
]


MOVED_ON = frozenset({"conflict", "stale"})
"""Codes of refusals that the same base would meet again."""

APPLIED = "What was accepted of your earlier proposal is in the project."


def newest_attempt(tables: Tables, task: Task) -> Attempt:
    """The proposal in hand. Raises: NotFound when there is none yet."""
    attempt = tables.attempts.find(task.number, task.attempt) if task.attempt else None
    if attempt is None:
        raise NotFound(f"task {task.number} has no proposal yet", hint="wait for its first attempt")
    return attempt


def approve(unit: Unit, command: Approve) -> Document:
    """See `core.commands.Approve`."""
    task, attempt = reviewed(unit, command.number, command.expect, command.parts)
    decision = Decision(
        id=0,
        task=task.number,
        kind="apply",
        proposal=attempt.proposal,
        parts=command.parts,
        rest_to_worker=command.rest_to_worker,
        by=command.by,
    )
    number = _record(unit, decision)
    drafts.mark_sent(unit, task, Parts())
    unit.move(task, Status.IN_PROGRESS, phase=Phase.APPLYING)
    return {"decision": number}


def approve_by_policy(unit: Unit, number: str, ruling: Ruling) -> None:
    """See `ports.Ledger.approve_by_policy`."""
    task = unit.working(number)
    unit.require_undecided(number)
    attempt = newest_attempt(unit.tables, task)
    unit.emit("policy.decided", number, {"attempt": attempt.number, **ruling.document})
    by = f"policy:{ruling.policy.value}"
    _record(unit, Decision(0, number, "apply", attempt.proposal, Parts(), False, by))
    unit.enter(task, Phase.APPLYING)


def leave_to_person(unit: Unit, number: str, ruling: Ruling | None) -> None:
    """See `ports.Ledger.to_review`."""
    task = unit.working(number)
    if task.proposal is None:
        raise Refused(f"task {number} has no proposal to review", code="nothing_to_review")
    if ruling is not None:
        unit.emit("policy.decided", number, {"attempt": task.attempt, **ruling.document})
    unit.move(task, Status.IN_REVIEW)


def reject(unit: Unit, command: Reject, letter: comments.Letter) -> Document:
    """See `core.commands.Reject`."""
    task, attempt = reviewed(unit, command.number, command.expect, command.parts)
    if command.reason or not letter.text:
        spoken(command.reason, "the reason")
    comments.mark_sent(unit, task, letter)
    drafts.mark_sent(unit, task, command.parts)
    unit.tables.messages.add(task.number, "rejection", letter.text)
    rebase_after_refusal(unit, task)
    unit.resolve_blockers(task.number, "rejected", sync_only=True)
    data = {
        "attempt": attempt.number,
        "reason": command.reason,
        "parts": command.parts.document,
        "comments": [comment.id for comment in letter.comments],
        "text": letter.text,
    }
    unit.emit("review.rejected", task.number, data)
    unit.move(task, Status.PENDING)
    return {"text": letter.text}


def explain(unit: Unit, command: Explain, letter: comments.Letter) -> Document:
    """See `core.commands.Explain`."""
    task, _ = reviewed(unit, command.number, command.expect, Parts())
    drafts.mark_sent(unit, task, Parts())
    return comments.ask(unit, command, task, letter)


def rebase_after_refusal(unit: Unit, task: Task) -> bool:
    """Clear the base when the proposal was refused because the project moved on; tells whether."""
    decisions = unit.tables.decisions.of(task.number)
    if not decisions or decisions[-1].proposal != task.proposal:
        return False
    if unit.tables.decisions.refusal(decisions[-1].id) not in MOVED_ON:
        return False
    unit.tables.tasks.set_base(task.number, None)
    text = f"The project changed meanwhile: {task.reason or 'files differ'}"
    unit.tables.messages.add(task.number, "rebase", text)
    return True


def settle_decision(
    unit: Unit,
    decision: Decision,
    told: Document,
    *,
    trees: tuple[str, str],
    verdict: str | None = None,
    commit: Document | None = None,
) -> None:
    """See `ports.Ledger.settle_decision`; settling twice is settling once."""
    stored = _stored(unit, decision)
    if stored.state == "done":
        return
    base, tree = trees
    unit.tables.decisions.save(replace(stored, state="done", applied_base=base, applied_tree=tree))
    task = unit.task(stored.task)
    data: dict[str, Any] = {"decision": stored.id, **told}
    if stored.kind != "apply":
        settle(unit, task, stored, data)
        return
    if verdict is not None:
        task, data["verdict"] = replace(task, verdict=verdict), verdict
        unit.tables.tasks.save(task)
    if commit is not None:
        data["commit"] = commit
    unit.emit("change.applied", task.number, {**data, "by": stored.by})
    if stored.parts and stored.rest_to_worker:
        _send_rest_back(unit, task, stored.parts)
    else:
        unit.resolve_blockers(task.number, "applied")
        if not unit.move_written(task, Status.COMPLETED):
            rebase(unit, task, APPLIED)


def refuse_decision(
    unit: Unit, decision: Decision, code: str, message: str, paths: Sequence[str]
) -> None:
    """See `ports.Ledger.refuse_decision`."""
    stored = _stored(unit, decision)
    if stored.state != "pending":
        return
    unit.tables.decisions.save(replace(stored, state="refused"), refusal=code)
    data = {
        "decision": stored.id,
        "kind": stored.kind,
        "code": code,
        "message": message,
        "paths": list(paths),
    }
    unit.emit("change.refused", stored.task, data)
    if stored.kind == "apply":
        held = unit.is_held_by_question(stored.task)
        to = Status.BLOCKED if held else Status.IN_REVIEW
        unit.move(unit.task(stored.task), to, reason=" ".join(message.split()))


def check_parts(parts: Parts, diffs: Sequence[FileDiff]) -> None:
    """Hunks and lines that are named must be in the proposal. Raises: NotFound."""
    by_path: Mapping[str, FileDiff] = {diff.path: diff for diff in diffs}
    for path in parts.paths:
        if path not in by_path:
            raise _no_such_file(path)
    for path, k in parts.hunks:
        count = len(by_path[path].hunks)
        if not 1 <= k <= count:
            raise NotFound(
                f"{path} has no hunk {k}; it has {count}",
                hint="`diff --json` numbers them; take a binary file whole with --file",
            )
    for path, first, last in parts.lines:
        if not touches(by_path[path], (first, last)):
            raise NotFound(
                f"lines {first}-{last} of {path} change nothing",
                hint="lines are counted in the proposed file, see the + side of `diff`; a removal "
                "is taken with the lines around it, or with --hunk",
            )


def reviewed(unit: Unit, number: str, expect: str, parts: Parts = ALL) -> tuple[Task, Attempt]:
    """A task whose proposal can be decided, with that proposal."""
    task = unit.task(number)
    unit.require_undecided(number)
    if task.status not in {Status.IN_REVIEW, Status.BLOCKED} or task.proposal is None:
        raise Refused(
            f"task {number} is {task.status} and has no proposal to decide",
            hint="`show` tells where it stands",
            code="nothing_to_review",
        )
    attempt = newest_attempt(unit.tables, task)
    if expect and expect != attempt.proposal:
        raise Refused(
            f"the proposal of task {number} is another one by now: {attempt.proposal}",
            hint="look at it again, then decide",
            code="stale_proposal",
        )
    paths = {file.path for file in attempt.files}
    for path in parts.paths:
        if path not in paths:
            raise _no_such_file(path)
    return task, attempt


def _record(unit: Unit, decision: Decision) -> int:
    number = unit.tables.decisions.add(decision)
    data = {
        "decision": number,
        "by": decision.by,
        "proposal": decision.proposal,
        "parts": decision.parts.document,
    }
    unit.emit("review.approved", decision.task, data)
    return number


def _stored(unit: Unit, decision: Decision) -> Decision:
    stored = unit.tables.decisions.find(decision.id)
    if stored is None:
        raise NotFound(f"there is no decision {decision.id}")
    return stored


def _send_rest_back(unit: Unit, task: Task, parts: Parts) -> None:
    text = (
        f"Only a part of the proposal was accepted and applied: {parts.text}."
        " Everything else was declined; the project has moved on accordingly."
    )
    unit.tables.messages.add(task.number, "rejection", text)
    unit.tables.tasks.set_base(task.number, None)
    unit.resolve_blockers(task.number, "applied", sync_only=True)
    unit.move_written(task, Status.PENDING)


def _no_such_file(path: str) -> NotFound:
    return NotFound(f"the proposal does not touch {path}", hint="`diff` lists its files")

"""Outward documents about one task (CONTRACT §9)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict

from codeframe_tui.core.errors import NotFound
from codeframe_tui.core.hand import BY_HAND, hand_folder
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.core.queries import ShowTask, ShowTestOutput
from codeframe_tui.core.usage import Usage
from codeframe_tui.core.verification import Run, TestCase, Verification
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service import again as repeated
from codeframe_tui.service import review
from codeframe_tui.service.documents import questions, row
from codeframe_tui.service.switches import halt
from codeframe_tui.service.unit import find_task

__all__ = ["decided_attempt", "plain_text", "task", "test_output"]

HISTORY = 200
TEXT_BYTES = 256 * 1024
"""Of a file that is shown beside its new content."""


def task(tables: Tables, query: ShowTask) -> Document:
    """``show``."""
    found = find_task(tables, query.number)
    unmet = tables.tasks.unmet([found.number]).get(found.number, {})
    asked = questions([b for b in tables.blockers.of(found.number) if b.status == "open"])
    usage = tables.turns.usage_by_attempt(found.number)
    costs = tables.turns.cost_by_attempt(found.number)
    history = tables.events.of(found.number, HISTORY)
    return {
        **row(found, unmet, asked.get(found.number), halt(tables)),
        "description": found.description,
        "evidence": found.evidence.value,
        "corrections": found.corrections,
        "proposal": found.proposal,
        "by_hand": tables.settings.get(hand_folder(found.number)) is not None,
        "history": [event.document() for event in history],
        "attempts": [
            {
                **_attempt(each, usage.get(each.number, Usage())),
                "cost_usd": 0.0 if each.cause == BY_HAND else costs.get(each.number, 0.0),
                "again": repeated.document(each, history),
            }
            for each in tables.attempts.all(found.number)
        ],
    }


def decided_attempt(
    tables: Tables, number: str, attempt: int | None
) -> tuple[Attempt, Decision | None]:
    """An attempt (None: the newest) with the decision about its proposal, if there is one."""
    owner = find_task(tables, number)
    found = (
        review.newest_attempt(tables, owner)
        if attempt is None
        else tables.attempts.find(number, attempt)
    )
    if found is None:
        raise NotFound(
            f"task {number} has no attempt {attempt}", hint=f"it has {owner.attempt} so far"
        )
    decisions = [
        each
        for each in tables.decisions.of(number)
        if each.proposal == found.proposal and each.kind == "apply" and each.state != "refused"
    ]
    return found, decisions[-1] if decisions else None


def test_output(tables: Tables, query: ShowTestOutput) -> Document:
    """What one test printed and how it failed; without a test, the raw output of the run."""
    number = find_task(tables, query.number).number
    key = (number, query.attempt, query.run)
    document = {"run": query.run, "test": query.test}
    if not query.test:
        output = tables.attempts.output(*key)
        if output is not None:
            return {**document, "outcome": None, "text": output}
    elif (case := tables.attempts.case(*key, query.test)) is not None:
        text = case.detail or case.message
        return {**document, "outcome": case.outcome.value, "text": text}
    raise NotFound(
        f"attempt {query.attempt} of task {number} has no such {query.run} run or test",
        hint="`show --json` lists runs and tests",
    )


def plain_text(content: bytes | None) -> str | None:
    """Content as text; empty when it is none of a sane size, None when there is none."""
    if content is None or len(content) <= TEXT_BYTES:
        with suppress(UnicodeDecodeError):
            return None if content is None else content.decode()
    return ""


def _attempt(attempt: Attempt, usage: Usage) -> Document:
    return {
        "attempt": attempt.number,
        "proposal": attempt.proposal,
        "base": attempt.base,
        "tree": attempt.tree,
        "cause": attempt.cause,
        "explanation": attempt.explanation,
        "files": [asdict(file) for file in attempt.files],
        "verification": _verification(attempt.verification) if attempt.verification else None,
        "flags": [asdict(flag) for flag in attempt.flags],
        "usage": asdict(usage),
    }


def _verification(verification: Verification) -> Document:
    return {
        "verdict": verification.verdict.value,
        "reason": verification.reason,
        "message": verification.message,
        "red": _run(verification.red),
        "green": _run(verification.green),
        "regression": _run(verification.regression),
        "lint": _run(verification.lint),
        "bound": asdict(verification.bound) if verification.bound else None,
    }


def _run(run: Run) -> Document:
    return {
        "verdict": run.verdict,
        "reason": run.reason,
        "message": run.message,
        "seconds": run.seconds,
        "tests": [
            {
                "id": case.id,
                "outcome": case.outcome.value,
                "duration": case.duration,
                "message": case.message,
                **_marks(case),
            }
            for case in run.tests
        ],
    }


def _marks(case: TestCase) -> Document:
    """What is told only of those tests that have it."""
    known = {"kind": case.kind, "error": case.error, "body": case.body}
    return {name: value for name, value in known.items() if value}

"""Outward documents about one task (CONTRACT §9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict

from codeframe_tui.core.errors import NotFound
from codeframe_tui.core.evidence.again import RUN as AGAIN
from codeframe_tui.core.evidence.coverage import Coverage, coverage_document, tally
from codeframe_tui.core.evidence.lint import report_document
from codeframe_tui.core.evidence.verdict import is_test_support
from codeframe_tui.core.evidence.verification import Run, TestCase, Verification, counts_of, failing
from codeframe_tui.core.hand import BY_HAND, hand_folder
from codeframe_tui.core.progress import Attempt, Decision
from codeframe_tui.core.queries import ShowTask, ShowTestOutput
from codeframe_tui.core.review.acknowledgement import flag_documents, standing
from codeframe_tui.core.task import Task
from codeframe_tui.core.usage import Usage
from codeframe_tui.ports import Document
from codeframe_tui.ports.tables import Tables
from codeframe_tui.service import again as repeated
from codeframe_tui.service import review, undo
from codeframe_tui.service.documents import questions, row
from codeframe_tui.service.switches import halt
from codeframe_tui.service.unit import find_task

__all__ = ["decided_attempt", "plain_text", "task", "test_output"]

HISTORY = 200
_EVIDENCE = ("verification.recorded", "tests.started", "tests.ended")
"""After these the tests of an attempt may be others."""
_Tests = Mapping[str, Sequence[TestCase]]
"""By run."""
TEXT_BYTES = 256 * 1024
"""Of a file that is shown beside its new content."""


def task(tables: Tables, query: ShowTask) -> Document:
    """``show``, or what a screen needs of it."""
    found = find_task(tables, query.number)
    unmet = tables.tasks.unmet([found.number]).get(found.number, {})
    asked = questions([b for b in tables.blockers.of(found.number) if b.status == "open"])
    history = tables.events.of(found.number, HISTORY) if query.whole else []
    shown = None if query.whole else _shown(tables, query, found)
    files_of = None if shown is None else () if shown["same"] else (shown["attempt"],)
    return {
        **row(found, unmet, asked.get(found.number), halt(tables)),
        "description": found.description,
        "evidence": found.evidence.value,
        "corrections": found.corrections,
        "proposal": found.proposal,
        "ruling": _ruling(tables, found),
        "undoable": bool(undo.applied(tables, found.number)),
        "by_hand": tables.settings.get(hand_folder(found.number)) is not None,
        "history": [event.document() for event in history],
        "attempts": _attempts(tables, found.number, files_of),
        **({} if shown is None else {"shown": shown}),
    }


def _ruling(tables: Tables, task: Task) -> Document | None:
    """What the policy said of the newest attempt, with every condition; None = nothing yet."""
    for event in tables.events.typed(task.number, ("policy.decided",), 1):
        if event.data["attempt"] == task.attempt:
            return {"at": event.at, **event.data}
    return None


def _shown(tables: Tables, query: ShowTask, found: Task) -> Document:
    """The attempt of which files and tests come, and what tells them from others."""
    number = found.attempt if query.attempt is None else query.attempt
    events = tables.events.typed(found.number, _EVIDENCE, 1)
    stamp = f"{number}:{events[-1].seq if events else 0}"
    return {"attempt": number, "stamp": stamp, "same": stamp == query.known}


def _attempts(tables: Tables, number: str, whole: Collection[int] | None) -> list[Document]:
    """Those named with files and tests, the others without; None = all with them."""
    attempts = tables.attempts.outlines(number, whole)
    counts = tables.attempts.file_counts(number)
    usage = tables.turns.usage_by_attempt(number)
    costs = tables.turns.cost_by_attempt(number)
    events = tables.events.typed(number, repeated.EVENTS, HISTORY)
    said = standing(tables.acknowledgements.of(number))
    found = []
    for each in attempts:
        there = whole is None or each.number in whole
        tests = tables.attempts.tests(number, each.number) if there else {}
        found.append(
            {
                **_attempt(each, usage.get(each.number, Usage()), tests),
                "file_count": counts.get(each.number, 0),
                "flags": flag_documents(each.flags, each.proposal, said),
                "cost_usd": 0.0 if each.cause == BY_HAND else costs.get(each.number, 0.0),
                "again": repeated.document(each.number, events, tests.get(AGAIN, ())),
            }
        )
    return found


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


def _attempt(attempt: Attempt, usage: Usage, tests: _Tests) -> Document:
    found = attempt.verification
    return {
        "attempt": attempt.number,
        "proposal": attempt.proposal,
        "base": attempt.base,
        "tree": attempt.tree,
        "cause": attempt.cause,
        "explanation": attempt.explanation,
        "files": [asdict(file) for file in attempt.files],
        "verification": _verification(found, tests) if found else None,
        "usage": asdict(usage),
    }


def _verification(verification: Verification, tests: _Tests) -> Document:
    return {
        "verdict": verification.verdict.value,
        "reason": verification.reason,
        "message": verification.message,
        "failed": failing(verification),
        "red": _run(verification.red, tests.get("red", ())),
        "green": _run(verification.green, tests.get("green", ())),
        "regression": _run(verification.regression, tests.get("regression", ())),
        "lint": {
            **_run(verification.lint, tests.get("lint", ())),
            "tools": [report_document(each) for each in verification.tools],
        },
        "bound": asdict(verification.bound) if verification.bound else None,
        "coverage": _coverage(verification.coverage),
    }


def _coverage(coverage: Coverage) -> Document:
    """Lines of the code under test are counted; of test files it is only shown."""
    covered, lines = tally(coverage, lambda path: not is_test_support(path))
    return {**coverage_document(coverage), "covered": covered, "lines": lines}


def _run(run: Run, tests: Sequence[TestCase]) -> Document:
    return {
        "verdict": run.verdict,
        "reason": run.reason,
        "message": run.message,
        "seconds": run.seconds,
        "counts": dict(counts_of(run)),
        "tests": [repeated.case_document(case) for case in tests],
    }

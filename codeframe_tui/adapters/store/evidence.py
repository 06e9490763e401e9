"""Rows of attempts, their verifications and test cases."""

# ruff: noqa: D102 - each method is told in the port
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from codeframe_tui.adapters.store import schema
from codeframe_tui.core.change.proposal import Action, FileSummary
from codeframe_tui.core.evidence.again import RUN as AGAIN
from codeframe_tui.core.evidence.coverage import coverage_document, coverage_from
from codeframe_tui.core.evidence.lint import report_document, report_from
from codeframe_tui.core.evidence.verification import (
    Bound,
    Flag,
    Outcome,
    Run,
    TestCase,
    Verdict,
    Verification,
    counts_of,
    failing,
)
from codeframe_tui.core.progress import Attempt
from codeframe_tui.core.usage import Usage

__all__ = ["SqlAttempts"]

ATTEMPTS = schema.attempts
RUNS = schema.runs
CASES = schema.test_cases
_NAMES = ("red", "green", "regression", "lint")


class SqlAttempts:
    """Fulfils `ports.tables.AttemptRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, number: str) -> list[Attempt]:
        statement = select(ATTEMPTS).where(ATTEMPTS.c.task == number).order_by(ATTEMPTS.c.number)
        rows = self._connection.execute(statement).mappings().all()
        runs = self._runs(number)
        return [_whole(_attempt(row, runs[row["number"]], row["files"])) for row in rows]

    def outlines(self, number: str, files_of: Collection[int] | None = None) -> list[Attempt]:
        columns = [column for column in ATTEMPTS.c if column is not ATTEMPTS.c.files]
        statement = select(*columns).where(ATTEMPTS.c.task == number).order_by(ATTEMPTS.c.number)
        rows = self._connection.execute(statement).mappings().all()
        listed = select(ATTEMPTS.c.number, ATTEMPTS.c.files).where(ATTEMPTS.c.task == number)
        if files_of is not None:
            listed = listed.where(ATTEMPTS.c.number.in_(files_of))
        files = {found.number: found.files for found in self._connection.execute(listed)}
        outlined = (_attempt(row, {}, files.get(row["number"], ())) for row in rows)
        return [self._counted(number, each) for each in outlined]

    def file_counts(self, number: str) -> dict[int, int]:
        counted = func.json_array_length(ATTEMPTS.c.files)
        statement = select(ATTEMPTS.c.number, counted).where(ATTEMPTS.c.task == number)
        return {attempt: int(n) for attempt, n in self._connection.execute(statement)}

    def tests(self, number: str, attempt: int) -> dict[str, tuple[TestCase, ...]]:
        columns = (
            CASES.c.run,
            CASES.c.id,
            CASES.c.outcome,
            CASES.c.duration,
            CASES.c.error,
            CASES.c.message,
        )
        statement = select(*columns).where(CASES.c.task == number, CASES.c.attempt == attempt)
        found: dict[str, list[TestCase]] = defaultdict(list)
        for run, name, outcome, duration, error, message in self._connection.execute(
            statement.order_by(CASES.c.run, CASES.c.position)
        ):
            found[run].append(TestCase(name, Outcome(outcome), duration, error, message))
        told = select(ATTEMPTS.c.verification).where(
            ATTEMPTS.c.task == number, ATTEMPTS.c.number == attempt
        )
        summary = (self._connection.execute(told).scalar_one_or_none() if found else None) or {}
        return {run: _marked(cases, summary.get(run, {})) for run, cases in found.items()}

    def find(self, number: str, attempt: int) -> Attempt | None:
        statement = select(ATTEMPTS).where(ATTEMPTS.c.task == number, ATTEMPTS.c.number == attempt)
        row = self._connection.execute(statement).mappings().one_or_none()
        return replace(_attempt(row, {}, row["files"]), verification=None) if row else None

    def add(self, number: str, attempt: Attempt, at: str) -> bool:
        row = {
            "task": number,
            "number": attempt.number,
            "base": attempt.base,
            "tree": attempt.tree,
            "proposal": attempt.proposal,
            "cause": attempt.cause,
            "at": at,
            "explanation": attempt.explanation,
            "files": [asdict(file) for file in attempt.files],
            "flags": [asdict(flag) for flag in attempt.flags],
            "usage": asdict(attempt.usage),
        }
        statement = upsert(ATTEMPTS).on_conflict_do_nothing()
        return self._connection.execute(statement, row).rowcount == 1

    def verify(
        self, number: str, attempt: int, verification: Verification, flags: Sequence[Flag]
    ) -> None:
        runs = {name: getattr(verification, name) for name in _NAMES}
        summary = {
            "verdict": verification.verdict.value,
            "reason": verification.reason,
            "message": verification.message,
            "failed": failing(verification),
            **{name: _run_summary(run) for name, run in runs.items()},
            "bound": asdict(verification.bound) if verification.bound else None,
            "coverage": coverage_document(verification.coverage),
            "tools": [report_document(each) for each in verification.tools],
        }
        statement = update(ATTEMPTS).where(ATTEMPTS.c.task == number, ATTEMPTS.c.number == attempt)
        values = {"verification": summary, "flags": [asdict(flag) for flag in flags]}
        self._connection.execute(statement, values)
        for name, run in runs.items():
            self.keep(number, attempt, name, run)

    def keep(self, number: str, attempt: int, name: str, run: Run) -> None:
        key = {"task": number, "attempt": attempt, "run": name}
        for table in (RUNS, CASES):
            old = [table.c[column] == value for column, value in key.items()]
            self._connection.execute(table.delete().where(*old))
        self._connection.execute(insert(RUNS), {**key, "output": run.output})
        cases = [{**key, "position": i, **_case_row(case)} for i, case in enumerate(run.tests)]
        if cases:
            self._connection.execute(insert(CASES), cases)

    def case(self, number: str, attempt: int, run: str, test: str) -> TestCase | None:
        statement = select(CASES).where(
            CASES.c.task == number,
            CASES.c.attempt == attempt,
            CASES.c.run == run,
            CASES.c.id == test,
        )
        row = self._connection.execute(statement.limit(1)).mappings().one_or_none()
        return _case(row) if row else None

    def output(self, number: str, attempt: int, run: str) -> str | None:
        statement = select(RUNS.c.output).where(
            RUNS.c.task == number, RUNS.c.attempt == attempt, RUNS.c.run == run
        )
        return self._connection.execute(statement).scalar_one_or_none()

    def _counted(self, number: str, attempt: Attempt) -> Attempt:
        """What earlier releases stored says not how many tests there were."""
        found = attempt.verification
        if found is None or found.failed is not None:
            return attempt
        cases = self.tests(number, attempt.number)
        runs = {name: replace(getattr(found, name), tests=cases.get(name, ())) for name in _NAMES}
        told = {name: replace(run, tests=(), counts=counts_of(run)) for name, run in runs.items()}
        failed = failing(replace(found, **runs))
        return replace(attempt, verification=replace(found, failed=failed, **told))

    def _runs(self, number: str) -> dict[int, dict[str, Run]]:
        """Test cases and output by attempt and run; the rest stands in the summary."""
        cases: dict[tuple[int, str], list[TestCase]] = defaultdict(list)
        statement = select(CASES).where(CASES.c.task == number).order_by(CASES.c.position)
        for row in self._connection.execute(statement).mappings():
            cases[row["attempt"], row["run"]].append(_case(row))
        found: dict[int, dict[str, Run]] = defaultdict(dict)
        for run in self._connection.execute(select(RUNS).where(RUNS.c.task == number)):
            tests = tuple(cases[run.attempt, run.run])
            found[run.attempt][run.run] = Run("not_run", tests=tests, output=run.output)
        return found


def _run_summary(run: Run) -> dict[str, Any]:
    """Without output and cases, but with what only few cases have."""
    marks = {c.id: [c.kind, c.body] for c in run.tests if c.kind or c.body}
    known = {
        "verdict": run.verdict,
        "reason": run.reason,
        "message": run.message,
        "counts": dict(counts_of(run)),
    }
    more = {"marks": marks, "seconds": run.seconds}
    return {**known, **{name: value for name, value in more.items() if value}}


def _case_row(case: TestCase) -> dict[str, Any]:
    row = asdict(case)
    del row["kind"], row["body"]
    return {**row, "outcome": case.outcome.value}


def _case(row: RowMapping) -> TestCase:
    return TestCase(
        id=row["id"],
        outcome=Outcome(row["outcome"]),
        duration=row["duration"],
        error=row["error"],
        message=row["message"],
        detail=row["detail"],
    )


def _attempt(
    row: RowMapping, runs: Mapping[str, Run], files: Sequence[Mapping[str, Any]]
) -> Attempt:
    return Attempt(
        number=row["number"],
        base=row["base"],
        tree=row["tree"],
        proposal=row["proposal"],
        explanation=row["explanation"],
        files=tuple(FileSummary(**{**file, "action": Action(file["action"])}) for file in files),
        cause=row["cause"],
        verification=_verification(row["verification"], runs) if row["verification"] else None,
        flags=tuple(Flag(**flag) for flag in row["flags"]),
        usage=Usage(**row["usage"]),
        again=runs.get(AGAIN),
    )


def _verification(summary: Mapping[str, Any], runs: Mapping[str, Run]) -> Verification:
    empty = Run("not_run")
    whole = {name: _run(runs.get(name, empty), summary[name]) for name in _NAMES}
    return Verification(
        Verdict(summary["verdict"]),
        summary["reason"],
        summary["message"],
        failed=summary.get("failed"),
        bound=Bound(**summary["bound"]) if summary.get("bound") else None,
        **whole,
        coverage=coverage_from(summary.get("coverage")),
        tools=tuple(report_from(each) for each in summary.get("tools") or ()),
    )


def _run(run: Run, summary: Mapping[str, Any]) -> Run:
    """A run as its rows and its summary tell it; summaries of before tell less."""
    known = {name: value for name, value in summary.items() if name != "marks"}
    return replace(run, tests=_marked(run.tests, summary), **known)


def _marked(cases: Iterable[TestCase], summary: Mapping[str, Any]) -> tuple[TestCase, ...]:
    """The cases with what a run's summary tells of them."""
    marks: Mapping[str, Sequence[str]] = summary.get("marks", {})
    return tuple(
        replace(case, kind=marks[case.id][0], body=marks[case.id][1]) if case.id in marks else case
        for case in cases
    )


def _whole(attempt: Attempt) -> Attempt:
    """With all tests, which nobody need count then."""
    found = attempt.verification
    if found is None:
        return attempt
    runs = {name: replace(getattr(found, name), counts=None) for name in _NAMES}
    return replace(attempt, verification=replace(found, failed=None, **runs))

"""The evidence: a verdict as a sentence, and one row per test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from codeframe_tui.tui.present.live import Live
from codeframe_tui.tui.present.rows import Row, Span, cells, heading, row, safe
from codeframe_tui.tui.present.times import milliseconds
from codeframe_tui.tui.present.words import OUTCOMES

__all__ = [
    "newest_attempt",
    "outcome_rows",
    "proof_title",
    "run_words",
    "verdict_spans",
    "verification_of",
]

_RUNS = ("red", "green", "regression")
_GOOD = {"red": "red", "green": "green", "regression": "clean", "lint": "clean"}
_BAD = {"not_red", "failing", "regressed"}
_VERDICTS = {
    "proven": ("PROVEN", "green bold"),
    "failed": ("FAILED", "red bold"),
    "not_verified": ("NOT VERIFIED", "amber bold"),
}
_PASSED = {"passed", "xfailed"}


def newest_attempt(task: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The newest attempt of a `ShowTask` document."""
    attempts = (task or {}).get("attempts") or ()
    return attempts[-1] if attempts else None


def verification_of(task: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The evidence of the newest attempt, once it is recorded."""
    found = (newest_attempt(task) or {}).get("verification")
    return found if isinstance(found, Mapping) else None


def verdict_spans(task: Mapping[str, Any] | None, live: Live | None) -> list[Span]:
    """``RED ✔ 3 of 3  GREEN ✔ 3 of 3  REGRESSION ✔ 212 passed  PROVEN``, or how far it is."""
    found = verification_of(task)
    if found is None:
        return _progress(live)
    spans: list[Span] = []
    for name in _RUNS:
        sign, style, words = run_words(name, found.get(name) or {})
        spans += [(f"{name.upper()} {sign}", style), (f" {words}" if words else "", "dim")]
        spans.append(("   ", ""))
    verdict, style = _VERDICTS.get(safe(found.get("verdict")), (safe(found.get("verdict")), "red"))
    return [*spans, (verdict, style)]


def proof_title(tabs: list[Span], verdict: list[Span], *, width: int) -> list[Row]:
    """The title of the evidence on one line, or on two where it is narrow."""

    def size(spans: list[Span]) -> int:
        return sum(cells(text) for text, _ in spans) + 2

    gap: Span = ("  ", "")
    if not verdict or size(tabs) + size(verdict) <= width:
        return [row(None, *tabs, gap, *verdict)]
    if size(tabs) + size(verdict[:-2]) <= width:
        return [row(None, *tabs, gap, *verdict[:-1]), row(None, verdict[-1])]
    return [row(None, *tabs, right=[verdict[-1]]), row(None, *verdict[:-1])]


def run_words(name: str, run: Mapping[str, Any]) -> tuple[str, str, str]:
    """Sign, style and count of one run: ``("✔", "green", "3 of 3")``."""
    verdict = run.get("verdict")
    tests = run.get("tests") or ()
    if verdict == _GOOD[name]:
        sign, style = "✔", "green"
    elif verdict in _BAD:
        sign, style = "✘", "red"
    else:
        return "○", "dim", safe(run.get("message")) if verdict == "not_verified" else "not run"
    if name == "regression":
        failed = sum(not _passes(test) for test in tests)
        passed = sum(test.get("outcome") in _PASSED for test in tests)
        return sign, style, f"{failed} failed" if sign == "✘" else f"{passed} passed"
    if name == "lint":
        return sign, style, safe(run.get("message"))
    wanted = sum((test.get("outcome") in _PASSED) == (name == "green") for test in tests)
    return sign, style, f"{wanted} of {len(tests)}"


def outcome_rows(
    task: Mapping[str, Any] | None, live: Live | None, *, failures: bool = False
) -> list[Row]:
    """One row per test, failures first; keys are ``run::test id``.

    Args:
        task: a `ShowTask` document.
        live: what signals told, shown until the evidence is recorded.
        failures: only failing tests.
    """
    found = verification_of(task)
    runs = _recorded(found) if found is not None else _live(live)
    rows: list[Row] = []
    if found is not None and found.get("verdict") != "proven":
        why = safe(found.get("message") or found.get("reason"))
        rows += [heading(why, "text")] if why else []
    new = {**runs["red"], **runs["green"]}
    rows += _sorted(_test(name, runs, run="green" if name in runs["green"] else "red")
                    for name in new)  # fmt: skip
    rows += _regression(runs, new)
    if failures:
        rows = [line for line in rows if line.key is None or _failing(line)]
    return rows or _teach(task, found, failures=failures)


def _teach(task: Mapping[str, Any] | None, found: object, *, failures: bool) -> list[Row]:
    if failures:
        return [heading("No test fails.", "dim"), heading("F shows all tests", "faint")]
    if task is None:
        return []
    said = "No test ran." if found is not None else "No tests yet."
    return [
        heading(said, "dim"),
        heading("Every attempt is tested in a sealed copy: new tests must fail on the", "faint"),
        heading("code as it is (RED) and pass on what is proposed (GREEN).", "faint"),
    ]


_Runs = dict[str, dict[str, tuple[str, float]]]


def _recorded(found: Mapping[str, Any]) -> _Runs:
    return {
        name: {
            safe(test.get("id")): (safe(test.get("outcome")), test.get("duration") or 0.0)
            for test in (found.get(name) or {}).get("tests") or ()
        }
        for name in _RUNS
    }


def _live(live: Live | None) -> _Runs:
    runs: _Runs = {name: {} for name in _RUNS}
    for name, tests in (live.tests if live else {}).items():
        if name in runs:
            runs[name] = {safe(test): value for test, value in tests.items()}
    return runs


def _passes(test: Mapping[str, Any]) -> bool:
    return test.get("outcome") in _PASSED or test.get("outcome") == "skipped"


def _failing(line: Row) -> bool:
    return len(line.left) > 2 and line.left[2][0] == "✘"


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda line: not _failing(line))


def _test(name: str, runs: _Runs, *, run: str) -> Row:
    before, after = runs["red"].get(name), runs["green"].get(name)
    seconds = (after or before or ("", 0.0))[1]
    return row(
        f"{run}::{name}",
        *_story(before, after),
        *_name(name),
        right=[(milliseconds(seconds), "faint")],
    )


def _story(before: tuple[str, float] | None, after: tuple[str, float] | None) -> Sequence[Span]:
    first = OUTCOMES.get(before[0], ("?", "dim")) if before else ("·", "faint")
    last = OUTCOMES.get(after[0], ("?", "dim")) if after else ("·", "faint")
    return first, (" → ", "faint"), last, ("  ", "")


def _name(name: str) -> Sequence[Span]:
    path, mark, test = name.partition("::")
    return ((path, "text"), (mark, "faint"), (test, "text")) if mark else ((name, "text"),)


def _regression(runs: _Runs, new: Mapping[str, object]) -> list[Row]:
    rest = {name: value for name, value in runs["regression"].items() if name not in new}
    broken = {name: v for name, v in rest.items() if v[0] not in _PASSED | {"skipped"}}
    rows = [
        row(
            f"regression::{name}",
            *_story(("passed", 0.0), value),
            *_name(name),
            right=[(milliseconds(value[1]), "faint")],
        )
        for name, value in broken.items()
    ]
    same = [value for name, value in rest.items() if name not in broken]
    if same:
        total = sum(seconds for _, seconds in same)
        more = f"{len(same):,} more unchanged" if new or broken else f"{len(same):,} unchanged"
        story = _story(("passed", 0.0), ("passed", 0.0))
        rows.append(row(None, *story, (more, "dim"), right=[(milliseconds(total), "faint")]))
    return rows


def _progress(live: Live | None) -> list[Span]:
    spans: list[Span] = []
    for name in _RUNS:
        data = (live.progress if live else {}).get(name) or {}
        ended = len(live.tests.get(name, ())) if live else 0
        done, total = max(_number(data.get("done")), ended), _number(data.get("total"))
        if done or total:
            said = f" {done} of {max(done, total)}" if total else f" {done}"
            spans += [(name.upper(), "blue"), (said, "dim"), ("   ", "")]
    return spans


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0

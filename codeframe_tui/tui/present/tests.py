"""The evidence as a sentence: how each run went, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codeframe_tui.tui.present.live import Live
from codeframe_tui.tui.present.rows import Row, Span, cells, row, safe
from codeframe_tui.tui.present.tested import GOOD, counts_of

__all__ = [
    "RUNS",
    "newest_attempt",
    "proof_title",
    "run_words",
    "verdict_spans",
    "verification_of",
]

RUNS = ("red", "green", "regression")
"""Those that make a proof."""
_GOOD = {"red": "red", "green": "green", "regression": "clean", "lint": "clean"}
_BAD = {"not_red", "failing", "regressed"}
_VERDICTS = {
    "proven": ("PROVEN", "green bold"),
    "failed": ("FAILED", "red bold"),
    "not_verified": ("NOT VERIFIED", "amber bold"),
}
_PASSED = {"passed", "xfailed", "xpassed"}
_APART: Span = ("   ", "")
"""Between the runs, where there is room."""


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
    for name in RUNS:
        sign, style, words = run_words(name, found.get(name) or {})
        spans += [(f"{name.upper()} {sign}", style), (f" {words}" if words else "", "dim")]
        spans.append(_APART)
    verdict, style = _VERDICTS.get(safe(found.get("verdict")), (safe(found.get("verdict")), "red"))
    return [*spans, (verdict, style)]


def proof_title(tabs: list[Span], verdict: list[Span], *, width: int) -> list[Row]:
    """The title of the evidence on one line, or on two where it is narrow."""

    def size(spans: list[Span]) -> int:
        return sum(cells(text) for text, _ in spans) + 2

    gap: Span = ("  ", "")
    for said in (verdict, [gap if span is _APART else span for span in verdict]):
        if not said or size(tabs) + size(said) <= width:
            return [row(None, *tabs, gap, *said)]
    if size(tabs) + size(verdict[:-2]) <= width:
        return [row(None, *tabs, gap, *verdict[:-1]), row(None, verdict[-1])]
    return [row(None, *tabs, right=[verdict[-1]]), row(None, *verdict[:-1])]


def run_words(name: str, run: Mapping[str, Any]) -> tuple[str, str, str]:
    """Sign, style and count of one run: ``("✔", "green", "3 of 3")``."""
    verdict = run.get("verdict")
    counts = counts_of(run)
    if verdict == _GOOD[name]:
        sign, style = "✔", "green"
    elif verdict in _BAD:
        sign, style = "✘", "red"
    elif verdict == "findings":
        sign, style = "!", "amber"
    else:
        if verdict != "not_verified":
            return "○", "dim", "not run"
        reason = safe(run.get("reason")).replace("_", " ")
        return "○", "dim", reason or safe(run.get("message"))
    if name == "regression":
        failed = sum(n for outcome, n in counts.items() if outcome not in GOOD)
        passed = sum(n for outcome, n in counts.items() if outcome in _PASSED)
        return sign, style, f"{failed} failed" if sign == "✘" else f"{passed} passed"
    if name == "lint":
        return sign, style, safe(run.get("message"))
    wanted = sum(n for outcome, n in counts.items() if (outcome in _PASSED) == (name == "green"))
    return sign, style, f"{wanted} of {sum(counts.values())}"


def _progress(live: Live | None) -> list[Span]:
    spans: list[Span] = []
    for name in RUNS:
        data = (live.progress if live else {}).get(name) or {}
        ended = len(live.tests.get(name, ())) if live else 0
        done, total = max(_number(data.get("done")), ended), _number(data.get("total"))
        if done or total:
            said = f" {done} of {max(done, total)}" if total else f" {done}"
            spans += [(name.upper(), "blue"), (said, "dim"), ("   ", "")]
    return spans


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0

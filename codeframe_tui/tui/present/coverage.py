"""Which changed lines the proposal's own tests run: a sign beside each, and how many."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from codeframe_tui.tui.present.rows import Row, Span, row, safe
from codeframe_tui.tui.present.words import count

__all__ = ["LineSigns", "Signs", "coverage_rows", "coverage_words", "sign_at"]

LineSigns = Mapping[str, Sequence[tuple[int, int, Span]]]
"""Path -> ranges of lines of the proposal in order, each with its sign."""
_SIGNS: Mapping[str, Span] = {
    "covered": ("•", "faint"),
    "missed": ("△", "amber"),
    "unknown": ("?", "faint"),
}


class Signs:
    """Makes the signs of a diff only when the evidence says something else."""

    def __init__(self) -> None:
        self._told: object = None
        self.marks: LineSigns = {}

    def look_at(self, task: Mapping[str, Any] | None, proposal: str) -> LineSigns:
        """Signs of the attempt that has a proposal; none while nothing was measured.

        Args:
            task: a `ShowTask` document.
            proposal: hash of what the diff shows.
        """
        attempts = (task or {}).get("attempts") or ()
        shown: Mapping[str, Any] = next(
            (each for each in attempts if each.get("proposal") == proposal), {}
        )
        told = (shown.get("verification") or {}).get("coverage") or {}
        if told != self._told:
            self._told = told
            self.marks = {str(file.get("path")): _marks(file) for file in told.get("files") or ()}
        return self.marks


def sign_at(marks: LineSigns, path: str, line: int) -> Span | None:
    """The sign of a line of the proposal; None where there is nothing to say."""
    ranges = marks.get(path, ())
    at = bisect_right(ranges, line, key=itemgetter(0)) - 1
    return ranges[at][2] if at >= 0 and line <= ranges[at][1] else None


def coverage_rows(found: Mapping[str, Any] | None) -> list[Row]:
    """``changed lines covered 14 of 16``; none where no line of code changed.

    Args:
        found: ``verification`` of an attempt.
    """
    told = (found or {}).get("coverage") or {}
    why = safe(told.get("message"))
    lines, covered = told.get("lines") or 0, told.get("covered") or 0
    if not lines and not why:
        return []
    left: list[Span] = [("changed lines covered ", "dim")]
    left.append((f"{covered:,} of {lines:,}", "text" if covered == lines else "amber"))
    if not lines:
        left[-1] = ("not measured", "amber")
    if told.get("left_out"):
        left.append((f"  {told['left_out']:,} more not looked at", "faint"))
    return [row(None, *left, (f"  {why}" if why else "", "faint"))]


def coverage_words(found: Mapping[str, Any] | None) -> tuple[str, str, str] | None:
    """Sign, style and words, as of a run: ``("✔", "green", "16 of 16")``; None as above."""
    told = (found or {}).get("coverage") or {}
    lines, covered = told.get("lines") or 0, told.get("covered") or 0
    if lines:
        sign, style = ("✔", "green") if covered == lines else ("○", "amber")
        return sign, style, f"{covered:,} of {count(lines, 'line')}"
    return ("○", "dim", "not measured") if told.get("message") else None


def _marks(file: Mapping[str, Any]) -> Sequence[tuple[int, int, Span]]:
    found = [
        (int(first), int(last), sign)
        for side, sign in _SIGNS.items()
        for first, last in file.get(side) or ()
    ]
    return sorted(found, key=itemgetter(0))
